"""The output of one example: its target, its cost, its error, and whether it is right."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from chainrule.kernels.activations import activate_row, argmax
from chainrule.kernels.compiling import inline_kernel, kernel
from chainrule.kernels.output_error import OutputRow, row_cost_and_error
from chainrule.kernels.records import Examples, StepHyperparameters

__all__ = ["evaluate_output", "example_weight"]

Array = NDArray[Any]


@kernel
def example_weight(examples: Examples, r: int, batch_size: int) -> float:
    """[C8] The weight of example r in the mean over its batch."""
    if examples.weights.size > 0:
        return examples.weights[r] / batch_size
    return 1.0 / batch_size


@kernel
def _copy_target(examples: Examples, r: int, y: Array) -> None:
    """The example's own target: numbers, or its class as 0 or 1, or as a row with one 1."""
    of = y.dtype.type
    if examples.labels.size == 0:
        for j in range(y.size):
            y[j] = examples.targets[r, j]
    elif y.size == 1:
        y[0] = of(examples.labels[r])
    else:
        for j in range(y.size):
            y[j] = of(1) if j == examples.labels[r] else of(0)


@kernel
def _mix(y: Array, weight: float, label: int) -> None:
    """[X8] The target times a weight, and that of class `label` times the rest."""
    of = y.dtype.type
    own = of(weight)
    rest = of(1) - own
    for j in range(y.size):
        chosen = j == label if y.size > 1 else label == 1
        y[j] = own * y[j] + (rest if chosen else of(0))


@kernel
def _smooth(y: Array, smoothing: float) -> None:
    """[C9] A target that gives every class a little."""
    kept, spread = y.dtype.type(1.0 - smoothing), y.dtype.type(smoothing / y.size)
    for j in range(y.size):
        y[j] = kept * y[j] + spread


@kernel
def _set_target(examples: Examples, r: int, y: Array, smoothing: float) -> None:
    """The target of example r, mixed and smoothed where the recipe says so."""
    _copy_target(examples, r, y)
    if examples.mixed_labels.size > 0:
        _mix(y, examples.mixing_weights[r], examples.mixed_labels[r])
    if smoothing > 0.0:
        _smooth(y, smoothing)


@kernel
def _is_right(examples: Examples, r: int, a: Array) -> int:
    if examples.labels.size == 0:  # targets that are numbers are neither right nor wrong
        return 0
    chosen = argmax(a)
    if a.size == 1:  # one output is the probability of class 1
        chosen = 1 if a[0] > a.dtype.type(0.5) else 0
    return 1 if chosen == examples.labels[r] else 0


@inline_kernel
def evaluate_output(
    examples: Examples,
    hyper: StepHyperparameters,
    activation: int,
    r: int,
    weight: float,
    room: Array,
) -> tuple[float, int]:
    """[F2, D1, BP1] The cost c of example r, and 1 if it is right, else 0.

    Args:
        examples: with the targets.
        hyper: with the cost.
        activation: code of the output activation.
        r: the example.
        weight: of the example in its batch.
        room: (4 · outputs,): z; a, y and delta are set.
    """
    n = room.size // 4
    row = OutputRow(room[:n], room[n : 2 * n], room[2 * n : 3 * n], room[3 * n :])
    activate_row(activation, row.z, row.a)
    _set_target(examples, r, row.y, hyper.label_smoothing)
    c = row_cost_and_error(hyper.cost, activation, hyper.huber_threshold, row, weight)
    return c, _is_right(examples, r, row.a)
