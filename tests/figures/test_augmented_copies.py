from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from chainrule.data.augmentation import Augmentation, augment_reference, mixup_partners
from chainrule.data.dataset import Dataset
from chainrule.errors import ShapeError
from chainrule.figures.augmented_copies import augmented_copies_data, draw_augmented_copies

MOVED = Augmentation(shift=1, rotation=20)


def test_the_first_of_each_class_and_its_copies(pictures: Dataset) -> None:
    data = augmented_copies_data(pictures, MOVED, seed=3, epochs=2)
    assert data.names == ("ring", "bar", "dot")
    assert np.array_equal(data.originals, pictures.inputs[:3].reshape(3, 6, 5) / 255)
    for epoch in (0, 1):
        copies = augment_reference(
            pictures.inputs, (6, 5), MOVED, seed=3, epoch=epoch, rows=np.arange(3)
        )
        assert np.array_equal(data.copies[epoch], copies.reshape(3, 6, 5) / 255)
    assert data.bright_ink
    assert data.summary == "shift 1, rotation 20"


def test_mixed_copies_are_mixed_with_their_partners(pictures: Dataset) -> None:
    mix = Augmentation(mixup=1.0)
    data = augmented_copies_data(pictures, mix, epochs=1)
    partner, share = mixup_partners(60, mix, seed=0, epoch=0)
    by = share[:3, None]
    expected = by * pictures.inputs[:3] + (1 - by) * pictures.inputs[partner[:3]]
    assert np.allclose(data.copies[0].reshape(3, 30), expected / 255)


def test_nothing_changes(pictures: Dataset) -> None:
    data = augmented_copies_data(pictures, Augmentation(), epochs=1)
    assert np.array_equal(data.copies[0], data.originals)
    assert data.summary == "nothing changes"


def test_numbers_are_stretched_from_the_least_to_the_greatest(pictures: Dataset) -> None:
    numbers = Dataset(
        pictures.inputs.reshape(60, 6, 5, 1) / 51.0 - 2, np.zeros((60, 1)), name="numbers"
    )
    data = augmented_copies_data(numbers, Augmentation(), epochs=1)
    assert data.names == tuple("0123456789")
    assert data.copies.shape == (1, 10, 6, 5)
    assert np.allclose(data.copies[0], data.originals)
    flat = augmented_copies_data(
        replace(numbers, inputs=np.ones((60, 30))), Augmentation(), epochs=1
    )
    assert not flat.copies.any()


def test_what_is_no_image_has_no_copies() -> None:
    with pytest.raises(ShapeError) as caught:
        augmented_copies_data(Dataset(np.zeros((2, 3)), np.array([0, 1])), MOVED)
    assert str(caught.value) == (
        "figure: expected examples of a shape such as (28, 28), got (3,). "
        "To draw copies, examples must be images."
    )


def test_a_row_an_example_with_itself_first(
    pictures: Dataset, pixels: Callable[[Figure], np.ndarray], texts: Callable[[Any], list[str]]
) -> None:
    data = augmented_copies_data(pictures, MOVED, epochs=2)
    figure = draw_augmented_copies(data)
    assert len(figure.axes) == 9
    assert np.unique(pixels(figure)).size > 50
    shown = [axes.images[0].get_array() for axes in figure.axes]
    assert np.array_equal(shown[3], data.originals[1])
    assert np.array_equal(shown[5], data.copies[1, 1])
    assert {"ring", "bar", "dot", "0", "1"} <= set(texts(figure))
