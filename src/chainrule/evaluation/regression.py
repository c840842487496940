"""Metrics of outputs for targets that are numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.evaluation.predictions import OutputBlock

__all__ = ["OutputMetrics", "Residuals", "output_metrics", "residuals"]

Column = NDArray[np.float64]


@dataclass(frozen=True)
class OutputMetrics:
    """The metrics of one output; every example has the same weight.

    Args:
        mean_absolute_error: mean of |a - y|, in the target's unit.
        root_mean_squared_error: √ of the mean of (a - y)², in the target's unit.
        r_squared: 1 - Σ(a - y)² / Σ(y - mean of y)²: 1 is perfect, 0 is as good as the mean; None
            if all targets are equal.
    """

    mean_absolute_error: float
    root_mean_squared_error: float
    r_squared: float | None


@dataclass(frozen=True, eq=False)
class Residuals:
    """Sums over all examples, (outputs,) each, and the sum of the examples' weighted costs."""

    absolute: Column
    squared: Column
    cost: float


def residuals(blocks: Iterable[OutputBlock], targets: NDArray[Any], weights: Column) -> Residuals:
    """Sum the distances between outputs and targets over all examples.

    Args:
        blocks: `chainrule.evaluation.predictions.answered`.
        targets: (n, outputs).
        weights: the weight of each example's cost, (n,); the distances are not weighted.
    """
    absolute, squared, cost = np.zeros(targets.shape[1]), np.zeros(targets.shape[1]), 0.0
    for block in blocks:
        with np.errstate(all="ignore"):
            distance = np.abs(block.outputs - targets[block.rows])
            absolute += distance.sum(axis=0)
            squared += np.square(distance).sum(axis=0)
            cost += float(block.costs @ weights[block.rows])
    return Residuals(absolute, squared, cost)


def output_metrics(sums: Residuals, targets: NDArray[Any]) -> tuple[OutputMetrics, ...]:
    """Return the metrics of each output.

    Args:
        sums: `residuals`.
        targets: (n, outputs).
    """
    n, spread = len(targets), _spread(targets)
    with np.errstate(all="ignore"):
        r_squared = 1 - sums.squared / spread
        columns = sums.absolute / n, np.sqrt(sums.squared / n), r_squared
    return tuple(
        OutputMetrics(float(mae), float(rmse), float(r) if varies else None)
        for mae, rmse, r, varies in zip(*columns, spread > 0, strict=True)
    )


def _spread(targets: NDArray[Any]) -> Column:
    """Return Σ (y - mean of y)² of each output; exactly 0 for equal targets."""
    # Where all are equal, the mean may round, and the sum would not be 0.
    with np.errstate(all="ignore"):
        mean = targets.mean(axis=0, dtype=np.float64)
        sums = [np.square(column - m).sum() for column, m in zip(targets.T, mean, strict=True)]
    return np.where((targets == targets[0]).all(axis=0), 0.0, sums)
