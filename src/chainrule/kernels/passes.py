"""A batch forward and back, row by row, on the inputs' non-zeros only where most are 0.

A 0 in the input adds nothing to z and has no gradient: to leave it out changes no sum.
"""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from chainrule.kernels.compiling import kernel
from chainrule.kernels.lanes import LANES
from chainrule.kernels.layers import (
    add_dense,
    add_sparse,
    dense_sums,
    pull_row,
    sparse_sums,
)
from chainrule.kernels.output import row_cost_and_error
from chainrule.kernels.records import Course, Examples, Space
from chainrule.kernels.rows import (
    activate_row,
    activate_with_slope,
    greatest_of,
    probe_of,
    pull_back_row,
)
from chainrule.kernels.scalars import SOFTMAX

__all__ = ["add_gradient", "forward_row", "pass_batch"]

Array = NDArray[Any]


@kernel
def _padded(width: int) -> int:
    return (width + LANES - 1) // LANES * LANES


@kernel
def forward_row(examples: Examples, space: Space, theta: Array, r: int, i: int) -> Any:
    """[F3] All layers for example r, in row i; gives 0, or NaN where a z is not finite."""
    probe = theta.dtype.type(0)
    for layer in range(space.widths.size - 1):
        width = space.widths[layer + 1]
        z = space.z[layer, i, : _padded(width)]
        for j in range(z.size):
            z[j] = theta[space.bias_top + layer, j] if space.bias_top >= 0 else 0
        if layer > 0:
            dense_sums(space.a[layer - 1, i, : space.widths[layer]], theta, space.tops[layer], z)
        elif examples.indptr.size > 0:
            ends = (examples.indptr[r], examples.indptr[r + 1])
            inputs = (examples.indices, examples.values, theta.dtype.type(examples.scale))
            sparse_sums(inputs, ends, theta, z)
        else:
            dense_sums(examples.dense[r], theta, 0, z)
        for j in range(z.size):
            probe += probe_of(z[j])
        code, a = space.activations[layer], space.a[layer, i, :width]
        if layer == space.widths.size - 2 or code == SOFTMAX:
            activate_row(code, z[:width], a)
        else:
            activate_with_slope(code, z[:width], a, space.slope[layer, i, :width])
    return probe


@kernel
def _set_targets(examples: Examples, r: int, y: Array) -> None:
    of = y.dtype.type
    if examples.labels.size == 0:
        for j in range(y.size):
            y[j] = examples.numbers[r, j]
    elif y.size == 1:
        y[0] = of(examples.labels[r])
    else:
        for j in range(y.size):
            y[j] = of(1) if j == examples.labels[r] else of(0)


@kernel
def _is_right(examples: Examples, r: int, a: Array) -> int:
    if examples.labels.size == 0:
        return 0
    chosen = greatest_of(a)
    if a.size == 1:
        chosen = 1 if a[0] > a.dtype.type(0.5) else 0
    return 1 if chosen == examples.labels[r] else 0


@kernel
def _output_row(
    examples: Examples, space: Space, course: Course, place: tuple[int, int], share: float
) -> tuple[float, int]:
    """[D1, BP1] Cost of example r in row i, and whether it is right; delta of the last layer."""
    r, i = place
    last = space.widths.size - 2
    width = space.widths[last + 1]
    z, a = space.z[last, i, :width], space.a[last, i, :width]
    _set_targets(examples, r, space.y)
    codes = (course.cost, space.activations[last])
    delta = space.delta[last, i, :width]
    c = row_cost_and_error(codes, course.huber, (z, a, space.y), delta, share)
    return c, _is_right(examples, r, a)


@kernel
def _backward_row(space: Space, theta: Array, i: int) -> None:
    """[BP2] delta of all layers below the last, in row i."""
    for layer in range(space.widths.size - 2, 0, -1):
        width = space.widths[layer]
        below = space.delta[layer - 1, i, :width]
        above = space.delta[layer, i, : _padded(space.widths[layer + 1])]
        pull_row(above, theta, space.tops[layer], below)
        if space.activations[layer - 1] == SOFTMAX:
            z, a = space.z[layer - 1, i, :width], space.a[layer - 1, i, :width]
            pull_back_row(SOFTMAX, below, z, a)
        else:
            for k in range(width):
                below[k] *= space.slope[layer - 1, i, k]


@kernel
def pass_batch(
    examples: Examples, space: Space, course: Course, theta: Array, rows: Array
) -> tuple[float, int, float]:
    """[BP, C8] A batch forward and back: its cost, right answers, and NaN for a z not finite."""
    cost, correct, probe, count = 0.0, 0, 0.0, rows.size
    for i in range(count):
        r, share = rows[i], 1.0 / count
        if examples.weights.size > 0:
            share = examples.weights[r] / count
        probe += forward_row(examples, space, theta, r, i)
        c, right = _output_row(examples, space, course, (r, i), share)
        cost += share * c
        correct += right
        _backward_row(space, theta, i)
    return cost, correct, probe


@kernel
def _add_biases(space: Space, out: Array, layer: int, delta: Array) -> None:
    """[BP3] out += delta at the layer's biases."""
    if space.bias_top >= 0:
        for j in range(delta.size):
            out[space.bias_top + layer, j] += delta[j]


@kernel
def _add_weights(
    examples: Examples, space: Space, out: Array, place: tuple[int, int, int], delta: Array
) -> None:
    """[BP4] out += deltaᵀ x at the weights of a layer, for example r in row i."""
    layer, r, i = place
    if layer > 0:
        x = space.a[layer - 1, i, : space.widths[layer]]
        add_dense(x, out, space.tops[layer], delta)
    elif examples.indptr.size > 0:
        ends = (examples.indptr[r], examples.indptr[r + 1])
        inputs = (examples.indices, examples.values, out.dtype.type(examples.scale))
        add_sparse(inputs, ends, out, delta)
    else:
        add_dense(examples.dense[r], out, 0, delta)


@kernel
def add_gradient(examples: Examples, space: Space, out: Array, factor: float, rows: Array) -> None:
    """[BP3, BP4] out += factor · gradient of the batch, in all layers."""
    by = out.dtype.type(factor)
    for layer in range(space.widths.size - 1):
        for i in range(rows.size):
            delta = space.delta[layer, i, : _padded(space.widths[layer + 1])]
            for j in range(delta.size):
                delta[j] *= by
            _add_biases(space, out, layer, delta)
            _add_weights(examples, space, out, (layer, rows[i], i), delta)
