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
from chainrule.kernels.simd import LANES

__all__ = [
    "PANEL",
    "aligned_zeros",
    "panel_count",
    "panel_step",
    "panels_of",
    "size_of",
    "step_of",
    "vectors_of",
]

PANEL = 2 * LANES

_LINE = 64
"""Bytes of a line of the cache, and of the widest vectors."""


def panel_step(width: int) -> int:
    """The columns of a panel, which is the distance between its rows."""
    return LANES if width <= LANES else PANEL


def panel_count(width: int) -> int:
    """How many panels hold so many columns."""
    return (width + PANEL - 1) // PANEL


def size_of(rows: int, width: int) -> int:
    """How many numbers a matrix takes."""
    return rows * panel_count(width) * panel_step(width)


def aligned_zeros(shape: int | tuple[int, ...], dtype: Any) -> NDArray[Any]:
    """Zeros that begin where a line of the cache does.

    NumPy's own often begin sixteen bytes later; every vector then lies in two lines, and sums of
    long rows take twice the time.
    """
    shape, kind = (shape,) if isinstance(shape, int) else shape, np.dtype(dtype)
    size = math.prod(shape) * kind.itemsize
    room = np.zeros(size + _LINE, np.uint8)
    first = -room.ctypes.data % _LINE
    return room[first : first + size].view(kind).reshape(shape)


step_of = kernel(panel_step)
panels_of = kernel(panel_count)


@kernel
def vectors_of(width: int, panel: int) -> int:
    """How many vectors of sixteen a panel, counted from 0, holds of these columns: 1 or 2."""
    return 1 if width - panel * PANEL <= LANES else 2
