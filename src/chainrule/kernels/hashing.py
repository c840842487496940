"""The numbers of equations/hashing.py, one at a time, bit for bit.

No intermediate number is wider than thirty-two bits, so that the compiler can compute eight or more
at once.
"""

from __future__ import annotations

import numpy as np

from chainrule.equations.hashing import (
    ALL_ONES,
    HALF,
    HIGH_SALT,
    LOW_SALT,
    MULTIPLIERS,
    SHIFTS,
    SMALLEST,
)
from chainrule.kernels.compiling import kernel

__all__ = ["derive_key", "random_bits", "uniform"]

_M1, _M2, _M3 = MULTIPLIERS
_S1, _S2, _S3, _S4 = SHIFTS


@kernel
def _low(x: int) -> np.uint32:
    """The last thirty-two bits."""
    return np.uint32(x & ALL_ONES)


@kernel
def random_bits(key: int, counter: int) -> np.uint32:
    """[H1] Thirty-two bits that look random.

    Args:
        key: from `make_key` or `derive_key`, 0 to 2^63 - 1.
        counter: 0 to 2^32 - 1.
    """
    x = _low(int(counter) ^ key)
    x = _low(int(x ^ (x >> _S1)) * _M1)
    x = _low(int(x ^ (x >> _S2)) + (key >> HALF))
    x = _low(int(x) * _M2)
    x = _low(int(x ^ (x >> _S3)) * _M3)
    return _low(int(x ^ (x >> _S4)))


@kernel
def derive_key(key: int, counter: int) -> int:
    """[H2] The key of one part of what a key stands for."""
    low = int(random_bits(key ^ LOW_SALT, counter))
    high = int(random_bits(key ^ HIGH_SALT, counter))
    return ((high >> 1) << HALF) | low


@kernel
def uniform(key: int, counter: int) -> float:
    """[H3] A number between 0 and 1."""
    return (float(random_bits(key, counter)) + 0.5) * SMALLEST
