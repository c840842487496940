from __future__ import annotations

import numpy as np
import pytest

from chainrule.data.dataset import Dataset
from chainrule.data.folds import split_folds
from chainrule.errors import DataError, InputError


def numbered(targets: np.ndarray) -> Dataset:
    """Examples whose input is their row."""
    return Dataset(np.arange(float(len(targets)))[:, None], targets)


@pytest.mark.parametrize("folds", [2, 3, 5, 7])
def test_every_example_is_held_out_once_and_classes_keep_their_fractions(folds: int) -> None:
    targets = np.repeat([0, 1, 2], [41, 17, 5])
    parts = split_folds(numbered(targets), folds, seed=3)
    held = np.concatenate([part.test.inputs[:, 0] for part in parts])
    assert sorted(held) == list(range(63))
    for part in parts:
        both = np.concatenate([part.train.inputs[:, 0], part.test.inputs[:, 0]])
        assert sorted(both) == list(range(63))
        assert (np.diff(part.test.inputs[:, 0]) > 0).all()
    sizes = [len(part.test) for part in parts]
    assert max(sizes) - min(sizes) <= 1
    for k in range(3):
        counts = [int((part.test.targets == k).sum()) for part in parts]
        assert max(counts) - min(counts) <= 1


def test_numbers_are_dealt_out_at_random() -> None:
    data = numbered(np.arange(20.0)[:, None])
    first, again, other = (split_folds(data, 4, seed) for seed in (1, 1, 2))
    held = [[part.test.digest for part in parts] for parts in (first, again, other)]
    assert held[0] == held[1] != held[2]
    assert {len(part.test) for part in first} == {5}


@pytest.mark.parametrize("folds", [1, 0, 2.5])
def test_fewer_than_two_folds_are_refused(folds) -> None:
    with pytest.raises(InputError, match="expected folds to be a whole number at least 2"):
        split_folds(numbered(np.arange(6) % 2), folds, seed=0)


def test_more_folds_than_examples_are_refused() -> None:
    with pytest.raises(DataError) as caught:
        split_folds(numbered(np.arange(6) % 2), 7, seed=0)
    assert str(caught.value) == (
        "cross_validate: expected at least 7 examples for 7 folds, got 6. Take fewer folds."
    )
