"""The tasks into which a batch's step is cut."""

from __future__ import annotations

import numpy as np

from chainrule.engine.kernel_selection import KernelSelection
from chainrule.kernels import COLUMN_PANELS, Examples, KernelLayout, TaskPartition, panel_count

__all__ = ["partition_tasks"]

_TASK_INPUTS = 128
"""Inputs of a task: enough tasks for many threads, each long beside what handing it out takes."""


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
