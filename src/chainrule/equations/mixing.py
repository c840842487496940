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
"""The greatest logarithm whose exponential is formed: e^710 would overflow."""


def partners(key: int, n: int) -> NDArray[np.int64]:
    """[X7] The partner of each example i, any other one.

        partner_i = (i + 1 + ⌊(n - 1) h / 2^32⌋) mod n

    Args:
        key: the key [H2] of the epoch; h are the random bits [H1] of 3i.
        n: the number of examples, 1 to 2^30; a single example is its own partner.

    Returns:
        Row numbers, (n,).

    Source: Zhang et al. (2018) [zhang2018], who permute a batch instead.
    """
    i = np.arange(n)
    other = (random_bits(key, 3 * i).astype(np.uint64) * np.uint64(max(n - 1, 1))) >> np.uint64(
        HALF
    )
    return np.asarray((i + 1 + other.astype(np.int64)) % n)


def mixing_weights(key: int, n: int, alpha: float) -> NDArray[np.float64]:
    """[X7] The weight of each example in its mixture: the greater part of a Beta(α, α) split.

        λ = ½ + ½ / √(1 + 1/q)      q = (u^(-1/α) - 1) cos²(2π v)

    Args:
        key: the key [H2] of the epoch; u and v are the uniform numbers [H3] of 3i + 1 and 3i + 2.
        n: the number of examples.
        alpha: α, above 0; the larger, the closer the weights are to ½.

    Returns:
        λ, (n,), from ½ to 1.

    Source: Zhang et al. (2018) [zhang2018]; Bailey (1994) [bailey1994], for the way to draw it.
    """
    i = 3 * np.arange(n)
    u, v = uniforms(key, i + 1), uniforms(key, i + 2)
    q = np.expm1(np.minimum(-np.log(u) / alpha, FARTHEST)) * np.square(np.cos(2 * math.pi * v))
    return np.asarray(0.5 + 0.5 / np.sqrt(1 + 1 / q))


def mix(x: Array, partner: Array, weight: Array) -> Array:
    """[X8] Mixtures of examples and their partners, for inputs and targets alike.

        x̃ = λ x + (1 - λ) x'

    Args:
        x: (n, …).
        partner: x', (n, …).
        weight: λ, (n,), 0 to 1.

    Returns:
        x̃, (n, …).

    Source: Zhang et al. (2018) [zhang2018].
    """
    own = np.reshape(weight, (-1,) + (1,) * (x.ndim - 1))
    return np.asarray(own * x + (1 - own) * partner)
