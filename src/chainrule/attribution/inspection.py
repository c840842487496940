"""What the questions about a saved run share: the run, the place asked about, and limits."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from chainrule.errors import InputError
from chainrule.experiment import SavedRun, open_run
from chainrule.limits import Limit

__all__ = [
    "INSPECTION_LIMITS",
    "SUSPECTS",
    "TOP",
    "WHERE",
    "InspectedRun",
    "Report",
    "check_number",
    "open_inspected",
    "parse_place",
]

InspectedRun = str | Path | SavedRun
"""The folder of a run or a network file, or either opened."""

Report = Callable[[str], object]
"""Called with a sentence before a computation that takes long."""

WHERE = "inspect"
"""Who asks, in error texts."""

TOP = 10
"""Parts that are listed one by one if nothing else is asked for."""

SUSPECTS = 20
"""Doubtful labels that are listed if nothing else is asked for."""

INSPECTION_LIMITS: Mapping[str, Limit] = MappingProxyType(
    {
        "image": Limit(int, "number of an example", 0, optional=True),
        "step": Limit(int, "the step, counted over the whole run", 1, optional=True),
        "epoch": Limit(int, "the step's epoch", 1, optional=True),
        "batch": Limit(int, "the step's batch in its epoch", 1, optional=True),
        "top": Limit(int, "parts listed one by one", 1),
        "count": Limit(int, "doubtful labels listed", 1),
    }
)
"""The numbers that questions take."""

_PLACES = {
    "weight": (re.compile(r"([1-9][0-9]{0,8}):([0-9]{1,9}),([0-9]{1,9})"), "1:4,300"),
    "neuron": (re.compile(r"([1-9][0-9]{0,8}):([0-9]{1,9})"), "2:7"),
}
"""How a place in a network is written, with an example."""


def check_number(name: str, value: Any) -> Any:
    """Return a number that a question takes, checked against INSPECTION_LIMITS.

    Raises: InputError.
    """
    return INSPECTION_LIMITS[name].check(WHERE, name, value)


def open_inspected(run: InspectedRun) -> SavedRun:
    """Open a run unless it is open.

    Raises: what `open_run` raises.
    """
    return run if isinstance(run, SavedRun) else open_run(run)


def parse_place(name: str, text: str) -> tuple[int, ...]:
    """Return the numbers of a place in a network: its layer, its neuron, and a weight's input.

    Args:
        name: "weight" or "neuron".
        text: such as "1:4,300" or "2:7".

    Raises: InputError.
    """
    form, example = _PLACES[name]
    found = form.fullmatch(text)
    if found is None:
        raise InputError(
            WHERE,
            expected=f"a {name} such as {example}",
            got=repr(text),
            why="Layers count from 1, neurons and inputs from 0",
            argument=name,
            value=text,
        )
    return tuple(map(int, found.groups()))
