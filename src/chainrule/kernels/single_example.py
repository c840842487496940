"""Training example by example: the steps of a stretch of batches, for small batches."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.kernels.compiling import announced, entry, inlined, kernel
from chainrule.kernels.panels import panels_of
from chainrule.kernels.passes import add_gradient, pass_batch
from chainrule.kernels.records import Buffers, Course, Examples, Plan, Stretch, Work
from chainrule.kernels.rows import is_finite_number
from chainrule.kernels.updates import (
    add_penalties,
    blend_stretch,
    clip_factor,
    has_penalties,
    is_plain,
    limit_panel,
    shorten,
    square_sum,
    step_stretch,
)

__all__ = ["advance_loops"]

Array = NDArray[Any]


@inlined
def _whole_step(
    data: tuple[Examples, Plan, Buffers],
    course: Course,
    work: Work,
    now: tuple[Array, float, int],
) -> tuple[float, float]:
    """A step of any rule by way of the whole gradient; gives the penalty and the length.

    Nothing is changed where either is not finite.
    """
    examples, plan, buffers = data
    rows, rate, t = now
    hyper, penalty, theta, g = course.hyper, 0.0, work.theta, buffers.g
    g[:] = g.dtype.type(0)
    add_gradient(examples, plan, buffers, g, (1.0, rows))
    if has_penalties(course):
        penalty = add_penalties(theta, g, course.is_weight, hyper[6], hyper[7])
    length = float(np.sqrt(square_sum(g)))
    if is_finite_number(length + penalty):
        shorten(g, clip_factor(course, length))
        knobs = (hyper, rate, t, course.is_weight)
        state = (work.state[0], work.state[max(0, course.slots - 1)])
        step_stretch(course.update, theta, g, state, knobs)
    return penalty, length


@kernel
def _settle(plan: Plan, course: Course, work: Work, blend: float) -> None:
    """[U9, M1] What follows a step: weights of the length allowed, and the average."""
    if course.longest > 0.0:
        for layer in range(plan.widths.size - 1):
            for panel in range(panels_of(plan.widths[layer + 1])):
                limit_panel(plan, work.theta, layer, panel, course.longest)
    if blend > 0.0:
        blend_stretch(work.state[course.slots], work.theta, blend)


@announced("The kernels are compiled, this once: about 10 s.")
@entry
def advance_loops(
    data: tuple[Examples, Plan, Buffers], course: Course, stretch: Stretch, work: Work
) -> int:
    """Trains on a stretch of an epoch's batches.

    The epoch's last batch goes by way of the whole gradient, whose length is recorded.

    Returns: the batch after the last one done; before stretch.after where one is not finite.
    """
    examples, plan, buffers = data
    order, size, sums = stretch.order, stretch.size, work.sums
    last_batch = (order.size + size - 1) // size - 1
    plain = is_plain(course)
    for batch in range(stretch.first, stretch.after):
        rows = order[batch * size : min((batch + 1) * size, order.size)]
        cost, correct, probe = pass_batch(examples, plan, buffers, course, (work.theta, rows))
        if not is_finite_number(cost + probe):
            return batch
        rate, penalty = stretch.rates[batch - stretch.first], 0.0
        if plain and batch < last_batch:
            add_gradient(examples, plan, buffers, work.theta, (-rate, rows))
        else:
            now = (rows, rate, stretch.step + batch - stretch.first + 1)
            penalty, length = _whole_step(data, course, work, now)
            if not is_finite_number(length + penalty):
                return batch
            sums[4] = length
        _settle(plan, course, work, stretch.blends[batch - stretch.first])
        sums[0] += rows.size
        sums[1] += rows.size * cost
        sums[2] += rows.size * penalty
        sums[3] += correct
    return stretch.after
