"""The gradient of a batch and the step that follows from it, by tasks that threads share."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.kernels.compiling import inline_kernel, kernel
from chainrule.kernels.elementary import is_finite
from chainrule.kernels.gradient_tiles import GradientTask, gradient_task, task_at
from chainrule.kernels.panels import PANEL, panels_of, stride_of, weight_panel_start
from chainrule.kernels.records import (
    Batch,
    KernelLayout,
    StepHyperparameters,
    TaskPartition,
    TaskQueue,
    TrainingState,
    Workspace,
)
from chainrule.kernels.task_queue import next_task, wait_for_all
from chainrule.kernels.updates import (
    average_segment,
    clip_factor,
    has_penalties,
    is_plain_sgd,
    limit_panel,
    penalise_segment,
    step_segment,
)

__all__ = ["finish_step", "take_step"]

Array = NDArray[Any]

WEIGHTS, BIASES, GAINS = range(3)
"""The kinds of parameters that a task changes: a segment of each in every panel."""
KINDS = 3

PENALTY, SQUARES = 0, 1
"""Columns of the tasks' sums."""


@kernel
def _segment(layout: KernelLayout, task: GradientTask, k: int) -> tuple[int, int]:
    """Where segment k of a task begins and ends in the parameters; the same place if it is empty.

    The segments are the weights of all its panels, then their biases, then their gains.
    """
    stride = stride_of(layout.widths[task.layer + 1])
    kind, panel = k // task.panels, task.panel + k % task.panels
    if kind == WEIGHTS:
        start = weight_panel_start(layout, task.layer, panel)
        return start + task.first * stride, start + task.after * stride
    start = layout.bias_starts[task.layer] if kind == BIASES else layout.gain_starts[task.layer]
    # Some layers have no biases or gains; of those that have, the task with input 0 moves them.
    if start < 0 or task.first > 0:
        return 0, 0
    return start + panel * PANEL, start + panel * PANEL + stride


@kernel
def _penalise(
    layout: KernelLayout,
    partition: TaskPartition,
    hyper: StepHyperparameters,
    theta: Array,
    gradient: Array,
    k: int,
) -> None:
    """[P1, P2, O1] Add the penalties' gradient to that of task k, and records its two sums."""
    task = task_at(layout, partition, k)
    penalty, squares = 0.0, 0.0
    for segment in range(KINDS * task.panels):
        first, after = _segment(layout, task, segment)
        p, s = penalise_segment(hyper, theta, gradient, first, after)
        penalty += p
        squares += s
    partition.sums[k, PENALTY], partition.sums[k, SQUARES] = penalty, squares


@kernel
def _step(
    layout: KernelLayout,
    partition: TaskPartition,
    hyper: StepHyperparameters,
    state: TrainingState,
    gradient: Array,
    batch: Batch,
    k: int,
    factor: float,
) -> None:
    """[U1-U8] Move the parameters of task k by their gradient times a factor."""
    task = task_at(layout, partition, k)
    for segment in range(KINDS * task.panels):
        first, after = _segment(layout, task, segment)
        step_segment(hyper, state, gradient, first, after, batch.rate, batch.step, factor)


@kernel
def _penalty_and_norm(partition: TaskPartition) -> tuple[float, float]:
    """The penalty and the gradient's norm, from the tasks' sums in their order."""
    penalty, squares = 0.0, 0.0
    for k in range(len(partition.sums)):
        penalty += partition.sums[k, PENALTY]
        squares += partition.sums[k, SQUARES]
    return penalty, float(np.sqrt(squares))


@inline_kernel
def take_step(
    workspace: Workspace,
    hyper: StepHyperparameters,
    state: TrainingState,
    queue: TaskQueue,
    batch: Batch,
) -> tuple[float, float]:
    """[BP3, BP4, O1, U1-U8] The gradient of a batch's part, and with the last part the step.

    The gradients of a batch's parts are added up. There are three ways to the step:

    - directly: a plain step of a batch in one part adds each term to the parameters;
    - at once: each task steps as soon as it has its part of the gradient;
    - after a barrier: where the whole gradient's norm is needed first.

    Returns: the penalty and the gradient's norm; the norm is 0 where it is not needed. No step is
        taken after the barrier if either is not finite.
    """
    layout, partition = workspace.layout, workspace.partition
    gradient = workspace.buffers.gradient
    is_first_part = batch.offset == 0
    is_last_part = batch.offset + batch.rows.size == batch.size
    waits = batch.needs_norm and is_last_part
    is_direct = is_plain_sgd(hyper) and not batch.needs_norm and is_first_part and is_last_part
    penalises = is_last_part and (batch.needs_norm or has_penalties(hyper))
    steps = is_last_part and not is_direct
    out = state.theta if is_direct else gradient
    gradient_factor = -batch.rate if is_direct else 1.0
    overwrites = is_first_part and not is_direct
    penalty, norm, factor = 0.0, 0.0, 1.0
    rounds, tasks = 2 if waits else 1, len(partition.tasks)
    # One loop for both rounds: a second place to step would double the code to be compiled.
    for r in range(rounds):
        k = next_task(queue, -1)
        while k < tasks:
            if r == 0:
                gradient_task(workspace, out, k, batch.rows, gradient_factor, overwrites)
            if r == 0 and penalises:
                _penalise(layout, partition, hyper, state.theta, gradient, k)
            if steps and r == rounds - 1:
                _step(layout, partition, hyper, state, gradient, batch, k, factor)
            k = next_task(queue, k)
        wait_for_all(queue)
        if r == 0 and penalises:
            penalty, norm = _penalty_and_norm(partition)
            if not is_finite(penalty + norm):
                break
            factor = clip_factor(hyper, norm)
    return penalty, norm


@inline_kernel
def finish_step(
    workspace: Workspace,
    hyper: StepHyperparameters,
    state: TrainingState,
    queue: TaskQueue,
    average_weight: float,
) -> None:
    """[U9, M1] What follows a step: the greatest norm of a neuron's weights, and the average."""
    layout, partition = workspace.layout, workspace.partition
    if hyper.max_norm > 0.0:
        for layer in range(layout.widths.size - 1):
            panel = next_task(queue, -1)
            while panel < panels_of(layout.widths[layer + 1]):
                limit_panel(layout, state.theta, layer, panel, hyper.max_norm)
                panel = next_task(queue, panel)
            wait_for_all(queue)
    if average_weight > 0.0:
        k = next_task(queue, -1)
        while k < len(partition.tasks):
            task = task_at(layout, partition, k)
            for segment in range(KINDS * task.panels):
                first, after = _segment(layout, task, segment)
                average = state.update_state[hyper.slots][first:after]
                average_segment(average, state.theta[first:after], average_weight)
            k = next_task(queue, k)
        wait_for_all(queue)
