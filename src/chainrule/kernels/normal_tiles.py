"""Batch normalisation of a panel: its columns over all rows of a batch, forward and back."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.normalisation import NORMALISATION_EPSILON
from chainrule.kernels.compiling import kernel
from chainrule.kernels.lanes import LANES, load, plus_times, store, times
from chainrule.kernels.panels import PANEL, step_of
from chainrule.kernels.records import Buffers, Plan

__all__ = ["OF_DELTA", "OF_TURNED", "normal_task", "pull_normal"]

Array = NDArray[Any]

OVER_DEVIATION, OF_DELTA, OF_TURNED = 0, 1, 2
"""Rows of the sums: 1 / σ, Σ δ, Σ δ ⊙ û."""


@kernel
def _invert_deviations(sums: Array, mark: int, count: int) -> None:
    """[N1] Sums of squares become 1 / σ."""
    of = sums.dtype.type
    for j in range(mark, mark + LANES):
        variance = sums[OVER_DEVIATION, j] / of(count) + of(NORMALISATION_EPSILON)
        sums[OVER_DEVIATION, j] = of(1) / np.sqrt(variance)


@kernel
def _normalise_columns(
    plan: Plan, buffers: Buffers, theta: Array, what: tuple[int, int, int, int]
) -> None:
    """[N1, N2] Sixteen columns of a layer's sums: z in their place, and û."""
    layer, at, column, count = what
    z, of, step = buffers.z, buffers.z.dtype.type, step_of(plan.widths[layer + 1])
    nothing, total = load(buffers.zeros, 0, 0), load(buffers.zeros, 0, 0)
    for k in range(at, at + count * step, step):
        total = plus_times(total, of(1), load(z, 0, k))
    mean = plus_times(nothing, of(1) / of(count), total)
    squares = nothing
    for k in range(at, at + count * step, step):
        centred = plus_times(load(z, 0, k), of(-1), mean)
        squares = plus_times(squares, centred, centred)
    mark = plan.marks[layer] + column
    store(buffers.sums, OVER_DEVIATION, mark, squares)
    _invert_deviations(buffers.sums, mark, count)
    inverse = load(buffers.sums, OVER_DEVIATION, mark)
    gain = load(theta, 0, plan.gains[layer] + column)
    b = load(theta, 0, plan.biases[layer] + column)
    for k in range(at, at + count * step, step):
        normal = times(plus_times(load(z, 0, k), of(-1), mean), inverse)
        store(buffers.normal, 0, k, normal)
        store(z, 0, k, plus_times(b, gain, normal))


@kernel
def normal_task(
    plan: Plan, buffers: Buffers, theta: Array, place: tuple[int, int, int, int]
) -> None:
    """[N1, N2] z of one panel of a normalised layer, from its weighted sums.

    Args:
        plan: of the network.
        buffers: with the weighted sums in z; z and normal are set.
        theta: the table.
        place: the layer, the panel, 0, and how many rows the batch has.
    """
    layer, panel, _, count = place
    step = step_of(plan.widths[layer + 1])
    at = plan.sheets[layer + 1] + panel * plan.capacity * step
    for j in range(0, step, LANES):
        _normalise_columns(plan, buffers, theta, (layer, at + j, panel * PANEL + j, count))


@kernel
def pull_normal(plan: Plan, buffers: Buffers, theta: Array, what: tuple[int, int, int]) -> None:
    """[N3, N4] The errors of sixteen neurons, from behind the normalising to before it.

    Args:
        plan: of the network.
        buffers: delta is changed; its sums, which are the gradients of biases and gains, are kept.
        theta: the table.
        what: the layer, which sixteen neurons, and how many rows.
    """
    layer, task, count = what
    step, of, delta = step_of(plan.widths[layer + 1]), buffers.delta.dtype.type, buffers.delta
    column = task * LANES
    panel = column // PANEL
    at = plan.sheets[layer + 1] + panel * plan.capacity * step + column % PANEL
    total, turned = load(buffers.zeros, 0, 0), load(buffers.zeros, 0, 0)
    for k in range(at, at + count * step, step):
        d = load(delta, 0, k)
        total = plus_times(total, of(1), d)
        turned = plus_times(turned, d, load(buffers.normal, 0, k))
    mark = plan.marks[layer] + column
    store(buffers.sums, OF_DELTA, mark, total)
    store(buffers.sums, OF_TURNED, mark, turned)
    nothing, share = load(buffers.zeros, 0, 0), of(-1) / of(count)
    inverse = load(buffers.sums, OVER_DEVIATION, mark)
    factor = times(load(theta, 0, plan.gains[layer] + column), inverse)
    less, by = plus_times(nothing, share, total), plus_times(nothing, share, turned)
    for k in range(at, at + count * step, step):
        moved = plus_times(load(delta, 0, k), of(1), less)
        store(delta, 0, k, times(factor, plus_times(moved, load(buffers.normal, 0, k), by)))
