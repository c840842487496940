"""The curved activation functions and their slopes, sixteen numbers at a time.

All are computed in float64 from one exponential of our own, whatever the type of z, so that a
float32 result is the exact one rounded once. No element's result depends on where it stands.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.polynomial.chebyshev import cheb2poly
from numpy.typing import NDArray

from chainrule.equations.activations import FAR, SELU_ALPHA, SELU_SCALE
from chainrule.equations.error_function import CENTRE, SERIES
from chainrule.kernels.codes import ACTIVATION_CODES
from chainrule.kernels.compiling import kernel
from chainrule.kernels.simd import two_to, where_positive, within

__all__ = ["curve_of", "exp_of", "exp_parts", "log1p_of", "softplus_of"]

Array = NDArray[Any]

SIGMOID = ACTIVATION_CODES["sigmoid"]
TANH = ACTIVATION_CODES["tanh"]
ELU = ACTIVATION_CODES["elu"]
SELU = ACTIVATION_CODES["selu"]
GELU = ACTIVATION_CODES["gelu"]
SILU = ACTIVATION_CODES["silu"]
SOFTPLUS = ACTIVATION_CODES["softplus"]

_LEAST, _MOST = -709.3, 709.7
"""Beyond these e^t is 0 and infinity."""
_TO_WHOLE = 1.5 * 2.0**52
"""A number this large has no digits behind the point: to add it rounds to a whole number."""
_PER_LN2 = 1 / math.log(2)
_LN2 = math.log(2)
_LN2_HIGH = float.fromhex("0x1.62e42fee00000p-1")
_LN2_LOW = float.fromhex("0x1.a39ef35793c76p-33")
"""ln 2 in two parts; a whole number up to a million times the first is exact."""

# 1/2!, 1/3! …: the series of (e^r - 1 - r) / r².
_C0, _C1, _C2, _C3, _C4, _C5, _C6, _C7, _C8, _C9, _C10, _C11 = (
    1 / math.factorial(k) for k in range(2, 14)
)
_L3, _L5, _L7, _L9, _L11, _L13, _L15, _L17, _L19 = (1 / k for k in range(3, 20, 2))
_ROOT_TWO_LESS_1 = math.sqrt(2) - 1
_SMOOTH = tuple(float(c) for c in cheb2poly(np.array(SERIES)))
"""The series of [A0] in powers of its variable."""
_ROOT_HALF = math.sqrt(0.5)
_PER_ROOT_TWO_PI = 1 / math.sqrt(2 * math.pi)


@kernel
def exp_parts(t: Any) -> tuple[Any, Any]:
    """A power of two s, and p from -0.3 to 0.42, with e^t = s (1 + p).

    t is n ln 2 + r with whole n and |r| ≤ ½ ln 2. Of e^r - 1 thirteen terms are summed: the first
    left out is below 4e-18. e^t - 1 is s p + (s - 1), which keeps its digits near 0.
    """
    t = within(t, _LEAST, _MOST)
    shifted = t * _PER_LN2 + _TO_WHOLE
    n = shifted - _TO_WHOLE
    r = (t - n * _LN2_HIGH) - n * _LN2_LOW
    r2 = r * r
    r4 = r2 * r2
    low = (_C0 + _C1 * r) + (_C2 + _C3 * r) * r2
    middle = (_C4 + _C5 * r) + (_C6 + _C7 * r) * r2
    high = (_C8 + _C9 * r) + (_C10 + _C11 * r) * r2
    return two_to(shifted), r + r2 * (low + r4 * (middle + r4 * high))


@kernel
def exp_of(t: Any) -> Any:
    """e^t; 0 below -708.7, infinity above 709.4."""
    s, p = exp_parts(t)
    return s * (1.0 + p)


@kernel
def log1p_of(e: Any) -> Any:
    """The logarithm of 1 + e, for e from 0 to 1.

    Above √2, 1 + e is 2 (1 + f). With q = f / (2 + f), ln(1 + f) = 2 (q + q³/3 + q⁵/5 …); from
    |q| ≤ 0.172 the first term left out is below 3e-17 of the sum.
    """
    far = e - _ROOT_TWO_LESS_1
    f = where_positive(far, 0.5 * (e - 1.0), e)
    q = f / (2.0 + f)
    q2 = q * q
    q4 = q2 * q2
    low = (_L3 + _L5 * q2) + (_L7 + _L9 * q2) * q4
    high = (_L11 + _L13 * q2) + (_L15 + _L17 * q2) * q4 + _L19 * (q4 * q4)
    series = q + q * q2 * (low + q4 * (q4 * high))
    return where_positive(far, _LN2, 0.0) + 2.0 * series


@kernel
def _exponent_of(code: int, z: Any) -> Any:
    """The exponent that a function of z needs; never above 0."""
    if code == GELU:
        near = within(z, -FAR, FAR)
        return -0.5 * near * near
    if code in (ELU, SELU):
        return where_positive(z, 0.0, z)
    left = where_positive(z, -1.0 * z, z)
    return 2.0 * left if code == TANH else left


@kernel
def _normal_cdf(z: Any, e: Any) -> Any:
    """[A0] Φ(z), with e = e^(-z²/2)."""
    x = _ROOT_HALF * where_positive(z, z, -1.0 * z)
    t = (x - CENTRE) / (x + CENTRE)
    t2 = t * t
    even, odd = _SMOOTH[24] + 0.0 * t, _SMOOTH[23] + 0.0 * t
    for k in range(22, 0, -2):
        even, odd = even * t2 + _SMOOTH[k], odd * t2 + _SMOOTH[k - 1]
    smooth = even * t2 + _SMOOTH[0] + odd * t
    tail = 0.5 * smooth * e / (1.0 + 2.0 * x)
    return where_positive(z, 1.0 - tail, tail)


@kernel
def _sigmoid_from(z: Any, e: Any) -> tuple[Any, Any]:
    """[A3] σ(z) and σ'(z), with e = e^-|z|."""
    one = 1.0 / (1.0 + e)
    return where_positive(z, one, e * one), e * one * one


@kernel
def _softplus_from(z: Any, e: Any) -> tuple[Any, Any]:
    """[A11] ln(1 + e^z) and σ(z), with e = e^-|z|."""
    return where_positive(z, z, 0.0) + log1p_of(e), _sigmoid_from(z, e)[0]


@kernel
def softplus_of(z: Any) -> tuple[Any, Any]:
    """[A11] ln(1 + e^z) and its slope, σ(z), for sixteen float64 numbers."""
    return _softplus_from(z, exp_of(where_positive(z, -1.0 * z, z)))


@kernel
def curve_of(code: int, z: Any) -> tuple[Any, Any]:
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
        near = within(z, -FAR, FAR)
        cdf = _normal_cdf(near, e)
        return within(z, -FAR, math.inf) * cdf, cdf + near * (_PER_ROOT_TWO_PI * e)
    if code == SOFTPLUS:
        return _softplus_from(z, e)
    sigmoid, bell = _sigmoid_from(z, e)
    if code == SIGMOID:
        return sigmoid, bell
    near = within(z, -FAR, FAR)
    return within(z, -FAR, math.inf) * sigmoid, sigmoid + near * bell
