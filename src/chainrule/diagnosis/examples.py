"""What can be measured on the examples alone: scales, classes, twins, labels that look wrong."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset
from chainrule.randomness import generator

__all__ = ["class_counts", "column_sizes", "shared_examples", "suspects"]

Array = NDArray[Any]

_MOST_ROWS = 2000
_MOST_FEATURES = 1000
NEIGHBOURS = 10
"""How many neighbours have a say on a label."""
AGAINST = 8
"""How many of them must agree on one other label."""
_BLOCK = 500


def some_rows(dataset: Dataset, most: int = _MOST_ROWS) -> NDArray[np.int64]:
    """At most so many rows, always the same ones."""
    n = len(dataset)
    if n <= most:
        return np.arange(n)
    return np.sort(generator(0, "diagnosis").permutation(n)[:most])


def column_sizes(dataset: Dataset) -> NDArray[np.float64]:
    """The root mean square of each input as the network sees it, (features,)."""
    rows = dataset.scaled_inputs(some_rows(dataset))
    return np.asarray(np.sqrt(np.square(rows).mean(axis=0)))


def class_counts(dataset: Dataset) -> NDArray[np.int64]:
    """How many examples each class has."""
    return np.bincount(dataset.targets, minlength=dataset.outputs)


def shared_examples(dataset: Dataset, other: Dataset) -> float:
    """The share of a data set's examples whose inputs stand in another one too.

    Example:
        >>> few = Dataset(np.array([[1.0], [2.0]]), np.array([0, 1]))
        >>> shared_examples(few, few.subset([1]))
        0.5
    """
    if dataset.features != other.features:
        return 0.0
    known = set(_digests(other))
    return sum(digest in known for digest in _digests(dataset)) / len(dataset)


def _digests(dataset: Dataset) -> list[bytes]:
    """A digest of each example's inputs as the network sees them, in float32."""
    found = []
    for start in range(0, len(dataset), _BLOCK):
        rows = dataset.scaled_inputs(slice(start, start + _BLOCK))
        found += [hashlib.blake2b(row, digest_size=16).digest() for row in rows.astype(np.float32)]
    return found


def suspects(dataset: Dataset) -> tuple[NDArray[np.int64], int]:
    """Examples whose nearest neighbours nearly all bear one other label.

    Each of at most 2000 examples asks its ten nearest ones among them, every input taken in units
    of its deviation where they differ by more than a factor of a hundred.

    Args:
        dataset: of classes.

    Returns: the suspects' rows, and how many were looked at.
    """
    rows = some_rows(dataset)
    if len(rows) <= NEIGHBOURS:
        return rows[:0], len(rows)
    x, labels = _comparable(dataset, rows), dataset.targets[rows]
    squares = np.square(x).sum(axis=1)
    against = np.zeros(len(rows), bool)
    for start in range(0, len(rows), _BLOCK):
        at = slice(start, start + _BLOCK)
        distances = squares - 2 * x[at] @ x.T
        own = np.arange(len(rows))[at]
        distances[np.arange(len(own)), own] = np.inf  # nobody is a neighbour of himself
        near = labels[np.argpartition(distances, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]]
        votes = np.stack([(near == k).sum(axis=1) for k in range(dataset.outputs)], axis=1)
        votes[np.arange(len(own)), labels[at]] = 0
        against[at] = votes.max(axis=1) >= AGAINST
    return rows[against], len(rows)


def _comparable(dataset: Dataset, rows: Array) -> NDArray[np.float32]:
    """The inputs with the widest of them, in a common unit."""
    x = dataset.scaled_inputs(rows)
    spread = x.std(axis=0)
    widest = np.sort(np.argsort(-spread, kind="stable")[:_MOST_FEATURES])
    x, spread = x[:, widest] - x[:, widest].mean(axis=0), spread[widest]
    vary = spread[spread > 0]
    if len(vary) and vary.max() > 100 * np.median(vary):
        x /= np.where(spread > 0, spread, 1)
    return np.asarray(x, dtype=np.float32)
