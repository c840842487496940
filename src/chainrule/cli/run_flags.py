"""The flags of `chainrule explain` for real networks."""

from __future__ import annotations

import click

from chainrule.cli.command import Flag
from chainrule.cli.flags import Setting, flag_of
from chainrule.cli.parts import split_flag
from chainrule.limits import Limit

__all__ = ["TOP", "run_flags"]

TOP = 10
"""Parts told one by one."""

_GROUP = "a real network"


def _setting(name: str, meaning: str, low: int, default: str) -> Setting:
    return Setting(name=name, limit=Limit(int, meaning, low, group=_GROUP), default_text=default)


_NUMBERS = (
    _setting("image", "example: of the training set with --weight", 0, "none"),
    _setting("decision", "why this example was taken for what it was", 0, "none"),
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
        *map(flag_of, _NUMBERS),
        split_flag(_GROUP, "test; --weight takes the training set"),
        Flag(["--data"], metavar="DATA", group=_GROUP, help=moved.format("data are")),
        Flag(
            ["--validation"],
            metavar="DATA",
            group=_GROUP,
            help=moved.format("validation data are"),
        ),
        Flag(["--offline"], is_flag=True, group=_GROUP, help="fetch nothing from the network"),
    ]
