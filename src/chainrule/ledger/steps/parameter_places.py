"""The places of the weights and biases of a worked example."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from chainrule.ledger.steps.worked_example import WorkedExample
from chainrule.network import Slot

__all__ = ["ParameterPlaces", "locate_parameters"]


class ParameterPlace(NamedTuple):
    """Where a parameter stands: "W" or "b", its layer, its indices."""

    letter: str
    layer: int
    indices: tuple[int, ...]


class ParameterPlaces:
    """The places of all numbers of some tensors, worked out when they are asked for."""

    def __init__(self, slots: Sequence[Slot]) -> None:
        self._slots = slots
        self._ends = np.cumsum([math.prod(slot.shape) for slot in slots])

    def __len__(self) -> int:
        return int(self._ends[-1])

    def __getitem__(self, at: int) -> ParameterPlace:
        which = int(np.searchsorted(self._ends, at, side="right"))
        slot = self._slots[which]
        within = at - int(self._ends[which]) + math.prod(slot.shape)
        index = np.unravel_index(within, slot.shape)
        return ParameterPlace(slot.name[0], slot.layer, tuple(map(int, index)))


def locate_parameters(example: WorkedExample, *, biases: bool) -> ParameterPlaces:
    """The places of all weights, and of all biases too where they are asked for."""
    slots = example.layout.slots
    return ParameterPlaces([slot for slot in slots if biases or slot.name[0] == "W"])
