"""Metrics of outputs for targets that are numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.documents import Table
from chainrule.evaluation.estimates import (
    INTERVAL,
    Estimate,
    estimate_cells,
    estimate_median,
    estimate_ratio,
    mean_influence,
)
from chainrule.evaluation.number_format import number_text
from chainrule.evaluation.predictions import OutputBlock

__all__ = [
    "OutputMetrics",
    "OutputScores",
    "Residuals",
    "output_metrics",
    "output_scores",
    "residuals",
    "scores_table",
]

_LABELS = {
    "r_squared": "R²",
    "mean_absolute_error": "mean absolute error",
    "root_mean_squared_error": "root mean squared error",
    "median_absolute_error": "median absolute error",
}
_METHOD = (
    "In the target's own unit. Intervals: log-normal by the jackknife (R²: of 1 - R²); "
    "median: exact."
)

Column = NDArray[np.float64]
Matrix = NDArray[np.float64]


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


@dataclass(frozen=True)
class OutputScores:
    """The figures of one output, each with its 95 % interval: `OutputMetrics`, and a median.

    Args:
        r_squared: no interval if all targets are equal, or all outputs right.
        mean_absolute_error: in the target's unit.
        root_mean_squared_error: in the target's unit.
        median_absolute_error: in the target's unit.
    """

    r_squared: Estimate
    mean_absolute_error: Estimate
    root_mean_squared_error: Estimate
    median_absolute_error: Estimate


@dataclass(frozen=True, eq=False)
class Residuals:
    """Distances between outputs and targets, and the sum of the examples' weighted costs.

    Args:
        absolute: |a - y| in the target's unit, (n, outputs).
        targets: y in the target's unit, (n, outputs).
        cost: the mean cost, in the unit in which the network learned.
    """

    absolute: Matrix
    targets: Matrix
    cost: float


def residuals(blocks: Iterable[OutputBlock], targets: NDArray[Any], weights: Column) -> Residuals:
    """Return the distances between outputs and targets of all examples.

    Args:
        blocks: `output_blocks`, with outputs in the targets' own unit.
        targets: in their own unit, (n, outputs).
        weights: the weight of each example's cost, (n,); the distances are not weighted.
    """
    absolute, cost = [], 0.0
    for block in blocks:
        with np.errstate(all="ignore"):
            absolute.append(np.abs(block.outputs - targets[block.rows]))
            cost += float(block.costs @ weights[block.rows])
    return Residuals(np.concatenate(absolute), targets.astype(np.float64), cost)


def output_metrics(found: Residuals) -> tuple[OutputMetrics, ...]:
    """Return the metrics of each output."""
    n, spread = len(found.targets), _spread(found.targets).sum(axis=0)
    with np.errstate(all="ignore"):
        squared = np.square(found.absolute).sum(axis=0)
        columns = found.absolute.sum(axis=0) / n, np.sqrt(squared / n), 1 - squared / spread
    return tuple(
        OutputMetrics(float(mae), float(rmse), float(r) if varies else None)
        for mae, rmse, r, varies in zip(*columns, spread > 0, strict=True)
    )


def output_scores(found: Residuals, metrics: tuple[OutputMetrics, ...]) -> tuple[OutputScores, ...]:
    """Return the figures of each output with their intervals.

    Args:
        found: `residuals`.
        metrics: `output_metrics` of the same.
    """
    columns = zip(metrics, found.absolute.T, _spread(found.targets).T, strict=True)
    with np.errstate(all="ignore"):
        return tuple(_scores(one, distance, spread) for one, distance, spread in columns)


def _scores(metrics: OutputMetrics, distance: Column, spread: Column) -> OutputScores:
    squares = mean_influence(np.square(distance))
    return OutputScores(
        r_squared=_r_squared(metrics.r_squared, squares - mean_influence(spread)),
        mean_absolute_error=estimate_ratio(metrics.mean_absolute_error, mean_influence(distance)),
        root_mean_squared_error=estimate_ratio(metrics.root_mean_squared_error, squares / 2),
        median_absolute_error=estimate_median(distance),
    )


def _r_squared(value: float | None, influence: Column) -> Estimate:
    """Return R² with the interval of 1 - R², a ratio of two sums of squares."""
    if value is None:
        return Estimate(None, None)
    unexplained = estimate_ratio(1 - value, influence).interval
    ends = None if unexplained is None else (1 - unexplained[1], 1 - unexplained[0])
    return Estimate(value, ends)


def scores_table(outputs: tuple[OutputScores, ...]) -> Table:
    """Return the figures of each output with their intervals as a table."""
    rows = []
    for number, scores in enumerate(outputs, 1):
        of = f" of output {number}" if len(outputs) > 1 else ""
        for name in OutputScores.__dataclass_fields__:
            value, interval = estimate_cells(getattr(scores, name), number_text)
            rows.append((_LABELS[name] + of, value, interval))
    return Table("Scores", ("score", "value", INTERVAL), tuple(rows), _METHOD)


def _spread(targets: Matrix) -> Matrix:
    """Return (y - mean of y)², (n, outputs); exactly 0 for equal targets."""
    # Where all are equal, the mean may round, and the squares would not be 0.
    with np.errstate(all="ignore"):
        squares = np.square(targets - targets.mean(axis=0))
    return np.where((targets == targets[0]).all(axis=0), 0.0, squares)
