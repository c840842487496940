"""The workspace of kernels: the places of a network's tensors, and buffers for one batch."""

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
    KernelLayout,
    aligned_zeros,
    panelled_size,
)
from chainrule.network.packed_parameters import PackedLayout

__all__ = ["allocate_buffers", "kernel_layout"]


def kernel_layout(table: PackedLayout, rows: int) -> KernelLayout:
    """The shape of a network for batches of a number of rows."""
    capacity = -(-rows // PANEL) * PANEL
    sizes = [panelled_size(capacity, width) for width in table.widths]
    return KernelLayout(
        widths=np.array(table.widths),
        weight_starts=table.tops,
        bias_starts=table.biases,
        gain_starts=table.gains,
        sum_starts=np.array(list(accumulate(_padded(table), initial=0))[:-1]),
        matrix_starts=np.array(list(accumulate(sizes, initial=0))[:-1]),
        activations=np.array([ACTIVATION_CODES[a] for a in table.layout.architecture.activations]),
        capacity=capacity,
    )


def _padded(table: PackedLayout) -> list[int]:
    """The width of each layer with what pads its last panel."""
    return [panelled_size(1, width) for width in table.widths[1:]]


def allocate_buffers(
    plan: KernelLayout, table: PackedLayout, threads: int = 1, *, backward: bool = True
) -> Buffers:
    """Allocate buffers for one batch, shared by a number of threads.

    Args:
        plan: of the network, with the greatest number of rows.
        table: of the parameters.
        threads: how many work in it at once.
        backward: whether also for the way back.
    """
    dtype = table.layout.architecture.dtype
    zeros = partial(aligned_zeros, dtype=dtype)
    size = int(plan.matrix_starts[-1]) + panelled_size(plan.capacity, int(plan.widths[-1]))
    return Buffers(
        z=zeros(size),
        a=zeros(size),
        derivative=zeros(size if backward else 0),
        delta=zeros(size if backward else 0),
        delta_transposed=zeros(size if backward else 0),
        normalised=zeros(size if backward and table.layout.gains else 0),
        norm_sums=zeros((3, sum(_padded(table)) if table.layout.gains else 0)),
        gradient=zeros(table.size if backward else 0),
        zeros=zeros(LANES * MOST_VECTORS),
        output_rows=zeros((threads, 4 * int(plan.widths[1:].max()))),
        blocks=zeros((threads, LANES * PANEL)),
        costs=np.zeros(plan.capacity),
        correct=np.zeros(plan.capacity, np.int64),
        probes=np.zeros(threads),
    )
