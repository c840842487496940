"""Random numbers without a generator: each is a function of a key and of its number.

Key and number determine the value; nothing is carried from one value to the next. So dropout masks
and distorted images do not depend on batches, threads or on what came before.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.arrays import Array

__all__ = ["derived", "hashed", "key_of", "normals", "uniforms"]

MULTIPLIERS = (0xED5AD4BB, 0xAC4C1B51, 0x31848BAB)
"""Odd, so that to multiply by one, modulo 2^32, can be undone."""
SHIFTS = (17, 11, 15, 14)
HALF = 32
ALL_ONES = 0xFFFFFFFF
LOW_SALT, HIGH_SALT = 0x2545F4914F6CDD1D, 0x5851F42D4C957F2D
"""What sets the halves of a derived key apart from the numbers of the key itself."""
SMALLEST = 2.0**-32
LETTERS = 4
"""Bytes of a purpose that one word holds."""


def hashed(key: int, counters: Array) -> NDArray[np.uint32]:
    """[H1] Thirty-two bits that look random, for each counter.

        x = c ^ low        x ^= x >> 17   x *= m₁   x ^= x >> 11
        x = x + high       x *= m₂        x ^= x >> 15   x *= m₃   x ^= x >> 14

    Args:
        key: from `key_of`, 0 to 2^63 - 1; low and high are its halves.
        counters: whole numbers from 0 to 2^32 - 1, of any shape.

    Returns:
        uint32, of the same shape. Under one key no two counters have the same number.

    Example:
        >>> hashed(key_of(0, "dropout"), np.arange(3)).tolist()
        [806994439, 3465544311, 696942059]
    """
    c = np.asarray(counters).astype(np.uint32)
    x = np.atleast_1d(c) ^ np.uint32(key & ALL_ONES)
    x = (x ^ x >> np.uint32(SHIFTS[0])) * np.uint32(MULTIPLIERS[0])
    x = (x ^ x >> np.uint32(SHIFTS[1])) + np.uint32(key >> HALF)
    x = x * np.uint32(MULTIPLIERS[1])
    x = (x ^ x >> np.uint32(SHIFTS[2])) * np.uint32(MULTIPLIERS[2])
    return (x ^ x >> np.uint32(SHIFTS[3])).reshape(c.shape)


def derived(key: int, counter: int) -> int:
    """[H2] The key of one part of what a key stands for, such as an epoch or an example.

    low = H1(key ^ s₁, c)      high = H1(key ^ s₂, c), without its last bit

    Args:
        key: 0 to 2^63 - 1.
        counter: which part, 0 to 2^32 - 1.

    Returns:
        high · 2^32 + low, 0 to 2^63 - 1.
    """
    low = int(hashed(key ^ LOW_SALT, np.array(counter)))
    high = int(hashed(key ^ HIGH_SALT, np.array(counter)))
    return (high >> 1) << HALF | low


def key_of(seed: int, purpose: str, *counters: int) -> int:
    """[H2] The key of a seed, a purpose and any number of counters, each derived from the last.

    Args:
        seed: the run's seed, 0 to 2^63 - 1.
        purpose: what the numbers are for, such as "dropout".
        counters: where in the run, such as the epoch; each 0 to 2^32 - 1.

    Returns:
        The key; `derived(key_of(s, p, a), b)` is `key_of(s, p, a, b)`.

    Example:
        >>> derived(key_of(7, "dropout", 3), 2) == key_of(7, "dropout", 3, 2)
        True
    """
    letters = purpose.encode()
    words = [
        int.from_bytes(letters[k : k + LETTERS], "little") for k in range(0, len(letters), LETTERS)
    ]
    key = 0
    for word in (*words, seed & ALL_ONES, seed >> HALF, *counters):
        key = derived(key, word)
    return key


def uniforms(key: int, counters: Array) -> NDArray[np.float64]:
    """[H3] Numbers between 0 and 1, never either: (H1 + ½) / 2^32.

    Example:
        >>> bool(0 < uniforms(5, np.array([2]))[0] < 1)
        True
    """
    return (hashed(key, counters).astype(np.float64) + 0.5) * SMALLEST


def normals(key: int, counters: Array) -> NDArray[np.float64]:
    """[H4] Numbers of the standard normal distribution, by twos.

        g_2k = √(-2 ln u) cos(2π v)      g_2k+1 = √(-2 ln u) sin(2π v)

    u and v are the uniform numbers [H3] of the counters 2k and 2k + 1.
    """
    c = np.asarray(counters).astype(np.uint32)
    odd = c & np.uint32(1)
    u, v = uniforms(key, c - odd), uniforms(key, c - odd + np.uint32(1))
    around = 2 * math.pi * v
    wave = np.where(odd, np.sin(around), np.cos(around))
    return np.asarray(np.sqrt(-2 * np.log(u)) * wave)
