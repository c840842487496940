"""Means with their doubts, and whether one network is better than another."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["McNemar", "Spread", "difference", "mcnemar", "spread", "t_quantile"]


@dataclass(frozen=True)
class Spread:
    """Several measurements of one thing.

    Args:
        n: how many.
        mean: their mean.
        deviation: standard deviation of one; None for a single one.
        interval: the 95 % interval of the mean, by Student's t; None for a single one.
    """

    n: int
    mean: float
    deviation: float | None
    interval: tuple[float, float] | None


@dataclass(frozen=True)
class McNemar:
    """Two networks on the same examples.

    Args:
        only_first: examples that only the first answers rightly.
        only_second: examples that only the second answers rightly.
        p: how often chance alone makes them differ so much, both ways; exact.
    """

    only_first: int
    only_second: int
    p: float


def spread(values: Sequence[float]) -> Spread:
    """Mean, standard deviation and interval of measurements, at least one.

    Example:
        >>> found = spread([1.0, 2.0, 3.0])
        >>> f"{found.mean:g} {found.deviation:g} {found.interval[0]:.3f} {found.interval[1]:.3f}"
        '2 1 -0.484 4.484'
    """
    n, mean = len(values), statistics.fmean(values)
    if n < 2:
        return Spread(n, mean, None, None)
    deviation = statistics.stdev(values)
    half = t_quantile(n - 1) * deviation / math.sqrt(n)
    return Spread(n, mean, deviation, (mean - half, mean + half))


def difference(first: Spread, second: Spread) -> tuple[float, float] | None:
    """The 95 % interval of the difference of two means, first less second, after Welch.

    Returns: None where one has no deviation. The degrees of freedom are rounded down, which makes
        the interval a little too wide.
    """
    if first.deviation is None or second.deviation is None:
        return None
    squares = [s.deviation**2 / s.n for s in (first, second) if s.deviation is not None]
    total, apart = sum(squares), first.mean - second.mean
    if not total:
        return apart, apart
    parts = zip(squares, (first.n, second.n), strict=True)
    freedom = total**2 / sum(square**2 / (n - 1) for square, n in parts)
    half = t_quantile(max(1, math.floor(freedom))) * math.sqrt(total)
    return apart - half, apart + half


def t_quantile(freedom: int, share: float = 0.95) -> float:
    """The t within which a share of Student's distribution lies, both ways.

    Args:
        freedom: degrees of freedom, at least 1.
        share: above 0 and below 1.

    Example:
        >>> f"{t_quantile(1):.3f} {t_quantile(4):.4f} {t_quantile(30):.4f}"
        '12.706 2.7764 2.0423'
    """
    low, high = 0.0, 1.0
    while _within(high, freedom) < share:
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if _within(middle, freedom) < share else (low, middle)
    return high


def _within(t: float, freedom: int) -> float:
    """The share of Student's distribution from -t to t: a finite sum for whole degrees."""
    angle = math.atan(t / math.sqrt(freedom))
    square = math.cos(angle) ** 2
    term = 1.0 if freedom % 2 == 0 else math.cos(angle)
    total = 0.0
    for k in range(freedom // 2):
        total += term
        step = 2 * k + 1 if freedom % 2 == 0 else 2 * k + 2
        term *= square * step / (step + 1)
    if freedom % 2 == 0:
        return math.sin(angle) * total
    return (angle + math.sin(angle) * total) * 2 / math.pi


def mcnemar(only_first: int, only_second: int) -> McNemar:
    """The exact test of McNemar: were the examples answered differently split by a coin?

    Args:
        only_first: examples that only the first network answers rightly.
        only_second: those that only the second does.

    Example:
        >>> mcnemar(1, 9).p
        0.021484375
    """
    n, less = only_first + only_second, min(only_first, only_second)
    term, tail = 1, 0
    for k in range(less + 1):
        tail += term
        term = term * (n - k) // (k + 1)
    # Whole numbers of any size: nothing underflows before the division.
    p = (
        min(1.0, 2 * tail / 2**n)
        if n < 1000
        else min(1.0, math.exp(_log(2 * tail) - n * math.log(2)))
    )
    return McNemar(only_first, only_second, p)


def _log(number: int) -> float:
    """The natural logarithm of a whole number that may be too great for a float."""
    extra = max(number.bit_length() - 1000, 0)
    return math.log(number >> extra) + extra * math.log(2)
