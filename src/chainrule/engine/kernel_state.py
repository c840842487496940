"""A position in the form that kernels change in place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.engine.divergence import is_finite
from chainrule.engine.position import EpochSums, Position
from chainrule.kernels import TrainingState, aligned_zeros
from chainrule.network import PackedLayout

__all__ = ["KernelState", "LatestState", "pack_position"]

Array = NDArray[Any]


@dataclass(eq=False)
class KernelState:
    """A position that kernels move forward.

    Args:
        arrays: what they change in place: packed parameters, the update's state, the epoch's sums.
        batch: batches done in the epoch.
        step: steps done in all.
        position: where it began.
    """

    arrays: TrainingState
    batch: int
    step: int
    position: Position

    def steps_to(self, after: int) -> range:
        """The numbers of the steps, from 0 in the whole run, up to the batch `after`."""
        return range(self.step, self.step + after - self.batch)

    @property
    def is_finite(self) -> bool:
        """Whether every number is finite.

        A sum of finite numbers is finite and quick to take; only one that is not, since it may
        have overflowed by itself, calls for a look at every number.
        """
        return all(np.isfinite(array.sum()) or is_finite(array) for array in self.arrays)


class LatestState:
    """The state of the latest position: the next call most likely goes on from there.

    The state is then not packed again. It is handed out once, since kernels change it in place.
    """

    def __init__(self) -> None:
        self._state: KernelState | None = None

    def take(self, position: Position) -> KernelState | None:
        """The state that stands for this very position; None for any other position."""
        state, self._state = self._state, None
        return state if state is not None and state.position is position else None

    def keep(self, state: KernelState, layout: PackedLayout) -> Position:
        """Keep a state; returns the position that it stands for."""
        position = _unpack_position(state, layout)
        self._state = replace(state, position=position)
        return position


def pack_position(position: Position, layout: PackedLayout) -> KernelState:
    """A position as kernels take it."""
    slots, sums = len(position.state), position.sums
    shape = (max(1, slots), layout.size if slots else 0)
    state = aligned_zeros(shape, position.parameters.dtype)
    for row, flat in zip(state, position.state, strict=False):
        row[...] = layout.pack(flat)
    # In the order of the indices in kernels/records.py.
    figures = (sums.examples, sums.cost, sums.penalty, sums.correct, sums.gradient_norm)
    theta = layout.pack(position.parameters)
    arrays = TrainingState(theta, state, np.array(figures, float))
    return KernelState(arrays, position.batch, position.step, position)


def _unpack_position(state: KernelState, layout: PackedLayout) -> Position:
    """The position that a state stands for."""
    before, arrays = state.position, state.arrays
    parameters = layout.unpack(arrays.theta)
    rows = np.zeros(before.state.shape, parameters.dtype)
    for flat, row in zip(rows, arrays.update_state, strict=False):
        flat[...] = layout.unpack(row)
    for array in (parameters, rows):
        array.flags.writeable = False  # an observer cannot change the run
    n, cost, penalty, correct, norm = arrays.epoch_sums.tolist()
    return replace(
        before,
        parameters=parameters,
        state=rows,
        batch=state.batch,
        step=state.step,
        sums=EpochSums(int(n), cost, penalty, int(correct), norm),
    )
