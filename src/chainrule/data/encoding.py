"""Encoding of labels as class numbers, and of class numbers as one-hot rows."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from chainrule.errors import DataError, InputError
from chainrule.schema import class_texts, find_class, sort_classes

__all__ = ["class_numbers", "is_one_hot", "one_hot"]


def one_hot(labels: NDArray[Any], classes: int, dtype: DTypeLike = np.float64) -> NDArray[Any]:
    """Rows of zeros with a one at each label.

    Args:
        labels: class numbers, (n,) integers from 0 to classes - 1.
        classes: how many classes there are.
        dtype: the type of the result.

    Returns: (n, classes).
    Raises: InputError for a label out of range.

    Example:
        >>> one_hot(np.array([1, 0]), 3).tolist()
        [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]
    """
    wrong = np.flatnonzero((labels < 0) | (labels >= classes))
    if wrong.size:
        raise InputError(
            "one_hot",
            expected=f"labels from 0 to {classes - 1}",
            got=f"{labels[wrong[0]]} at row {wrong[0]}",
            argument="labels",
            value=labels,
        )
    rows = np.zeros((len(labels), classes), dtype)
    rows[np.arange(len(labels)), labels] = 1
    return rows


def is_one_hot(labels: NDArray[Any]) -> bool:
    """Whether rows are all zeros but for a single one, (n, classes).

    Example:
        >>> is_one_hot(np.eye(3)), is_one_hot(np.ones((2, 3)))
        (True, False)
    """
    if labels.ndim != 2 or labels.shape[1] < 2 or labels.dtype.kind not in "biuf":
        return False
    ones = labels == 1
    return bool((ones.sum(axis=1) == 1).all() and ((labels == 0) | ones).all())


def _row(row: int) -> str:
    return f"row {row}"


def class_numbers(
    labels: Sequence[str] | NDArray[Any],
    where: str,
    *,
    names: Sequence[str] | None = None,
    place: Callable[[int], str] = _row,
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Number the classes that labels name.

    Labels that are all whole numbers, written in one form, are ordered by value, others by text;
    007 and 7 are two classes.

    Args:
        labels: texts or whole numbers, one an example.
        where: the file, for error texts.
        names: the classes in order where they are known; None takes those that occur.
        place: tells where an example stands, for error texts.

    Returns: the class number of each example, and the name of each class.
    Raises: DataError for a label that is empty, broken, or none of `names`.

    Example:
        >>> class_numbers(["cat", "ant", "cat"], "animals.csv")
        (array([1, 0, 1]), ('ant', 'cat'))
    """
    distinct, inverse = _distinct(labels)

    def error(index: int, expected: str, remedy: str = "") -> DataError:
        got = f"{distinct[index][:60]!r} at {place(int(np.argmax(inverse == index)))}"
        return DataError(where, expected=expected, got=got, remedy=remedy)

    if "" in distinct:
        raise error(distinct.index(""), "a label for each example")
    broken = _first_fraction(distinct)
    if broken is not None:
        raise error(broken, "labels that are strings or whole numbers", _NUMBERS)
    texts = distinct if names else class_texts(distinct)
    classes = tuple(names) if names else sort_classes(set(texts))
    index_of = {name: index for index, name in enumerate(classes)}
    known = set(distinct)
    table = [find_class(text, index_of, known) for text in texts]
    if None in table:
        raise error(table.index(None), f"one of the classes {_listed(classes)}")
    return np.array(table, dtype=np.int64)[inverse], classes


_NUMBERS = "For numeric targets, give task='numbers'"
_MOST_LISTED = 12


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:_MOST_LISTED]) + (" …" if len(names) > _MOST_LISTED else "")


def _distinct(labels: Sequence[str] | NDArray[Any]) -> tuple[list[str], NDArray[np.int64]]:
    """The texts that occur, and for each label the index of its text."""
    if isinstance(labels, np.ndarray) and labels.dtype.kind in "biuf":
        numbers = labels.astype(np.int64) if labels.dtype.kind == "b" else labels
        values, inverse = np.unique(numbers, return_inverse=True)
        return [str(value) for value in values.tolist()], inverse
    # A dictionary, as an array of texts would give every label the space of the longest.
    index: dict[str, int] = {}
    found = (index.setdefault(str(text).strip(), len(index)) for text in labels)
    numbered = np.fromiter(found, np.int64, len(labels))
    return list(index), numbered


_NUMBER = re.compile(
    r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|[+-]?(?:inf|infinity|nan)", re.ASCII | re.IGNORECASE
)


def _first_fraction(distinct: list[str]) -> int | None:
    """The index of the first text that is not a whole number, if all texts are numbers."""
    if not all(map(_NUMBER.fullmatch, distinct)):
        return None
    wholes = [math.isfinite(float(text)) and float(text).is_integer() for text in distinct]
    return None if all(wholes) else wholes.index(False)
