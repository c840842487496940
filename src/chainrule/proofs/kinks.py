"""Where a function bends so sharply that a difference across it is no derivative."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.activations import ACTIVATIONS
from chainrule.proofs.objective import Objective

__all__ = ["Gate", "Kink", "crossed_kinks", "kink_gates"]

Array = NDArray[Any]

_BENDS = {"elu": (0.0,)}
"""Where the second derivative jumps, which disturbs differences too."""


@dataclass(frozen=True)
class Kink:
    """A number that a difference would move across a kink.

    Args:
        what: the function that has it, such as "relu", "absolute_error" or "l1".
        address: of the number that lies there, such as "example[3].z[1][4]".
        value: that number.
        at: where the kink is.
    """

    what: str
    address: str
    value: float
    at: float

    def __str__(self) -> str:
        return f"{self.address} = {self.value:.6g}, where {self.what} has a kink at {self.at:g}"


@dataclass(frozen=True, eq=False)
class Gate:
    """Numbers of one array against one kink.

    Args:
        what: the function that has the kink.
        name: of the array.
        values: the numbers.
        at: where the kink is.
    """

    what: str
    name: str
    values: Array
    at: float

    @property
    def side(self) -> Array:
        """Of each number, on which side of the kink it is: -1, 1, or 0 on the kink itself."""
        return np.sign(np.real(self.values) - self.at)


def kink_gates(objective: Objective, theta: Array) -> list[Gate]:
    """All numbers of one pass that meet a kink somewhere.

    Args:
        objective: what is computed.
        theta: weights and biases, flat.
    """
    _, z, output = objective.evaluate(theta)
    return [
        *_layer_gates(objective, z),
        *_cost_gates(objective, output),
        *_penalty_gates(objective, theta),
    ]


def _layer_gates(objective: Objective, z: list[Array]) -> Iterator[Gate]:
    pairs = zip(objective.architecture.activations, z, strict=True)
    for layer, (name, sums) in enumerate(pairs, 1):
        for at in ACTIVATIONS[name].kinks or _BENDS.get(name, ()):
            yield Gate(name, f"z[{layer}]", sums, at)


def _cost_gates(objective: Objective, output: Array) -> Iterator[Gate]:
    name, distance = objective.cost.name, output - objective.y
    if name == "absolute_error":
        yield Gate(name, "a - y", distance, 0.0)
    if name == "huber":
        yield Gate(name, "a - y", distance, objective.threshold)
        yield Gate(name, "a - y", distance, -objective.threshold)


def _penalty_gates(objective: Objective, theta: Array) -> Iterator[Gate]:
    if objective.l1:
        yield Gate("l1", "W", theta[objective.layout.is_weight == 1], 0.0)


def crossed_kinks(objective: Objective, before: list[Gate], after: list[Gate]) -> list[Kink]:
    """The numbers that are on another side of a kink in another pass, or exactly on it in one.

    Args:
        objective: what was computed.
        before: in the middle; these are the numbers reported.
        after: at one end of a difference.
    """
    found = []
    for old, new in zip(before, after, strict=True):
        for place in np.argwhere(old.side != new.side).tolist():
            value = float(np.real(old.values[tuple(place)]))
            found.append(Kink(old.what, _address(objective, old.name, place), value, old.at))
    return found


def _address(objective: Objective, name: str, place: list[int]) -> str:
    if name == "W":
        return _weight_address(objective, place[0])
    example = f"example[{objective.rows[place[0]]}]." if len(objective.rows) > 1 else ""
    if name == "a - y":
        last, j = objective.architecture.depth, place[1]
        return f"{example}a[{last}][{j}] - {example}y[{j}]"
    return f"{example}{name}[{place[1]}]"


def _weight_address(objective: Objective, at: int) -> str:
    """The address of a weight by its place among all weights."""
    for slot in objective.layout.slots:
        if slot.name[0] == "W":
            rows, columns = slot.shape
            if at < rows * columns:
                return f"{slot.name}[{at // columns},{at % columns}]"
            at -= rows * columns
    raise AssertionError("a place among the weights is a weight's")
