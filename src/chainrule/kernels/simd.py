"""Sixteen neighbouring numbers as one value: what vector registers hold.

Numba's own loops over a width known only at run time spend most of their time on checks. These few
operations say outright what is meant. With NUMBA_DISABLE_JIT=1 they are slices of NumPy arrays.
Sixteen float64 numbers can also be added, subtracted, multiplied and divided by Python's signs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.kernels import simd_float64, simd_lowering
from chainrule.kernels.compiling import numba

__all__ = [
    "LANES",
    "load",
    "load_wide",
    "plus_times",
    "store",
    "store_rounded",
    "sum_of",
    "times",
    "two_to",
    "where_positive",
    "within",
    "without",
]

Array = NDArray[Any]

LANES = simd_lowering.LANES
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


def _load_wide(row: Array, column: int, beyond: float) -> Array:
    lanes = np.full(LANES, beyond)
    part = row[column : column + LANES]
    lanes[: part.size] = part
    return lanes


def _store_rounded(row: Array, column: int, lanes: Array) -> None:
    row[column : column + LANES] = lanes[: row.size - column]


def _where_positive(z: Array, one: Any, other: Any) -> Array:
    return np.where(z > 0, one, other)


def _within(z: Array, least: float, most: float) -> Array:
    return np.clip(z, least, most)


def _without(lanes: Array, place: int) -> Array:
    return np.where(np.arange(LANES) == place, 0.0, lanes)


def _two_to(shifted: Array) -> Array:
    return ((shifted.view(np.int64) + 1023) << 52).view(np.float64)


_AS_PYTHON = bool(numba.config.DISABLE_JIT)

load: Any = _load if _AS_PYTHON else simd_lowering.load
"""(array, row, column) -> sixteen numbers from there; the row counts only in a table."""
store: Any = _store if _AS_PYTHON else simd_lowering.store
"""(array, row, column, lanes): the inverse of load."""
plus_times: Any = _plus_times if _AS_PYTHON else simd_lowering.plus_times
"""(total, factor, lanes) -> total + factor · lanes; the factor is one number or sixteen."""
times: Any = _times if _AS_PYTHON else simd_lowering.times
"""(one, other) -> one · other."""
sum_of: Any = _sum_of if _AS_PYTHON else simd_lowering.sum_of
"""(lanes) -> the sum of the sixteen, halves first."""
load_wide: Any = _load_wide if _AS_PYTHON else simd_float64.load_wide
"""(row, column, beyond) -> the sixteen from there in float64, and `beyond` past the row's end."""
store_rounded: Any = _store_rounded if _AS_PYTHON else simd_float64.store_rounded
"""(row, column, lanes): float64 numbers rounded once to the row's type, up to its end."""
where_positive: Any = _where_positive if _AS_PYTHON else simd_float64.where_positive
"""(z, one, other) -> one where z > 0, else other."""
within: Any = _within if _AS_PYTHON else simd_float64.within
"""(z, least, most) -> z, or the bound that it lies beyond; NaN stays NaN."""
without: Any = _without if _AS_PYTHON else simd_float64.without
"""(lanes, place) -> the sixteen with 0 at that place, if it is one of theirs."""
two_to: Any = _two_to if _AS_PYTHON else simd_float64.two_to
"""(n + 1.5 · 2^52) -> 2^n for whole n from -1022; 0 for n = -1023, infinity for n = 1024."""
