"""Random numbers without a generator: each one is a function of a key and a counter.

No state is carried from one number to the next, so dropout masks and distorted images depend
neither on batches nor on threads nor on what was drawn before.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.arrays import Array

__all__ = ["derive_key", "make_key", "normals", "random_bits", "uniforms"]

MULTIPLIERS = (0xED5AD4BB, 0xAC4C1B51, 0x31848BAB)
"""Odd, so that multiplication modulo 2^32 is invertible. With SHIFTS, these are the constants of the
hash function "triple32", which Wellons (2018) found by search for the least bias."""
SHIFTS = (17, 11, 15, 14)
HALF = 32
ALL_ONES = 0xFFFFFFFF
LOW_SALT, HIGH_SALT = 0x2545F4914F6CDD1D, 0x5851F42D4C957F2D
"""Arbitrary constants that separate the two halves of a derived key from the numbers of its parent."""
SMALLEST = 2.0**-32
"""The spacing of the uniform numbers, and twice the smallest of them."""
WORD = 4
"""Bytes of a purpose that are hashed together."""


def random_bits(key: int, counters: Array) -> NDArray[np.uint32]:
    """[H1] 32 random bits for each counter.

        x ← c ⊕ low      x ← (x ⊕ (x ≫ 17)) m₁      x ← (x ⊕ (x ≫ 11)) + high
        x ← x m₂         x ← (x ⊕ (x ≫ 15)) m₃      h = x ⊕ (x ≫ 14)

    Args:
        key: from `make_key`, 0 to 2^63 - 1; low and high are its halves.
        counters: c, whole numbers from 0 to 2^32 - 1, of any shape.

    Returns:
        h, uint32, of the same shape. Under one key, different counters give different numbers.

    Example:
        >>> random_bits(make_key(0, "dropout"), np.arange(3)).tolist()
        [806994439, 3465544311, 696942059]

    Source: Wellons (2018) [wellons2018], whose hash function is keyed here before its first two
    rounds; Salmon et al. (2011) [salmon2011], random numbers from key and counter.
    """
    c = np.asarray(counters).astype(np.uint32)
    x = np.atleast_1d(c) ^ np.uint32(key & ALL_ONES)
    x = (x ^ x >> np.uint32(SHIFTS[0])) * np.uint32(MULTIPLIERS[0])
    x = (x ^ x >> np.uint32(SHIFTS[1])) + np.uint32(key >> HALF)
    x = x * np.uint32(MULTIPLIERS[1])
    x = (x ^ x >> np.uint32(SHIFTS[2])) * np.uint32(MULTIPLIERS[2])
    return (x ^ x >> np.uint32(SHIFTS[3])).reshape(c.shape)


def derive_key(key: int, counter: int) -> int:
    """[H2] The key of a part of what a key stands for, such as an epoch or an example.

        key' = 2^32 ⌊½ H1(key ⊕ s₂, c)⌋ + H1(key ⊕ s₁, c)

    Args:
        key: 0 to 2^63 - 1.
        counter: c, the number of the part, 0 to 2^32 - 1.

    Returns:
        key', 0 to 2^63 - 1.

    Source: Claessen & Pałka (2013) [claessen2013], keys as hashes of the path that leads to them.
    """
    low = int(random_bits(key ^ LOW_SALT, np.array(counter)))
    high = int(random_bits(key ^ HIGH_SALT, np.array(counter)))
    return (high >> 1) << HALF | low


def make_key(seed: int, purpose: str, *counters: int) -> int:
    """[H2] The key of a seed, a purpose and any number of counters, derived one after the other.

    Args:
        seed: the seed of the run, 0 to 2^63 - 1.
        purpose: what the numbers are for, such as "dropout".
        counters: the place in the run, such as the epoch; each 0 to 2^32 - 1.

    Returns:
        The key; `derive_key(make_key(s, p, a), b)` is `make_key(s, p, a, b)`.

    Example:
        >>> derive_key(make_key(7, "dropout", 3), 2) == make_key(7, "dropout", 3, 2)
        True
    """
    letters = purpose.encode()
    words = [int.from_bytes(letters[k : k + WORD], "little") for k in range(0, len(letters), WORD)]
    key = 0
    for word in (*words, seed & ALL_ONES, seed >> HALF, *counters):
        key = derive_key(key, word)
    return key


def uniforms(key: int, counters: Array) -> NDArray[np.float64]:
    """[H3] Uniform numbers between 0 and 1, both excluded.

        u = (h + ½) / 2^32

    h are the random bits [H1].

    Example:
        >>> bool(0 < uniforms(5, np.array([2]))[0] < 1)
        True

    Source: own, because the usual H1 / 2^32 can be 0, whose logarithm [H4] does not exist.
    """
    return (random_bits(key, counters).astype(np.float64) + 0.5) * SMALLEST


def normals(key: int, counters: Array) -> NDArray[np.float64]:
    """[H4] Standard normal numbers, in pairs.

        g_{2k} = √(-2 ln u) cos(2π v)      g_{2k+1} = √(-2 ln u) sin(2π v)

    u and v are the uniform numbers [H3] of the counters 2k and 2k + 1.

    Source: Box & Muller (1958) [box1958].
    """
    c = np.asarray(counters).astype(np.uint32)
    odd = c & np.uint32(1)
    u, v = uniforms(key, c - odd), uniforms(key, c - odd + np.uint32(1))
    angle = 2 * math.pi * v
    wave = np.where(odd, np.sin(angle), np.cos(angle))
    return np.asarray(np.sqrt(-2 * np.log(u)) * wave)
