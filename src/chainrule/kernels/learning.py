"""The gradient of a batch and the step that it leads to, by tasks that threads share."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.kernels.compiling import inlined, kernel
from chainrule.kernels.gradient_tiles import gradient_task, panels_in
from chainrule.kernels.panels import PANEL, panels_of, step_of
from chainrule.kernels.records import (
    Batch,
    Buffers,
    Course,
    Examples,
    Pieces,
    Plan,
    Team,
    Work,
)
from chainrule.kernels.rows import is_finite_number
from chainrule.kernels.task_queue import meet, next_task
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

__all__ = ["learn", "settle"]

Array = NDArray[Any]

KINDS = 3
"""Weights, biases, gains."""


@kernel
def _ends(plan: Plan, pieces: Pieces, task: int, part: int) -> tuple[int, int]:
    """Where a part of a task's numbers lies in the table: of each panel weights, biases, gains."""
    layer, panel, first, after = pieces.tasks[task]
    panels, step = panels_in(plan, pieces, task), step_of(plan.widths[layer + 1])
    kind, panel = part // panels, panel + part % panels
    if kind == 0:
        top = plan.tops[layer] + panel * plan.widths[layer] * step
        return top + first * step, top + after * step
    start = plan.biases[layer] if kind == 1 else plan.gains[layer]
    if start < 0 or first > 0:
        return 0, 0
    return start + panel * PANEL, start + panel * PANEL + step


@kernel
def _measure(
    plan: Plan, buffers: Buffers, pieces: Pieces, course: Course, now: tuple[Array, int]
) -> None:
    """[P1, P2, O1] Adds the penalties' gradient to a task's, and notes its two sums."""
    theta, task = now
    penalty, squares = 0.0, 0.0
    for part in range(KINDS * panels_in(plan, pieces, task)):
        first, after = _ends(plan, pieces, task, part)
        g = buffers.g[first:after]
        if has_penalties(course):
            of = (theta[first:after], g, course.is_weight[first:after])
            penalty += add_penalties(*of, course.hyper[6], course.hyper[7])
        squares += square_sum(g)
    pieces.parts[task, 0], pieces.parts[task, 1] = penalty, squares


@kernel
def _step(
    plan: Plan,
    buffers: Buffers,
    pieces: Pieces,
    course: Course,
    now: tuple[Work, int, float, int, float],
) -> None:
    """[U1-U7] Moves a task's parameters by its gradient, shortened by a factor."""
    work, task, rate, t, shorter = now
    for part in range(KINDS * panels_in(plan, pieces, task)):
        first, after = _ends(plan, pieces, task, part)
        g = buffers.g[first:after]
        shorten(g, shorter)
        knobs = (course.hyper, rate, t, course.is_weight[first:after])
        slots = (work.state[0], work.state[max(0, course.slots - 1)])
        state = (slots[0][first:after], slots[1][first:after])
        step_stretch(course.update, work.theta[first:after], g, state, knobs)


@kernel
def _sums_of(pieces: Pieces) -> tuple[float, float]:
    """The penalty and the gradient's length, from the tasks' sums in their order."""
    penalty, squares = 0.0, 0.0
    for task in range(len(pieces.parts)):
        penalty += pieces.parts[task, 0]
        squares += pieces.parts[task, 1]
    return penalty, float(np.sqrt(squares))


@inlined
def learn(
    data: tuple[Examples, Plan, Buffers, Pieces],
    course: Course,
    work: Work,
    team: Team,
    batch: Batch,
) -> tuple[float, float]:
    """[BP3, BP4, O1, U1-U8] Gradient and step; gives the penalty and the gradient's length.

    The gradients of a batch's parts are added up, and the step is taken with the last one. Where
    nothing needs the whole gradient, each task steps as soon as it has its part of it, and where
    the step is plain, that goes straight to the parameters; the length is then 0. Else all meet
    between gradient and step. A step is not taken where length or penalty is not finite.
    """
    examples, plan, buffers, pieces = data
    fresh, last = batch.place == 0, batch.place + batch.rows.size == batch.many
    plain = is_plain(course) and not batch.whole and fresh and last
    whole, measured = batch.whole and last, last and (batch.whole or has_penalties(course))
    out, factor = (work.theta, -batch.rate) if plain else (buffers.g, 1.0)
    penalty, length, shorter, many = 0.0, 0.0, 1.0, len(pieces.tasks)
    for turn in range(2 if whole else 1):
        task = next_task(team, -1)
        while task < many:
            if turn == 0:
                what = (task, batch.rows, out, factor, fresh and not plain)
                gradient_task(examples, plan, buffers, pieces, what)
            if turn == 0 and measured:
                _measure(plan, buffers, pieces, course, (work.theta, task))
            if last and not plain and (turn == 1 or not whole):
                _step(plan, buffers, pieces, course, (work, task, batch.rate, batch.t, shorter))
            task = next_task(team, task)
        meet(team)
        if turn == 0 and measured:
            penalty, length = _sums_of(pieces)
            if not is_finite_number(penalty + length):
                break
            shorter = clip_factor(course, length)
    return penalty, length


@inlined
def settle(
    data: tuple[Examples, Plan, Buffers, Pieces],
    course: Course,
    work: Work,
    team: Team,
    blend: float,
) -> None:
    """[U9, M1] What follows a step: weights of the length allowed, and the average."""
    plan, pieces = data[1], data[3]
    if course.longest > 0.0:
        for layer in range(plan.widths.size - 1):
            panel = next_task(team, -1)
            while panel < panels_of(plan.widths[layer + 1]):
                limit_panel(plan, work.theta, layer, panel, course.longest)
                panel = next_task(team, panel)
            meet(team)
    if blend > 0.0:
        task = next_task(team, -1)
        while task < len(pieces.tasks):
            for part in range(KINDS * panels_in(plan, pieces, task)):
                first, after = _ends(plan, pieces, task, part)
                average = work.state[course.slots][first:after]
                blend_stretch(average, work.theta[first:after], blend)
            task = next_task(team, task)
        meet(team)
