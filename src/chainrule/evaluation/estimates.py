"""Figures of merit with 95 % intervals, worked out from what each example adds to them.

The standard error of a figure is that of the infinitesimal jackknife, √ Σ_i (∂figure/∂w_i)², where
w_i is the weight of example i, 1 for all. For the area under a ROC curve it is DeLong's. Nothing is
drawn at random, so the same outputs always give the same interval.

Sources: Efron (1982), The Jackknife, the Bootstrap and Other Resampling Plans, chapter 6. DeLong,
DeLong & Clarke-Pearson (1988), Biometrics 44. Korn & Graubard (1998), Survey Methodology 24, for
Wilson's interval with an effective number of examples. Thompson (1936), Annals of Mathematical
Statistics 7, for the median.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chainrule.evaluation.number_format import MISSING
from chainrule.evaluation.wilson import Z_95, score_interval

__all__ = [
    "INTERVAL",
    "Estimate",
    "estimate_cells",
    "estimate_fraction",
    "estimate_median",
    "estimate_ratio",
    "mean_influence",
]

Column = NDArray[np.float64]

INTERVAL = "95 % interval"
"""The heading of a table's column of intervals."""

_TAIL = 0.025
_FEWEST_FOR_MEDIAN = 6
"""Among fewer values, even the least and the greatest miss the median too often."""


@dataclass(frozen=True)
class Estimate:
    """A figure with its uncertainty.

    Args:
        value: the figure on these examples; None if they do not define it.
        interval: its 95 % interval, (low, high); None if the examples are too few or too alike to
            give one.
    """

    value: float | None
    interval: tuple[float, float] | None


def estimate_cells(figure: Estimate, text: Callable[[float | None], str]) -> tuple[str, str]:
    """Return a figure and its interval as two cells of a table."""
    return text(figure.value), " to ".join(map(text, figure.interval or ())) or MISSING


def estimate_fraction(value: float, influence: Column, most: float) -> Estimate:
    """Return a figure from 0 to 1 with Wilson's interval for an effective number of examples.

    A plain proportion of that many examples has the same standard error. So the interval stays
    within 0 to 1, and is not empty at 1, where no example shows any error.

    Args:
        value: the figure.
        influence: ∂figure/∂w_i of each example, (n,).
        most: the greatest effective number of examples, above 0.
    """
    value = min(max(value, 0.0), 1.0)  # a mean of ones may round to more than 1
    variance, spread = float(np.square(influence).sum()), value * (1 - value)
    effective = spread / variance if variance > 0 and spread > 0 else math.inf
    return Estimate(value, score_interval(value, min(effective, most)))


def estimate_ratio(value: float, influence: Column) -> Estimate:
    """Return a figure above 0 with its interval by the normal distribution of its logarithm.

    Args:
        value: the figure; 0, or what is not finite, has no interval.
        influence: ∂ln figure/∂w_i of each example, (n,).
    """
    error = math.sqrt(float(np.square(influence).sum()))
    if len(influence) < 2 or not (0 < value < math.inf and error < math.inf):
        return Estimate(value, None)
    factor = math.exp(Z_95 * error)
    return Estimate(value, (value / factor, value * factor))


def mean_influence(values: Column) -> Column:
    """Return ∂ln mean/∂w_i of values of at least 0, (n,).

    Args:
        values: one of each example, (n,); if all are 0, none adds anything.
    """
    total = float(values.sum())
    return np.asarray(values / total - 1 / len(values) if total else np.zeros(len(values)))


def estimate_median(values: Column) -> Estimate:
    """Return a median with its exact interval, whose ends are two of the values.

    The interval holds the median of any distribution with 95 % probability or more. Fewer than six
    values give none.

    Args:
        values: one of each example, (n,).
    """
    from scipy.special import bdtrik

    n, ordered = len(values), np.sort(values)
    median = float(np.median(ordered))
    if n < _FEWEST_FOR_MEDIAN:
        return Estimate(median, None)
    below = math.floor(bdtrik(_TAIL, n, 0.5))  # values outside the interval at each end
    return Estimate(median, (float(ordered[below]), float(ordered[n - 1 - below])))
