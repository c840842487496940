"""Means with intervals, and tests of whether one network is better than another."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace

__all__ = [
    "McNemarTest",
    "SampleStatistics",
    "fold_p_value",
    "fold_statistics",
    "mcnemar_test",
    "sample_statistics",
    "t_quantile",
    "welch_interval",
]


@dataclass(frozen=True)
class SampleStatistics:
    """Statistics of several measurements of one quantity.

    Args:
        n: number of measurements.
        mean: their mean.
        deviation: standard deviation of one measurement, or None if n is 1.
        interval: 95 % interval of the mean by Student's t, or None if n is 1.
    """

    n: int
    mean: float
    deviation: float | None
    interval: tuple[float, float] | None


@dataclass(frozen=True)
class McNemarTest:
    """McNemar's test of two networks on the same examples.

    Args:
        only_first: examples that only the first network classifies correctly.
        only_second: examples that only the second network classifies correctly.
        p: exact two-sided p-value.
    """

    only_first: int
    only_second: int
    p: float


def sample_statistics(values: Sequence[float]) -> SampleStatistics:
    """Return mean, standard deviation and interval of at least one measurement.

    Example:
        >>> found = sample_statistics([1.0, 2.0, 3.0])
        >>> f"{found.mean:g} {found.deviation:g} {found.interval[0]:.3f} {found.interval[1]:.3f}"
        '2 1 -0.484 4.484'
    """
    n, mean = len(values), statistics.fmean(values)
    if n < 2:
        return SampleStatistics(n, mean, None, None)
    deviation = statistics.stdev(values)
    half = t_quantile(n - 1) * deviation / math.sqrt(n)
    return SampleStatistics(n, mean, deviation, (mean - half, mean + half))


def welch_interval(first: SampleStatistics, second: SampleStatistics) -> tuple[float, float] | None:
    """Return the 95 % interval of the difference of two means, first minus second (Welch 1947).

    Returns: (low, high), or None if one of them has no deviation.
    """
    if first.deviation is None or second.deviation is None:
        return None
    squares = [s.deviation**2 / s.n for s in (first, second) if s.deviation is not None]
    total, difference = sum(squares), first.mean - second.mean
    if not total:
        return difference, difference
    parts = zip(squares, (first.n, second.n), strict=True)
    freedom = total**2 / sum(square**2 / (n - 1) for square, n in parts)
    half = t_quantile(freedom) * math.sqrt(total)
    return difference - half, difference + half


def t_quantile(freedom: float, confidence: float = 0.95) -> float:
    """Return the t for which Student's distribution lies within -t to t with that probability.

    Args:
        freedom: degrees of freedom, above 0.
        confidence: the probability, above 0 and below 1.

    Example:
        >>> f"{t_quantile(1):.3f} {t_quantile(4):.4f} {t_quantile(30):.4f}"
        '12.706 2.7764 2.0423'
    """
    from scipy.special import stdtrit

    return float(stdtrit(freedom, (1 + confidence) / 2))


def mcnemar_test(only_first: int, only_second: int) -> McNemarTest:
    """Test exactly whether a fair coin decided which network is right where they differ.

    McNemar (1947); here by the binomial distribution instead of its approximation by χ².

    Args:
        only_first: examples that only the first network classifies correctly.
        only_second: examples that only the second network classifies correctly.

    Example:
        >>> f"{mcnemar_test(1, 9).p:.6f}"
        '0.021484'
    """
    from scipy.special import bdtr

    tail = float(bdtr(min(only_first, only_second), only_first + only_second, 0.5))
    return McNemarTest(only_first, only_second, min(1.0, 2 * tail))


def fold_statistics(values: Sequence[float], test_ratio: float) -> SampleStatistics:
    """Return mean, deviation and interval of a figure over the folds of a cross-validation.

    Folds share most of their training examples, so that their figures are not independent: a plain
    interval would be too narrow. The variance of the mean is therefore s² (1/n + test_ratio)
    (Nadeau & Bengio 2003, Inference for the generalization error, Machine Learning 52), with
    Student's t of n - 1 degrees of freedom. They derive it for random splits; for folds it is the
    usual approximation, since no unbiased estimate exists (Bengio & Grandvalet 2004).

    Args:
        values: the figure on each fold.
        test_ratio: examples that a fold holds out, divided by those that it learns from.

    Example:
        >>> found = fold_statistics([1.0, 2.0, 3.0], 0.5)
        >>> f"{found.mean:g} {found.interval[0]:.3f} {found.interval[1]:.3f}"
        '2 -1.928 5.928'
    """
    plain = sample_statistics(values)
    if plain.deviation is None:
        return plain
    half = t_quantile(plain.n - 1) * _fold_error(plain.deviation, plain.n, test_ratio)
    return replace(plain, interval=(plain.mean - half, plain.mean + half))


def fold_p_value(differences: Sequence[float], test_ratio: float) -> float | None:
    """Return the two-sided p-value of the mean of paired differences over folds being 0.

    The corrected resampled t-test of Nadeau & Bengio (2003); see `fold_statistics`.

    Args:
        differences: of one figure, on each fold.
        test_ratio: as in `fold_statistics`.

    Returns: None for fewer than two folds.

    Example:
        >>> f"{fold_p_value([1.0, 2.0, 3.0], 0.5):.4f}"
        '0.1598'
    """
    from scipy.special import stdtr

    plain = sample_statistics(differences)
    if plain.deviation is None:
        return None
    error = _fold_error(plain.deviation, plain.n, test_ratio)
    if not error:
        return 1.0 if plain.mean == 0 else 0.0
    return 2 * float(stdtr(plain.n - 1, -abs(plain.mean) / error))


def _fold_error(deviation: float, n: int, test_ratio: float) -> float:
    """Return the standard error of a mean over folds."""
    return deviation * math.sqrt(1 / n + test_ratio)
