"""A position in the form that kernels change in place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.engine.divergence import is_finite
from chainrule.engine.position import EpochSums, Position
from chainrule.kernels import aligned_zeros
from chainrule.network import PackedLayout

__all__ = ["KernelState", "all_finite", "pack_position", "unpack_position"]

Array = NDArray[Any]


@dataclass(eq=False)
class KernelState:
    """A position that moves on.

    Args:
        table: the parameters.
        state: the update's, (slots, n), one row of nothing without slots.
        sums: the epoch's, in the order of EpochSums.
        batch: batches done in the epoch.
        step: steps done in all.
        position: where it began.
    """

    table: Array
    state: Array
    sums: Array
    batch: int
    step: int
    position: Position


def pack_position(position: Position, table: PackedLayout) -> KernelState:
    """A position as kernels take it."""
    slots, sums = len(position.state), position.sums
    shape = (max(1, slots), table.size if slots else 0)
    state = aligned_zeros(shape, position.parameters.dtype)
    for row, flat in zip(state, position.state, strict=False):
        row[...] = table.filled(flat)
    figures = (sums.examples, sums.cost, sums.penalty, sums.correct, sums.gradient_norm)
    theta = table.filled(position.parameters)
    return KernelState(
        theta, state, np.array(figures, float), position.batch, position.step, position
    )


def unpack_position(working: KernelState, table: PackedLayout) -> Position:
    """The position that has been reached."""
    before = working.position
    parameters = table.emptied(working.table)
    state = np.zeros(before.state.shape, parameters.dtype)
    for flat, row in zip(state, working.state, strict=False):
        flat[...] = table.emptied(row)
    for array in (parameters, state):
        array.flags.writeable = False  # whoever looks on cannot change the run
    n, cost, penalty, correct, length = working.sums.tolist()
    return replace(
        before,
        parameters=parameters,
        state=state,
        batch=working.batch,
        step=working.step,
        sums=EpochSums(int(n), cost, penalty, int(correct), length),
    )


def all_finite(working: KernelState) -> bool:
    """Whether all numbers are finite; a sum tells at once, unless it overflows by itself."""
    arrays = (working.table, working.state, working.sums)
    return all(np.isfinite(array.sum()) or is_finite(array) for array in arrays)
