"""The mistakes a network is surest of: where to look first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chainrule.evaluation.predictions import Answers

__all__ = ["Mistake", "surest_mistakes"]


@dataclass(frozen=True)
class Mistake:
    """One example that was answered wrongly.

    Args:
        row: its row in the data set, from 0.
        truth: its class, a number from 0.
        predicted: the class that was answered.
        runner_up: the class that came second.
        confidence: the answer's output.
        runner_up_output: the runner-up's output.
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
        """By how much the answer stood above the runner-up."""
        return self.confidence - self.runner_up_output


def surest_mistakes(answers: Answers, most: int, *, by_margin: bool = False) -> tuple[Mistake, ...]:
    """The wrong answers, the surest first.

    Args:
        answers: of a whole data set.
        most: how many to give, at most.
        by_margin: rank by the distance to the runner-up, for outputs that are no probabilities;
            else by confidence. The other of the two decides ties, then the row.
    """
    wrong = np.flatnonzero(answers.predicted != answers.truth)
    confidence = answers.confidence[wrong]
    margin = confidence - answers.runner_up_output[wrong]
    first, second = (margin, confidence) if by_margin else (confidence, margin)
    ranked = wrong[np.lexsort((wrong, -second, -first))][:most]
    return tuple(_mistake(answers, int(row)) for row in ranked)


def _mistake(answers: Answers, row: int) -> Mistake:
    return Mistake(
        row=row,
        truth=int(answers.truth[row]),
        predicted=int(answers.predicted[row]),
        runner_up=int(answers.runner_up[row]),
        confidence=float(answers.confidence[row]),
        runner_up_output=float(answers.runner_up_output[row]),
        truth_output=float(answers.truth_output[row]),
    )
