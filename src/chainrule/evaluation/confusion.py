"""Which classes are taken for which, and what that means for each class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Averages",
    "ClassFigures",
    "Confusion",
    "class_figures",
    "confusion_matrix",
    "frequent_confusions",
    "macro_averages",
]

Matrix = NDArray[np.int64]


@dataclass(frozen=True)
class ClassFigures:
    """How one class fares.

    Args:
        name: the class.
        support: examples of it.
        predicted: examples that were taken for it.
        correct: examples of it that were taken for it.
        precision: correct / predicted; None where nothing was taken for it.
        recall: correct / support; None where there are no examples of it.
        f1: 2 correct / (support + predicted), the harmonic mean of the two; None where both are 0.
    """

    name: str
    support: int
    predicted: int
    correct: int
    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True)
class Averages:
    """Means over the classes that occur, each counting alike however many examples it has."""

    precision: float
    recall: float
    f1: float


@dataclass(frozen=True)
class Confusion:
    """Examples of class `truth` that were taken for `predicted`, both class numbers."""

    truth: int
    predicted: int
    count: int


def confusion_matrix(
    truth: NDArray[np.int64], predicted: NDArray[np.int64], classes: int
) -> Matrix:
    """How many examples of each class (row) were taken for each class (column).

    Args:
        truth: class numbers, (n,), from 0 to classes - 1.
        predicted: likewise, (n,).
        classes: how many classes there are.

    Returns: (classes, classes); it sums to n, and its diagonal to the right answers.

    Example:
        >>> confusion_matrix(np.array([0, 1, 1]), np.array([0, 0, 1]), 2).tolist()
        [[1, 0], [1, 1]]
    """
    cells = np.bincount(truth * classes + predicted, minlength=classes * classes)
    return cells.reshape(classes, classes)


def class_figures(matrix: Matrix, names: tuple[str, ...]) -> tuple[ClassFigures, ...]:
    """The figures of each class.

    Args:
        matrix: `confusion_matrix`.
        names: of the classes, in the order of the rows.

    Example:
        >>> class_figures(np.array([[1, 0], [1, 1]]), ("a", "b"))[1].recall
        0.5
    """
    columns = matrix.sum(axis=1).tolist(), matrix.sum(axis=0).tolist(), matrix.diagonal().tolist()
    return tuple(_figures(name, *counts) for name, *counts in zip(names, *columns, strict=True))


def _figures(name: str, support: int, predicted: int, correct: int) -> ClassFigures:
    precision, recall = _share(correct, predicted), _share(correct, support)
    f1 = _share(2 * correct, support + predicted)
    return ClassFigures(name, support, predicted, correct, precision, recall, f1)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def macro_averages(figures: tuple[ClassFigures, ...]) -> Averages:
    """Means over the classes that occur.

    A class that occurs and is never answered has precision 0 here: leaving it out would reward
    a network for never naming the hard classes.

    Args:
        figures: of each class, at least one of which occurs.
    """
    occurring = [f for f in figures if f.support]
    means = [
        sum(values) / len(occurring)
        for values in zip(
            *((f.precision or 0.0, f.recall or 0.0, f.f1 or 0.0) for f in occurring), strict=True
        )
    ]
    return Averages(*means)


def frequent_confusions(matrix: Matrix, most: int) -> tuple[Confusion, ...]:
    """The mistakes that happen most often, the most frequent first.

    Args:
        matrix: `confusion_matrix`.
        most: how many to name, at most; pairs that never happen are left out.

    Returns: ties stand in the order of the rows, then of the columns.
    """
    counts = np.where(np.eye(len(matrix), dtype=bool), 0, matrix)
    order = np.argsort(-counts, axis=None, kind="stable")[:most]
    rows, columns = np.unravel_index(order, counts.shape)
    found = (
        Confusion(int(i), int(j), int(counts[i, j])) for i, j in zip(rows, columns, strict=True)
    )
    return tuple(confusion for confusion in found if confusion.count)
