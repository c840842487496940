"""Training example by example: forward, back and step for batches of very few examples.

Rows lie in one piece here, not in panels. Where most inputs are 0, only the others are read: a 0
adds nothing to z and has no gradient, so to leave it out changes no sum.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chainrule.kernels.activations import (
    SOFTMAX,
    activate_row,
    activate_with_derivative,
    pull_back_row,
)
from chainrule.kernels.affine import (
    add_dense_gradient,
    add_dense_sums,
    add_sparse_gradient,
    add_sparse_sums,
    pull_back_sums,
)
from chainrule.kernels.compiling import announce, entry, inline_kernel, kernel
from chainrule.kernels.elementary import is_finite, probe
from chainrule.kernels.output_evaluation import evaluate_output, example_weight
from chainrule.kernels.panels import panels_of, stride_of
from chainrule.kernels.records import (
    EPOCH_CORRECT,
    EPOCH_COST,
    EPOCH_EXAMPLES,
    EPOCH_PENALTY,
    LAST_GRADIENT_NORM,
    BatchChunk,
    Buffers,
    Examples,
    KernelLayout,
    StepHyperparameters,
    TrainingState,
    Workspace,
)
from chainrule.kernels.updates import (
    average_segment,
    clip_factor,
    is_plain_sgd,
    limit_panel,
    penalise_segment,
    step_segment,
)

__all__ = ["advance_loops"]

Array = NDArray[Any]


class BatchResult(NamedTuple):
    """What a batch gives on its way forward."""

    cost: float
    correct: int
    probe: float  # NaN if a z is not finite


@kernel
def _padded_width(width: int) -> int:
    return panels_of(width) * stride_of(width)


@kernel
def _row_start(layout: KernelLayout, layer: int, i: int) -> int:
    """Where row i of a layer begins."""
    return layout.matrix_starts[layer + 1] + i * _padded_width(layout.widths[layer + 1])


# ------------------------------------------------------------------------------- forward and back


@inline_kernel
def _forward_row(
    examples: Examples, layout: KernelLayout, buffers: Buffers, theta: Array, r: int, i: int
) -> Any:
    """[F3] All layers for example r, in row i; gives 0, or NaN if a z is not finite."""
    total = theta.dtype.type(0)
    for layer in range(layout.widths.size - 1):
        inputs, width = layout.widths[layer], layout.widths[layer + 1]
        at, bias = _row_start(layout, layer, i), layout.bias_starts[layer]
        z = buffers.z[at : at + _padded_width(width)]
        for j in range(z.size):
            z[j] = theta[bias + j] if bias >= 0 else 0
        if layer > 0:
            below = _row_start(layout, layer - 1, i)
            x = buffers.a[below : below + inputs]
            add_dense_sums(x, theta, layout.weight_starts[layer], z)
        elif examples.indptr.size > 0:
            add_sparse_sums(examples, r, theta, inputs, z)
        else:
            add_dense_sums(examples.dense[r], theta, 0, z)
        for j in range(z.size):
            total += probe(z[j])
        code, a = layout.activations[layer], buffers.a[at : at + width]
        if layer < layout.widths.size - 2:
            # The outputs of softmax depend on each other: it has no derivative by element.
            if code == SOFTMAX:
                activate_row(code, z[:width], a)
            else:
                derivative = buffers.derivative[at : at + width]
                activate_with_derivative(code, z[:width], a, derivative)
    return total


@inline_kernel
def _output_row(
    examples: Examples,
    layout: KernelLayout,
    buffers: Buffers,
    hyper: StepHyperparameters,
    r: int,
    i: int,
    weight: float,
) -> tuple[float, int]:
    """[D1, BP1] The cost of example r in row i, and 1 if it is right; delta of the last layer."""
    last = layout.widths.size - 2
    n, at = layout.widths[last + 1], _row_start(layout, last, i)
    room = buffers.output_rows[0][: 4 * n]
    for j in range(n):
        room[j] = buffers.z[at + j]
    c, right = evaluate_output(examples, hyper, layout.activations[last], r, weight, room)
    for j in range(n):
        buffers.delta[at + j] = room[3 * n + j]
    return c, right


@inline_kernel
def _backward_row(layout: KernelLayout, buffers: Buffers, theta: Array, i: int) -> None:
    """[BP2] delta of all layers below the last, in row i."""
    for layer in range(layout.widths.size - 2, 0, -1):
        width, above = layout.widths[layer], _row_start(layout, layer, i)
        at = _row_start(layout, layer - 1, i)
        below = buffers.delta[at : at + width]
        error = buffers.delta[above : above + _padded_width(layout.widths[layer + 1])]
        pull_back_sums(error, theta, layout.weight_starts[layer], below)
        if layout.activations[layer - 1] == SOFTMAX:
            z, a = buffers.z[at : at + width], buffers.a[at : at + width]
            pull_back_row(SOFTMAX, below, z, a)
        else:
            for k in range(width):
                below[k] *= buffers.derivative[at + k]


@inline_kernel
def _pass_batch(
    examples: Examples,
    layout: KernelLayout,
    buffers: Buffers,
    hyper: StepHyperparameters,
    theta: Array,
    rows: Array,
) -> BatchResult:
    """[BP, C8] A batch forward and back."""
    cost, correct, total = 0.0, 0, 0.0
    # A z that is not finite stops nothing here: the caller sees the probe, and takes no step.
    for i in range(rows.size):
        weight = example_weight(examples, rows[i], rows.size)
        total += _forward_row(examples, layout, buffers, theta, rows[i], i)
        c, right = _output_row(examples, layout, buffers, hyper, rows[i], i, weight)
        cost += weight * c
        correct += right
        _backward_row(layout, buffers, theta, i)
    return BatchResult(cost, correct, total)


# -------------------------------------------------------------------------------- gradient and step


@inline_kernel
def _add_gradient(
    examples: Examples,
    layout: KernelLayout,
    buffers: Buffers,
    rows: Array,
    factor: float,
    out: Array,
) -> None:
    """[BP3, BP4] out += factor · gradient of the batch, in all layers."""
    by = out.dtype.type(factor)
    for layer in range(layout.widths.size - 1):
        inputs, bias = layout.widths[layer], layout.bias_starts[layer]
        for i in range(rows.size):
            at = _row_start(layout, layer, i)
            delta = buffers.delta[at : at + _padded_width(layout.widths[layer + 1])]
            for j in range(delta.size):
                delta[j] *= by
            _add_bias_gradient(out, bias, delta)
            if layer > 0:
                below = _row_start(layout, layer - 1, i)
                x = buffers.a[below : below + inputs]
                add_dense_gradient(x, out, layout.weight_starts[layer], delta)
            elif examples.indptr.size > 0:
                add_sparse_gradient(examples, rows[i], out, inputs, delta)
            else:
                add_dense_gradient(examples.dense[rows[i]], out, 0, delta)


@kernel
def _add_bias_gradient(out: Array, bias: int, delta: Array) -> None:
    """[BP3] db += delta, at the biases of a layer that has any."""
    if bias >= 0:
        for j in range(delta.size):
            out[bias + j] += delta[j]


@inline_kernel
def _step_by_gradient(
    workspace: Workspace,
    hyper: StepHyperparameters,
    state: TrainingState,
    rows: Array,
    rate: float,
    step: int,
) -> tuple[float, float]:
    """[O1, U1-U8] A step of any rule, by way of the whole gradient.

    Returns: the penalty and the gradient's norm. No step is taken if either is not finite.
    """
    theta, gradient = state.theta, workspace.buffers.gradient
    gradient[:] = gradient.dtype.type(0)
    _add_gradient(workspace.examples, workspace.layout, workspace.buffers, rows, 1.0, gradient)
    penalty, squares = penalise_segment(hyper, theta, gradient, 0, theta.size)
    norm = float(np.sqrt(squares))
    if is_finite(norm + penalty):
        factor = clip_factor(hyper, norm)
        step_segment(hyper, state, gradient, 0, theta.size, rate, step, factor)
    return penalty, norm


@kernel
def _finish_step(
    layout: KernelLayout, hyper: StepHyperparameters, state: TrainingState, average_weight: float
) -> None:
    """[U9, M1] What follows a step: the greatest norm of a neuron's weights, and the average."""
    if hyper.max_norm > 0.0:
        for layer in range(layout.widths.size - 1):
            for panel in range(panels_of(layout.widths[layer + 1])):
                limit_panel(layout, state.theta, layer, panel, hyper.max_norm)
    if average_weight > 0.0:
        average_segment(state.update_state[hyper.slots], state.theta, average_weight)


# -------------------------------------------------------------------------------------------- entry


@announce("The kernels are compiled, this once: about 10 s.")
@entry
def advance_loops(
    workspace: Workspace, hyper: StepHyperparameters, chunk: BatchChunk, state: TrainingState
) -> int:
    """Train on a chunk of an epoch's batches.

    The epoch's last batch goes by way of the whole gradient, whose norm is recorded.

    Args:
        workspace: the training set, the network's layout and room; the partition is not read.
        hyper: what decides the steps.
        chunk: which batches.
        state: what they change.

    Returns: the batch after the last one done; before chunk.after if one is not finite.
    """
    examples, layout, buffers = workspace.examples, workspace.layout, workspace.buffers
    order, size, sums = chunk.order, chunk.batch_size, state.epoch_sums
    last_batch = (order.size + size - 1) // size - 1
    is_plain = is_plain_sgd(hyper)
    for batch in range(chunk.first, chunk.after):
        rows = order[batch * size : min((batch + 1) * size, order.size)]
        result = _pass_batch(examples, layout, buffers, hyper, state.theta, rows)
        if not is_finite(result.cost + result.probe):
            return batch
        k = batch - chunk.first
        rate, penalty = chunk.rates[k], 0.0
        # A plain step needs no whole gradient; the epoch's last one does, whose norm is recorded.
        if is_plain and batch < last_batch:
            _add_gradient(examples, layout, buffers, rows, -rate, state.theta)
        else:
            step = chunk.steps_before + k + 1
            penalty, norm = _step_by_gradient(workspace, hyper, state, rows, rate, step)
            if not is_finite(norm + penalty):
                return batch
            sums[LAST_GRADIENT_NORM] = norm
        _finish_step(layout, hyper, state, chunk.average_weights[k])
        sums[EPOCH_EXAMPLES] += rows.size
        sums[EPOCH_COST] += rows.size * result.cost
        sums[EPOCH_PENALTY] += rows.size * penalty
        sums[EPOCH_CORRECT] += result.correct
    return chunk.after
