"""Folds for cross-validation: every example is held out once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from chainrule.data.dataset import Dataset
from chainrule.errors import DataError
from chainrule.limits import Limit
from chainrule.randomness import generator

__all__ = ["FOLDS", "DatasetFold", "split_folds"]

FOLDS = Limit(int, "number of folds of a cross-validation", 2)


class DatasetFold(NamedTuple):
    """One fold: what is learned from, and what is held out."""

    train: Dataset
    test: Dataset


def split_folds(dataset: Dataset, folds: int, seed: int) -> list[DatasetFold]:
    """Split a data set into folds, each of which is held out once.

    Classes keep their fractions: the numbers of examples of a class in two folds differ by at most
    one, and so do the sizes of the folds. The parts keep the order of the rows.

    Args:
        dataset: what to split; at least as many examples as folds.
        folds: how many, at least 2.
        seed: the seed that deals the rows out.

    Raises: InputError for the folds; DataError if there are too few examples.

    Example:
        >>> ten = Dataset(np.zeros((10, 2)), np.arange(10) % 2)
        >>> [(len(fold.train), len(fold.test)) for fold in split_folds(ten, 5, seed=0)]
        [(8, 2), (8, 2), (8, 2), (8, 2), (8, 2)]
    """
    count = FOLDS.check("cross_validate", "folds", folds)
    if len(dataset) < count:
        raise DataError(
            "cross_validate",
            expected=f"at least {count} examples for {count} folds",
            got=str(len(dataset)),
            remedy="Take fewer folds",
            argument="folds",
        )
    mixed = generator(seed, "folds").permutation(len(dataset))
    if dataset.classifies:  # class after class, so that dealing them out spreads each class
        mixed = mixed[np.argsort(dataset.targets[mixed], kind="stable")]
    fold = np.empty(len(dataset), np.int64)
    fold[mixed] = np.arange(len(dataset)) % count
    return [
        DatasetFold(
            dataset.subset(np.flatnonzero(fold != k)), dataset.subset(np.flatnonzero(fold == k))
        )
        for k in range(count)
    ]
