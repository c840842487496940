"""The common parts of all inspections of a run: opening it, parsing places, limits."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from chainrule.errors import InputError
from chainrule.experiment import SavedRun, open_run
from chainrule.ledger.steps import Quantity
from chainrule.limits import Limit

__all__ = [
    "ERRORS_BY",
    "INSPECTION_LIMITS",
    "SUSPECTS",
    "TOP",
    "WHERE",
    "InspectedRun",
    "Report",
    "check_number",
    "open_inspected",
    "parse_place",
    "require_place",
]

InspectedRun = str | Path | SavedRun
"""The folder of a run or a network file, or either opened."""

Report = Callable[[str], object]
"""Called with a sentence before a computation that takes long."""

WHERE = "inspect"
"""The name of the command, for error texts."""

TOP = 10
"""Default number of parts that are listed one by one."""

ERRORS_BY = Limit(
    str,
    "whose errors are opened: of the largest term in the batch, or of each example listed",
    choices=lambda: ("batch", "example"),
)

SUSPECTS = 20
"""Default number of doubtful labels that are listed."""

INSPECTION_LIMITS: Mapping[str, Limit] = MappingProxyType(
    {
        "image": Limit(int, "number of an example", 0, optional=True),
        "step": Limit(int, "number of the step, counted over the whole run", 1, optional=True),
        "epoch": Limit(int, "epoch of the step", 1, optional=True),
        "batch": Limit(int, "batch of the step in its epoch", 1, optional=True),
        "top": Limit(int, "number of parts to list", 1),
        "repeats": Limit(int, "times that each column is shuffled", 1, 10_000),
        "seed": Limit(int, "seed of the shuffling", 0),
        "count": Limit(int, "number of doubtful labels to list", 1),
    }
)
"""The limits of the numbers that the questions take."""

_PLACES = {
    "weight": (
        re.compile(r"([1-9][0-9]{0,8}):([0-9]{1,9})(?:,([0-9]{1,9}))?"),
        "1:4,300, or a bias such as 1:4",
    ),
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


def require_place(layers: Sequence[int], asked: Quantity) -> None:
    """Refuse a weight or bias that a network does not have, before its run is computed again.

    Args:
        layers: widths of the network's layers, the inputs first.
        asked: its gradient, with its layer and index.

    Raises: InputError, in the words of the ledger.
    """
    layer, depth = asked.layer or 0, len(layers) - 1
    if not 1 <= layer <= depth:
        raise _no_place(f"a layer from 1 to {depth}", layers, asked)
    names = ("a neuron", "an input")
    for name, size, number in zip(names, layers[layer::-1], asked.index, strict=False):
        if number >= size:
            only = f"{name} from 0 to {size - 1}"
            raise _no_place(f"{name.split()[1]} 0 alone" if size == 1 else only, layers, asked)


def _no_place(expected: str, layers: Sequence[int], asked: Quantity) -> InputError:
    return InputError(
        WHERE,
        expected=expected,
        got=repr(str(asked)),
        why="The network is " + "-".join(map(str, layers)),
        argument="weight",
        value=str(asked),
    )


def parse_place(name: str, text: str) -> tuple[int, ...]:
    """Return the numbers of a place in a network: its layer, its neuron, and a weight's input.

    Of a bias they are its layer and its neuron.

    Args:
        name: "weight" or "neuron".
        text: such as "1:4,300" for a weight, or "1:4" for a bias or a neuron.

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
    return tuple(int(number) for number in found.groups() if number is not None)
