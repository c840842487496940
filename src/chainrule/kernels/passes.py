"""A batch forward and back, row by row, on the inputs' non-zeros only where most are 0.

A 0 in the input adds nothing to z and has no gradient: to leave it out changes no sum.
"""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from chainrule.kernels.compiling import inlined, kernel
from chainrule.kernels.layers import (
    add_dense,
    add_sparse,
    dense_sums,
    pull_row,
    sparse_sums,
)
from chainrule.kernels.outputs import answer_row, share_of
from chainrule.kernels.panels import panels_of, step_of
from chainrule.kernels.records import Buffers, Course, Examples, Plan
from chainrule.kernels.rows import (
    activate_row,
    activate_with_slope,
    probe_of,
    pull_back_row,
)
from chainrule.kernels.scalars import SOFTMAX

__all__ = ["add_gradient", "forward_row", "pass_batch"]

Array = NDArray[Any]


@kernel
def _padded(width: int) -> int:
    return panels_of(width) * step_of(width)


@kernel
def _row_at(plan: Plan, layer: int, i: int) -> int:
    """Where row i of a layer begins: here rows lie whole, not in panels."""
    return plan.sheets[layer + 1] + i * _padded(plan.widths[layer + 1])


@inlined
def forward_row(
    examples: Examples, plan: Plan, buffers: Buffers, theta: Array, which: tuple[int, int]
) -> Any:
    """[F3] All layers for example r, in row i; gives 0, or NaN where a z is not finite."""
    r, i = which
    probe = theta.dtype.type(0)
    for layer in range(plan.widths.size - 1):
        ins, width, at = plan.widths[layer], plan.widths[layer + 1], _row_at(plan, layer, i)
        z, bias = buffers.z[at : at + _padded(width)], plan.biases[layer]
        for j in range(z.size):
            z[j] = theta[bias + j] if bias >= 0 else 0
        if layer > 0:
            below = _row_at(plan, layer - 1, i)
            dense_sums(buffers.a[below : below + ins], theta, plan.tops[layer], z)
        elif examples.indptr.size > 0:
            ends = (examples.indptr[r], examples.indptr[r + 1])
            inputs = (examples.indices, examples.values, theta.dtype.type(examples.scale))
            sparse_sums(inputs, ends, theta, ins, z)
        else:
            dense_sums(examples.dense[r], theta, 0, z)
        for j in range(z.size):
            probe += probe_of(z[j])
        code, a = plan.activations[layer], buffers.a[at : at + width]
        if layer < plan.widths.size - 2:
            if code == SOFTMAX:
                activate_row(code, z[:width], a)
            else:
                activate_with_slope(code, z[:width], a, buffers.slope[at : at + width])
    return probe


@inlined
def _output_row(
    examples: Examples, plan: Plan, buffers: Buffers, course: Course, which: tuple[int, int, float]
) -> tuple[float, int]:
    """[D1, BP1] Cost of example r in row i, and whether it is right; delta of the last layer."""
    r, i, share = which
    last = plan.widths.size - 2
    n, at = plan.widths[last + 1], _row_at(plan, last, i)
    row = buffers.rows[0][: 4 * n]
    for j in range(n):
        row[j] = buffers.z[at + j]
    c, right = answer_row(examples, course, plan.activations[last], (r, share), row)
    for j in range(n):
        buffers.delta[at + j] = row[3 * n + j]
    return c, right


@inlined
def _backward_row(plan: Plan, buffers: Buffers, theta: Array, i: int) -> None:
    """[BP2] delta of all layers below the last, in row i."""
    for layer in range(plan.widths.size - 2, 0, -1):
        width, at, above = plan.widths[layer], _row_at(plan, layer - 1, i), _row_at(plan, layer, i)
        below = buffers.delta[at : at + width]
        error = buffers.delta[above : above + _padded(plan.widths[layer + 1])]
        pull_row(error, theta, plan.tops[layer], below)
        if plan.activations[layer - 1] == SOFTMAX:
            z, a = buffers.z[at : at + width], buffers.a[at : at + width]
            pull_back_row(SOFTMAX, below, z, a)
        else:
            for k in range(width):
                below[k] *= buffers.slope[at + k]


@inlined
def pass_batch(
    examples: Examples,
    plan: Plan,
    buffers: Buffers,
    course: Course,
    now: tuple[Array, Array],
) -> tuple[float, int, float]:
    """[BP, C8] A batch forward and back: its cost, right answers, and NaN for a z not finite."""
    theta, rows = now
    cost, correct, probe = 0.0, 0, 0.0
    for i in range(rows.size):
        share = share_of(examples, rows[i], rows.size)
        probe += forward_row(examples, plan, buffers, theta, (rows[i], i))
        c, right = _output_row(examples, plan, buffers, course, (rows[i], i, share))
        cost += share * c
        correct += right
        _backward_row(plan, buffers, theta, i)
    return cost, correct, probe


@kernel
def _add_biases(plan: Plan, out: Array, layer: int, delta: Array) -> None:
    """[BP3] out += delta at the biases of a layer."""
    if plan.biases[layer] >= 0:
        for j in range(delta.size):
            out[plan.biases[layer] + j] += delta[j]


@inlined
def _add_weights(
    examples: Examples,
    plan: Plan,
    buffers: Buffers,
    out: Array,
    what: tuple[int, int, int, Array],
) -> None:
    """[BP4] out += deltaᵀ x at the weights of a layer, for example r in row i."""
    layer, r, i, delta = what
    ins = plan.widths[layer]
    if layer > 0:
        below = _row_at(plan, layer - 1, i)
        add_dense(buffers.a[below : below + ins], out, plan.tops[layer], delta)
    elif examples.indptr.size > 0:
        ends = (examples.indptr[r], examples.indptr[r + 1])
        inputs = (examples.indices, examples.values, out.dtype.type(examples.scale))
        add_sparse(inputs, ends, out, ins, delta)
    else:
        add_dense(examples.dense[r], out, 0, delta)


@inlined
def add_gradient(
    examples: Examples,
    plan: Plan,
    buffers: Buffers,
    out: Array,
    how: tuple[float, Array],
) -> None:
    """[BP3, BP4] out += factor · gradient of the batch, in all layers."""
    by, rows = out.dtype.type(how[0]), how[1]
    for layer in range(plan.widths.size - 1):
        for i in range(rows.size):
            at = _row_at(plan, layer, i)
            delta = buffers.delta[at : at + _padded(plan.widths[layer + 1])]
            for j in range(delta.size):
                delta[j] *= by
            _add_biases(plan, out, layer, delta)
            _add_weights(examples, plan, buffers, out, (layer, rows[i], i, delta))
