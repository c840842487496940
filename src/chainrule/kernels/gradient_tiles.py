"""The gradient of a batch by tasks: some inputs of some columns of a layer's weights."""

from __future__ import annotations

from typing import Any, NamedTuple

from numpy.typing import NDArray

from chainrule.kernels.batch_norm_tiles import DELTA_SUM, GAIN_SUM
from chainrule.kernels.compiling import inline_kernel, kernel
from chainrule.kernels.panels import (
    PANEL,
    panel_start,
    panels_of,
    stride_of,
    vectors_of,
    weight_panel_start,
)
from chainrule.kernels.products import (
    MOST_ROWS,
    MOST_VECTORS,
    PanelledTerms,
    PanelMatrix,
    PanelRow,
    RowMatrix,
    SparseRow,
    TileShape,
    sparse_product,
    tile_product,
)
from chainrule.kernels.records import Buffers, Examples, KernelLayout, TaskPartition, Workspace
from chainrule.kernels.simd import LANES, load, multiply_add, store

__all__ = ["COLUMN_PANELS", "GradientTask", "gradient_task", "sort_by_column", "task_at"]

Array = NDArray[Any]

COLUMN_PANELS = MOST_VECTORS // 2
"""Panels of a task that goes column by column of the inputs: as many as one sparse product takes.

Each input value is then read once for all of them.
"""


class GradientTask(NamedTuple):
    """Some inputs of some panels of a layer's weights; biases and gains go with input 0."""

    layer: int
    panel: int  # the first panel
    panels: int  # how many
    first: int  # the first input
    after: int  # the input after the last


@kernel
def task_at(layout: KernelLayout, partition: TaskPartition, k: int) -> GradientTask:
    """Task k of a partition."""
    layer, panel = partition.tasks[k, 0], partition.tasks[k, 1]
    most = COLUMN_PANELS if partition.by_column and layer == 0 else 1
    panels = min(most, panels_of(layout.widths[layer + 1]) - panel)
    return GradientTask(layer, panel, panels, partition.tasks[k, 2], partition.tasks[k, 3])


@kernel
def sort_by_column(examples: Examples, partition: TaskPartition, rows: Array) -> None:
    """The non-zeros of a batch, column after column, each in the order of the rows.

    A counting sort: count, add up, put each entry at its column's next place. The starts, moved on
    by then to the columns' ends, are moved back.
    """
    starts, n = partition.column_starts, partition.column_starts.size - 1
    starts[:] = 0
    for i in range(rows.size):
        for e in range(examples.indptr[rows[i]], examples.indptr[rows[i] + 1]):
            starts[examples.indices[e] + 1] += 1
    for k in range(n):
        starts[k + 1] += starts[k]
    for i in range(rows.size):
        for e in range(examples.indptr[rows[i]], examples.indptr[rows[i] + 1]):
            place = starts[examples.indices[e]]
            partition.column_rows[place] = i
            partition.column_values[place] = examples.values[e]
            starts[examples.indices[e]] = place + 1
    for k in range(n, 0, -1):
        starts[k] = starts[k - 1]
    starts[0] = 0


@kernel
def _add_dense(
    layout: KernelLayout,
    buffers: Buffers,
    out: Array,
    task: GradientTask,
    count: int,
    factor: float,
    overwrites: bool,
) -> None:
    """[BP4] The sum over rows of x_k delta_j, times a factor, by tiles."""
    layer, panel, i = task.layer, task.panel, task.first
    inputs, width = layout.widths[layer], layout.widths[layer + 1]
    stride, input_stride = stride_of(width), stride_of(inputs)
    B = RowMatrix(buffers.delta, panel_start(layout, layer + 1, panel), stride)
    start = weight_panel_start(layout, layer, panel)
    while i < task.after:
        rows = min(MOST_ROWS, task.after - i)
        # The terms of the sums are the batch's rows: they lie a row of the inputs apart.
        at = panel_start(layout, layer, i // PANEL) + i % PANEL
        A = PanelledTerms(buffers.a, at, 1, input_stride, 0)
        C = RowMatrix(out, start + i * stride, stride)
        S = RowMatrix(buffers.zeros, 0, 0) if overwrites else C
        tile = TileShape(rows, vectors_of(width, panel), count, count)
        tile_product(tile, factor, C, A, B, S)
        i += rows


@kernel
def _add_by_column(
    layout: KernelLayout,
    buffers: Buffers,
    partition: TaskPartition,
    out: Array,
    task: GradientTask,
    factor: float,
    overwrites: bool,
) -> None:
    """[BP4] The same for the first layer, by the non-zeros of each column of the inputs."""
    inputs, stride = layout.widths[0], stride_of(layout.widths[1])
    vectors = 1 if stride == LANES else 2 * task.panels
    across, start = layout.capacity * stride, weight_panel_start(layout, 0, task.panel)
    B = PanelMatrix(buffers.delta, panel_start(layout, 1, task.panel), stride, across)
    for k in range(task.first, task.after):
        first, after = partition.column_starts[k], partition.column_starts[k + 1]
        if overwrites or first < after:  # a column of zeros adds nothing
            entries = SparseRow(partition.column_rows, partition.column_values, first, after)
            C = PanelRow(out, start + k * stride, inputs * stride)
            S = PanelRow(buffers.zeros, 0, 0) if overwrites else C
            sparse_product(vectors, factor, C, entries, B, S)


@kernel
def _add_by_row(
    examples: Examples,
    layout: KernelLayout,
    buffers: Buffers,
    out: Array,
    panel: int,
    rows: Array,
    factor: float,
) -> None:
    """[BP4] The same for a narrow first layer, by the non-zeros of each row."""
    stride, of = stride_of(layout.widths[1]), out.dtype.type
    start, zero = weight_panel_start(layout, 0, panel), load(buffers.zeros, 0, 0)
    delta_start, two = panel_start(layout, 1, panel), stride == PANEL
    for i in range(rows.size):
        delta = delta_start + i * stride
        low = multiply_add(zero, of(factor), load(buffers.delta, 0, delta))
        high = zero
        if two:
            high = multiply_add(zero, of(factor), load(buffers.delta, 0, delta + LANES))
        for e in range(examples.indptr[rows[i]], examples.indptr[rows[i] + 1]):
            at, x = start + examples.indices[e] * stride, of(examples.values[e])
            store(out, 0, at, multiply_add(load(out, 0, at), x, low))
            if two:
                store(out, 0, at + LANES, multiply_add(load(out, 0, at + LANES), x, high))


@kernel
def _add_biases(
    layout: KernelLayout,
    buffers: Buffers,
    out: Array,
    layer: int,
    panel: int,
    count: int,
    factor: float,
    overwrites: bool,
) -> None:
    """[BP3, N3] out (or 0) + factor · Σ delta at the biases of one panel, and at its gains."""
    stride, of = stride_of(layout.widths[layer + 1]), out.dtype.type
    delta = panel_start(layout, layer + 1, panel)
    bias = layout.bias_starts[layer] + panel * PANEL
    for j in range(0, stride, LANES):
        if layout.gain_starts[layer] >= 0:
            # Both sums were made on the way back through the normalisation.
            at = layout.sum_starts[layer] + panel * PANEL + j
            gain = layout.gain_starts[layer] + panel * PANEL + j
            total = load(buffers.norm_sums, DELTA_SUM, at)
            before = load(buffers.zeros, 0, 0) if overwrites else load(out, 0, gain)
            gain_total = load(buffers.norm_sums, GAIN_SUM, at)
            store(out, 0, gain, multiply_add(before, of(factor), gain_total))
        else:
            total = load(buffers.zeros, 0, 0)
            for i in range(count):
                row = load(buffers.delta, 0, delta + i * stride + j)
                total = multiply_add(total, of(1), row)
        before = load(buffers.zeros, 0, 0) if overwrites else load(out, 0, bias + j)
        store(out, 0, bias + j, multiply_add(before, of(factor), total))


@inline_kernel
def gradient_task(
    workspace: Workspace, out: Array, k: int, rows: Array, factor: float, overwrites: bool
) -> None:
    """[BP3, BP4] Add one task's part of the gradient, times a factor.

    Args:
        workspace: with a of all layers but the last, and delta.
        out: takes the gradient; laid out like the parameters.
        k: the task.
        rows: the batch's examples.
        factor: what the gradient is multiplied by.
        overwrites: whether it replaces what is in `out`, instead of being added.
    """
    examples, layout, buffers = workspace.examples, workspace.layout, workspace.buffers
    partition, count = workspace.partition, rows.size
    task = task_at(layout, partition, k)
    layer = task.layer
    if layout.bias_starts[layer] >= 0 and task.first == 0:
        for panel in range(task.panel, task.panel + task.panels):
            _add_biases(layout, buffers, out, layer, panel, count, factor, overwrites)
    scaled = factor * examples.scale if layer == 0 else factor
    if layer > 0 or examples.indptr.size == 0:
        _add_dense(layout, buffers, out, task, count, scaled, overwrites)
    elif partition.by_column:
        _add_by_column(layout, buffers, partition, out, task, scaled, overwrites)
    else:
        if overwrites:  # rows are only ever added: begin with zeros
            size = layout.widths[0] * stride_of(layout.widths[1])
            out[task.panel * size : (task.panel + 1) * size] = out.dtype.type(0)
        _add_by_row(examples, layout, buffers, out, task.panel, rows, scaled)
