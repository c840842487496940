from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from chainrule.data.dataset import Dataset
from chainrule.errors import InputError
from chainrule.figures.sample_images import draw_sample_images, sample_images_data


def test_each_class_has_its_samples_its_count_and_its_mean(pictures: Dataset) -> None:
    data = sample_images_data(pictures, per_class=4)
    assert [samples.name for samples in data.classes] == ["ring", "bar", "dot"]
    assert data.per_class == 4
    for number, samples in enumerate(data.classes):
        assert samples.count == 20
        assert samples.images.shape == (4, 6, 5)
        assert (pictures.targets[samples.rows] == number).all()
        assert (np.diff(samples.rows) > 0).all()
        stored = pictures.inputs[samples.rows].reshape(4, 6, 5)
        np.testing.assert_array_equal(samples.images, stored / 255)
        every = pictures.inputs[pictures.targets == number].reshape(-1, 6, 5)
        assert samples.mean == pytest.approx(every.mean(axis=0) / 255)
    assert data.bright_ink
    assert data.summary == "shapes: 60 examples of 6 x 5 in 3 classes."


def test_the_seed_fixes_which_are_drawn(pictures: Dataset) -> None:
    first, again, other = (
        [samples.rows.tolist() for samples in sample_images_data(pictures, 5, seed).classes]
        for seed in (1, 1, 2)
    )
    assert first == again != other


def test_a_class_of_few_examples_shows_them_all_and_one_of_none_is_left_out(
    pictures: Dataset,
) -> None:
    few = pictures.subset(np.array([0, 3, 4, 6]))
    data = sample_images_data(few, per_class=3)
    assert [(s.name, s.rows.tolist()) for s in data.classes] == [("ring", [0, 1, 3]), ("bar", [2])]
    assert data.per_class == 3


def test_of_many_classes_the_first_are_shown(pictures: Dataset) -> None:
    many = replace(pictures, targets=np.arange(60) % 31, class_names=tuple(map(str, range(31))))
    data = sample_images_data(many, 1)
    assert len(data.classes) == 30
    assert data.summary == "shapes: 60 examples of 6 x 5 in 31 classes, the first 30 of them shown."


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (
            {"per_class": 0},
            "figure: expected per_class to be a whole number at least 1, got 0 (int). "
            "per_class: number of images of each class.",
        ),
        (
            {"seed": -1},
            "figure: expected seed to be a whole number at least 0, got -1 (int). "
            "seed: seed for the choice of examples.",
        ),
    ],
)
def test_numbers_out_of_range_are_refused(
    pictures: Dataset, arguments: dict[str, int], text: str
) -> None:
    with pytest.raises(InputError) as caught:
        sample_images_data(pictures, **arguments)
    assert str(caught.value) == text


def test_number_targets_have_no_classes_to_show() -> None:
    with pytest.raises(InputError) as caught:
        sample_images_data(Dataset(np.zeros((2, 3, 3)), np.zeros((2, 1))))
    assert str(caught.value) == (
        "figure: expected a data set of classes, got one with numeric targets."
    )


def test_a_row_a_class_with_the_mean_first(
    pictures: Dataset, pixels: Callable[[Figure], np.ndarray], texts: Callable[[Any], list[str]]
) -> None:
    few = pictures.subset(np.array([0, 3, 4, 6]))
    data = sample_images_data(few, per_class=3)
    figure = draw_sample_images(data)
    assert len(figure.axes) == 4 + 2
    assert np.unique(pixels(figure)).size > 50
    np.testing.assert_array_equal(figure.axes[0].images[0].get_array(), data.classes[0].mean)
    np.testing.assert_array_equal(figure.axes[1].images[0].get_array(), data.classes[0].images[0])
    assert {"ring\n", "bar\n", "mean", "3", "1"} <= set(texts(figure))
