"""A batch at the output and back, layer by layer, by tasks."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from chainrule.kernels.batch_norm_tiles import pull_back_normalisation
from chainrule.kernels.compiling import inline_kernel, kernel
from chainrule.kernels.output_evaluation import evaluate_output, example_weight
from chainrule.kernels.panels import PANEL, element_index, stride_of
from chainrule.kernels.products import (
    MOST_ROWS,
    PanelledTerms,
    RowMatrix,
    TileShape,
    tile_product,
    transpose_block,
)
from chainrule.kernels.records import Batch, Buffers, Examples, KernelLayout, StepHyperparameters
from chainrule.kernels.simd import LANES, load, multiply, store

__all__ = ["backward_task", "backward_task_count", "output_block_count", "output_task"]

Array = NDArray[Any]

OUTPUT_BLOCK = 16
"""Rows of a task at the output: few, since a row's exponentials take long beside its sums."""


@kernel
def output_block_count(count: int) -> int:
    """The number of tasks at the output for a batch of some size."""
    return (count + OUTPUT_BLOCK - 1) // OUTPUT_BLOCK


@kernel
def _transposed_index(layout: KernelLayout, layer: int, i: int, j: int) -> int:
    """Where row i and column j of a layer lie in the transposed delta: panels of 32 rows."""
    height = (layout.widths[layer + 1] + LANES - 1) // LANES * LANES
    return layout.matrix_starts[layer + 1] + (i // PANEL * height + j) * PANEL + i % PANEL


@inline_kernel
def output_task(
    examples: Examples,
    layout: KernelLayout,
    buffers: Buffers,
    hyper: StepHyperparameters,
    batch: Batch,
    thread: int,
    block: int,
) -> None:
    """[D1, BP1] The costs and errors of a block of rows at the last layer.

    Args:
        examples: with the targets.
        layout: of the network.
        buffers: with z of the last layer; delta, costs and correct are set.
        hyper: with the cost.
        batch: the batch.
        thread: whose room is used.
        block: which rows.
    """
    rows, last = batch.rows, layout.widths.size - 2
    n = layout.widths[last + 1]
    room = buffers.output_rows[thread][: 4 * n]
    for i in range(block * OUTPUT_BLOCK, min((block + 1) * OUTPUT_BLOCK, rows.size)):
        for j in range(n):
            room[j] = buffers.z[element_index(layout, last + 1, i, j)]
        weight = example_weight(examples, rows[i], batch.size)
        code = layout.activations[last]
        c, right = evaluate_output(examples, hyper, code, rows[i], weight, room)
        buffers.costs[i], buffers.correct[i] = weight * c, right
        for j in range(n):
            buffers.delta[element_index(layout, last + 1, i, j)] = room[3 * n + j]
            buffers.delta_transposed[_transposed_index(layout, last, i, j)] = room[3 * n + j]


@kernel
def backward_task_count(layout: KernelLayout, layer: int) -> int:
    """The number of tasks on the way back to a layer: sixteen neurons each."""
    return (layout.widths[layer + 1] + LANES - 1) // LANES


@kernel
def _pull_back_block(
    layout: KernelLayout,
    buffers: Buffers,
    theta: Array,
    block: Array,
    layer: int,
    task: int,
    first: int,
    vectors: int,
) -> None:
    """[BP2a] dx_k = Σ_j W_jk δ_j, with δ of the layer above, for sixteen neurons of a layer.

    A row of the block is a neuron; its columns are examples from `first` on, 16 for each vector.
    """
    width, above = layout.widths[layer + 1], layout.widths[layer + 2]
    stride, neurons = stride_of(above), min(LANES, width - task * LANES)
    start = _transposed_index(layout, layer + 1, first, 0)
    B, S = RowMatrix(buffers.delta_transposed, start, PANEL), RowMatrix(buffers.zeros, 0, 0)
    i = 0
    while i < neurons:
        rows = min(MOST_ROWS, neurons - i)
        at = layout.weight_starts[layer + 1] + (task * LANES + i) * stride
        A = PanelledTerms(theta, at, stride, 1, width * stride)
        C = RowMatrix(block, i * PANEL, PANEL)
        tile_product(TileShape(rows, vectors, above, stride), 1.0, C, A, B, S)
        i += rows
    # What pads the layer's last panel stays 0.
    for k in range(neurons * PANEL, LANES * PANEL, LANES):
        store(block, 0, k, load(buffers.zeros, 0, 0))


@inline_kernel
def backward_task(
    layout: KernelLayout,
    buffers: Buffers,
    theta: Array,
    layer: int,
    count: int,
    thread: int,
    task: int,
) -> None:
    """[BP2, N4] delta of sixteen neurons of a layer below the last, for the whole batch.

    If the layer is normalised, it is the delta of the sums before normalising.

    Args:
        layout: of the network.
        buffers: with derivatives, and the transposed delta of the layer above; delta is set in both
            forms.
        theta: the parameters.
        layer: the layer.
        count: rows of the batch.
        thread: whose room is used.
        task: which sixteen neurons.
    """
    block, stride = buffers.blocks[thread], stride_of(layout.widths[layer + 1])
    # Whole vectors of rows, also beyond the batch: there is room for them, and no sum reads them.
    for first in range(0, count, PANEL):
        vectors = 1 if count - first <= LANES else 2
        _pull_back_block(layout, buffers, theta, block, layer, task, first, vectors)
        for i in range(first, first + vectors * LANES, LANES):
            at = element_index(layout, layer + 1, i, task * LANES)
            transpose_block(
                RowMatrix(block, i - first, PANEL), RowMatrix(buffers.delta, at, stride)
            )
            for k in range(at, at + LANES * stride, stride):
                d = multiply(load(buffers.delta, 0, k), load(buffers.derivative, 0, k))
                store(buffers.delta, 0, k, d)
    if layout.gain_starts[layer] >= 0:
        pull_back_normalisation(layout, buffers, theta, layer, task, count)
    if layer > 0:  # the first layer's delta goes no further back
        for i in range(0, count, LANES):
            at = element_index(layout, layer + 1, i, task * LANES)
            to = _transposed_index(layout, layer, i, task * LANES)
            source = RowMatrix(buffers.delta, at, stride)
            transpose_block(source, RowMatrix(buffers.delta_transposed, to, PANEL))
