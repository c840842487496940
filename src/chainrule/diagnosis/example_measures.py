"""Measurements of the examples alone: input sizes, classes, duplicates, suspicious labels."""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset
from chainrule.randomness import generator

__all__ = [
    "SingleInput",
    "class_counts",
    "column_rms",
    "constant_inputs",
    "find_suspect_labels",
    "input_groups",
    "sample_rows",
    "shared_fraction",
    "single_input_skills",
]

Array = NDArray[Any]

_MOST_ROWS = 2000
"""Number of examples looked at; all pairs of them are compared."""
_MOST_FEATURES = 1000
"""Inputs by which examples are compared, those that vary most."""
NEIGHBOURS = 10
"""Number of nearest neighbours that vote on a label."""
AGAINST = 8
"""Votes for one other label that make a label suspicious: chance seldom gives so many, and a label
of a class that is merely close to another usually keeps some neighbours of its own."""
_BLOCK = 500
"""Rows of the matrix of distances at once: 500 x 2000 in float32 are 4 MB."""


def sample_rows(dataset: Dataset, most: int = _MOST_ROWS) -> NDArray[np.int64]:
    """Return a sample of row numbers, (n,), sorted and the same in every call.

    Args:
        dataset: the data set.
        most: the number of rows, or fewer if the data set is smaller.
    """
    n = len(dataset)
    if n <= most:
        return np.arange(n)
    return np.sort(generator(0, "diagnosis").permutation(n)[:most])


def column_rms(dataset: Dataset) -> NDArray[np.float64]:
    """Return the root mean square of each input as the network sees it, (features,)."""
    rows = dataset.scaled_inputs(sample_rows(dataset))
    return np.asarray(np.sqrt(np.square(rows).mean(axis=0)))


def constant_inputs(dataset: Dataset) -> NDArray[np.bool_]:
    """Return which inputs are the same in all examples looked at, (features,)."""
    rows = dataset.inputs[sample_rows(dataset)]
    return np.asarray(rows.min(axis=0) == rows.max(axis=0))


class SingleInput(NamedTuple):
    """How well the target can be predicted from one input, or one column, alone.

    Args:
        name: the column's, or "input" and its number from 0.
        skill: 1 - the error divided by that of a constant answer; 1 is perfect.
    """

    name: str
    skill: float


def single_input_skills(dataset: Dataset) -> list[SingleInput]:
    """Return how well each input alone predicts the target, by its neighbours in other examples.

    Half of the examples looked at answer for the other half: the nearest value with its class, or
    the two around it with the number between theirs. A category counts as one input.

    Args:
        dataset: of classes or of numbers, with two examples or more.
    """
    rows = generator(0, "diagnosis", 2).permutation(sample_rows(dataset))
    half = len(rows) // 2
    inputs, targets = dataset.scaled_inputs(rows), dataset.targets[rows]
    if dataset.classifies:
        targets = np.eye(dataset.outputs)[targets]
    found = []
    for name, places in input_groups(dataset):
        values = inputs[:, places[0]] if len(places) == 1 else _category(inputs[:, places])
        answer = _nearest if dataset.classifies else _interpolate
        answers = answer(values[:half], targets[:half], values[half:])
        found.append(SingleInput(name, _skill(answers, targets[half:], dataset.classifies)))
    return found


def input_groups(dataset: Dataset) -> list[tuple[str, list[int]]]:
    """Return the inputs that belong together, with a name: those of a category are one group."""
    steps = dataset.preprocessing
    if steps is None or not steps.schema.is_table:
        return [(f"input {place}", [place]) for place in range(dataset.features)]
    groups: dict[str, list[int]] = {}
    categories = {
        f"{column.name} = {value}": column.name
        for column in steps.schema.columns
        for value in column.categories
    }
    for place, name in enumerate(steps.input_names):
        groups.setdefault(categories.get(name, name), []).append(place)
    return [(name or f"input {places[0]}", places) for name, places in groups.items()]


def _category(columns: Array) -> NDArray[np.float64]:
    """Return the place of a category from its inputs; -1 for none."""
    return np.where(columns.any(axis=1), columns.argmax(axis=1), -1).astype(np.float64)


def _nearest(known: Array, targets: Array, asked: Array) -> Array:
    """Return the target of the known example whose value is nearest to each value asked for."""
    order = np.argsort(known, kind="stable")
    ordered = known[order]
    after = np.clip(np.searchsorted(ordered, asked), 1, len(ordered) - 1)
    before = after - 1
    nearer = np.where(asked - ordered[before] <= ordered[after] - asked, before, after)
    return np.asarray(targets[order[nearer]])


def _interpolate(known: Array, targets: Array, asked: Array) -> Array:
    """Return targets on the straight lines between the known examples, (values, outputs)."""
    order = np.argsort(known, kind="stable")
    columns = (np.interp(asked, known[order], column[order]) for column in targets.T)
    return np.stack(list(columns), axis=1)


def _skill(answers: Array, targets: Array, classifies: bool) -> float:
    """Return 1 - the error divided by that of the best constant; 0 where a constant is perfect."""
    if classifies:
        wrong = float((answers != targets).any(axis=1).sum())
        constant = float(len(targets) - targets.sum(axis=0).max())
    else:
        wrong = float(np.square(answers - targets).sum())
        constant = float(np.square(targets - targets.mean(axis=0)).sum())
    return 1 - wrong / constant if constant else 0.0


def class_counts(dataset: Dataset) -> NDArray[np.int64]:
    """Return the number of examples of each class, (classes,)."""
    return np.bincount(dataset.targets, minlength=dataset.outputs)


def shared_fraction(dataset: Dataset, other: Dataset) -> float:
    """Return the fraction of a data set's examples whose inputs occur in another data set.

    Example:
        >>> few = Dataset(np.array([[1.0], [2.0]]), np.array([0, 1]))
        >>> shared_fraction(few, few.subset([1]))
        0.5
    """
    if dataset.features != other.features:
        return 0.0
    known = set(_digests(other))
    return sum(digest in known for digest in _digests(dataset)) / len(dataset)


def _digests(dataset: Dataset) -> list[bytes]:
    """Return a digest of each example's inputs as the network sees them, in float32."""
    found = []
    for start in range(0, len(dataset), _BLOCK):
        rows = dataset.scaled_inputs(slice(start, start + _BLOCK))
        found += [hashlib.blake2b(row, digest_size=16).digest() for row in rows.astype(np.float32)]
    return found


def find_suspect_labels(dataset: Dataset) -> tuple[NDArray[np.int64], int]:
    """Find examples whose nearest neighbours nearly all have one other label.

    Each of at most 2000 examples is compared with its ten nearest neighbours among them. Inputs
    are divided by their deviations if these differ by more than a factor of a hundred.

    Args:
        dataset: of classes.

    Returns: the rows of the examples found, and how many examples were looked at.
    """
    rows = sample_rows(dataset)
    if len(rows) <= NEIGHBOURS:
        return rows[:0], len(rows)
    x, labels = _comparable(dataset, rows), dataset.targets[rows]
    squares = np.square(x).sum(axis=1)
    against = np.zeros(len(rows), bool)
    for start in range(0, len(rows), _BLOCK):
        at = slice(start, start + _BLOCK)
        distances = squares - 2 * x[at] @ x.T
        own = np.arange(len(rows))[at]
        distances[np.arange(len(own)), own] = np.inf  # no example is its own neighbour
        near = labels[np.argpartition(distances, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]]
        votes = np.stack([(near == k).sum(axis=1) for k in range(dataset.outputs)], axis=1)
        votes[np.arange(len(own)), labels[at]] = 0
        against[at] = votes.max(axis=1) >= AGAINST
    return rows[against], len(rows)


def _comparable(dataset: Dataset, rows: Array) -> NDArray[np.float32]:
    """Return the inputs that vary most, centred, in a common unit, (rows, features)."""
    x = dataset.scaled_inputs(rows)
    spread = x.std(axis=0)
    widest = np.sort(np.argsort(-spread, kind="stable")[:_MOST_FEATURES])
    x, spread = x[:, widest] - x[:, widest].mean(axis=0), spread[widest]
    vary = spread[spread > 0]
    if len(vary) and vary.max() > 100 * np.median(vary):
        x /= np.where(spread > 0, spread, 1)
    return np.asarray(x, dtype=np.float32)
