"""The layout of every matrix in kernels: panels of neighbouring columns.

A matrix of R rows is cut into panels of thirty-two columns, each lying row after row; a matrix of
at most sixteen columns is one panel of sixteen. Columns that pad the last panel hold zeros. Vector
registers then walk along rows without checks, and a panel stays in the cache.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.kernels.compiling import kernel
from chainrule.kernels.records import KernelLayout
from chainrule.kernels.simd import LANES

__all__ = [
    "PANEL",
    "aligned_zeros",
    "element_index",
    "panel_count",
    "panel_start",
    "panel_width",
    "panelled_size",
    "panels_of",
    "stride_of",
    "vectors_of",
    "weight_panel_start",
]

PANEL = 2 * LANES
"""Columns of a panel: two vectors a row are what a tile of eight rows can hold in registers."""

_CACHE_LINE = 64
"""Bytes of a line of the cache, and of the widest vectors."""


def panel_width(width: int) -> int:
    """The columns of a panel of a matrix of some width, which is the distance between its rows."""
    return LANES if width <= LANES else PANEL


def panel_count(width: int) -> int:
    """The number of panels that hold a matrix of some width."""
    return (width + PANEL - 1) // PANEL


def panelled_size(rows: int, width: int) -> int:
    """The number of places that a matrix takes, with the columns that pad it."""
    return rows * panel_count(width) * panel_width(width)


def aligned_zeros(shape: int | tuple[int, ...], dtype: Any) -> NDArray[Any]:
    """Zeros that begin where a line of the cache does.

    NumPy's own often begin sixteen bytes later; every vector then lies in two lines, and sums of
    long rows take twice the time.

    Args:
        shape: of the array.
        dtype: number type of the array.
    """
    shape, kind = (shape,) if isinstance(shape, int) else shape, np.dtype(dtype)
    size = math.prod(shape) * kind.itemsize
    room = np.zeros(size + _CACHE_LINE, np.uint8)
    first = -room.ctypes.data % _CACHE_LINE
    return room[first : first + size].view(kind).reshape(shape)


# The same two for kernels: a compiled function with callers in Python would be compiled for them.
stride_of = kernel(panel_width)
panels_of = kernel(panel_count)


@kernel
def vectors_of(width: int, panel: int) -> int:
    """Vectors of sixteen columns in a panel, counted from 0, of a matrix of some width: 1 or 2."""
    return 1 if width - panel * PANEL <= LANES else 2


@kernel
def panel_start(layout: KernelLayout, matrix: int, panel: int) -> int:
    """Where a panel of a batch's matrix begins; matrix 0 is the inputs, then layer after layer."""
    across = layout.capacity * stride_of(layout.widths[matrix])
    return layout.matrix_starts[matrix] + panel * across


@kernel
def element_index(layout: KernelLayout, matrix: int, i: int, j: int) -> int:
    """Where row i and column j of a batch's matrix lie; matrix 0 is the inputs."""
    stride = stride_of(layout.widths[matrix])
    return panel_start(layout, matrix, j // PANEL) + i * stride + j % PANEL


@kernel
def weight_panel_start(layout: KernelLayout, layer: int, panel: int) -> int:
    """Where a panel of a layer's weights begins in the parameters: a row for each input."""
    across = layout.widths[layer] * stride_of(layout.widths[layer + 1])
    return layout.weight_starts[layer] + panel * across
