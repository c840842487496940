"""Splitting of a data set into two parts, by a seed."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chainrule.data.dataset import Dataset
from chainrule.errors import DataError
from chainrule.limits import Limit
from chainrule.randomness import generator

__all__ = ["RowParts", "split", "split_rows"]

_FRACTION = Limit(float, "fraction to hold out", 0, 1, low_open=True, high_open=True)


def split(
    dataset: Dataset, fraction: float, seed: int, purpose: str = "test"
) -> tuple[Dataset, Dataset]:
    """Split a data set into a part that stays and a part that is held out.

    Classes keep their fractions: each class with two examples or more has at least one on both
    sides; a class with one example stays with the rest. Both parts keep the order of the rows.

    Args:
        dataset: what to split; at least two examples.
        fraction: fraction to hold out, above 0 and below 1.
        seed: the seed that chooses the rows.
        purpose: use of the held-out part; another purpose chooses other rows.

    Returns: (rest, held out).
    Raises: InputError for the fraction; DataError if there are too few examples to split.

    Example:
        >>> ten = Dataset(np.zeros((10, 2)), np.arange(10) % 2)
        >>> [len(part) for part in split(ten, 0.2, seed=0)]
        [8, 2]
    """
    fraction = _FRACTION.check("split", "fraction", fraction)
    parts = split_rows(dataset.targets, fraction, seed, purpose)
    return dataset.subset(parts.rest), dataset.subset(parts.held_out)


class RowParts(NamedTuple):
    """The rows of two parts, each in order: (rows,) int64."""

    rest: NDArray[np.int64]
    held_out: NDArray[np.int64]


def split_rows(
    targets: NDArray[Any], fraction: float, seed: int, purpose: str = "test"
) -> RowParts:
    """Split the rows of a data set as `split` does, before the data set is made.

    Args:
        targets: class numbers, (rows,), or numbers, (rows, outputs).
        fraction: fraction to hold out, above 0 and below 1.
        seed: the seed that chooses the rows.
        purpose: use of the held-out part; another purpose chooses other rows.

    Raises: DataError if there are too few examples to split.
    """
    strata = _strata(targets)
    random = generator(seed, purpose)
    counts = _held_out_counts([len(rows) for rows in strata], fraction)
    if not sum(counts):
        raise DataError(
            "split",
            expected="at least two examples" + " of one class" * (targets.ndim == 1),
            got=f"{len(targets)} in all",
            why="No examples would be left for training",
            argument="dataset",
        )
    held = np.zeros(len(targets), dtype=bool)
    for rows, count in zip(strata, counts, strict=True):
        held[random.permutation(rows)[:count]] = True
    return RowParts(np.flatnonzero(~held), np.flatnonzero(held))


def _strata(targets: NDArray[Any]) -> list[NDArray[np.int64]]:
    """The rows of each class that occurs; all rows in one group for number targets."""
    if targets.ndim > 1:
        return [np.arange(len(targets))]
    order = np.argsort(targets, kind="stable")
    starts = np.flatnonzero(np.diff(targets[order])) + 1
    return np.split(order, starts)


def _held_out_counts(sizes: list[int], fraction: float) -> list[int]:
    """How many of each group to hold out: whole numbers nearest to the shares, total kept."""
    shares = np.array(sizes) * fraction
    counts = np.floor(shares).astype(int)
    missing = round(sum(sizes) * fraction) - int(counts.sum())
    # The groups that lost most by rounding down get the examples that are left over.
    counts[np.argsort(counts - shares, kind="stable")[:missing]] += 1
    return [min(max(int(count), 1), size - 1) for count, size in zip(counts, sizes, strict=True)]
