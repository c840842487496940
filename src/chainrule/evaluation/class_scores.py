"""Figures of a classification that need all outputs: ROC, AUC, average precision, log-loss.

They are worked out when they are first asked for, since a training asks for none of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chainrule.documents import Table
from chainrule.evaluation.estimates import (
    INTERVAL,
    Estimate,
    estimate_cells,
    estimate_fraction,
    estimate_ratio,
    mean_influence,
)
from chainrule.evaluation.number_format import fraction_text, number_text
from chainrule.evaluation.ranking import (
    RocCurve,
    auc_influence,
    precision_influence,
    roc_points,
)

__all__ = ["ClassRanking", "ClassScores", "ScoredExamples"]

Column = NDArray[np.float64]
Matrix = NDArray[np.float64]

_UNDEFINED = Estimate(None, None)
_MOST_CLASSES = 20
"""Classes up to which a table lists each."""
_METHOD = (
    "Intervals: Wilson's with the jackknife's effective number of examples (AUC: DeLong's "
    "variance); log-loss: log-normal."
)
_EFFECTIVE = 2
"""The examples of the rarer side of a curve count at most twice, as in the variance of an AUC near
1. Without a bound, a nearly perfect score on few examples would look certain; a test simulates how
often the intervals hold the true area."""


@dataclass(frozen=True, eq=False)
class ClassRanking:
    """How well the output of one class separates its examples from all others.

    Args:
        name: the class.
        auc: area under the ROC curve: the probability that an example of the class has a greater
            output than another one; undefined without examples on both sides.
        average_precision: mean over the examples of the class of the precision at their output.
        roc: the curve; None if it is undefined.
    """

    name: str
    auc: Estimate
    average_precision: Estimate
    roc: RocCurve | None


@dataclass(frozen=True, eq=False)
class ClassScores:
    """Figures that need all outputs, each with its 95 % interval.

    Args:
        balanced_accuracy: mean recall of the classes that occur.
        log_loss: mean of -ln of the true class's probability; undefined unless outputs sum to 1.
        auc: for two classes that of the second, otherwise the mean over the classes (one against
            the rest, each with the same weight).
        average_precision: likewise.
        positive: the class that AUC and average precision are about; "" for the mean.
        classes: AUC, average precision and ROC curve of each class.
    """

    balanced_accuracy: Estimate
    log_loss: Estimate
    auc: Estimate
    average_precision: Estimate
    positive: str
    classes: tuple[ClassRanking, ...]

    def tables(self) -> Iterator[Table]:
        """Yield the figures as tables: those of all classes, then those of each."""
        of = f" of {self.positive}" if self.positive else ", mean of the classes"
        rows = (
            ("balanced accuracy", *estimate_cells(self.balanced_accuracy, fraction_text)),
            (f"ROC AUC{of}", *estimate_cells(self.auc, fraction_text)),
            (f"average precision{of}", *estimate_cells(self.average_precision, fraction_text)),
            ("log-loss", *estimate_cells(self.log_loss, number_text)),
        )
        yield Table("Scores", ("score", "value", INTERVAL), rows, _METHOD)
        if not self.positive and len(self.classes) <= _MOST_CLASSES:
            yield self._classes_table()

    def _classes_table(self) -> Table:
        rows = tuple(
            (
                one.name,
                *estimate_cells(one.auc, fraction_text),
                *estimate_cells(one.average_precision, fraction_text),
            )
            for one in self.classes
        )
        header = ("class", "ROC AUC", INTERVAL, "average precision", INTERVAL)
        return Table("Each class against the rest", header, rows)


class _Figure(NamedTuple):
    """A figure with what each example adds to it, and its greatest effective number of examples."""

    value: float
    influence: Column
    most: float


class _RankedClass(NamedTuple):
    """The figures of one class; None without examples on both sides."""

    auc: _Figure | None
    average_precision: _Figure | None
    roc: RocCurve | None


@dataclass(frozen=True, eq=False)
class ScoredExamples:
    """The outputs of a network for examples whose classes are known.

    Args:
        names: the classes' names.
        truth: the class of each example, (n,).
        predicted: the class that was answered, (n,).
        outputs: an output for each class, (n, classes); see `class_columns`.
        probabilities: whether the outputs of an example are from 0 to 1 and sum to 1.
    """

    names: tuple[str, ...]
    truth: NDArray[np.int64]
    predicted: NDArray[np.int64]
    outputs: Matrix
    probabilities: bool

    @property
    def right(self) -> NDArray[np.bool_]:
        """Whether each example was answered correctly, (n,)."""
        return np.asarray(self.predicted == self.truth)

    @cached_property
    def scores(self) -> ClassScores:
        """The figures that need all outputs, worked out on first use."""
        ranked = [self._rank_class(k) for k in range(len(self.names))]
        chosen = ranked[1:] if len(ranked) == 2 else ranked
        return ClassScores(
            balanced_accuracy=self._balanced_accuracy(),
            log_loss=self._log_loss(),
            auc=_mean_estimate([one.auc for one in chosen]),
            average_precision=_mean_estimate([one.average_precision for one in chosen]),
            positive=self.names[1] if len(ranked) == 2 else "",
            classes=tuple(
                ClassRanking(
                    name=name,
                    auc=_mean_estimate([one.auc]),
                    average_precision=_mean_estimate([one.average_precision]),
                    roc=one.roc,
                )
                for name, one in zip(self.names, ranked, strict=True)
            ),
        )

    def _rank_class(self, k: int) -> _RankedClass:
        from sklearn.metrics import average_precision_score, roc_auc_score

        positive, outputs = self.truth == k, self.outputs[:, k]
        own = int(positive.sum())
        others = len(positive) - own
        if not own or not others:
            return _RankedClass(None, None, None)
        area = float(roc_auc_score(positive, outputs))
        average = float(average_precision_score(positive, outputs))
        return _RankedClass(
            _Figure(area, auc_influence(positive, outputs, area), _EFFECTIVE * min(own, others)),
            _Figure(average, precision_influence(positive, outputs, average), _EFFECTIVE * own),
            roc_points(positive, outputs),
        )

    def _balanced_accuracy(self) -> Estimate:
        correct = self.right
        recalls = []
        for k in np.unique(self.truth):
            own = self.truth == k
            recall = float(correct[own].mean())
            recalls.append(_Figure(recall, own * (correct - recall) / own.sum(), int(own.sum())))
        return _mean_estimate(recalls)

    def _log_loss(self) -> Estimate:
        if not self.probabilities:
            return _UNDEFINED
        # As scikit-learn does: a probability that was rounded to 0 counts as the least above it.
        least = np.finfo(np.float64).eps
        shares = self.outputs / self.outputs.sum(axis=1, keepdims=True)
        losses = -np.log(np.clip(shares[np.arange(len(self.truth)), self.truth], least, 1))
        return estimate_ratio(float(losses.mean()), mean_influence(losses))


def _mean_estimate(figures: Sequence[_Figure | None]) -> Estimate:
    """Return the mean of those figures that are defined."""
    known = [figure for figure in figures if figure is not None]
    if not known:
        return _UNDEFINED
    count = len(known)
    value = sum(figure.value for figure in known) / count
    influence = np.sum([figure.influence for figure in known], axis=0) / count
    # The variance of a mean of independent figures is Σ 1/most / count².
    most = count**2 / sum(1 / figure.most for figure in known)
    return estimate_fraction(value, influence, most)
