"""Settings of distorted copies, from one text such as "shift=2,rotation=10"."""

from __future__ import annotations

from functools import partial
from typing import Any

from chainrule.cli.flags import Setting
from chainrule.equations.distortions import Augmentation
from chainrule.errors import InputError, unknown_name
from chainrule.limits import Limit

__all__ = ["COPIES_SEED", "STRENGTHS", "strengths_from"]

_WHERE = "data show --augment"

COPIES_SEED = Setting(
    name="seed",
    limit=Limit(int, "fixes the copies", 0, 2**63 - 1, group="augmentation"),
    default=0,
)
"""The flag --seed."""

_number, _whole = partial(Limit, float), partial(Limit, int)

_pixels = partial(Limit, float, unit="pixels")

# fmt: off
STRENGTHS: dict[str, Limit] = {
    "shift":              _pixels("most pixels moved, each way", 0, 1000),
    "rotation":           _number("most degrees turned, each way", 0, 180, unit="degrees"),
    "zoom":               _number("most that sizes change, as a share", 0, 1, high_open=True),
    "shear":              _number("most pixels aside for each pixel of height", 0, 10),
    "elastic":            _pixels("strength of the elastic field before it is smoothed", 0, 10_000),
    "elastic_smoothness": _pixels("width of the bell that smooths the elastic field", 0.1, 1000),
    "thickness":          _pixels("most by which strokes become thicker or thinner", 0, 100),
    "noise":              _number("standard deviation of noise, as a share of full ink", 0, 10),
    "cutout":             _whole("side of a square set to 0", 0, 10_000, unit="pixels"),
    "mixup":              _number("α of the Beta distribution of shares; 0 for none", 0, 1000),
}
# fmt: on
"""What each strength may be."""


def strengths_from(text: str) -> Augmentation:
    """The strengths that a text such as "shift=2,rotation=10" names.

    Raises: InputError, UnknownNameError.
    """
    found: dict[str, Any] = {}
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
        found[name] = Setting(name=name, limit=STRENGTHS[name]).read(_WHERE, name, value.strip())
    return Augmentation(**found)
