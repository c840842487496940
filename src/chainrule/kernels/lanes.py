"""Sixteen neighbouring numbers as one value: what vector registers hold.

Numba's own loops over a width known only at run time spend most of their time on checks. These few
operations say outright what is meant. With NUMBA_DISABLE_JIT=1 they are slices of NumPy arrays.
"""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from chainrule.kernels import vectors
from chainrule.kernels.compiling import numba

__all__ = ["LANES", "load", "plus_times", "store", "sum_of", "times"]

Array = NDArray[Any]

LANES = vectors.LANES
"""Numbers in one value; padded widths are multiples of it."""


def _load(array: Array, row: int, column: int) -> Array:
    whole = array if array.ndim == 1 else array[row]
    return whole[column : column + LANES].copy()


def _store(array: Array, row: int, column: int, lanes: Array) -> None:
    whole = array if array.ndim == 1 else array[row]
    whole[column : column + LANES] = lanes


def _plus_times(total: Array, factor: Any, lanes: Array) -> Array:
    return total + factor * lanes


def _times(one: Array, other: Array) -> Array:
    return one * other


def _sum_of(lanes: Array) -> Any:
    while lanes.size > 1:
        lanes = lanes[: lanes.size // 2] + lanes[lanes.size // 2 :]
    return lanes[0]


_AS_PYTHON = bool(numba.config.DISABLE_JIT)

load: Any = _load if _AS_PYTHON else vectors.load
"""(array, row, column) -> sixteen numbers from there; the row counts only in a table."""
store: Any = _store if _AS_PYTHON else vectors.store
"""(array, row, column, lanes): the inverse of load."""
plus_times: Any = _plus_times if _AS_PYTHON else vectors.plus_times
"""(total, factor, lanes) -> total + factor · lanes; the factor is one number or sixteen."""
times: Any = _times if _AS_PYTHON else vectors.times
"""(one, other) -> one · other."""
sum_of: Any = _sum_of if _AS_PYTHON else vectors.sum_of
"""(lanes) -> the sum of the sixteen, halves first."""
