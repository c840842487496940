"""Where the pixels of a distorted image come from, and what is found there."""

from __future__ import annotations

import math

import numpy as np
import pytest

from chainrule.equations.warping import (
    AffineMap,
    displacements,
    interpolate,
    smoothing_matrix,
    source_positions,
)

RIGHT_ANGLE = math.pi / 2
IMAGE = np.arange(1.0, 21.0).reshape(4, 5)


def _moved(image: np.ndarray, move: AffineMap) -> np.ndarray:
    return interpolate(image, source_positions(image.shape, move))


def test_nothing_moves_by_itself() -> None:
    assert np.array_equal(_moved(IMAGE, AffineMap()), IMAGE)


@pytest.mark.parametrize(("down", "right"), [(1, 0), (0, 1), (-2, 1), (2, -3), (4, 0)])
def test_a_shift_by_whole_pixels_moves_exactly(down: int, right: int) -> None:
    expected = np.zeros((12, 15))
    expected[4 + down : 8 + down, 5 + right : 10 + right] = IMAGE
    assert np.array_equal(_moved(IMAGE, AffineMap(down, right)), expected[4:8, 5:10])


@pytest.mark.parametrize("turns", [1, 2, 3, -1])
@pytest.mark.parametrize("side", [4, 5])
def test_a_right_angle_is_numpys_rot90(turns: int, side: int) -> None:
    image = np.random.default_rng(0).random((side, side))
    turned = _moved(image, AffineMap(rotation=turns * RIGHT_ANGLE))
    assert np.allclose(turned, np.rot90(image, turns), rtol=0, atol=1e-14)


def test_zoom_shear_rotation_and_shift_by_hand() -> None:
    # The centre of 3 x 5 is (1, 2); pixel (0, 2) lies 1 above it.
    y, x = source_positions((3, 5), AffineMap(tall=2.0, wide=4.0))
    assert (y[0, 2], x[1, 4]) == (0.5, 2.5)
    assert source_positions((3, 5), AffineMap(shear=0.5))[1][:, 2].tolist() == [2.5, 2.0, 1.5]
    y, x = source_positions((3, 5), AffineMap(rotation=RIGHT_ANGLE))
    assert (y[0, 2], x[0, 2]) == pytest.approx((1.0, 3.0))  # from the right goes to the top
    y, x = source_positions((3, 5), AffineMap(1.0, 2.0, RIGHT_ANGLE, 2.0, 4.0, 0.5))
    # (2, 4) less (1, 2) less (1, 2) is the centre; a pixel left of it came from above.
    assert (y[2, 4], x[2, 4]) == pytest.approx((1.0, 2.0))
    assert (y[2, 3], x[2, 3]) == pytest.approx((1 - 1 / 2, 2 + 0.5 / 4))


def test_the_map_is_the_inverse_of_zoom_then_shear_then_rotation_then_shift() -> None:
    move = AffineMap(0.7, -1.3, 0.4, 1.2, 0.8, 0.3)
    y, x = source_positions((4, 6), move) - np.array([1.5, 2.5])[:, None, None]
    y, x = move.tall * y, move.wide * x
    x = x + move.shear * y
    cos, sin = math.cos(0.4), math.sin(0.4)
    y, x = cos * y - sin * x, sin * y + cos * x
    p_y, p_x = np.mgrid[0:4, 0:6]
    assert np.allclose(y + 1.5 + 0.7, p_y)
    assert np.allclose(x + 2.5 - 1.3, p_x)


def test_smoothing_keeps_the_sum_away_from_the_ends() -> None:
    G = smoothing_matrix(61, 3.0)
    assert G[30].sum() == pytest.approx(1, abs=1e-12)
    assert G[0].sum() == pytest.approx(0.5 + G[0, 0] / 2, abs=1e-12)
    assert np.array_equal(G, G.T)
    assert G[30, 33] / G[30, 30] == pytest.approx(math.exp(-0.5))


def test_a_bell_narrower_than_a_pixel_changes_nothing() -> None:
    assert np.allclose(smoothing_matrix(4, 0.05), np.eye(4), rtol=0, atol=1e-12)


def test_the_field_of_one_spot_is_a_bell() -> None:
    white = np.zeros((2, 9, 7))
    white[1, 4, 3] = 1.0
    u_y, u_x = displacements(white, 10.0, 2.0)
    assert not u_y.any()
    assert np.allclose(u_x, 10 * np.outer(smoothing_matrix(9, 2.0)[4], smoothing_matrix(7, 2.0)[3]))


def test_how_far_pixels_go() -> None:
    # The variance of U(-1, 1) is 1/3, and the squares of a bell add up to 1/(4π s²).
    white = np.random.default_rng(1).uniform(-1, 1, (2, 300, 300))
    field = displacements(white, 34.0, 4.0)[:, 40:-40, 40:-40]
    assert field.std() == pytest.approx(34 / math.sqrt(3 * 4 * math.pi * 16), rel=0.1)


def test_between_pixels_in_proportion() -> None:
    image = np.array([[0.0, 8.0], [4.0, 16.0]])
    places = np.array([[0.0, 0.25, 0.5, 1.0], [0.5, 0.0, 0.75, 1.0]])
    expected = [4.0, 1.0, 0.25 * 2 + 0.75 * 12, 16.0]
    assert interpolate(image, places).tolist() == expected


def test_outside_is_nothing_and_the_edge_fades() -> None:
    image = np.full((3, 3), 6.0)
    places = np.array([[-0.5, -1.0, -9.0, 2.25, 3.0, 50.0, 1.0, 1.0], [1.0] * 6 + [-0.5, 2.5]])
    assert interpolate(image, places).tolist() == [3.0, 0.0, 0.0, 4.5, 0.0, 0.0, 3.0, 3.0]
