"""Dropout masks: who is silent, how often, and how loud the others are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from chainrule.equations.dropout import apply_mask, dropout_mask, dropout_threshold
from chainrule.equations.hashing import make_key, random_bits

KEY = make_key(0, "dropout", 3, 1)


@pytest.mark.parametrize(
    ("share", "below"), [(0.0, 0), (0.25, 2**30), (0.5, 2**31), (1 - 2**-33, 2**32 - 1)]
)
def test_dropout_threshold_by_hand(share: float, below: int) -> None:
    assert dropout_threshold(share) == below


def test_mask_by_hand() -> None:
    rows = np.array([5, 0])
    numbers = random_bits(KEY, np.array([15, 16, 17, 0, 1, 2])).reshape(2, 3)
    by_hand = [[0 if int(h) < 0.4 * 2**32 else 1 / 0.6 for h in row] for row in numbers]
    assert dropout_mask(KEY, rows, 3, 0.4, np.float64).tolist() == by_hand


def test_the_number_at_the_bound_speaks_and_the_one_below_is_silent() -> None:
    number = int(random_bits(KEY, np.array([0]))[0])
    at, above = number / 2**32, (number + 1) / 2**32
    rows = np.array([0])
    assert dropout_mask(KEY, rows, 1, at, np.float64).tolist() == [[1 / (1 - at)]]
    assert dropout_mask(KEY, rows, 1, above, np.float64).tolist() == [[0]]


def test_without_a_share_all_speak_as_they_are() -> None:
    assert_array_equal(dropout_mask(KEY, np.arange(50), 4, 0.0, np.float64), np.ones((50, 4)))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_mask_has_two_values_in_the_type_of_the_computation(dtype: Any) -> None:
    found = dropout_mask(KEY, np.arange(40), 5, 0.3, dtype)
    assert (found.dtype, found.shape) == (np.dtype(dtype), (40, 5))
    assert np.unique(found).tolist() == [0, dtype(1 / 0.7)]


@given(
    first=st.integers(0, 1000),
    count=st.integers(0, 20),
    width=st.integers(1, 9),
    share=st.floats(0, 0.99),
)
def test_a_row_has_its_mask_whatever_rows_are_beside_it(
    first: int, count: int, width: int, share: float
) -> None:
    rows = np.arange(first, first + count)
    whole = dropout_mask(KEY, np.arange(first + count), width, share, np.float64)
    assert_array_equal(dropout_mask(KEY, rows, width, share, np.float64), whole[first:])


def test_a_counter_beyond_32_bits_begins_again() -> None:
    width = 2**16
    beyond, within = np.array([2**16 + 7]), np.array([7])
    found = dropout_mask(KEY, beyond, width, 0.5, np.float32)
    assert_array_equal(found, dropout_mask(KEY, within, width, 0.5, np.float32))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.8])
def test_the_share_is_silent_and_the_mean_is_1(share: float) -> None:
    found = dropout_mask(KEY, np.arange(20_000), 10, share, np.float64)
    error = np.sqrt(share * (1 - share) / found.size)
    assert abs(np.mean(found == 0) - share) < 4 * error
    assert abs(found.mean() - 1) < 4 * error / (1 - share)
    assert abs(found.var() / (share / (1 - share)) - 1) < 0.05


def test_steps_layers_and_seeds_have_masks_of_their_own() -> None:
    keys = [make_key(s, "dropout", t, l) for s in (0, 1) for t in (0, 1) for l in (1, 2)]  # noqa: E741
    masks = np.array(
        [dropout_mask(k, np.arange(500), 20, 0.5, np.float64).ravel() - 1 for k in keys]
    )
    alike = masks @ masks.T / masks.shape[1]
    assert np.abs(alike - np.eye(8)).max() < 0.05  # as of coins: deviations of 0.01


def test_apply_mask_by_hand() -> None:
    a, m = np.array([[1.0, -2.0], [3.0, 4.0]]), np.array([[2.0, 0.0], [0.0, 2.0]])
    assert apply_mask(a, m).tolist() == [[2, 0], [0, 8]]
    assert a.tolist() == [[1, -2], [3, 4]]
