"""The confusion matrix, and precision, recall and F1 of each class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "ClassMetrics",
    "ConfusedPair",
    "MacroAverages",
    "class_metrics",
    "confusion_matrix",
    "frequent_confusions",
    "macro_averages",
]

Matrix = NDArray[np.int64]


@dataclass(frozen=True)
class ClassMetrics:
    """The metrics of one class.

    Args:
        name: the class.
        support: number of examples of the class.
        predicted: number of examples predicted as the class.
        correct: number of examples of the class predicted as the class.
        precision: correct / predicted, or None if the class was never predicted.
        recall: correct / support, or None if there is no example of the class.
        f1: 2 correct / (support + predicted), their harmonic mean, or None if both are 0.
    """

    name: str
    support: int
    predicted: int
    correct: int
    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True)
class MacroAverages:
    """Means over the classes that occur, each with the same weight."""

    precision: float
    recall: float
    f1: float


@dataclass(frozen=True)
class ConfusedPair:
    """How many examples of class `truth` were predicted as `predicted`; both are class numbers."""

    truth: int
    predicted: int
    count: int


def confusion_matrix(
    truth: NDArray[np.int64], predicted: NDArray[np.int64], classes: int
) -> Matrix:
    """Return the number of examples of each class (row) predicted as each class (column).

    Args:
        truth: class numbers, (n,), from 0 to classes - 1.
        predicted: likewise, (n,).
        classes: number of classes.

    Returns: (classes, classes); it sums to n, and its diagonal to the correct predictions.

    Example:
        >>> confusion_matrix(np.array([0, 1, 1]), np.array([0, 0, 1]), 2).tolist()
        [[1, 0], [1, 1]]
    """
    cells = np.bincount(truth * classes + predicted, minlength=classes * classes)
    return cells.reshape(classes, classes)


def class_metrics(matrix: Matrix, names: tuple[str, ...]) -> tuple[ClassMetrics, ...]:
    """Return the metrics of each class.

    Args:
        matrix: `confusion_matrix`.
        names: the classes' names, in the order of the rows.

    Example:
        >>> class_metrics(np.array([[1, 0], [1, 1]]), ("a", "b"))[1].recall
        0.5
    """
    columns = matrix.sum(axis=1).tolist(), matrix.sum(axis=0).tolist(), matrix.diagonal().tolist()
    return tuple(_figures(name, *counts) for name, *counts in zip(names, *columns, strict=True))


def _figures(name: str, support: int, predicted: int, correct: int) -> ClassMetrics:
    precision, recall = _ratio(correct, predicted), _ratio(correct, support)
    f1 = _ratio(2 * correct, support + predicted)
    return ClassMetrics(name, support, predicted, correct, precision, recall, f1)


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def macro_averages(figures: tuple[ClassMetrics, ...]) -> MacroAverages:
    """Return the means over the classes that occur.

    A class that occurs and is never predicted has precision 0 here: leaving it out would reward
    a network for never predicting the hard classes.

    Args:
        figures: the metrics of each class, at least one of which occurs.
    """
    occurring = [f for f in figures if f.support]
    means = [
        sum(values) / len(occurring)
        for values in zip(
            *((f.precision or 0.0, f.recall or 0.0, f.f1 or 0.0) for f in occurring), strict=True
        )
    ]
    return MacroAverages(*means)


def frequent_confusions(matrix: Matrix, most: int) -> tuple[ConfusedPair, ...]:
    """Return the pairs of classes confused most often, the most frequent first.

    Args:
        matrix: `confusion_matrix`.
        most: how many to name, at most; pairs that never happen are left out.

    Returns: ties stand in the order of the rows, then of the columns.
    """
    counts = np.where(np.eye(len(matrix), dtype=bool), 0, matrix)
    order = np.argsort(-counts, axis=None, kind="stable")[:most]
    rows, columns = np.unravel_index(order, counts.shape)
    found = (
        ConfusedPair(int(i), int(j), int(counts[i, j])) for i, j in zip(rows, columns, strict=True)
    )
    return tuple(confusion for confusion in found if confusion.count)
