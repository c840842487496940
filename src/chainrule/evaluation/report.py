"""The report on a network: its figures with their n and intervals, its mistakes, as tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from chainrule.documents import Table
from chainrule.evaluation.calibration_error import Calibration
from chainrule.evaluation.class_metrics import ClassMetrics, MacroAverages, frequent_confusions
from chainrule.evaluation.class_scores import ClassScores, ScoredExamples
from chainrule.evaluation.ensemble import Votes
from chainrule.evaluation.number_format import (
    count_text,
    fraction_text,
    number_text,
    percent_text,
    plain_values,
)
from chainrule.evaluation.predictions import Mistake
from chainrule.evaluation.regression import (
    OutputMetrics,
    OutputScores,
    Residuals,
    output_scores,
    scores_table,
)

if TYPE_CHECKING:
    from chainrule.documents import Document

__all__ = ["ClassificationReport", "RegressionReport", "Report"]

_WIDEST_MATRIX = 20
"""Classes up to which the confusion matrix fits a terminal; beyond, the list of the most frequent
confusions stands for it."""
_LONGEST_LIST = 10


@dataclass(frozen=True, eq=False)
class ClassificationReport:
    """How well a network classifies. Every example has the same weight.

    Args:
        names: the classes' names.
        correct: number of examples classified correctly.
        accuracy: their fraction.
        interval: the accuracy's Wilson 95 % interval.
        top_two: fraction of examples whose class is among the two greatest outputs.
        baseline: the accuracy of always predicting the most frequent class of these examples.
        classes: the metrics of each class.
        macro: their means over the classes that occur.
        confusion: number of examples of each class (row) predicted as each class (column).
        calibration: None if the outputs cannot be read as fractions from 0 to 1.
        calibration_note: what the confidences are, or why there is no calibration.
        mistakes: the mistakes with the greatest confidence, the greatest first.
        ranked_by: the order of the mistakes: "confidence", or "margin" without a calibration.
        examples: all outputs with the true classes, from which `scores` are worked out.
    """

    names: tuple[str, ...]
    correct: int
    accuracy: float
    interval: tuple[float, float]
    top_two: float
    baseline: float
    classes: tuple[ClassMetrics, ...]
    macro: MacroAverages
    confusion: NDArray[np.int64]
    calibration: Calibration | None
    calibration_note: str
    mistakes: tuple[Mistake, ...]
    ranked_by: str
    examples: ScoredExamples = field(repr=False)

    @property
    def scores(self) -> ClassScores:
        """ROC curves, AUC, average precision, log-loss and balanced accuracy, with intervals."""
        return self.examples.scores


@dataclass(frozen=True, eq=False)
class RegressionReport:
    """How far the outputs are from number targets.

    Args:
        outputs: the metrics of each output.
        residuals: the distances of all examples, from which `scores` are worked out.
    """

    outputs: tuple[OutputMetrics, ...]
    residuals: Residuals = field(repr=False)

    @cached_property
    def scores(self) -> tuple[OutputScores, ...]:
        """R², MAE, RMSE and median absolute error of each output, with intervals."""
        return output_scores(self.residuals, self.outputs)


@dataclass(frozen=True, eq=False)
class Report:
    """The evaluation of a network on a data set.

    Args:
        data: the data set's name.
        data_sha256: digest of its content, in hex.
        network_sha256: digest of the network's parameters, in hex.
        examples: n, the number of examples.
        cost_name: the cost's name.
        cost: its mean over the examples: the data term, without penalties.
        weighted: whether that mean is weighted by the data set's sample weights.
        classes: the figures for targets that are classes, or None.
        numbers: the figures for targets that are numbers, or None.
    """

    data: str
    data_sha256: str
    network_sha256: str
    examples: int
    cost_name: str
    cost: float
    weighted: bool
    classes: ClassificationReport | None
    numbers: RegressionReport | None

    @property
    def accuracy(self) -> float | None:
        """Fraction of examples classified correctly, or None for number targets."""
        return None if self.classes is None else self.classes.accuracy

    @property
    def interval(self) -> tuple[float, float] | None:
        """The accuracy's Wilson 95 % interval, or None for number targets."""
        return None if self.classes is None else self.classes.interval

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON; NaN and infinity become None.

        The accuracy and its interval stand at the top once more.
        """
        values = plain_values(self)
        for name, part in (("classes", self.classes), ("numbers", self.numbers)):
            if part is not None:
                values[name]["scores"] = plain_values(part.scores)
        return {"accuracy": self.accuracy, "interval": plain_values(self.interval), **values}

    def tables(self) -> tuple[Table, ...]:
        """Return the whole report as tables, the summary first."""
        tables = [Table("Summary", (), tuple(self._summary()))]
        if self.numbers is not None:
            tables += [_outputs_table(self.numbers), scores_table(self.numbers.scores)]
        if self.classes is not None:
            tables += _classification_tables(self.classes)
        return tuple(table for table in tables if table.rows)

    def document(self, votes: Votes | None = None) -> Document:
        """Return the whole report as a document.

        Args:
            votes: the evaluation of an ensemble, shown below the network's own.
        """
        from chainrule.documents import Document  # its writers; a training needs none of them

        together = {} if votes is None else {"together": votes.to_dict()}
        blocks = self.tables() if votes is None else (*self.tables(), votes.table())
        return Document(
            f"Evaluation on {self.data}",
            blocks,
            values=lambda: {**self.to_dict(), **together},
        )

    def _summary(self) -> Iterator[tuple[str, str]]:
        yield "data", f"{self.data}, {count_text(self.examples)} examples"
        if self.classes is not None:
            yield from _classification_summary(self.classes, self.examples)
        weighted = ", weighted by the data set's sample weights" if self.weighted else ""
        yield "mean cost", f"{number_text(self.cost)} ({self.cost_name}{weighted})"


def _classification_tables(classes: ClassificationReport) -> Iterator[Table]:
    yield from classes.scores.tables()
    yield _classes_table(classes)
    if len(classes.names) <= _WIDEST_MATRIX:
        yield _matrix_table(classes)
    yield _frequent_table(classes)
    if classes.calibration is not None:
        yield _calibration_table(classes.calibration, classes.calibration_note)
    yield _mistakes_table(classes)


def _classification_summary(classes: ClassificationReport, n: int) -> Iterator[tuple[str, str]]:
    low, high = (percent_text(end) for end in classes.interval)
    rights = f"{count_text(classes.correct)} of {count_text(n)}"
    yield "accuracy", f"{percent_text(classes.accuracy)} ({rights}; all examples have equal weight)"
    yield "95 % interval", f"{low} to {high} (Wilson)"
    if len(classes.names) > 2:
        yield "in the top two", percent_text(classes.top_two)
    yield "baseline", f"{percent_text(classes.baseline)} (always the most frequent class)"
    macro = classes.macro
    yield (
        "macro averages",
        (
            f"precision {fraction_text(macro.precision)}, recall {fraction_text(macro.recall)}, "
            f"F1 {fraction_text(macro.f1)}"
        ),
    )
    if classes.calibration is None:
        yield "calibration", classes.calibration_note
    else:
        found = classes.calibration
        error = fraction_text(found.expected_error)
        yield "mean confidence", percent_text(found.mean_confidence)
        yield "calibration error", f"{error} (expected, over {len(found.bins)} bins)"
        yield "Brier score", fraction_text(found.brier)


def _classes_table(classes: ClassificationReport) -> Table:
    header = ("class", "examples", "answered", "precision", "recall", "F1")
    rows = (
        (
            f.name,
            count_text(f.support),
            count_text(f.predicted),
            *(fraction_text(figure) for figure in (f.precision, f.recall, f.f1)),
        )
        for f in classes.classes
    )
    return Table("Classes", header, tuple(rows))


def _matrix_table(classes: ClassificationReport) -> Table:
    title = "Confusion matrix: true classes in rows, answers in columns"
    if len(classes.names) > _WIDEST_MATRIX:
        return Table(title, (), ())
    cells = zip(classes.names, classes.confusion.tolist(), strict=True)
    rows = ((name, *(str(count or "·") for count in row)) for name, row in cells)
    return Table(title, ("", *classes.names), tuple(rows))


def _frequent_table(classes: ClassificationReport) -> Table:
    found = frequent_confusions(classes.confusion, _LONGEST_LIST)
    rows = (
        (
            classes.names[c.truth],
            classes.names[c.predicted],
            count_text(c.count),
            percent_text(c.count / classes.classes[c.truth].support),
        )
        for c in found
    )
    header = ("true class", "answer", "examples", "of the class")
    return Table("Most frequent confusions", header, tuple(rows))


def _calibration_table(found: Calibration, note: str) -> Table:
    rows = (
        (
            f"{b.low:.3f} to {b.high:.3f}",
            count_text(b.count),
            fraction_text(b.confidence),
            fraction_text(b.accuracy),
            " to ".join(map(fraction_text, b.interval or ())),
        )
        for b in found.bins
        if b.count
    )
    header = ("confidence", "examples", "mean confidence", "accuracy", "95 % interval")
    return Table("Calibration", header, tuple(rows), f"{note}.")


def _mistakes_table(classes: ClassificationReport) -> Table:
    text = percent_text if classes.ranked_by == "confidence" else number_text
    rows = (
        (
            str(m.row),
            classes.names[m.truth],
            classes.names[m.predicted],
            text(m.confidence),
            f"{classes.names[m.runner_up]} ({text(m.runner_up_output)})",
        )
        for m in classes.mistakes[:_LONGEST_LIST]
    )
    header = ("row", "true class", "answer", "output", "runner-up")
    return Table(
        f"Most confident mistakes, by {classes.ranked_by}",
        header,
        tuple(rows),
        "Rows count from 0.",
    )


def _outputs_table(numbers: RegressionReport) -> Table:
    rows = (
        (
            str(number),
            number_text(o.mean_absolute_error),
            number_text(o.root_mean_squared_error),
            number_text(o.r_squared),
        )
        for number, o in enumerate(numbers.outputs, 1)
    )
    header = ("output", "mean absolute error", "root mean squared error", "R²")
    return Table("Outputs", header, tuple(rows), "All examples have equal weight.")
