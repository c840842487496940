"""Mixup: examples between two examples."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.arrays import Array
from chainrule.equations.hashing import random_bits, uniforms

__all__ = ["mix", "mixing_weights", "partners"]

HALF = 32
FARTHEST = 700.0
"""A logarithm whose exponential is still a number."""


def partners(key: int, n: int) -> NDArray[np.int64]:
    """[X7] Which other example each is mixed with: (i + 1 + ⌊(n - 1) H1 / 2^32⌋) mod n.

    Args:
        key: of the epoch.
        n: how many examples, 1 to 2^30; a lone one is its own partner.

    Returns:
        Rows, (n,).
    """
    i = np.arange(n)
    other = (random_bits(key, 3 * i).astype(np.uint64) * np.uint64(max(n - 1, 1))) >> np.uint64(
        HALF
    )
    return np.asarray((i + 1 + other.astype(np.int64)) % n)


def mixing_weights(key: int, n: int, alpha: float) -> NDArray[np.float64]:
    """[X7] What each example keeps of itself: the greater of λ and 1 - λ, λ ~ Beta(α, α).

        share = ½ + ½ / √(1 + 1/q)      q = (u^(-1/α) - 1) cos²(2π v)

    Args:
        key: of the epoch; u and v are the uniform numbers [H3] of 3i + 1 and 3i + 2.
        n: how many examples.
        alpha: α, above 0; the larger, the nearer to halves.

    Returns:
        Shares from ½ to 1, (n,).
    """
    i = 3 * np.arange(n)
    u, v = uniforms(key, i + 1), uniforms(key, i + 2)
    q = np.expm1(np.minimum(-np.log(u) / alpha, FARTHEST)) * np.square(np.cos(2 * math.pi * v))
    return np.asarray(0.5 + 0.5 / np.sqrt(1 + 1 / q))


def mix(x: Array, partner: Array, share: Array) -> Array:
    """[X8] λ x + (1 - λ) x', for inputs and for targets alike.

    Args:
        x: (n, …).
        partner: x', (n, …).
        share: λ, (n,).
    """
    by = np.reshape(share, (-1,) + (1,) * (x.ndim - 1))
    return np.asarray(by * x + (1 - by) * partner)
