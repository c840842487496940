"""Training batch by batch: all rows of a layer at once, by tasks that threads share."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from chainrule.kernels.backward_tiles import OUTPUT_BLOCK, output_task, pull_task, pull_tasks
from chainrule.kernels.batch_norm_tiles import normal_task
from chainrule.kernels.compiling import announced, entry, inlined, kernel
from chainrule.kernels.dropout import activate_part
from chainrule.kernels.forward_tiles import (
    ROW_BLOCK,
    forward_task,
    forward_tasks,
    gather_rows,
    place_of,
)
from chainrule.kernels.gradient_tiles import sort_by_column
from chainrule.kernels.learning import learn, settle
from chainrule.kernels.panels import panels_of
from chainrule.kernels.records import (
    Batch,
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
from chainrule.kernels.task_queue import meet, next_task

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
def _forward_task(
    examples: Examples,
    plan: Plan,
    buffers: Buffers,
    course: Course,
    now: tuple[Array, Batch, int, int, int],
) -> float:
    """[F1, F2, N1, N2] One task of a layer's turn; gives 0, or NaN where a sum is not finite."""
    theta, batch, layer, turn, task = now
    probe, place = 0.0, (layer, task, 0, batch.rows.size)
    if turn == 1:
        normal_task(plan, buffers, theta, place)
    else:
        place = place_of(task, layer, batch.rows.size)
        probe = forward_task(examples, plan, buffers, theta, (place, batch.rows))
    if layer < plan.widths.size - 2 and (turn == 1 or plan.gains[layer] < 0):
        activate_part(plan, buffers, course, place, batch)
    return probe


@inlined
def _forward_turn(
    examples: Examples,
    plan: Plan,
    buffers: Buffers,
    course: Course,
    now: tuple[Pieces, Team, Array, Batch, int, int],
) -> float:
    """[F3] One turn of a layer's tasks; gives 0, or NaN where a sum is not finite."""
    pieces, team, theta, batch, layer, turn = now
    # In the first layer's turn, the first task may be to sort; the others go on meanwhile.
    is_sparse = layer == 0 and examples.indptr.size > 0
    extra = 1 if turn == 0 and is_sparse and pieces.by_column else 0
    many = forward_tasks(plan, layer, batch.rows.size) + extra
    if turn == 1:
        many = panels_of(plan.widths[layer + 1])
    probe, task = 0.0, next_task(team, -1)
    while task < many:
        if task < extra:
            sort_by_column(examples, pieces, batch.rows)
        else:
            what = (theta, batch, layer, turn, task - extra)
            probe += _forward_task(examples, plan, buffers, course, what)
        task = next_task(team, task)
    meet(team)
    return probe


@inlined
def _forward(
    examples: Examples,
    plan: Plan,
    buffers: Buffers,
    course: Course,
    now: tuple[Pieces, Team, int, Array, Batch],
) -> None:
    """[F3] z of all layers, a and slopes of all but the last; the probes tell of NaN.

    A layer is one turn of tasks, of some rows of a panel each; a normalised one is two, since its
    columns are normalised over all rows.
    """
    pieces, team, me, theta, batch = now
    probe = 0.0
    for layer in range(plan.widths.size - 1):
        for turn in range(2 if plan.gains[layer] >= 0 else 1):
            of = (pieces, team, theta, batch, layer, turn)
            probe += _forward_turn(examples, plan, buffers, course, of)
    buffers.probes[me] = probe


@inlined
def _answer(
    examples: Examples,
    plan: Plan,
    buffers: Buffers,
    course: Course,
    now: tuple[Team, int, Batch],
) -> tuple[float, int]:
    """[D1, C8] The batch's cost and right answers; the cost is NaN where a z was not finite."""
    team, me, batch = now
    count = batch.rows.size
    blocks, block = (count + OUTPUT_BLOCK - 1) // OUTPUT_BLOCK, next_task(team, -1)
    while block < blocks:
        output_task(examples, plan, buffers, course, (me, block, batch))
        block = next_task(team, block)
    meet(team)
    cost, right = 0.0, 0
    for i in range(count):
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
def _batch_of(course: Course, stretch: Stretch, batch: int, first: int) -> Batch:
    """The part of a batch that begins at its example `first`."""
    order, size = stretch.order, stretch.size
    begin, end = batch * size, min((batch + 1) * size, order.size)
    k = batch - stretch.first
    return Batch(
        order[begin + first : min(begin + first + stretch.part, end)],
        first,
        end - begin,
        stretch.keys[k],
        stretch.rates[k],
        stretch.step + k + 1,
        course.clip > 0.0 or end == order.size,
    )


@inlined
def _pass(
    data: tuple[Examples, Plan, Buffers, Pieces],
    course: Course,
    theta: Array,
    crew: tuple[Team, int],
    batch: Batch,
) -> tuple[float, int]:
    """[BP] A part of a batch forward and back: its cost, NaN where it broke down, right answers."""
    examples, plan, buffers, pieces = data
    team, me = crew
    _prepare(examples, plan, buffers, team, batch.rows)
    _forward(examples, plan, buffers, course, (pieces, team, me, theta, batch))
    cost, right = _answer(examples, plan, buffers, course, (team, me, batch))
    if is_finite_number(cost):
        _back(plan, buffers, team, me, (theta, batch.rows.size))
    return cost, right


@announced("The kernels are compiled, this once: about 10 s.")
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
    me = crew[1]
    for k in range(stretch.first, stretch.after):
        cost, right, first, penalty, length = 0.0, 0, 0, 0.0, 0.0
        batch = _batch_of(course, stretch, k, 0)
        while first < batch.many:
            batch = _batch_of(course, stretch, k, first)
            c, r = _pass(data, course, work.theta, crew, batch)
            cost, right, first = cost + c, right + r, first + batch.rows.size
            if not is_finite_number(cost):
                return k
            penalty, length = learn(data, course, work, crew[0], batch)
        if not is_finite_number(penalty + length):
            return k
        settle(data, course, work, crew[0], stretch.blends[k - stretch.first])
        if me == 0:
            work.sums[0] += batch.many
            work.sums[1] += batch.many * cost
            work.sums[2] += batch.many * penalty
            work.sums[3] += right
            work.sums[4] = length
    return stretch.after
