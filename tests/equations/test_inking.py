"""The pen's width, noise, the square cut out."""

from __future__ import annotations

import math

import numpy as np
import pytest

from chainrule.equations.inking import add_noise, cut_out, thicken


def _dot(side: int = 7) -> np.ndarray:
    image = np.zeros((side, side))
    image[side // 2, side // 2] = 1.0
    return image


def test_a_dot_grows_by_half_at_each_edge() -> None:
    grown = thicken(_dot(), 1.0)
    assert grown[3].tolist() == [0, 0, 0.5, 1, 0.5, 0, 0]
    assert grown[2, 2] == 0.5 * math.sqrt(0.5)
    assert np.array_equal(grown, grown.T)


def test_more_than_a_pixel_goes_in_steps() -> None:
    once = thicken(_dot(), 2.0)
    assert np.array_equal(thicken(_dot(), 3.0), thicken(once, 1.0))
    assert thicken(_dot(), 3.0)[3].tolist() == [0, 0.5, 1, 1, 1, 0.5, 0]


def test_thinner_is_the_same_of_what_is_not_ink() -> None:
    image = np.pad(np.ones((4, 5)), 2)
    thin = thicken(image, -1.0)
    assert thin[4].tolist() == [0, 0, 0.5, 1, 1, 1, 0.5, 0, 0]
    inner = (slice(2, -2), slice(2, -2))
    assert np.allclose(thin[inner], (1 - thicken(1 - image, 1.0))[inner], rtol=0, atol=1e-15)


def test_a_stroke_has_the_width_it_is_said_to_have() -> None:
    stroke = np.zeros((5, 12))
    stroke[:, 5:8] = 1.0
    for by in (-1.5, -0.4, 0.7, 2.5):
        assert thicken(stroke, by)[2].sum() == pytest.approx(3 + by)


def test_outside_is_no_ink() -> None:
    full = np.ones((3, 3))
    assert np.array_equal(thicken(full, 1.0), full)
    assert thicken(full, -1.0).tolist() == [[0.5] * 3, [0.5, 1, 0.5], [0.5] * 3]


def test_nothing_changes_by_nothing() -> None:
    image = np.random.default_rng(0).random((4, 3))
    assert np.array_equal(thicken(image, 0.0), image)


def test_noise_stays_within_full_ink() -> None:
    x, g = np.array([0.0, 100.0, 200.0]), np.array([-1.0, 2.0, 3.0])
    assert add_noise(x, g, 0.1, 255.0).tolist() == [0.0, 151.0, 255.0]


def test_noise_stays_within_what_goes_beyond_full_ink() -> None:
    x, g = np.array([-2.0, 0.5, 3.0]), np.array([-1.0, 1.0, 1.0])
    assert add_noise(x, g, 0.5, 1.0).tolist() == [-2.0, 1.0, 3.0]


def test_a_square_of_all_channels_is_cut_out() -> None:
    image = np.ones((4, 5, 2))
    made = cut_out(image, 1, 3, 2)
    assert image.all()
    expected = np.ones((4, 5))
    expected[1:3, 3:5] = 0
    assert np.array_equal(made, np.stack([expected] * 2, axis=2))


def test_a_square_of_no_side_cuts_nothing() -> None:
    assert cut_out(np.ones((2, 2)), 0, 0, 0).all()
