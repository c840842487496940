from __future__ import annotations

import numpy as np
import pytest

from chainrule.data.handwriting.background import (
    frame_width,
    ink_amount,
    paper_brightness,
    ring_fraction,
)


def slope(height: int = 120, width: int = 160, far: float = 0.4) -> np.ndarray:
    """Paper whose brightness falls from 0.9 to `far` towards the far corner."""
    y, x = np.mgrid[0:height, 0:width]
    return (0.9 - (0.9 - far) * (0.7 * x / width + 0.3 * y / height)).astype(np.float32)


def test_even_paper_is_itself() -> None:
    paper = paper_brightness(np.full((50, 70), 0.8, np.float32))
    np.testing.assert_allclose(paper, 0.8, atol=1e-6)


def test_sloping_paper_is_itself_up_to_the_edge() -> None:
    np.testing.assert_allclose(paper_brightness(slope()), slope(), atol=0.02)


def test_ink_does_not_darken_the_paper() -> None:
    page = slope()
    page[30:90, 60:75] *= 0.1
    page[30:45, 60:110] *= 0.1
    np.testing.assert_allclose(paper_brightness(page), slope(), atol=0.02)


def test_a_step_of_shadow_is_followed() -> None:
    page = np.full((160, 160), 0.9, np.float32)
    page[:, 90:] = 0.5
    paper = paper_brightness(page)
    np.testing.assert_allclose(paper[:, :60], 0.9, atol=0.02)
    np.testing.assert_allclose(paper[:, 130:], 0.5, atol=0.03)


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (3, 5), (2, 500)])
def test_paper_of_any_shape(shape) -> None:
    paper = paper_brightness(np.full(shape, 0.6, np.float32))
    np.testing.assert_allclose(paper, np.full(shape, 0.6), atol=1e-6)


def test_ink_is_a_share_of_the_paper() -> None:
    grey = np.array([[0.8, 0.4, 0.0, 0.9]], np.float32)
    amount = ink_amount(grey, np.full((1, 4), 0.8, np.float32))
    np.testing.assert_allclose(amount, [[0, 0.5, 1, -0.125]], atol=1e-6)


def test_deep_shadow_does_not_turn_grain_into_ink() -> None:
    grey, paper = np.array([[0.01]], np.float32), np.array([[0.02]], np.float32)
    np.testing.assert_allclose(ink_amount(grey, paper), [[0.04]], atol=1e-6)


def test_the_share_of_a_ring() -> None:
    mask = np.zeros((5, 5), bool)
    mask[1, 1:4] = True
    assert ring_fraction(mask, 0) == 0
    # The corners of a ring count for both of their sides.
    assert ring_fraction(mask, 1) == 5 / 12


def framed(edge: int, line: int, *, frame: float = 0.1, page: float = 0.9) -> np.ndarray:
    """A page of 100 x 130 with a line of that width that far from the edge."""
    grey = np.full((100, 130), frame, np.float32)
    inner = edge + line
    if edge:
        grey[:] = page
        grey[edge:-edge, edge:-edge] = frame
    grey[inner:-inner, inner:-inner] = page
    return grey


@pytest.mark.parametrize(
    ("grey", "width"),
    [
        (framed(0, 5), 5),
        (framed(0, 12, frame=0.9, page=0.1), 12),
        (framed(7, 2), 9),
        (framed(0, 30), 0),
        (np.full((40, 40), 0.5, np.float32), 0),
        (slope(), 0),
    ],
)
def test_frames(grey, width) -> None:
    assert frame_width(grey) == width


def test_a_digit_inside_does_not_hide_a_frame() -> None:
    grey = framed(0, 6)
    grey[20:90, 60:70] = 0.1
    assert frame_width(grey) == 6


def test_a_large_digit_is_no_frame() -> None:
    grey = np.full((60, 40), 0.9, np.float32)
    grey[:10] = grey[-10:] = 0.1
    grey[:, :10] = 0.1
    assert frame_width(grey) == 0
