"""One row through the activation of a layer, forward and back."""

from __future__ import annotations

import math
import sys
from typing import Any

from numpy.typing import NDArray

from chainrule.kernels.compiling import kernel, strict_kernel
from chainrule.kernels.scalars import IDENTITY, RELU, SOFTMAX, pair_of, slope_of, value_of

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
def softmax_row(z: Array, a: Array) -> None:
    """[A12] a_i = e^(z_i - z_m) / Σ_j e^(z_j - z_m)."""
    highest = z[greatest_of(z)]
    total = 0.0
    for j in range(z.size):
        e = math.exp(float(z[j]) - float(highest))
        total += e
        a[j] = e
    for j in range(z.size):
        a[j] = a[j] / total


@kernel
def activate_row(code: int, z: Array, a: Array) -> None:
    """[F2] a = φ(z) for one row."""
    if code == RELU:
        zero = z.dtype.type(0)
        for j in range(z.size):
            a[j] = z[j] if z[j] > zero else zero * z[j]
    elif code == IDENTITY:
        for j in range(z.size):
            a[j] = z[j]
    elif code == SOFTMAX:
        softmax_row(z, a)
    else:
        for j in range(z.size):
            a[j] = value_of(code, z[j])


@kernel
def activate_with_slope(code: int, z: Array, a: Array, s: Array) -> None:
    """[F2, BP2b] a = φ(z) and s = φ'(z) for one row of a function that works by element."""
    if code == RELU:
        zero, one = z.dtype.type(0), z.dtype.type(1)
        for j in range(z.size):
            a[j] = z[j] if z[j] > zero else zero * z[j]
            s[j] = one if z[j] > zero else zero
    else:
        for j in range(z.size):
            a[j], s[j] = pair_of(code, z[j])


@kernel
def pull_back_row(code: int, delta: Array, z: Array, a: Array) -> None:
    """[BP2b] delta holds dC/da and becomes dC/dz, for one row."""
    if code == RELU:
        zero = z.dtype.type(0)
        for j in range(z.size):
            delta[j] = delta[j] if z[j] > zero else zero
    elif code == SOFTMAX:
        inner = 0.0
        for j in range(z.size):
            inner += delta[j] * a[j]
        for j in range(z.size):
            delta[j] = a[j] * (delta[j] - inner)
    elif code != IDENTITY:
        for j in range(z.size):
            delta[j] = delta[j] * slope_of(code, z[j])
