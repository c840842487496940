"""The confidence interval of a proportion (Wilson 1927)."""

from __future__ import annotations

import math

from chainrule.errors import InputError

__all__ = ["Z_95", "score_interval", "wilson_interval"]

Z_95 = 1.959963984540054
"""The standard normal deviate that is exceeded with probability 2.5 %."""


def wilson_interval(successes: int, n: int, z: float = Z_95) -> tuple[float, float]:
    """Return the Wilson score interval of a proportion: all p that a test does not reject.

        low, high = (p + z²/2n ∓ z √(p (1 - p)/n + z²/4n²)) / (1 + z²/n)      p = successes / n

    It stays within 0 to 1, and is not empty at 0 of n and n of n, where the simpler interval
    p ∓ z √(p (1 - p)/n) claims certainty.

    Args:
        successes: number of successes, 0 to n.
        n: number of trials, at least 1.
        z: standard normal deviate of the confidence level, above 0; 1.96 for 95 %.

    Returns: (low, high); exactly 0 at 0 of n, and exactly 1 at n of n.
    Raises: InputError.

    Example:
        >>> low, high = wilson_interval(9750, 10_000)
        >>> f"{low:.4f} {high:.4f}"
        '0.9718 0.9779'
    """
    if not 0 <= successes <= n or n < 1:
        raise InputError(
            "wilson_interval",
            expected="a count of successes from 0 to n, with n of at least 1",
            got=f"{successes} of {n}",
            argument="successes",
            value=successes,
        )
    return score_interval(successes / n, n, z)


def score_interval(p: float, n: float, z: float = Z_95) -> tuple[float, float]:
    """Return the Wilson score interval of a proportion that n examples gave.

    Args:
        p: the proportion, 0 to 1.
        n: number of examples, above 0; a fraction for an effective number.
        z: as in `wilson_interval`.

    Returns: (low, high), as `wilson_interval` does.
    """
    spread = z * z / n
    middle = p + spread / 2
    half = z * math.sqrt((p * (1 - p) + spread / 4) / n)
    low = (middle - half) / (1 + spread) if p > 0 else 0.0
    high = (middle + half) / (1 + spread) if p < 1 else 1.0
    return low, high
