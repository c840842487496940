"""One row through the activation of a layer, forward and back."""

from __future__ import annotations

import math
import sys
from typing import Any

from numpy.typing import NDArray

from chainrule.kernels.activations import curve_of, exp_of
from chainrule.kernels.compiling import kernel, strict_kernel
from chainrule.kernels.scalars import IDENTITY, LEAKY_RELU, RELU, SOFTMAX, STEP, bent_of
from chainrule.kernels.simd import LANES, load_wide, store_rounded, sum_of

__all__ = [
    "activate_row",
    "activate_with_slope",
    "greatest_of",
    "is_finite_number",
    "probe_of",
    "pull_back_row",
]

Array = NDArray[Any]

_GREATEST = sys.float_info.max


@strict_kernel
def probe_of(x: Any) -> Any:
    """0, or NaN where x is not finite."""
    return x - x


@strict_kernel
def is_finite_number(x: float) -> bool:
    """Whether x is neither NaN nor infinite."""
    return abs(x) <= _GREATEST


@strict_kernel
def greatest_of(z: Array) -> int:
    """The index of the first greatest element; that of a NaN where there is one."""
    best = 0
    for j in range(1, z.size):
        if z[j] > z[best] or (z[j] != z[j] and z[best] == z[best]):
            best = j
    return best


@kernel
def _is_bent(code: int) -> bool:
    """Whether a function is a line with one bend or jump, but not ReLU."""
    return code in (LEAKY_RELU, STEP)


@kernel
def _relu_row(z: Array, a: Array) -> None:
    """[A5] a = z where z > 0, else 0; NaN stays NaN."""
    zero = z.dtype.type(0)
    for j in range(z.size):
        a[j] = zero if z[j] <= zero else z[j]


@kernel
def _shifted_exp(z: Array, j: int, highest: float) -> Any:
    """[A12] e^(z_i - z_m) for sixteen i from j; 0 beyond the row."""
    return exp_of(load_wide(z, j, -math.inf) - highest)


@kernel
def _softmax_row(z: Array, a: Array) -> None:
    """[A12] a_i = e^(z_i - z_m) / Σ_j e^(z_j - z_m); the first sixteen are computed once."""
    highest = float(z[greatest_of(z)])
    first = _shifted_exp(z, 0, highest)
    total = sum_of(first)
    for j in range(LANES, z.size, LANES):
        total += sum_of(_shifted_exp(z, j, highest))
    share = 1.0 / total
    store_rounded(a, 0, first * share)
    for j in range(LANES, z.size, LANES):
        store_rounded(a, j, _shifted_exp(z, j, highest) * share)


@kernel
def activate_row(code: int, z: Array, a: Array) -> None:
    """[F2] a = φ(z) for one row; a is not z."""
    if code == RELU:
        _relu_row(z, a)
    elif code == IDENTITY:
        for j in range(z.size):
            a[j] = z[j]
    elif code == SOFTMAX:
        _softmax_row(z, a)
    elif _is_bent(code):
        for j in range(z.size):
            a[j] = bent_of(code, float(z[j]))[0]
    else:
        for j in range(0, z.size, LANES):
            store_rounded(a, j, curve_of(code, load_wide(z, j, 0.0))[0])


@kernel
def activate_with_slope(code: int, z: Array, a: Array, s: Array) -> None:
    """[F2, BP2b] a = φ(z) and s = φ'(z) for one row of a function that works by element."""
    if code == RELU:
        zero, one = z.dtype.type(0), z.dtype.type(1)
        for j in range(z.size):
            a[j] = zero if z[j] <= zero else z[j]
            s[j] = one if z[j] > zero else zero
    elif code == IDENTITY or _is_bent(code):
        for j in range(z.size):
            a[j], s[j] = bent_of(code, float(z[j]))
    else:
        for j in range(0, z.size, LANES):
            value, slope = curve_of(code, load_wide(z, j, 0.0))
            store_rounded(a, j, value)
            store_rounded(s, j, slope)


@kernel
def _pull_back_softmax(delta: Array, a: Array) -> None:
    """[A12] delta_i = a_i (delta_i - Σ_j delta_j a_j)."""
    inner = 0.0
    for j in range(a.size):
        inner += delta[j] * a[j]
    for j in range(a.size):
        delta[j] = a[j] * (delta[j] - inner)


@kernel
def pull_back_row(code: int, delta: Array, z: Array, a: Array) -> None:
    """[BP2b] delta holds dC/da and becomes dC/dz, for one row."""
    if code == RELU:
        zero = z.dtype.type(0)
        for j in range(z.size):
            delta[j] = delta[j] if z[j] > zero else zero
    elif code == SOFTMAX:
        _pull_back_softmax(delta, a)
    elif _is_bent(code):
        for j in range(z.size):
            delta[j] = delta[j] * bent_of(code, float(z[j]))[1]
    elif code != IDENTITY:
        for j in range(0, z.size, LANES):
            slope = curve_of(code, load_wide(z, j, 0.0))[1]
            store_rounded(delta, j, load_wide(delta, j, 0.0) * slope)
