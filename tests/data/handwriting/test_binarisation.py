from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from chainrule.data.handwriting.binarisation import dilate, find_components, otsu_threshold


def test_the_threshold_lies_between_two_heaps() -> None:
    values = np.concatenate([np.linspace(0.1, 0.2, 900), np.linspace(0.7, 0.9, 50)])
    assert 0.2 < otsu_threshold(values) < 0.7


def test_the_threshold_makes_the_variance_between_classes_greatest() -> None:
    values = np.random.default_rng(3).beta(0.6, 0.9, 500)

    def between(threshold: float) -> float:
        above = values > threshold
        if above.all() or not above.any():
            return 0.0
        share = above.mean()
        return float(share * (1 - share) * (values[above].mean() - values[~above].mean()) ** 2)

    best = max(between(threshold) for threshold in np.linspace(0, 1, 400))
    assert between(otsu_threshold(values)) >= 0.999 * best


@pytest.mark.parametrize("values", [np.full(5, 0.3), np.zeros((2, 2)), np.array([0.5, 0.5 + 1e-9])])
def test_nothing_lies_above_the_threshold_of_one_shade(values) -> None:
    assert not (values > otsu_threshold(values)).any()


def flooded(mask: np.ndarray) -> list[tuple[int, ...]]:
    """Area and box of each piece, found by walking from pixel to pixel."""
    left, pieces = {tuple(map(int, at)) for at in np.argwhere(mask)}, []
    while left:
        piece, edge = set(), [left.pop()]
        while edge:
            row, column = edge.pop()
            piece.add((row, column))
            near = {(row + i, column + j) for i in (-1, 0, 1) for j in (-1, 0, 1)} & left
            left -= near
            edge += near
        rows, columns = zip(*piece, strict=True)
        box = (min(rows), min(columns), max(rows) + 1, max(columns) + 1)
        pieces.append((len(piece), *box))
    return sorted(pieces)


@given(arrays(bool, st.tuples(st.integers(1, 14), st.integers(1, 14))))
def test_pieces_are_those_that_a_walk_finds(mask) -> None:
    pieces = find_components(mask)
    found = sorted(
        (int(a), *map(int, box)) for a, box in zip(pieces.areas, pieces.boxes, strict=True)
    )
    assert found == flooded(mask)
    np.testing.assert_array_equal(pieces.mask(np.ones(len(pieces), bool)), mask)


def test_a_spiral_is_one_piece() -> None:
    mask = np.zeros((41, 41), bool)
    for k in range(0, 20, 4):
        mask[k, k : 41 - k] = mask[40 - k, k : 41 - k] = True
        mask[k : 41 - k, 40 - k] = mask[k + 4 : 41 - k, k] = True
        mask[k + 4, k : k + 5] = True
    assert len(find_components(mask)) == 1


def test_one_piece_of_several() -> None:
    mask = np.array([[1, 1, 0, 0, 1], [0, 0, 0, 0, 1], [0, 1, 0, 0, 0], [0, 0, 0, 0, 0]], bool)
    pieces = find_components(mask)
    middle = (pieces.boxes[:, 0] == 2) & (pieces.areas == 1)
    np.testing.assert_array_equal(np.argwhere(pieces.mask(middle)), [[2, 1]])
    assert pieces.at_border().tolist() == [row == 0 for row in pieces.boxes[:, 0]]
    assert sorted(pieces.heights()) == [1, 1, 2]
    assert sorted(pieces.widths()) == [1, 1, 2]


def test_no_pieces() -> None:
    pieces = find_components(np.zeros((3, 4), bool))
    assert len(pieces) == 0
    assert pieces.mask(np.zeros(0, bool)).shape == (3, 4)


@given(arrays(bool, st.tuples(st.integers(1, 9), st.integers(1, 9))), st.integers(1, 3))
def test_grown_is_within_so_many_steps(mask, steps) -> None:
    ink = np.argwhere(mask)
    expected = np.zeros_like(mask)
    for at in np.ndindex(mask.shape):
        expected[at] = len(ink) > 0 and np.abs(ink - at).max(axis=1).min() <= steps
    np.testing.assert_array_equal(dilate(mask, steps), expected)
