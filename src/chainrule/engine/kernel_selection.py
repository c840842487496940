"""Which kernels compute a training, by how many threads and in which tasks: rules of shapes.

The thresholds come from measurements on processors with 256 and 512 bit registers. The two kinds of
kernel add up in different orders, so which of them computes depends on architecture and recipe
alone, never on the machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from chainrule.kernels import COLUMN_PANELS, Examples, KernelLayout, TaskPartition, panel_count
from chainrule.network import Architecture
from chainrule.threads import thread_count

__all__ = [
    "BY_COLUMN_WIDTH",
    "LOOPS_BATCH",
    "THREAD_WORK",
    "KernelSelection",
    "partition_tasks",
    "select_kernels",
]

LOOPS_BATCH = 1
"""Batches of at most this many examples are computed example by example, larger ones by tiles."""

BY_COLUMN_WIDTH = 192
"""From this width of the first layer on, its gradient is made column by column of sparse inputs."""

THREAD_WORK = 400_000
"""Multiplications of a batch for each thread: with fewer, threads wait more than they compute."""

_TASK_INPUTS = 128
"""Inputs of a task: enough tasks for many threads, each long beside the time to hand it out."""


@dataclass(frozen=True)
class KernelSelection:
    """What computes a training.

    Args:
        loops: whether example by example, instead of layer by layer in tiles.
        by_column: whether the first layer's gradient is made column by column of sparse inputs.
        threads: number of threads that share the work.
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
        batch_size: examples of a step.
        threads: number of threads that may share the work; None for `thread_count()`.
        plain: whether no layer has dropout or batch normalisation, which loops do not know.
    """
    layers, inner = architecture.layers, architecture.activations[:-1]
    loops = plain and (batch_size <= LOOPS_BATCH or "softmax" in inner)
    work = batch_size * sum(ins * outs for ins, outs in pairwise(layers))
    most = thread_count() if threads is None else threads
    useful = 1 if loops else max(1, min(most, work // THREAD_WORK))
    return KernelSelection(loops, layers[1] >= BY_COLUMN_WIDTH, useful)


def partition_tasks(
    layout: KernelLayout, examples: Examples, selection: KernelSelection, dtype: str
) -> TaskPartition:
    """The tasks of a step; they depend on the shapes alone, not on the number of threads."""
    by_column = selection.by_column and examples.indptr.size > 0
    tasks = []
    for layer, (ins, outs) in enumerate(zip(layout.widths, layout.widths[1:], strict=False)):
        narrow = layer == 0 and examples.indptr.size > 0 and not by_column
        inputs = int(ins) if narrow else _TASK_INPUTS
        for panel in range(0, panel_count(outs), COLUMN_PANELS if by_column and layer == 0 else 1):
            tasks += [
                (layer, panel, first, min(first + inputs, ins)) for first in range(0, ins, inputs)
            ]
    most = _most_non_zeros(layout, examples) if by_column else 0
    return TaskPartition(
        tasks=np.array(tasks, np.int64),
        sums=np.zeros((len(tasks), 2)),
        by_column=by_column,
        column_starts=np.zeros(int(layout.widths[0]) + 1, np.int64),
        column_rows=np.zeros(most, np.int32),
        column_values=np.zeros(most, dtype),
    )


def _most_non_zeros(layout: KernelLayout, examples: Examples) -> int:
    """The greatest number of non-zeros in a batch."""
    counts = np.sort(np.diff(examples.indptr))
    return int(counts[-layout.capacity :].sum())
