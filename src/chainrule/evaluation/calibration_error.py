"""Calibration: whether predictions of 90 % confidence are correct nine times out of ten."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chainrule.evaluation.wilson import wilson_interval

__all__ = ["BINS", "Calibration", "CalibrationBin", "calibration"]

BINS = 15
"""Number of bins of equal width over the confidences from 0 to 1, as in Guo et al. (2017)."""

Column = NDArray[np.float64]


@dataclass(frozen=True)
class CalibrationBin:
    """The examples whose confidence lies in one range.

    Args:
        low: the least confidence of the range.
        high: its end, which belongs to the next bin; 1 belongs to the last.
        count: number of examples.
        correct: number of examples classified correctly.
        confidence: mean confidence, or None for an empty bin.
        accuracy: correct / count, or None for an empty bin.
        interval: the accuracy's Wilson 95 % interval, or None for an empty bin.
    """

    low: float
    high: float
    count: int
    correct: int
    confidence: float | None
    accuracy: float | None
    interval: tuple[float, float] | None


@dataclass(frozen=True)
class Calibration:
    """How well confidence and accuracy agree.

    Args:
        bins: from 0 to 1, of equal width.
        expected_error: mean over all examples of |accuracy - confidence| of their bin, 0 to 1. It
            depends on the number of bins.
        greatest_error: the greatest |accuracy - confidence| of any bin, whatever its count.
        mean_confidence: mean confidence of all examples; above the accuracy is overconfident.
        brier: mean over the examples of Σ_k (a_k - y_k)² over all classes: 0 to 2 for outputs that
            sum to 1. A single output counts as two classes, a and 1 - a.
    """

    bins: tuple[CalibrationBin, ...]
    expected_error: float
    greatest_error: float
    mean_confidence: float
    brier: float


def calibration(
    confidence: Column, correct: NDArray[np.bool_], squares: Column, bins: int = BINS
) -> Calibration:
    """Group examples by confidence, and compare it with their accuracy.

    Args:
        confidence: the output of each predicted class, (n,), 0 to 1.
        correct: whether the prediction is correct, (n,).
        squares: Σ_k (a_k - y_k)² of each example, (n,).
        bins: number of bins, at least 1.

    Example:
        >>> right, squares = np.array([True, False]), np.array([0.02, 1.62])
        >>> found = calibration(np.array([0.9, 0.9]), right, squares)
        >>> f"{found.expected_error:.2f} {found.brier:.2f}"
        '0.40 0.82'
    """
    filled = _group(confidence, correct, bins)
    gaps = [
        (abs(b.accuracy - b.confidence), b.count)
        for b in filled
        if b.accuracy is not None and b.confidence is not None
    ]
    return Calibration(
        bins=filled,
        expected_error=sum(gap * count for gap, count in gaps) / len(confidence),
        greatest_error=max(gap for gap, _ in gaps),
        mean_confidence=float(confidence.mean()),
        brier=float(squares.mean()),
    )


def _group(confidence: Column, correct: NDArray[np.bool_], bins: int) -> tuple[CalibrationBin, ...]:
    edges = np.arange(bins + 1) / bins
    # A search among the edges, since value * bins may round into the next bin.
    index = np.minimum(np.searchsorted(edges, confidence, side="right") - 1, bins - 1)
    count = np.bincount(index, minlength=bins).tolist()
    right = np.bincount(index[correct], minlength=bins).tolist()
    total = np.bincount(index, weights=confidence, minlength=bins).tolist()
    ends = zip(edges.tolist(), edges[1:].tolist(), strict=False)
    return tuple(
        _bin(low, high, *sums) for (low, high), *sums in zip(ends, count, right, total, strict=True)
    )


def _bin(low: float, high: float, count: int, correct: int, total: float) -> CalibrationBin:
    if not count:
        return CalibrationBin(low, high, 0, 0, None, None, None)
    interval = wilson_interval(correct, count)
    return CalibrationBin(low, high, count, correct, total / count, correct / count, interval)
