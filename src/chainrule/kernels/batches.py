"""Training batch by batch: all rows of a layer at once, by tasks that threads share."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.kernels.backward_tiles import OUTPUT_BLOCK, output_task, pull_task, pull_tasks
from chainrule.kernels.compiling import entry, inlined, kernel
from chainrule.kernels.forward_tiles import ROW_BLOCK, forward_task, forward_tasks, gather_rows
from chainrule.kernels.gradient_tiles import gradient_task, panels_in, sort_by_column
from chainrule.kernels.panels import PANEL, step_of
from chainrule.kernels.records import (
    Buffers,
    Course,
    Examples,
    Pieces,
    Plan,
    Stretch,
    Team,
    Work,
)
from chainrule.kernels.rows import is_finite_number
from chainrule.kernels.steps import (
    add_penalties,
    clip_factor,
    has_penalties,
    is_plain,
    shorten,
    square_sum,
    step_stretch,
)
from chainrule.kernels.team import meet, next_task

__all__ = ["advance_tiles"]

Array = NDArray[Any]


@inlined
def _prepare(examples: Examples, plan: Plan, buffers: Buffers, team: Team, rows: Array) -> None:
    """The batch's inputs as a sheet, where they are dense."""
    if examples.indptr.size == 0:
        blocks, block = (rows.size + ROW_BLOCK - 1) // ROW_BLOCK, next_task(team, -1)
        while block < blocks:
            gather_rows(examples, plan, buffers, rows, block)
            block = next_task(team, block)
        meet(team)


@inlined
def _forward(
    examples: Examples,
    plan: Plan,
    buffers: Buffers,
    pieces: Pieces,
    now: tuple[Team, int, Array, Array],
) -> None:
    """[F3] z of all layers, a and slopes of all but the last; the probes tell of NaN."""
    team, me, theta, rows = now
    probe = 0.0
    for layer in range(plan.widths.size - 1):
        is_sparse = layer == 0 and examples.indptr.size > 0
        extra = 1 if is_sparse and pieces.by_column else 0  # the first task sorts, the others go on
        many = forward_tasks(plan, layer, rows.size) + extra
        task = next_task(team, -1)
        while task < many:
            if task < extra:
                sort_by_column(examples, pieces, rows)
            else:
                probe += forward_task(examples, plan, buffers, theta, (layer, task - extra, rows))
            task = next_task(team, task)
        meet(team)
    buffers.probes[me] = probe


@inlined
def _answer(
    examples: Examples,
    plan: Plan,
    buffers: Buffers,
    course: Course,
    now: tuple[Team, int, Array],
) -> tuple[float, int]:
    """[D1, C8] The batch's cost and right answers; the cost is NaN where a z was not finite."""
    team, me, rows = now
    blocks, block = (rows.size + OUTPUT_BLOCK - 1) // OUTPUT_BLOCK, next_task(team, -1)
    while block < blocks:
        output_task(examples, plan, buffers, course, (me, block, rows))
        block = next_task(team, block)
    meet(team)
    cost, right = 0.0, 0
    for i in range(rows.size):
        cost += buffers.costs[i]
        right += buffers.rights[i]
    for i in range(team.threads):
        cost += buffers.probes[i]
    return cost, right


@inlined
def _back(plan: Plan, buffers: Buffers, team: Team, me: int, now: tuple[Array, int]) -> None:
    """[BP2] delta of all layers below the last."""
    theta, count = now
    for layer in range(plan.widths.size - 3, -1, -1):
        many, task = pull_tasks(plan, layer), next_task(team, -1)
        while task < many:
            pull_task(plan, buffers, theta, (me, layer, task, count))
            task = next_task(team, task)
        meet(team)


@kernel
def _ends(plan: Plan, pieces: Pieces, task: int, part: int) -> tuple[int, int]:
    """Where a part of a task's numbers lies in the table: weights of its panels, then biases."""
    layer, panel, first, after = pieces.tasks[task]
    panels, step = panels_in(plan, pieces, task), step_of(plan.widths[layer + 1])
    if part < panels:
        top = plan.tops[layer] + (panel + part) * plan.widths[layer] * step
        return top + first * step, top + after * step
    if plan.biases[layer] < 0 or first > 0:
        return 0, 0
    top = plan.biases[layer] + (panel + part - panels) * PANEL
    return top, top + step


@kernel
def _measure(
    plan: Plan, buffers: Buffers, pieces: Pieces, course: Course, now: tuple[Array, int]
) -> None:
    """[P1, P2, O1] Adds the penalties' gradient to a task's, and notes its two sums."""
    theta, task = now
    penalty, squares = 0.0, 0.0
    for part in range(2 * panels_in(plan, pieces, task)):
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
    for part in range(2 * panels_in(plan, pieces, task)):
        first, after = _ends(plan, pieces, task, part)
        g = buffers.g[first:after]
        shorten(g, shorter)
        knobs = (course.hyper, rate, t, course.is_weight[first:after])
        slots = (work.state[0], work.state[len(work.state) - 1])
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
def _learn(
    examples: Examples,
    plan: Plan,
    buffers: Buffers,
    pieces: Pieces,
    now: tuple[Course, Work, Team, Array, float, int, bool],
) -> tuple[float, float]:
    """[BP3, BP4, O1, U1-U7] Gradient and step; gives the penalty and the gradient's length.

    Where nothing needs the whole gradient, each task steps as soon as it has its part, and where
    the step is plain, its part goes straight to the parameters; the length is then 0. Else all
    meet between gradient and step. A step is not taken where length or penalty is not finite.
    """
    course, work, team, rows, rate, t, whole = now
    plain = is_plain(course) and not whole
    measured = whole or has_penalties(course)
    out, factor = (work.theta, -rate) if plain else (buffers.g, 1.0)
    penalty, length, shorter, many = 0.0, 0.0, 1.0, len(pieces.tasks)
    for turn in range(2 if whole else 1):
        task = next_task(team, -1)
        while task < many:
            if turn == 0:
                what = (task, rows, out, factor, not plain)
                gradient_task(examples, plan, buffers, pieces, what)
            if turn == 0 and measured:
                _measure(plan, buffers, pieces, course, (work.theta, task))
            if not plain and (turn == 1 or not whole):
                _step(plan, buffers, pieces, course, (work, task, rate, t, shorter))
            task = next_task(team, task)
        meet(team)
        if turn == 0 and measured:
            penalty, length = _sums_of(pieces)
            if not is_finite_number(penalty + length):
                break
            shorter = clip_factor(course, length)
    return penalty, length


@entry
def advance_tiles(
    data: tuple[Examples, Plan, Buffers, Pieces],
    course: Course,
    stretch: Stretch,
    work: Work,
    crew: tuple[Team, int],
) -> int:
    """Trains on a stretch of an epoch's batches; every thread of the team calls it.

    The epoch's last batch goes by way of the whole gradient, whose length is recorded.

    Args:
        data: the training set, the network's shape, buffers, tasks.
        course: what decides the steps.
        stretch: which steps.
        work: what they change; sums by the first thread only.
        crew: the team, and the number of the thread that calls, from 0.

    Returns: the batch after the last one done; before stretch.after where one is not finite.
    """
    examples, plan, buffers, pieces = data
    team, me = crew
    order, size, sums = stretch.order, stretch.size, work.sums
    last_batch = (order.size + size - 1) // size - 1
    for batch in range(stretch.first, stretch.after):
        rows = order[batch * size : min((batch + 1) * size, order.size)]
        _prepare(examples, plan, buffers, team, rows)
        _forward(examples, plan, buffers, pieces, (team, me, work.theta, rows))
        cost, right = _answer(examples, plan, buffers, course, (team, me, rows))
        if not is_finite_number(cost):
            return batch
        _back(plan, buffers, team, me, (work.theta, rows.size))
        whole = course.clip > 0.0 or batch == last_batch
        rate, t = stretch.rates[batch - stretch.first], stretch.step + batch - stretch.first + 1
        now = (course, work, team, rows, rate, t, whole)
        penalty, length = _learn(examples, plan, buffers, pieces, now)
        if not is_finite_number(penalty + length):
            return batch
        if me == 0:
            sums[0] += rows.size
            sums[1] += rows.size * cost
            sums[2] += rows.size * penalty
            sums[3] += right
            sums[4] = length
    return stretch.after
