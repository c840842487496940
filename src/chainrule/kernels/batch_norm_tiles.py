"""Batch normalisation of a panel: its columns over all rows of a batch, forward and back."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.normalisation import NORMALISATION_EPSILON
from chainrule.kernels.compiling import kernel
from chainrule.kernels.panels import PANEL, element_index, panel_start, stride_of
from chainrule.kernels.records import Buffers, KernelLayout
from chainrule.kernels.simd import LANES, load, multiply, multiply_add, store

__all__ = ["DELTA_SUM", "GAIN_SUM", "normalise_panel", "pull_back_normalisation"]

Array = NDArray[Any]

INVERSE_DEVIATION, DELTA_SUM, GAIN_SUM = range(3)
"""Rows of the sums: 1 / σ, Σ δ, which is the gradient of b, and Σ δ ⊙ û, which is the gain's."""


@kernel
def _invert_deviations(norm_sums: Array, at: int, count: int) -> None:
    """[N1] Sixteen sums of squares become 1 / σ."""
    of = norm_sums.dtype.type
    for j in range(at, at + LANES):
        variance = norm_sums[INVERSE_DEVIATION, j] / of(count) + of(NORMALISATION_EPSILON)
        norm_sums[INVERSE_DEVIATION, j] = of(1) / np.sqrt(variance)


@kernel
def _normalise_columns(
    layout: KernelLayout,
    buffers: Buffers,
    theta: Array,
    layer: int,
    column: int,
    start: int,
    count: int,
) -> None:
    """[N1, N2] Sixteen columns of sums, which begin at `start`: z takes their place, beside û."""
    z, of, stride = buffers.z, buffers.z.dtype.type, stride_of(layout.widths[layer + 1])
    end = start + count * stride
    nothing, total = load(buffers.zeros, 0, 0), load(buffers.zeros, 0, 0)
    for k in range(start, end, stride):
        total = multiply_add(total, of(1), load(z, 0, k))
    mean = multiply_add(nothing, of(1) / of(count), total)
    squares = nothing
    for k in range(start, end, stride):
        centred = multiply_add(load(z, 0, k), of(-1), mean)
        squares = multiply_add(squares, centred, centred)
    at = layout.sum_starts[layer] + column
    store(buffers.norm_sums, INVERSE_DEVIATION, at, squares)
    _invert_deviations(buffers.norm_sums, at, count)
    inverse = load(buffers.norm_sums, INVERSE_DEVIATION, at)
    gain = load(theta, 0, layout.gain_starts[layer] + column)
    b = load(theta, 0, layout.bias_starts[layer] + column)
    for k in range(start, end, stride):
        normalised = multiply(multiply_add(load(z, 0, k), of(-1), mean), inverse)
        store(buffers.normalised, 0, k, normalised)
        store(z, 0, k, multiply_add(b, gain, normalised))


@kernel
def normalise_panel(
    layout: KernelLayout, buffers: Buffers, theta: Array, layer: int, panel: int, count: int
) -> None:
    """[N1, N2] z of one panel of a normalised layer, from its weighted sums.

    Args:
        layout: of the network.
        buffers: with the weighted sums in z; z, normalised and norm_sums are set.
        theta: the parameters.
        layer: the layer.
        panel: the panel.
        count: rows of the batch.
    """
    start = panel_start(layout, layer + 1, panel)
    for j in range(0, stride_of(layout.widths[layer + 1]), LANES):
        column = panel * PANEL + j
        _normalise_columns(layout, buffers, theta, layer, column, start + j, count)


@kernel
def pull_back_normalisation(
    layout: KernelLayout, buffers: Buffers, theta: Array, layer: int, task: int, count: int
) -> None:
    """[N3, N4] delta of sixteen neurons, from after the normalisation to before it.

    Args:
        layout: of the network.
        buffers: delta is changed; its sums, which are the gradients of biases and gains, are set.
        theta: the parameters.
        layer: the layer.
        task: which sixteen neurons.
        count: rows of the batch.
    """
    delta, of, stride = buffers.delta, buffers.delta.dtype.type, stride_of(layout.widths[layer + 1])
    column = task * LANES
    start = element_index(layout, layer + 1, 0, column)
    end = start + count * stride
    total, gain_total = load(buffers.zeros, 0, 0), load(buffers.zeros, 0, 0)
    for k in range(start, end, stride):
        d = load(delta, 0, k)
        total = multiply_add(total, of(1), d)
        gain_total = multiply_add(gain_total, d, load(buffers.normalised, 0, k))
    at = layout.sum_starts[layer] + column
    store(buffers.norm_sums, DELTA_SUM, at, total)
    store(buffers.norm_sums, GAIN_SUM, at, gain_total)
    nothing, weight = load(buffers.zeros, 0, 0), of(-1) / of(count)
    inverse = load(buffers.norm_sums, INVERSE_DEVIATION, at)
    factor = multiply(load(theta, 0, layout.gain_starts[layer] + column), inverse)
    # Both are negative: the parts of delta that move the mean and the deviation are taken off.
    mean = multiply_add(nothing, weight, total)
    gain_mean = multiply_add(nothing, weight, gain_total)
    for k in range(start, end, stride):
        centred = multiply_add(load(delta, 0, k), of(1), mean)
        projected = multiply_add(centred, load(buffers.normalised, 0, k), gain_mean)
        store(delta, 0, k, multiply(factor, projected))
