"""Training batch by batch: all rows of a layer at once, by tasks that threads share."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from chainrule.kernels.backward_tiles import (
    backward_task,
    backward_task_count,
    output_block_count,
    output_task,
)
from chainrule.kernels.batch_norm_tiles import normalise_panel
from chainrule.kernels.compiling import announce, entry, inline_kernel, kernel
from chainrule.kernels.dropout import activate_rows
from chainrule.kernels.elementary import is_finite
from chainrule.kernels.forward_tiles import (
    copy_input_rows,
    forward_task,
    forward_task_count,
    row_blocks,
    task_rows,
)
from chainrule.kernels.gradient_tiles import sort_by_column
from chainrule.kernels.panels import panels_of
from chainrule.kernels.records import (
    EPOCH_CORRECT,
    EPOCH_COST,
    EPOCH_EXAMPLES,
    EPOCH_PENALTY,
    LAST_GRADIENT_NORM,
    Batch,
    BatchChunk,
    PanelRows,
    StepHyperparameters,
    TaskQueue,
    TrainingState,
    Workspace,
)
from chainrule.kernels.task_queue import next_task, wait_for_all
from chainrule.kernels.update_tiles import finish_step, take_step

__all__ = ["advance_tiles"]

Array = NDArray[Any]

SUMS, NORMALISATION = 0, 1
"""The stages of a layer on the way forward; a layer without normalisation has one."""


@inline_kernel
def _copy_inputs(workspace: Workspace, queue: TaskQueue, rows: Array) -> None:
    """The batch's inputs as a matrix in panels, if they are dense."""
    if workspace.examples.indptr.size == 0:
        block = next_task(queue, -1)
        while block < row_blocks(rows.size):
            copy_input_rows(workspace.examples, workspace.layout, workspace.buffers, rows, block)
            block = next_task(queue, block)
        wait_for_all(queue)


@inline_kernel
def _forward_task(
    workspace: Workspace,
    hyper: StepHyperparameters,
    theta: Array,
    batch: Batch,
    layer: int,
    stage: int,
    task: int,
) -> float:
    """[F1, F2, N1, N2] One task of a stage of a layer; gives 0, or NaN if a sum is not finite."""
    examples, layout, buffers = workspace.examples, workspace.layout, workspace.buffers
    count, probe = batch.rows.size, 0.0
    if stage == NORMALISATION:
        place = PanelRows(layer, task, 0, count)
        normalise_panel(layout, buffers, theta, layer, task, count)
    else:
        place = task_rows(task, layer, count)
        probe = forward_task(examples, layout, buffers, theta, place, batch.rows)
    # The last layer is activated with its costs; a normalised one after its second stage.
    is_hidden = layer < layout.widths.size - 2
    if is_hidden and (stage == NORMALISATION or layout.gain_starts[layer] < 0):
        activate_rows(layout, buffers, hyper, place, batch)
    return probe


@inline_kernel
def _forward_stage(
    workspace: Workspace,
    hyper: StepHyperparameters,
    queue: TaskQueue,
    theta: Array,
    batch: Batch,
    layer: int,
    stage: int,
) -> float:
    """[F3] One stage of a layer; gives 0, or NaN if a sum is not finite."""
    layout, partition = workspace.layout, workspace.partition
    # In the first stage, the first task may be to sort the inputs for the way back; other
    # threads go on with sums meanwhile.
    is_sparse = layer == 0 and workspace.examples.indptr.size > 0
    sorts = 1 if stage == SUMS and is_sparse and partition.by_column else 0
    tasks = forward_task_count(layout, layer, batch.rows.size) + sorts
    if stage == NORMALISATION:
        tasks = panels_of(layout.widths[layer + 1])
    probe, task = 0.0, next_task(queue, -1)
    while task < tasks:
        if task < sorts:
            sort_by_column(workspace.examples, partition, batch.rows)
        else:
            probe += _forward_task(workspace, hyper, theta, batch, layer, stage, task - sorts)
        task = next_task(queue, task)
    wait_for_all(queue)
    return probe


@inline_kernel
def _forward(
    workspace: Workspace,
    hyper: StepHyperparameters,
    queue: TaskQueue,
    thread: int,
    theta: Array,
    batch: Batch,
) -> None:
    """[F3] z of all layers, a and derivatives of all but the last.

    The thread's probe becomes NaN if a sum is not finite.

    A layer is one stage of tasks, of some rows of a panel each; a normalised one is two, since its
    columns are normalised over all rows.
    """
    layout, probe = workspace.layout, 0.0
    for layer in range(layout.widths.size - 1):
        for stage in range(2 if layout.gain_starts[layer] >= 0 else 1):
            probe += _forward_stage(workspace, hyper, queue, theta, batch, layer, stage)
    workspace.buffers.probes[thread] = probe


@inline_kernel
def _evaluate_outputs(
    workspace: Workspace, hyper: StepHyperparameters, queue: TaskQueue, thread: int, batch: Batch
) -> tuple[float, int]:
    """[D1, C8] The batch's cost and right answers; the cost is NaN if a z was not finite."""
    examples, layout, buffers = workspace.examples, workspace.layout, workspace.buffers
    count = batch.rows.size
    block = next_task(queue, -1)
    while block < output_block_count(count):
        output_task(examples, layout, buffers, hyper, batch, thread, block)
        block = next_task(queue, block)
    wait_for_all(queue)
    # Each thread adds all of it up: the sums have one order, and no thread waits for another's.
    cost, right = 0.0, 0
    for i in range(count):
        cost += buffers.costs[i]
        right += buffers.correct[i]
    for i in range(queue.threads):
        cost += buffers.probes[i]
    return cost, right


@inline_kernel
def _backward(
    workspace: Workspace, queue: TaskQueue, thread: int, theta: Array, count: int
) -> None:
    """[BP2] delta of all layers below the last."""
    layout = workspace.layout
    for layer in range(layout.widths.size - 3, -1, -1):
        tasks, task = backward_task_count(layout, layer), next_task(queue, -1)
        while task < tasks:
            backward_task(layout, workspace.buffers, theta, layer, count, thread, task)
            task = next_task(queue, task)
        wait_for_all(queue)


@inline_kernel
def _pass_part(
    workspace: Workspace,
    hyper: StepHyperparameters,
    queue: TaskQueue,
    thread: int,
    theta: Array,
    batch: Batch,
) -> tuple[float, int]:
    """[BP] A part of a batch forward and back: its cost and right answers; NaN if it fails."""
    _copy_inputs(workspace, queue, batch.rows)
    _forward(workspace, hyper, queue, thread, theta, batch)
    cost, right = _evaluate_outputs(workspace, hyper, queue, thread, batch)
    # All threads have the same cost, so all of them go back, or none: the barriers stay in step.
    if is_finite(cost):
        _backward(workspace, queue, thread, theta, batch.rows.size)
    return cost, right


@kernel
def _batch_part(hyper: StepHyperparameters, chunk: BatchChunk, batch: int, offset: int) -> Batch:
    """The part of a batch that begins at its example `offset`."""
    order, size = chunk.order, chunk.batch_size
    begin, end = batch * size, min((batch + 1) * size, order.size)
    k = batch - chunk.first
    return Batch(
        rows=order[begin + offset : min(begin + offset + chunk.part_size, end)],
        offset=offset,
        size=end - begin,
        mask_keys=chunk.mask_keys[k],
        rate=chunk.rates[k],
        step=chunk.steps_before + k + 1,
        # Clipping needs the norm, and the history records that of the epoch's last batch.
        needs_norm=hyper.clip_norm > 0.0 or end == order.size,
    )


@announce("The kernels are compiled, this once: about 10 s.")
@entry
def advance_tiles(
    workspace: Workspace,
    hyper: StepHyperparameters,
    chunk: BatchChunk,
    state: TrainingState,
    queue: TaskQueue,
    thread: int,
) -> int:
    """Train on a chunk of an epoch's batches; every thread of the queue calls it.

    The epoch's last batch goes by way of the whole gradient, whose norm is recorded.

    Args:
        workspace: the training set, the network's layout, room, and tasks.
        hyper: what decides the steps.
        chunk: which batches.
        state: what they change; only the first thread changes the epoch's sums.
        queue: the tasks that threads share.
        thread: the number of the thread that calls, from 0.

    Returns: the batch after the last one done; before chunk.after if one is not finite.
    """
    sums = state.epoch_sums
    for k in range(chunk.first, chunk.after):
        cost, right, offset, penalty, norm = 0.0, 0, 0, 0.0, 0.0
        batch = _batch_part(hyper, chunk, k, 0)
        while offset < batch.size:
            batch = _batch_part(hyper, chunk, k, offset)
            c, correct = _pass_part(workspace, hyper, queue, thread, state.theta, batch)
            cost, right, offset = cost + c, right + correct, offset + batch.rows.size
            # No step is taken from such a part: the parameters are still those before the batch.
            if not is_finite(cost):
                return k
            penalty, norm = take_step(workspace, hyper, state, queue, batch)
        if not is_finite(penalty + norm):
            return k
        finish_step(workspace, hyper, state, queue, chunk.average_weights[k - chunk.first])
        if thread == 0:
            sums[EPOCH_EXAMPLES] += batch.size
            sums[EPOCH_COST] += batch.size * cost
            sums[EPOCH_PENALTY] += batch.size * penalty
            sums[EPOCH_CORRECT] += right
            sums[LAST_GRADIENT_NORM] = norm
    return chunk.after
