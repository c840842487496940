"""A batch at the output and back, layer by layer."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from chainrule.kernels.batch_norm_tiles import pull_normal
from chainrule.kernels.compiling import inlined, kernel
from chainrule.kernels.outputs import answer_row, share_of
from chainrule.kernels.panels import PANEL, step_of
from chainrule.kernels.products import MOST_ROWS, tile_product, transpose_block
from chainrule.kernels.records import Batch, Buffers, Course, Examples, Plan
from chainrule.kernels.simd import LANES, load, store, times

__all__ = ["OUTPUT_BLOCK", "output_task", "pull_task", "pull_tasks"]

Array = NDArray[Any]

OUTPUT_BLOCK = 16
"""Rows of a task at the output."""


@kernel
def _place(plan: Plan, layer: int, i: int, j: int) -> int:
    """Where row i and column j of a layer's sheet lie."""
    step = step_of(plan.widths[layer + 1])
    return plan.sheets[layer + 1] + (j // PANEL * plan.capacity + i) * step + j % PANEL


@kernel
def _turned(plan: Plan, layer: int, i: int, j: int) -> int:
    """Where row i and column j of a layer's sheet lie once turned."""
    height = (plan.widths[layer + 1] + LANES - 1) // LANES * LANES
    return plan.sheets[layer + 1] + (i // PANEL * height + j) * PANEL + i % PANEL


@inlined
def output_task(
    examples: Examples,
    plan: Plan,
    buffers: Buffers,
    course: Course,
    what: tuple[int, int, Batch],
) -> None:
    """[D1, BP1] The costs and errors of a block of rows at the last layer.

    Args:
        examples: with the targets.
        plan: of the network.
        buffers: with z of the last layer; delta, costs and rights are set.
        course: with the cost.
        what: the thread, the block, and the batch.
    """
    thread, block, batch = what
    rows = batch.rows
    last = plan.widths.size - 2
    n = plan.widths[last + 1]
    row = buffers.rows[thread][: 4 * n]
    for i in range(block * OUTPUT_BLOCK, min((block + 1) * OUTPUT_BLOCK, rows.size)):
        for j in range(n):
            row[j] = buffers.z[_place(plan, last, i, j)]
        which = (rows[i], share_of(examples, rows[i], batch.many))
        c, right = answer_row(examples, course, plan.activations[last], which, row)
        buffers.costs[i], buffers.rights[i] = which[1] * c, right
        for j in range(n):
            buffers.delta[_place(plan, last, i, j)] = row[3 * n + j]
            buffers.turned[_turned(plan, last, i, j)] = row[3 * n + j]


@kernel
def pull_tasks(plan: Plan, layer: int) -> int:
    """How many tasks the way back to a layer has."""
    return (plan.widths[layer + 1] + LANES - 1) // LANES


@kernel
def _pull_block(
    plan: Plan, buffers: Buffers, theta: Array, block: Array, what: tuple[int, int, int, int]
) -> None:
    """[BP2a] W δ of the layer above: sixteen inputs of it, for some columns of the turned batch."""
    layer, task, first, vectors = what
    width, above = plan.widths[layer + 1], plan.widths[layer + 2]
    step, most, i = step_of(above), min(LANES, width - task * LANES), 0
    B, S = (buffers.turned, _turned(plan, layer + 1, first, 0), PANEL), (buffers.zeros, 0, 0)
    while i < most:
        rows = min(MOST_ROWS, most - i)
        at = plan.tops[layer + 1] + (task * LANES + i) * step
        A, how = (theta, at, step, 1, width * step), (rows, vectors, 1.0, above, step)
        tile_product(how, (block, i * PANEL, PANEL), A, B, S)
        i += rows
    for k in range(most * PANEL, LANES * PANEL, LANES):
        store(block, 0, k, load(buffers.zeros, 0, 0))


@inlined
def pull_task(plan: Plan, buffers: Buffers, theta: Array, what: tuple[int, int, int, int]) -> None:
    """[BP2, N4] delta of sixteen neurons of a layer below the last, for the whole batch.

    Where the layer is normalised, it is that of the sums before, and the sums of delta are kept.

    Args:
        plan: of the network.
        buffers: with slopes, and delta turned of the layer above; delta is set in both forms.
        theta: the table.
        what: the thread, the layer, the task, and the batch's size.
    """
    thread, layer, task, count = what
    block, step = buffers.block[thread], step_of(plan.widths[layer + 1])
    for first in range(0, count, PANEL):
        vectors = 1 if count - first <= LANES else 2
        _pull_block(plan, buffers, theta, block, (layer, task, first, vectors))
        for i in range(first, first + vectors * LANES, LANES):
            at = _place(plan, layer, i, task * LANES)
            transpose_block((block, i - first, PANEL), (buffers.delta, at, step))
            for k in range(at, at + LANES * step, step):
                d = times(load(buffers.delta, 0, k), load(buffers.slope, 0, k))
                store(buffers.delta, 0, k, d)
    if plan.gains[layer] >= 0:
        pull_normal(plan, buffers, theta, (layer, task, count))
    if layer > 0:
        for i in range(0, count, LANES):
            to = _turned(plan, layer, i, task * LANES)
            of = (buffers.delta, _place(plan, layer, i, task * LANES), step)
            transpose_block(of, (buffers.turned, to, PANEL))
