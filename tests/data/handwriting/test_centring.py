from __future__ import annotations

import numpy as np
import pytest

from chainrule.data.handwriting.centring import (
    Placing,
    box_side,
    centre_digit,
    centre_of_mass,
    crop,
    is_mnist_like,
    scale_to_box,
    to_bytes,
)
from chainrule.data.mnist import load_mnist


def bar(height: int, width: int) -> np.ndarray:
    return np.ones((height, width), np.float32)


def test_mnist_centres_its_digits_at_row_and_column_14() -> None:
    images = load_mnist().test.inputs.reshape(-1, 28, 28)[::10]
    centres = np.array([centre_of_mass(image) for image in images])
    np.testing.assert_allclose(centres.mean(axis=0), [14, 14], atol=0.05)
    assert np.abs(centres - 14).max() <= 0.525


def test_mnist_is_like_itself() -> None:
    images = load_mnist().test.inputs.reshape(-1, 28, 28)[::10]
    assert all(is_mnist_like(image / np.float32(255), (28, 28)) for image in images)


@pytest.mark.parametrize("shape", [(28, 28), (27, 28), (28, 56), (8, 8), (12, 40)])
def test_the_box_and_its_place(shape) -> None:
    side = box_side(shape)
    placing = Placing.mnist(shape)
    image = centre_digit(scale_to_box(bar(300, 60), placing, shape), shape, placing.centre)
    assert placing.box == side
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    assert (image.dtype, image.shape) == (np.uint8, shape)
    assert len(rows) == side
    assert len(columns) == max(1, round(side / 5))
    offsets = np.array(centre_of_mass(image)) - np.array(shape) // 2
    assert np.abs(offsets).max() <= 0.5
    assert is_mnist_like(image / np.float32(255), shape)


def test_ink_is_averaged_over_what_a_pixel_covers() -> None:
    fine = np.zeros((40, 40), np.float32)
    fine[:, ::2] = 1
    fine[:2, :2] = 1
    boxed = scale_to_box(fine, Placing.mnist((28, 28)), (28, 28))
    assert boxed.shape == (20, 20)
    assert boxed[0, 0] == 1
    np.testing.assert_allclose(boxed[1:], 0.5, atol=1e-6)


def test_thin_ink_is_made_full() -> None:
    fine = np.zeros((200, 200), np.float32)
    fine[:, 100] = 1
    assert scale_to_box(fine, Placing.mnist((28, 28)), (28, 28)).max() == 1


def test_a_lopsided_digit_stays_inside() -> None:
    digit = np.full((20, 20), 0.01, np.float32)
    digit[:4, :4] = 1
    image = centre_digit(digit, (28, 28), (14, 14))
    assert (image[8:12, 8:12] == 255).all()
    assert image[8:, 8:].all()


def test_the_crop_leaves_out_the_faintest() -> None:
    ink = np.zeros((9, 9), np.float32)
    ink[2:6, 3:5] = 1
    ink[6, 3], ink[2, 5] = 0.29, 0.31
    assert crop(ink).shape == (4, 3)


def test_bytes_round_trip() -> None:
    levels = np.arange(256, dtype=np.uint8)
    np.testing.assert_array_equal(to_bytes(levels / np.float32(255)), levels)


def placed(top: int, left: int, height: int = 20, width: int = 10, ground: float = 0) -> np.ndarray:
    ink = np.full((28, 28), ground, np.float32)
    ink[top : top + height, left : left + width] = 1
    return ink


@pytest.mark.parametrize(
    ("ink", "alike"),
    [
        (placed(4, 9), True),
        (placed(4, 10), True),
        (placed(4, 11), False),
        (placed(3, 9), False),
        (placed(4, 9, height=18), False),
        (placed(4, 9, height=21), False),
        (placed(4, 9, ground=0.01), False),
        (placed(4, 9, ground=0.001), True),
        (np.zeros((28, 28), np.float32), False),
        (placed(4, 9)[:27], False),
    ],
)
def test_what_is_like_mnist(ink, alike) -> None:
    assert is_mnist_like(ink, (28, 28)) is alike


def test_a_digit_never_exceeds_the_picture() -> None:
    placing = Placing(40, (10, 10))
    assert scale_to_box(bar(100, 50), placing, (20, 60)).shape == (20, 10)
    assert scale_to_box(bar(50, 100), placing, (60, 20)).shape == (10, 20)


def test_heights_and_widths_have_bounds() -> None:
    placing = Placing(8, (4, 4), heights=(6, 8), widest=6)
    assert scale_to_box(bar(100, 100), placing, (8, 8)).shape == (8, 6)
    assert scale_to_box(bar(20, 100), placing, (8, 8)).shape == (6, 6)
