from __future__ import annotations

import numpy as np
import pytest

from chainrule.data.dataset import Dataset
from chainrule.errors import ShapeError
from chainrule.figures.image_arrays import as_images, ink_is_bright, is_image, require_images


@pytest.mark.parametrize(
    ("shape", "shown"),
    [
        ((28, 28), True),
        ((2, 3), True),
        ((8, 9, 1), True),
        ((8, 9, 3), True),
        ((8, 9, 4), True),
        ((8, 9, 2), False),
        ((1, 28), False),
        ((784,), False),
        ((2, 2, 2, 3), False),
        ((8, 1, 3), False),
    ],
)
def test_which_shapes_are_images(shape: tuple[int, ...], shown: bool) -> None:
    assert is_image(shape) == shown


def test_what_is_no_image_is_refused() -> None:
    with pytest.raises(ShapeError) as caught:
        require_images(Dataset(np.zeros((2, 4)), np.array([0, 1])), "samples")
    assert str(caught.value) == (
        "figure: expected examples of a shape such as (28, 28), got (4,). To draw samples, "
        "examples must be images."
    )


def test_bytes_are_divided_by_255_and_one_colour_is_dropped() -> None:
    stored = np.arange(12, dtype=np.uint8).reshape(2, 3, 2, 1) * 20
    images = as_images(Dataset(stored, np.array([0, 1])), np.array([1]))
    assert images.shape == (1, 3, 2)
    assert images[0, 2, 1] == 220 / 255


def test_numbers_are_stretched_over_all_the_data() -> None:
    stored = np.array([[[-1.0, 0.0], [1.0, 3.0]], [[0.0, 0.0], [0.0, 0.0]]])
    images = as_images(Dataset(stored, np.array([0, 1])), np.array([1]))
    assert images.tolist() == [[[0.25, 0.25], [0.25, 0.25]]]


def test_the_largest_numbers_do_not_overflow_and_equal_ones_are_dark() -> None:
    stored = np.array([[[1e308, -1e308], [0.0, 0.0]]])
    assert as_images(Dataset(stored, np.array([0])), np.array([0])).tolist() == [
        [[1.0, 0.0], [0.5, 0.5]]
    ]
    flat = Dataset(np.full((1, 2, 2), 7.0), np.array([0]))
    assert as_images(flat, np.array([0])).tolist() == [[[0.0, 0.0], [0.0, 0.0]]]


def test_colours_keep_their_axis_and_are_never_turned_round() -> None:
    images = as_images(Dataset(np.zeros((2, 3, 2, 3)), np.array([0, 1])), np.array([0, 1]))
    assert images.shape == (2, 3, 2, 3)
    assert not ink_is_bright(images)


def test_the_edges_tell_the_ground() -> None:
    bright_ink = np.zeros((2, 5, 5))
    bright_ink[:, 1:4, 1:4] = 1
    assert ink_is_bright(bright_ink)
    assert not ink_is_bright(1 - bright_ink)
    assert not ink_is_bright(bright_ink[:0])
