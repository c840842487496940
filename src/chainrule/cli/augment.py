"""Settings of distorted copies, from one text such as "shift=2,rotation=10", or a preset."""

from __future__ import annotations

from typing import Any

from chainrule.cli.flags import Setting
from chainrule.equations.distortions import Augmentation
from chainrule.errors import InputError, unknown_name
from chainrule.limits import Limit, limits_of
from chainrule.presets import preset, preset_names
from chainrule.recipe import Recipe

__all__ = ["COPIES_SEED", "STRENGTHS", "strengths_from"]

_WHERE = "data show --augment"

COPIES_SEED = Setting(
    name="seed",
    limit=Limit(int, "fixes the copies", 0, 2**63 - 1, group="augmentation"),
    default=0,
)
"""The flag --seed."""

STRENGTHS = {n: limit for n, limit in limits_of(Recipe).items() if limit.group == "augmentation"}
"""What each strength may be: as in a recipe."""


def strengths_from(text: str) -> Augmentation:
    """The strengths that a text such as "shift=2,rotation=10" names, or those of a preset.

    Raises: InputError, UnknownNameError.
    """
    found: dict[str, Any] = {}
    if text.strip() in preset_names():
        settings = preset(text.strip())
        return Augmentation(**{name: settings[name] for name in STRENGTHS if name in settings})
    for part in filter(None, map(str.strip, text.split(","))):
        given, equals, value = part.partition("=")
        name = given.strip().replace("-", "_")
        if not equals:
            raise InputError(
                _WHERE,
                expected="settings such as shift=2,rotation=10",
                got=repr(part),
                argument="augment",
                value=text,
            )
        if name not in STRENGTHS:
            raise unknown_name(_WHERE, "a distortion", name, STRENGTHS, argument="augment")
        found[name] = Setting(name=name, limit=STRENGTHS[name]).parse(_WHERE, name, value.strip())
    return Augmentation(**found)
