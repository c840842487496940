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

    Returns: None where one has no deviation.
    """
    if first.deviation is None or second.deviation is None:
        return None
    squares = [s.deviation**2 / s.n for s in (first, second) if s.deviation is not None]
    total, apart = sum(squares), first.mean - second.mean
    if not total:
        return apart, apart
    parts = zip(squares, (first.n, second.n), strict=True)
    freedom = total**2 / sum(square**2 / (n - 1) for square, n in parts)
    half = t_quantile(freedom) * math.sqrt(total)
    return apart - half, apart + half


def t_quantile(freedom: float, share: float = 0.95) -> float:
    """The t within which a share of Student's distribution lies, both ways.

    Args:
        freedom: degrees of freedom, above 0.
        share: above 0 and below 1.

    Example:
        >>> f"{t_quantile(1):.3f} {t_quantile(4):.4f} {t_quantile(30):.4f}"
        '12.706 2.7764 2.0423'
    """
    from scipy.special import stdtrit

    return float(stdtrit(freedom, (1 + share) / 2))


def mcnemar(only_first: int, only_second: int) -> McNemar:
    """The exact test of McNemar: were the examples answered differently split by a coin?

    Args:
        only_first: examples that only the first network answers rightly.
        only_second: those that only the second does.

    Example:
        >>> f"{mcnemar(1, 9).p:.6f}"
        '0.021484'
    """
    from scipy.special import bdtr

    tail = float(bdtr(min(only_first, only_second), only_first + only_second, 0.5))
    return McNemar(only_first, only_second, min(1.0, 2 * tail))
