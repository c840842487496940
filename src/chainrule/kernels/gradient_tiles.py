"""The gradient of a batch by tasks: some inputs of some columns of a layer's weights."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from chainrule.kernels.batch_norm_tiles import OF_DELTA, OF_TURNED
from chainrule.kernels.compiling import inlined, kernel
from chainrule.kernels.panels import PANEL, panels_of, step_of, vectors_of
from chainrule.kernels.products import MOST_ROWS, MOST_VECTORS, sparse_product, tile_product
from chainrule.kernels.records import Buffers, Examples, Pieces, Plan
from chainrule.kernels.simd import LANES, load, plus_times, store

__all__ = ["GROUP", "gradient_task", "panels_in", "sort_by_column"]

Array = NDArray[Any]

GROUP = MOST_VECTORS // 2
"""Panels of a task that goes column by column of the inputs."""


@kernel
def sort_by_column(examples: Examples, pieces: Pieces, rows: Array) -> None:
    """The non-zeros of a batch, column after column, each in the order of the rows."""
    starts, n = pieces.starts, pieces.starts.size - 1
    starts[:] = 0
    for i in range(rows.size):
        for e in range(examples.indptr[rows[i]], examples.indptr[rows[i] + 1]):
            starts[examples.indices[e] + 1] += 1
    for k in range(n):
        starts[k + 1] += starts[k]
    for i in range(rows.size):
        for e in range(examples.indptr[rows[i]], examples.indptr[rows[i] + 1]):
            place = starts[examples.indices[e]]
            pieces.entries[place], pieces.values[place] = i, examples.values[e]
            starts[examples.indices[e]] = place + 1
    for k in range(n, 0, -1):
        starts[k] = starts[k - 1]
    starts[0] = 0


@kernel
def panels_in(plan: Plan, pieces: Pieces, task: int) -> int:
    """How many panels a task is about."""
    layer, panel = pieces.tasks[task, 0], pieces.tasks[task, 1]
    most = GROUP if pieces.by_column and layer == 0 else 1
    return min(most, panels_of(plan.widths[layer + 1]) - panel)


@kernel
def _dense_part(
    plan: Plan, buffers: Buffers, out: Array, task: Array, how: tuple[int, float, bool]
) -> None:
    """[BP4] out (or 0) + factor · xᵀ delta, by tiles."""
    layer, panel, i = task[0], task[1], task[2]
    count, factor, fresh = how
    ins, width = plan.widths[layer], plan.widths[layer + 1]
    step, below = step_of(width), step_of(ins)
    B = (buffers.delta, plan.sheets[layer + 1] + panel * plan.capacity * step, step)
    while i < task[3]:
        rows = min(MOST_ROWS, task[3] - i)
        at = plan.sheets[layer] + i // PANEL * plan.capacity * below + i % PANEL
        C = (out, plan.tops[layer] + (panel * ins + i) * step, step)
        S = (buffers.zeros, 0, 0) if fresh else C
        tile = (rows, vectors_of(width, panel), factor, count, count)
        tile_product(tile, C, (buffers.a, at, 1, below, 0), B, S)
        i += rows


@kernel
def _column_part(
    plan: Plan,
    buffers: Buffers,
    pieces: Pieces,
    out: Array,
    what: tuple[Array, int, float, bool],
) -> None:
    """[BP4] The same for the first layer, by the non-zeros of each column of the inputs."""
    task, panels, factor, fresh = what
    ins, step = plan.widths[0], step_of(plan.widths[1])
    vectors = 1 if step == LANES else 2 * panels
    across = plan.capacity * step
    B = (buffers.delta, plan.sheets[1] + task[1] * across, step, across)
    for k in range(task[2], task[3]):
        entries = (pieces.entries, pieces.values, pieces.starts[k], pieces.starts[k + 1])
        if fresh or entries[2] < entries[3]:
            C = (out, (task[1] * ins + k) * step, ins * step)
            S = (buffers.zeros, 0, 0) if fresh else C
            sparse_product((vectors, factor), C, entries, B, S)


@kernel
def _row_part(
    examples: Examples, plan: Plan, buffers: Buffers, out: Array, what: tuple[Array, Array, float]
) -> None:
    """[BP4] The same for a narrow first layer, by the non-zeros of each row: out += factor · …"""
    task, rows, factor = what
    step, of = step_of(plan.widths[1]), out.dtype.type
    top, zero = task[1] * plan.widths[0] * step, load(buffers.zeros, 0, 0)
    sheet, two = plan.sheets[1] + task[1] * plan.capacity * step, step == PANEL
    for i in range(rows.size):
        low = plus_times(zero, of(factor), load(buffers.delta, 0, sheet + i * step))
        high = zero
        if two:
            high = plus_times(zero, of(factor), load(buffers.delta, 0, sheet + i * step + LANES))
        for e in range(examples.indptr[rows[i]], examples.indptr[rows[i] + 1]):
            at, x = top + examples.indices[e] * step, of(examples.values[e])
            store(out, 0, at, plus_times(load(out, 0, at), x, low))
            if two:
                store(out, 0, at + LANES, plus_times(load(out, 0, at + LANES), x, high))


@kernel
def _bias_part(
    plan: Plan, buffers: Buffers, out: Array, place: tuple[int, int], how: tuple[int, float, bool]
) -> None:
    """[BP3, N3] out (or 0) + factor · Σ delta at the biases of one panel, and at its gains."""
    layer, panel = place
    count, factor, fresh = how
    step, of = step_of(plan.widths[layer + 1]), out.dtype.type
    sheet = plan.sheets[layer + 1] + panel * plan.capacity * step
    top = plan.biases[layer] + panel * PANEL
    for j in range(0, step, LANES):
        if plan.gains[layer] >= 0:
            mark, to = plan.marks[layer] + panel * PANEL + j, plan.gains[layer] + panel * PANEL + j
            total = load(buffers.sums, OF_DELTA, mark)
            first = load(buffers.zeros, 0, 0) if fresh else load(out, 0, to)
            turned = load(buffers.sums, OF_TURNED, mark)
            store(out, 0, to, plus_times(first, of(factor), turned))
        else:
            total = load(buffers.zeros, 0, 0)
            for i in range(count):
                total = plus_times(total, of(1), load(buffers.delta, 0, sheet + i * step + j))
        start = load(buffers.zeros, 0, 0) if fresh else load(out, 0, top + j)
        store(out, 0, top + j, plus_times(start, of(factor), total))


@inlined
def gradient_task(
    examples: Examples,
    plan: Plan,
    buffers: Buffers,
    pieces: Pieces,
    what: tuple[int, Array, Array, float, bool],
) -> None:
    """[BP3, BP4] One task's part of the gradient.

    Args:
        examples: the training set.
        plan: of the network.
        buffers: with a of all layers but the last, and delta.
        pieces: the tasks.
        what: the task; the batch's examples; what takes it, laid out like the table; a factor; and
            whether it takes the place of what is there, instead of being added.
    """
    k, rows, out, factor, fresh = what
    task, count = pieces.tasks[k], rows.size
    layer, panels = task[0], panels_in(plan, pieces, k)
    if plan.biases[layer] >= 0 and task[2] == 0:
        for panel in range(task[1], task[1] + panels):
            _bias_part(plan, buffers, out, (layer, panel), (count, factor, fresh))
    scaled = factor * examples.scale if layer == 0 else factor
    if layer > 0 or examples.indptr.size == 0:
        _dense_part(plan, buffers, out, task, (count, scaled, fresh))
    elif pieces.by_column:
        _column_part(plan, buffers, pieces, out, (task, panels, scaled, fresh))
    else:
        if fresh:
            size = plan.widths[0] * step_of(plan.widths[1])
            out[task[1] * size : (task[1] + 1) * size] = out.dtype.type(0)
        _row_part(examples, plan, buffers, out, (task, rows, scaled))
