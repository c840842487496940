"""The mistakes with the greatest confidence: where to look first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chainrule.evaluation.predictions import ClassPredictions

__all__ = ["Mistake", "surest_mistakes"]


@dataclass(frozen=True)
class Mistake:
    """One example that was classified incorrectly.

    Args:
        row: its row in the data set, from 0.
        truth: its class, a number from 0.
        predicted: the predicted class.
        runner_up: the class with the second greatest output.
        confidence: the output of the predicted class.
        runner_up_output: the output of the runner-up.
        truth_output: the output of the true class.
    """

    row: int
    truth: int
    predicted: int
    runner_up: int
    confidence: float
    runner_up_output: float
    truth_output: float

    @property
    def margin(self) -> float:
        """Difference between the outputs of the predicted class and of the runner-up."""
        return self.confidence - self.runner_up_output


def surest_mistakes(
    predictions: ClassPredictions, most: int, *, by_margin: bool = False
) -> tuple[Mistake, ...]:
    """Return the mistakes with the greatest confidence, the greatest first.

    Args:
        predictions: those of a whole data set.
        most: how many to return, at most.
        by_margin: whether to rank by the margin over the runner-up, for outputs that are no
            probabilities; else by confidence. The other of the two decides ties, then the row.
    """
    wrong = np.flatnonzero(predictions.predicted != predictions.truth)
    confidence = predictions.confidence[wrong]
    margin = confidence - predictions.runner_up_output[wrong]
    first, second = (margin, confidence) if by_margin else (confidence, margin)
    ranked = wrong[np.lexsort((wrong, -second, -first))][:most]
    return tuple(_mistake(predictions, int(row)) for row in ranked)


def _mistake(predictions: ClassPredictions, row: int) -> Mistake:
    return Mistake(
        row=row,
        truth=int(predictions.truth[row]),
        predicted=int(predictions.predicted[row]),
        runner_up=int(predictions.runner_up[row]),
        confidence=float(predictions.confidence[row]),
        runner_up_output=float(predictions.runner_up_output[row]),
        truth_output=float(predictions.truth_output[row]),
    )
