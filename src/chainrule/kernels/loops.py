"""Training by loops: the steps of a stretch of batches, for narrow networks."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.kernels.compiling import kernel
from chainrule.kernels.passes import add_gradient, pass_batch
from chainrule.kernels.records import Course, Examples, Space, Stretch, Work
from chainrule.kernels.rows import is_finite_number
from chainrule.kernels.steps import add_penalties, step_stretch

__all__ = ["advance_loops"]

Array = NDArray[Any]


@kernel
def _length(g: Array) -> float:
    """[U7] ‖g‖ with the squares summed in float64."""
    total = 0.0
    for k in range(g.size):
        total += float(g[k]) * float(g[k])
    return float(np.sqrt(total))


@kernel
def _clip(g: Array, length: float, clip: float) -> None:
    """[U7] Shortens g where it is longer than allowed; 0 allows any length."""
    if clip > 0.0 and length > clip:
        shorter = g.dtype.type(clip / length)
        for k in range(g.size):
            g[k] *= shorter


@kernel
def _whole_step(
    examples: Examples, space: Space, course: Course, work: Work, now: tuple[Array, float, int]
) -> tuple[float, float]:
    """A step of any rule by way of the whole gradient; gives the penalty and the length.

    Nothing is changed where either is not finite.
    """
    rows, rate, t = now
    hyper, penalty = course.hyper, 0.0
    theta, g = work.theta.reshape(-1), space.g.reshape(-1)
    g[:] = g.dtype.type(0)
    add_gradient(examples, space, space.g, 1.0, rows)
    if hyper[6] != 0.0 or hyper[7] != 0.0:
        penalty = add_penalties(theta, g, course.is_weight, hyper[6], hyper[7])
    length = _length(g)
    if is_finite_number(length + penalty):
        _clip(g, length, course.clip)
        knobs = (hyper, rate, t, course.is_weight)
        step_stretch(course.update, theta, g, work.state, knobs)
    return penalty, length


@kernel
def _is_plain(course: Course) -> bool:
    """Whether a step is only θ - η g, which may go to θ term by term."""
    free = course.hyper[6] == 0.0 and course.hyper[7] == 0.0
    return course.update == 0 and course.clip == 0.0 and free


@kernel
def advance_loops(
    examples: Examples, space: Space, course: Course, stretch: Stretch, work: Work
) -> int:
    """Trains on a stretch of an epoch's batches.

    The epoch's last batch goes by way of the whole gradient, whose length is recorded.

    Returns: the batch after the last one done; before stretch.after where one is not finite.
    """
    order, size, sums = stretch.order, stretch.size, work.sums
    last_batch = (order.size + size - 1) // size - 1
    plain = _is_plain(course)
    for batch in range(stretch.first, stretch.after):
        rows = order[batch * size : min((batch + 1) * size, order.size)]
        cost, correct, probe = pass_batch(examples, space, course, work.theta, rows)
        if not is_finite_number(cost + probe):
            return batch
        rate, penalty = stretch.rates[batch - stretch.first], 0.0
        if plain and batch < last_batch:
            add_gradient(examples, space, work.theta, -rate, rows)
        else:
            now = (rows, rate, stretch.step + batch - stretch.first + 1)
            penalty, length = _whole_step(examples, space, course, work, now)
            if not is_finite_number(length + penalty):
                return batch
            sums[4] = length
        sums[0] += rows.size
        sums[1] += rows.size * cost
        sums[2] += rows.size * penalty
        sums[3] += correct
    return stretch.after
