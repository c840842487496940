"""Sixteen neighbouring numbers as one value: what vector registers hold.

Numba's own loops over a width known only at run time spend most of their time on checks. These few
operations say outright what is meant. With NUMBA_DISABLE_JIT=1 they are slices of NumPy arrays.
Vectors of sixteen float64 numbers also take Python's signs +, -, * and /.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.kernels import simd_lowering
from chainrule.kernels.compiling import numba
from chainrule.kernels.llvm_ir import LANES

__all__ = [
    "LANES",
    "clip",
    "load",
    "load_float64",
    "multiply",
    "multiply_add",
    "power_of_two",
    "store",
    "store_rounded",
    "sum_lanes",
    "where_positive",
    "zero_lane",
]

Array = NDArray[Any]


def _load(array: Array, row: int, column: int) -> Array:
    whole = array if array.ndim == 1 else array[row]
    return whole[column : column + LANES].copy()


def _store(array: Array, row: int, column: int, lanes: Array) -> None:
    whole = array if array.ndim == 1 else array[row]
    whole[column : column + LANES] = lanes


def _multiply_add(total: Array, factor: Any, lanes: Array) -> Array:
    return total + factor * lanes


def _multiply(one: Array, other: Array) -> Array:
    return one * other


def _sum_lanes(lanes: Array) -> Any:
    while lanes.size > 1:
        lanes = lanes[: lanes.size // 2] + lanes[lanes.size // 2 :]
    return lanes[0]


def _load_float64(row: Array, column: int, beyond: float) -> Array:
    lanes = np.full(LANES, beyond)
    part = row[column : column + LANES]
    lanes[: part.size] = part
    return lanes


def _store_rounded(row: Array, column: int, lanes: Array) -> None:
    row[column : column + LANES] = lanes[: row.size - column]


def _where_positive(z: Array, one: Any, other: Any) -> Array:
    return np.where(z > 0, one, other)


def _clip(z: Array, least: float, most: float) -> Array:
    return np.clip(z, least, most)


def _zero_lane(lanes: Array, place: int) -> Array:
    return np.where(np.arange(LANES) == place, 0.0, lanes)


def _power_of_two(shifted: Array) -> Array:
    # 1023 is the bias of a float64 number's exponent, which stands above 52 bits of fraction.
    return ((shifted.view(np.int64) + 1023) << 52).view(np.float64)


_AS_PYTHON = bool(numba.config.DISABLE_JIT)

load: Any = _load if _AS_PYTHON else simd_lowering.load
"""(array, row, column) -> sixteen numbers from there; the row counts only in a matrix."""
store: Any = _store if _AS_PYTHON else simd_lowering.store
"""(array, row, column, lanes): the inverse of load."""
multiply_add: Any = _multiply_add if _AS_PYTHON else simd_lowering.multiply_add
"""(total, factor, lanes) -> total + factor · lanes; the factor is one number or sixteen."""
multiply: Any = _multiply if _AS_PYTHON else simd_lowering.multiply
"""(one, other) -> one · other."""
sum_lanes: Any = _sum_lanes if _AS_PYTHON else simd_lowering.sum_lanes
"""(lanes) -> the sum of the sixteen, halves first."""
load_float64: Any = _load_float64 if _AS_PYTHON else simd_lowering.load_float64
"""(row, column, beyond) -> the sixteen from there in float64, and `beyond` past the row's end."""
store_rounded: Any = _store_rounded if _AS_PYTHON else simd_lowering.store_rounded
"""(row, column, lanes): float64 numbers rounded once to the row's type, up to its end."""
where_positive: Any = _where_positive if _AS_PYTHON else simd_lowering.where_positive
"""(z, one, other) -> one where z > 0, else other."""
clip: Any = _clip if _AS_PYTHON else simd_lowering.clip
"""(z, least, most) -> z, or the bound that it lies beyond; NaN stays NaN."""
zero_lane: Any = _zero_lane if _AS_PYTHON else simd_lowering.zero_lane
"""(lanes, place) -> the sixteen with 0 at that place, if it is one of theirs."""
power_of_two: Any = _power_of_two if _AS_PYTHON else simd_lowering.power_of_two
"""(n + 1.5 · 2^52) -> 2^n for whole n from -1022; 0 for n = -1023, infinity for n = 1024."""
