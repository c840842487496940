"""The output of one example: its target, its cost, its error, and whether it is right."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from chainrule.kernels.compiling import inlined, kernel
from chainrule.kernels.output_error import row_cost_and_error
from chainrule.kernels.records import Course, Examples
from chainrule.kernels.rows import activate_row, greatest_of

__all__ = ["answer_row", "share_of"]

Array = NDArray[Any]


@kernel
def share_of(examples: Examples, r: int, count: int) -> float:
    """[C8] What example r counts in a batch of so many."""
    if examples.weights.size > 0:
        return examples.weights[r] / count
    return 1.0 / count


@kernel
def _set_own(examples: Examples, r: int, y: Array) -> None:
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
def _mix(y: Array, share: float, other: int) -> None:
    """[X8] Targets mixed with those of class `other`."""
    of = y.dtype.type
    own = of(share)
    rest = of(1) - own
    for j in range(y.size):
        chosen = j == other if y.size > 1 else other == 1
        y[j] = own * y[j] + (rest if chosen else of(0))


@kernel
def _smooth(y: Array, smoothing: float) -> None:
    """[C9] Targets that leave every class a little."""
    kept, spread = y.dtype.type(1.0 - smoothing), y.dtype.type(smoothing / y.size)
    for j in range(y.size):
        y[j] = kept * y[j] + spread


@kernel
def _set_targets(examples: Examples, r: int, y: Array, smoothing: float) -> None:
    """The targets of example r, mixed and smoothed where they are to be."""
    _set_own(examples, r, y)
    if examples.others.size > 0:
        _mix(y, examples.shares[r], examples.others[r])
    if smoothing > 0.0:
        _smooth(y, smoothing)


@kernel
def _is_right(examples: Examples, r: int, a: Array) -> int:
    if examples.labels.size == 0:
        return 0
    chosen = greatest_of(a)
    if a.size == 1:
        chosen = 1 if a[0] > a.dtype.type(0.5) else 0
    return 1 if chosen == examples.labels[r] else 0


@inlined
def answer_row(
    examples: Examples, course: Course, code: int, which: tuple[int, float], row: Array
) -> tuple[float, int]:
    """[F2, D1, BP1] The output of an example.

    Args:
        examples: with the targets.
        course: with the cost.
        code: of the output activation.
        which: the example, and what it counts in its batch.
        row: z, and room for a, y and delta, (4 · outputs,).

    Returns: the cost c, and 1 where the example is right.
    """
    n = row.size // 4
    z, a, y, delta = row[:n], row[n : 2 * n], row[2 * n : 3 * n], row[3 * n :]
    r, share = which
    activate_row(code, z, a)
    _set_targets(examples, r, y, course.smoothing)
    c = row_cost_and_error((course.cost, code), course.huber, (z, a, y), delta, share)
    return c, _is_right(examples, r, a)
