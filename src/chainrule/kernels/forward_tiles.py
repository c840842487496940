"""A batch forward, layer by layer: each task computes some rows of one panel of a layer."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

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
    PanelledTerms,
    PanelMatrix,
    PanelRow,
    RowMatrix,
    SparseRow,
    TileShape,
    sparse_product,
    tile_product,
)
from chainrule.kernels.records import Buffers, Examples, KernelLayout, PanelRows
from chainrule.kernels.simd import LANES, load, multiply_add, sum_lanes

__all__ = [
    "copy_input_rows",
    "dense_sums",
    "forward_task",
    "forward_task_count",
    "row_blocks",
    "sparse_sums",
    "task_rows",
]

Array = NDArray[Any]

ROW_BLOCK = 64
"""Rows of a task: a whole number of tiles, whose results, 64 x 32, stay in the first cache.

A batch of some hundred rows then gives enough tasks for many threads.
"""


@kernel
def row_blocks(count: int) -> int:
    """The number of blocks of rows in a batch of some size."""
    return (count + ROW_BLOCK - 1) // ROW_BLOCK


@kernel
def forward_task_count(layout: KernelLayout, layer: int, count: int) -> int:
    """The number of tasks of a layer for a batch of some size."""
    return panels_of(layout.widths[layer + 1]) * row_blocks(count)


@kernel
def task_rows(task: int, layer: int, count: int) -> PanelRows:
    """The rows of a panel that a task computes."""
    blocks = row_blocks(count)
    panel, block = task // blocks, task % blocks
    return PanelRows(layer, panel, block * ROW_BLOCK, min((block + 1) * ROW_BLOCK, count))


@kernel
def copy_input_rows(
    examples: Examples, layout: KernelLayout, buffers: Buffers, rows: Array, block: int
) -> None:
    """The inputs of a block of dense rows, into their matrix."""
    features, stride = layout.widths[0], stride_of(layout.widths[0])
    for i in range(block * ROW_BLOCK, min((block + 1) * ROW_BLOCK, rows.size)):
        for p in range(panels_of(features)):
            at = panel_start(layout, 0, p) + i * stride
            for k in range(p * PANEL, min((p + 1) * PANEL, features)):
                buffers.a[at + k - p * PANEL] = examples.dense[rows[i], k]


@kernel
def _bias_start(layout: KernelLayout, layer: int, panel: int) -> int:
    """Where the biases of a panel begin in the parameters; -1 if the sums begin with 0.

    A normalised layer's bias is added after its sums are normalised.
    """
    if layout.bias_starts[layer] < 0 or layout.gain_starts[layer] >= 0:
        return -1
    return layout.bias_starts[layer] + panel * PANEL


@kernel
def dense_sums(
    layout: KernelLayout,
    buffers: Buffers,
    theta: Array,
    layer: int,
    panel: int,
    scale: float,
    first: int,
    after: int,
) -> None:
    """[F1] z = x Wᵀ + b, for one panel of a layer, for rows from `first` to before `after`."""
    inputs, width = layout.widths[layer], layout.widths[layer + 1]
    stride, input_stride = stride_of(width), stride_of(inputs)
    bias = _bias_start(layout, layer, panel)
    S = RowMatrix(theta if bias >= 0 else buffers.zeros, max(bias, 0), 0)
    B = RowMatrix(theta, weight_panel_start(layout, layer, panel), stride)
    start, vectors = panel_start(layout, layer + 1, panel), vectors_of(width, panel)
    across, i = layout.capacity * input_stride, first
    for left in range((after - first + MOST_ROWS - 1) // MOST_ROWS, 0, -1):
        rows = (after - i + left - 1) // left  # tiles of nearly equal height
        at = layout.matrix_starts[layer] + i * input_stride
        A = PanelledTerms(buffers.a, at, input_stride, 1, across)
        C = RowMatrix(buffers.z, start + i * stride, stride)
        tile_product(TileShape(rows, vectors, inputs, input_stride), scale, C, A, B, S)
        i += rows


@kernel
def sparse_sums(
    layout: KernelLayout,
    buffers: Buffers,
    theta: Array,
    entries: SparseRow,
    panel: int,
    panels: int,
    i: int,
    scale: float,
) -> None:
    """[F1] z of a group of panels of the first layer, for one row: non-zeros only.

    Args:
        layout: of the network.
        buffers: z of the first layer is set.
        theta: the parameters.
        entries: the row's inputs.
        panel: the first of the panels.
        panels: 1 or 2 of them; -1 or -2 for sums in the order of dense rows, to the bit.
        i: the row's place in the batch.
        scale: what the inputs are multiplied by.
    """
    inputs, stride = layout.widths[0], stride_of(layout.widths[1])
    vectors = 2 * panels if stride == PANEL else panels
    at, across = panel_start(layout, 1, panel) + i * stride, layout.capacity * stride
    C = PanelRow(buffers.z, at, across)
    B = PanelMatrix(theta, panel * inputs * stride, stride, inputs * stride)
    bias = _bias_start(layout, 0, panel)
    # Biases go on from panel to panel; of zeros the first panel is taken again and again.
    S = PanelRow(theta, bias, PANEL) if bias >= 0 else PanelRow(buffers.zeros, 0, 0)
    sparse_product(vectors, scale, C, entries, B, S)


@kernel
def _probe(layout: KernelLayout, buffers: Buffers, place: PanelRows) -> float:
    """0, or NaN if a z of some rows of a panel is not finite."""
    stride = stride_of(layout.widths[place.layer + 1])
    start = panel_start(layout, place.layer + 1, place.panel)
    zero = buffers.z.dtype.type(0)
    total = load(buffers.zeros, 0, 0)
    for k in range(start + place.first * stride, start + place.after * stride, LANES):
        total = multiply_add(total, zero, load(buffers.z, 0, k))
    return float(sum_lanes(total))


@inline_kernel
def forward_task(
    examples: Examples,
    layout: KernelLayout,
    buffers: Buffers,
    theta: Array,
    place: PanelRows,
    rows: Array,
) -> float:
    """[F1] The weighted sums of one task; gives 0, or NaN if one is not finite."""
    layer, panel = place.layer, place.panel
    if layer > 0 or examples.indptr.size == 0:
        scale = examples.scale if layer == 0 else 1.0  # only inputs are stored unscaled
        dense_sums(layout, buffers, theta, layer, panel, scale, place.first, place.after)
    else:
        for i in range(place.first, place.after):
            first, after = examples.indptr[rows[i]], examples.indptr[rows[i] + 1]
            entries = SparseRow(examples.indices, examples.values, first, after)
            sparse_sums(layout, buffers, theta, entries, panel, 1, i, examples.scale)
    return _probe(layout, buffers, place)
