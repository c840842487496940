"""Elementary functions of sixteen float64 numbers, and tests for numbers that are not finite.

The system's own exponential takes one number at a time, and its last digits differ from one system
to another. A number's result here does not depend on its neighbours in the vector.
"""

from __future__ import annotations

import math
import sys
from typing import Any

import numpy as np
from numpy.polynomial.chebyshev import cheb2poly

from chainrule.equations.error_function import CENTRE, SERIES
from chainrule.kernels.compiling import kernel, strict_kernel
from chainrule.kernels.simd import clip, power_of_two, where_positive

__all__ = ["exp", "exp_parts", "is_finite", "log1p", "normal_cdf", "probe"]

_LEAST, _MOST = -709.3, 709.7
"""Beyond these e^t is 0 and infinity: t / ln 2 rounds to -1023 and 1024, see power_of_two."""
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
_GREATEST = sys.float_info.max


@strict_kernel
def probe(x: Any) -> Any:
    """0, or NaN if x is not finite; sums of it find one such number among many."""
    return x - x


@strict_kernel
def is_finite(x: float) -> bool:
    """Whether x is neither NaN nor infinite."""
    return abs(x) <= _GREATEST


@kernel
def exp_parts(t: Any) -> tuple[Any, Any]:
    """A power of two s, and p from -0.3 to 0.42, with e^t = s (1 + p).

    t is n ln 2 + r with whole n and |r| ≤ ½ ln 2. Of e^r - 1 thirteen terms are summed: the first
    left out is below 4e-18. e^t - 1 is s p + (s - 1), which keeps its digits near 0.
    """
    t = clip(t, _LEAST, _MOST)
    shifted = t * _PER_LN2 + _TO_WHOLE
    n = shifted - _TO_WHOLE
    r = (t - n * _LN2_HIGH) - n * _LN2_LOW
    r2 = r * r
    r4 = r2 * r2
    low = (_C0 + _C1 * r) + (_C2 + _C3 * r) * r2
    middle = (_C4 + _C5 * r) + (_C6 + _C7 * r) * r2
    high = (_C8 + _C9 * r) + (_C10 + _C11 * r) * r2
    return power_of_two(shifted), r + r2 * (low + r4 * (middle + r4 * high))


@kernel
def exp(t: Any) -> Any:
    """e^t; 0 below -708.7, infinity above 709.4."""
    s, p = exp_parts(t)
    return s * (1.0 + p)


@kernel
def log1p(e: Any) -> Any:
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
def normal_cdf(z: Any, e: Any) -> Any:
    """[A0] Φ(z); e is e^(-z²/2)."""
    x = _ROOT_HALF * where_positive(z, z, -1.0 * z)
    t = (x - CENTRE) / (x + CENTRE)
    t2 = t * t
    # Even and odd powers apart: two short chains of sums go side by side.
    even, odd = _SMOOTH[24] + 0.0 * t, _SMOOTH[23] + 0.0 * t
    for k in range(22, 0, -2):
        even, odd = even * t2 + _SMOOTH[k], odd * t2 + _SMOOTH[k - 1]
    smooth = even * t2 + _SMOOTH[0] + odd * t
    tail = 0.5 * smooth * e / (1.0 + 2.0 * x)
    return where_positive(z, 1.0 - tail, tail)
