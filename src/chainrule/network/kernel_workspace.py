"""Where kernels find a network's tensors, and room for the numbers of one batch."""

from __future__ import annotations

from functools import partial
from itertools import accumulate

import numpy as np

from chainrule.kernels import (
    ACTIVATION_CODES,
    LANES,
    MOST_VECTORS,
    PANEL,
    Buffers,
    Plan,
    aligned_zeros,
    size_of,
)
from chainrule.network.packed_parameters import PackedLayout

__all__ = ["allocate_buffers", "kernel_plan"]


def kernel_plan(table: PackedLayout, rows: int) -> Plan:
    """The shape of a network for batches of at most so many rows."""
    capacity = -(-rows // PANEL) * PANEL
    sizes = [size_of(capacity, width) for width in table.widths]
    return Plan(
        widths=np.array(table.widths),
        tops=table.tops,
        biases=table.biases,
        gains=table.gains,
        marks=np.array(list(accumulate(_padded(table), initial=0))[:-1]),
        sheets=np.array(list(accumulate(sizes, initial=0))[:-1]),
        activations=np.array([ACTIVATION_CODES[a] for a in table.layout.architecture.activations]),
        capacity=capacity,
    )


def _padded(table: PackedLayout) -> list[int]:
    """The width of each layer with what pads its last panel."""
    return [size_of(1, width) for width in table.widths[1:]]


def allocate_buffers(
    plan: Plan, table: PackedLayout, threads: int = 1, *, backward: bool = True
) -> Buffers:
    """Room for one batch, shared by so many threads.

    Args:
        plan: of the network, with the greatest number of rows.
        table: of the parameters.
        threads: how many work in it at once.
        backward: whether also for the way back.
    """
    dtype = table.layout.architecture.dtype
    zeros = partial(aligned_zeros, dtype=dtype)
    size = int(plan.sheets[-1]) + size_of(plan.capacity, int(plan.widths[-1]))
    return Buffers(
        z=zeros(size),
        a=zeros(size),
        slope=zeros(size if backward else 0),
        delta=zeros(size if backward else 0),
        turned=zeros(size if backward else 0),
        normal=zeros(size if backward and table.layout.gains else 0),
        sums=zeros((3, sum(_padded(table)) if table.layout.gains else 0)),
        g=zeros(table.size if backward else 0),
        zeros=zeros(LANES * MOST_VECTORS),
        rows=zeros((threads, 4 * int(plan.widths[1:].max()))),
        block=zeros((threads, LANES * PANEL)),
        costs=np.zeros(plan.capacity),
        rights=np.zeros(plan.capacity, np.int64),
        probes=np.zeros(threads),
    )
