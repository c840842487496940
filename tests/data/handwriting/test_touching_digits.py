from __future__ import annotations

import numpy as np

from chainrule.data.handwriting.touching_digits import cut_apart


def ring(radius: float, centre: float, shape: tuple[int, int]) -> np.ndarray:
    """A circle of pen width 6 whose centre is so many columns from the left."""
    rows, columns = np.indices(shape)
    away = np.hypot(rows - shape[0] / 2, columns - centre)
    return (np.abs(away - radius) < 3).astype(np.float32)


def test_two_noughts() -> None:
    pair = np.maximum(ring(30, 40, (80, 150)), ring(30, 98, (80, 150)))
    left, right = cut_apart(pair)
    np.testing.assert_array_equal(left + right, pair)
    assert np.flatnonzero(left.any(axis=0)).max() < np.flatnonzero(right.any(axis=0)).min() + 3
    assert abs(left.sum() - right.sum()) < 0.1 * pair.sum()


def test_three_noughts() -> None:
    noughts = [ring(30, 40 + 58 * k, (80, 220)) for k in range(3)]
    assert len(cut_apart(np.max(noughts, axis=0))) == 3


def test_a_single_digit_is_not_cut() -> None:
    assert cut_apart(ring(30, 40, (80, 80))) == ()


def test_two_ones_joined_by_a_bar_are_no_wider_than_a_digit() -> None:
    pair = np.zeros((40, 40), np.float32)
    pair[2:38, 4:8] = pair[2:38, 32:36] = pair[20:23, 4:36] = 1
    assert len(cut_apart(pair)) == 2


def test_a_bar_is_no_row_of_digits() -> None:
    bar = np.zeros((40, 200), np.float32)
    bar[10:20, 10:190] = 1
    assert cut_apart(bar) == ()


def test_a_blot_cannot_be_cut() -> None:
    blot = np.zeros((60, 200), np.float32)
    blot[5:55, 10:190] = 1
    assert cut_apart(blot) == ()


def test_a_high_and_a_low_part_are_not_two_digits() -> None:
    shape = np.zeros((100, 200), np.float32)
    shape[5:95, 10:16] = 1
    shape[85:95, 10:190] = 1
    assert cut_apart(shape) == ()
