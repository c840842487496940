"""Which kernels compute a training, and by how many threads: a rule, as data.

The figures come from measurements side by side on processors with 256 and 512 bit registers; they
decide the time only, and for a recipe and an architecture they decide once: the two kinds of kernel
add up in different orders, so the choice depends on nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from chainrule.kernels import COLUMN_PANELS, Examples, KernelLayout, TaskPartition, panel_count
from chainrule.network import Architecture
from chainrule.threads import thread_count

__all__ = ["BY_COLUMN_WIDTH", "LOOPS_BATCH", "THREAD_WORK", "KernelSelection", "select_kernels"]

LOOPS_BATCH = 1
"""Batches up to so many examples go by loops, example by example; larger ones by tiles."""

BY_COLUMN_WIDTH = 192
"""From this width of the first layer, sparse gradients go column by column of the inputs."""

THREAD_WORK = 400_000
"""Multiplications a batch for each thread: with fewer, the threads would wait for each other."""


_TASK_INPUTS = 128
"""Inputs of a task: enough tasks for many threads, each long beside what handing it out takes."""


@dataclass(frozen=True)
class KernelSelection:
    """What computes a training.

    Args:
        loops: whether example by example, instead of layer by layer.
        by_column: whether sparse gradients go column by column.
        threads: how many share the work.
    """

    loops: bool
    by_column: bool
    threads: int


def select_kernels(
    architecture: Architecture, batch_size: int, threads: int | None = None, *, plain: bool = True
) -> KernelSelection:
    """The kernels for a network and a batch size.

    Args:
        architecture: widths and activations.
        batch_size: examples a step.
        threads: how many may share the work; as many as there are processors where None.
        plain: whether no layer has dropout or batch normalisation, which loops do not know.
    """
    layers, inner = architecture.layers, architecture.activations[:-1]
    loops = plain and (batch_size <= LOOPS_BATCH or "softmax" in inner)
    work = batch_size * sum(ins * outs for ins, outs in pairwise(layers))
    most = thread_count() if threads is None else threads
    useful = 1 if loops else max(1, min(most, work // THREAD_WORK))
    return KernelSelection(loops, layers[1] >= BY_COLUMN_WIDTH, useful)


def partition_tasks(
    plan: KernelLayout, examples: Examples, choice: KernelSelection, dtype: str
) -> TaskPartition:
    """The tasks of a step; they depend on the shapes only."""
    by_column = choice.by_column and examples.indptr.size > 0
    tasks = []
    for layer, (ins, outs) in enumerate(zip(plan.widths, plan.widths[1:], strict=False)):
        narrow = layer == 0 and examples.indptr.size > 0 and not by_column
        inputs = int(ins) if narrow else _TASK_INPUTS
        for panel in range(0, panel_count(outs), COLUMN_PANELS if by_column and layer == 0 else 1):
            tasks += [
                (layer, panel, first, min(first + inputs, ins)) for first in range(0, ins, inputs)
            ]
    most = _most_entries(plan, examples) if by_column else 0
    return TaskPartition(
        tasks=np.array(tasks, np.int64),
        sums=np.zeros((len(tasks), 2)),
        by_column=by_column,
        column_starts=np.zeros(int(plan.widths[0]) + 1, np.int64),
        column_rows=np.zeros(most, np.int32),
        column_values=np.zeros(most, dtype),
    )


def _most_entries(plan: KernelLayout, examples: Examples) -> int:
    """Non-zeros that a batch can have."""
    counts = np.sort(np.diff(examples.indptr))
    return int(counts[-plan.capacity :].sum())
