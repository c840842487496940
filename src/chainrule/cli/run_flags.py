"""The flags of `chainrule explain` for real networks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from chainrule.cli.command import Flag
from chainrule.cli.flags import Setting, flag_name, flag_of, part_flag
from chainrule.errors import InputError
from chainrule.limits import Limit

__all__ = ["TOP", "refuse", "run_flags"]

TOP = 10
"""Parts told one by one."""

_SUSPECTS = "20"
"""Suspected labels that are told."""

_GROUP = "a real network"


def _setting(name: str, meaning: str, low: int, default: str) -> Setting:
    return Setting(name=name, limit=Limit(int, meaning, low, group=_GROUP), default_text=default)


_NUMBERS = (
    _setting("image", "example: of the training set with --weight", 0, "none"),
    _setting("decision", "why this example was taken for what it was", 0, "none"),
    _setting("influence", "which training examples moved its answer to this example", 0, "none"),
    _setting("epoch", "of the step, with --weight", 1, "last"),
    _setting("batch", "of the step in its epoch, with --weight", 1, "last"),
    _setting("top", "parts told one by one", 1, str(TOP)),
)


def run_flags() -> list[click.Parameter]:
    """The flags of `explain` for real networks; --step and --format are those of worked files."""
    weight, neuron = "a weight's gradient and step", "a neuron's inputs, with --image"
    moved = "where the {} now, if they were moved"
    return [
        Flag(["--weight"], metavar="L:I,J", group=_GROUP, help=f"{weight}: layer:neuron,input"),
        Flag(["--neuron"], metavar="L:J", group=_GROUP, help=f"{neuron}: layer:neuron"),
        *map(flag_of, _NUMBERS[:3]),
        _mislabels(),
        *map(flag_of, _NUMBERS[3:]),
        part_flag(_GROUP, "test; --weight takes the training set"),
        Flag(["--data"], metavar="DATA", group=_GROUP, help=moved.format("data are")),
        Flag(
            ["--validation"],
            metavar="DATA",
            group=_GROUP,
            help=moved.format("validation data are"),
        ),
        Flag(["--offline"], is_flag=True, group=_GROUP, help="fetch nothing from the network"),
    ]


def _mislabels() -> Flag:
    """The flag whose number may be left out."""
    meaning = "training labels that look wrong, the most doubtful first"
    setting = _setting("mislabels", meaning, 1, f"none; {_SUSPECTS} where N is left out")
    flag = flag_of(setting)
    return Flag(
        ["--mislabels"],
        type=flag.type,
        is_flag=False,
        flag_value=_SUSPECTS,
        metavar="[N]",
        group=_GROUP,
        help=flag.help,
    )


def refuse(given: Mapping[str, Any], names: tuple[str, ...], why: str) -> None:
    """Refuse flags that mean nothing beside the others.

    Args:
        given: the parameters of the command by name.
        names: of those that must not be there.
        why: not, in words.

    Raises: InputError.
    """
    for name in names:
        if given.get(name) not in (None, ()):
            raise InputError(
                "explain",
                expected=f"no {flag_name(name)} here",
                got=str(given[name]),
                why=why,
                argument=name,
                value=given[name],
            )
