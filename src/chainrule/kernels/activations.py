"""Activation functions of one row, forward and back, restated from the book under their ids.

All are computed in float64, whatever the type of z, so that a float32 result is the exact one
rounded once. A number's result does not depend on its place in the row.
"""

from __future__ import annotations

import math
from typing import Any

from numpy.typing import NDArray

from chainrule.equations.activations import ACTIVATIONS, FAR, LEAK, SELU_ALPHA, SELU_SCALE
from chainrule.kernels.compiling import kernel, strict_kernel
from chainrule.kernels.elementary import exp, exp_parts, log1p, normal_cdf
from chainrule.kernels.simd import (
    LANES,
    clip,
    load_float64,
    store_rounded,
    sum_lanes,
    where_positive,
)

__all__ = [
    "ACTIVATION_CODES",
    "SIGMOID",
    "SOFTMAX",
    "activate_lanes",
    "activate_number",
    "activate_row",
    "activate_with_derivative",
    "argmax",
    "pull_back_row",
    "softplus",
    "softplus_lanes",
]

Array = NDArray[Any]

ACTIVATION_CODES = {name: code for code, name in enumerate(ACTIVATIONS)}
"""Whole numbers for the names of the book: compiled code chooses by number."""

STEP = ACTIVATION_CODES["step"]
IDENTITY = ACTIVATION_CODES["identity"]
SIGMOID = ACTIVATION_CODES["sigmoid"]
TANH = ACTIVATION_CODES["tanh"]
RELU = ACTIVATION_CODES["relu"]
LEAKY_RELU = ACTIVATION_CODES["leaky_relu"]
ELU = ACTIVATION_CODES["elu"]
SELU = ACTIVATION_CODES["selu"]
GELU = ACTIVATION_CODES["gelu"]
SOFTPLUS = ACTIVATION_CODES["softplus"]
SOFTMAX = ACTIVATION_CODES["softmax"]
_SUBNORMAL = -708.0
"""Below this exponent `exp` comes to 0, although a float64 can be smaller."""

_PER_ROOT_TWO_PI = 1 / math.sqrt(2 * math.pi)


# ------------------------------------------------------------- piecewise linear, number by number


@kernel
def _is_piecewise_linear(code: int) -> bool:
    """Whether a function is a line with a bend or jump; ReLU, which has its own loops, is not."""
    return code in (LEAKY_RELU, STEP)


@kernel
def activate_number(code: int, z: float) -> tuple[float, float]:
    """[F2, BP2b] φ(z) and φ'(z) of step, leaky ReLU and identity."""
    if code == STEP:
        return (1.0 if z >= 0.0 else (0.0 if z < 0.0 else z)), 0.0
    if code == LEAKY_RELU:
        return (z, 1.0) if z > 0.0 else (LEAK * z, LEAK)
    return z, 1.0


@kernel
def softplus(z: float) -> float:
    """[A11] a = max(z, 0) + ln(1 + e^-|z|), of one number."""
    return max(z, 0.0) + math.log1p(math.exp(-abs(z)))


# ---------------------------------------------------------------- curved, sixteen numbers at a time


@kernel
def _exponent_of(code: int, z: Any) -> Any:
    """The exponent that a function of z needs; never above 0, so that e to it is at most 1."""
    if code == GELU:
        near = clip(z, -FAR, FAR)
        return -0.5 * near * near
    if code in (ELU, SELU):
        return where_positive(z, 0.0, z)
    negative = where_positive(z, -1.0 * z, z)
    return 2.0 * negative if code == TANH else negative


@kernel
def _sigmoid_from(z: Any, e: Any) -> tuple[Any, Any]:
    """[A3] σ(z) and σ'(z); e is e^-|z|."""
    one = 1.0 / (1.0 + e)
    return where_positive(z, one, e * one), e * one * one


@kernel
def _softplus_from(z: Any, e: Any) -> tuple[Any, Any]:
    """[A11] ln(1 + e^z) and σ(z); e is e^-|z|."""
    return where_positive(z, z, 0.0) + log1p(e), _sigmoid_from(z, e)[0]


@kernel
def softplus_lanes(z: Any) -> tuple[Any, Any]:
    """[A11] ln(1 + e^z) and its derivative, σ(z), for sixteen float64 numbers."""
    return _softplus_from(z, exp(where_positive(z, -1.0 * z, z)))


@kernel
def activate_lanes(code: int, z: Any) -> tuple[Any, Any]:
    """[F2, BP2b] φ(z) and φ'(z) of one of the curved functions, for sixteen float64 numbers."""
    s, p = exp_parts(_exponent_of(code, z))
    e, e_less_1 = s * (1.0 + p), s * p + (s - 1.0)
    if code == TANH:
        t = e_less_1 / (2.0 + e_less_1)
        return where_positive(z, -1.0 * t, t), 4.0 * e / ((1.0 + e) * (1.0 + e))
    if code == ELU:
        return where_positive(z, z, e_less_1), e
    if code == SELU:
        value = SELU_SCALE * where_positive(z, z, SELU_ALPHA * e_less_1)
        return value, SELU_SCALE * where_positive(z, 1.0, SELU_ALPHA * e)
    if code == GELU:
        near = clip(z, -FAR, FAR)
        cdf = normal_cdf(near, e)
        # FAR replaces -infinity, whose product with 0 would be NaN.
        return clip(z, -FAR, math.inf) * cdf, cdf + near * (_PER_ROOT_TWO_PI * e)
    if code == SOFTPLUS:
        return _softplus_from(z, e)
    sigmoid, bell = _sigmoid_from(z, e)
    if code == SIGMOID:
        return sigmoid, bell
    # SiLU: z σ(z) and σ(z) + z σ'(z).
    near = clip(z, -FAR, FAR)
    return clip(z, -FAR, math.inf) * sigmoid, sigmoid + near * bell


# ----------------------------------------------------------------------------------------- softmax


@strict_kernel
def argmax(z: Array) -> int:
    """The index of the first greatest element, or of the first NaN."""
    best = 0
    for j in range(1, z.size):
        # Only NaN differs from itself: the first one counts as the greatest, as in NumPy.
        if z[j] > z[best] or (z[j] != z[j] and z[best] == z[best]):
            best = j
    return best


@kernel
def _shifted_exp(z: Array, j: int, highest: float) -> Any:
    """[A12] e^(z_i - z_m) for sixteen i from j; 0 beyond the row."""
    return exp(load_float64(z, j, -math.inf) - highest)


@kernel
def _softmax_row(z: Array, a: Array) -> None:
    """[A12] a_i = e^(z_i - z_m) / Σ_j e^(z_j - z_m); the first sixteen are computed once."""
    highest = float(z[argmax(z)])
    first = _shifted_exp(z, 0, highest)
    total = sum_lanes(first)
    for j in range(LANES, z.size, LANES):
        total += sum_lanes(_shifted_exp(z, j, highest))
    factor = 1.0 / total
    store_rounded(a, 0, first * factor)
    for j in range(LANES, z.size, LANES):
        store_rounded(a, j, _shifted_exp(z, j, highest) * factor)
    border = highest + _SUBNORMAL
    below = where_positive(border - load_float64(z, 0, math.inf), 1.0, 0.0)
    for j in range(LANES, z.size, LANES):
        below = below + where_positive(border - load_float64(z, j, math.inf), 1.0, 0.0)
    if sum_lanes(below) > 0.0:
        _store_subnormal(z, a, highest, factor)


@kernel
def _store_subnormal(z: Array, a: Array, highest: float, factor: float) -> None:
    """[A12] Store what is below 2e-308 by two factors, as `exp` is 0 there; the rest as before."""
    for j in range(0, z.size, LANES):
        t = load_float64(z, j, -math.inf) - highest
        root = exp(0.5 * t)
        store_rounded(a, j, where_positive(t - _SUBNORMAL, exp(t) * factor, root * factor * root))


@kernel
def _pull_back_softmax(delta: Array, a: Array) -> None:
    """[A12] delta_i ← a_i (delta_i - Σ_j delta_j a_j)."""
    inner = 0.0
    for j in range(a.size):
        inner += delta[j] * a[j]
    for j in range(a.size):
        delta[j] = a[j] * (delta[j] - inner)


# -------------------------------------------------------------------------------- rows of any code


@kernel
def _relu_row(z: Array, a: Array) -> None:
    """[A5] a = z where z > 0, else 0; NaN stays NaN."""
    zero = z.dtype.type(0)
    for j in range(z.size):
        a[j] = zero if z[j] <= zero else z[j]  # not z > 0, which would make NaN 0


@kernel
def activate_row(code: int, z: Array, a: Array) -> None:
    """[F2] a = φ(z), for one row; a is not z."""
    if code == RELU:
        _relu_row(z, a)
    elif code == IDENTITY:
        for j in range(z.size):
            a[j] = z[j]
    elif code == SOFTMAX:
        _softmax_row(z, a)
    elif _is_piecewise_linear(code):
        for j in range(z.size):
            a[j] = activate_number(code, float(z[j]))[0]
    else:
        for j in range(0, z.size, LANES):
            store_rounded(a, j, activate_lanes(code, load_float64(z, j, 0.0))[0])


@kernel
def activate_with_derivative(code: int, z: Array, a: Array, derivative: Array) -> None:
    """[F2, BP2b] a = φ(z) and φ'(z) for one row of a function that works by element."""
    if code == RELU:
        zero, one = z.dtype.type(0), z.dtype.type(1)
        for j in range(z.size):
            a[j] = zero if z[j] <= zero else z[j]
            derivative[j] = one if z[j] > zero else zero
    elif code == IDENTITY or _is_piecewise_linear(code):
        for j in range(z.size):
            a[j], derivative[j] = activate_number(code, float(z[j]))
    else:
        for j in range(0, z.size, LANES):
            value, slope = activate_lanes(code, load_float64(z, j, 0.0))
            store_rounded(a, j, value)
            store_rounded(derivative, j, slope)


@kernel
def pull_back_row(code: int, delta: Array, z: Array, a: Array) -> None:
    """[BP2b] delta holds dC/da and becomes dC/dz, for one row."""
    if code == RELU:
        zero = z.dtype.type(0)
        for j in range(z.size):
            delta[j] = delta[j] if z[j] > zero else zero
    elif code == SOFTMAX:
        _pull_back_softmax(delta, a)
    elif _is_piecewise_linear(code):
        for j in range(z.size):
            delta[j] = delta[j] * activate_number(code, float(z[j]))[1]
    elif code != IDENTITY:
        for j in range(0, z.size, LANES):
            slope = activate_lanes(code, load_float64(z, j, 0.0))[1]
            store_rounded(delta, j, load_float64(delta, j, 0.0) * slope)
