from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from chainrule.data.dataset import Dataset
from chainrule.errors import InputError, IntegrityError, ShapeError
from chainrule.evaluation import evaluate
from chainrule.figures.mistake_images import draw_mistake_images, mistake_images_data
from chainrule.network.network import Network


def test_each_mistake_comes_with_its_image_and_words(network: Network, pictures: Dataset) -> None:
    report = evaluate(network, pictures)
    assert report.classes is not None
    data = mistake_images_data(report, pictures, 3)
    first = report.classes.mistakes[0]
    assert data.images.shape == (3, 6, 5)
    np.testing.assert_array_equal(data.images[0], pictures.inputs[first.row].reshape(6, 5) / 255)
    shown = data.shown[0]
    assert shown.row == first.row
    assert shown.truth == pictures.class_names[first.truth]
    assert shown.answer == pictures.class_names[first.predicted]
    assert shown.output == f"{100 * first.confidence:.2f} %"
    assert shown.runner_up.startswith(pictures.class_names[first.runner_up] + ", ")
    assert data.bright_ink
    wrong = 60 - report.classes.correct
    assert data.summary.startswith(f"3 of {wrong} mistakes on 60 examples of shapes, the greatest")


def test_other_data_than_the_report_s_are_refused(network: Network, pictures: Dataset) -> None:
    report = evaluate(network, pictures)
    other = pictures.subset(slice(0, 30))
    with pytest.raises(IntegrityError) as caught:
        mistake_images_data(report, other)
    assert str(caught.value) == (
        f"figure: expected the data that the report is on, of digest {pictures.digest[:12]}…, "
        f"got {other.digest[:12]}…."
    )


def test_no_mistake_to_draw_is_refused(network: Network, pictures: Dataset) -> None:
    report = evaluate(network, pictures, mistakes=0)
    assert report.classes is not None
    with pytest.raises(InputError) as caught:
        mistake_images_data(report, pictures)
    assert str(caught.value) == (
        "figure: expected at least one mistake to draw, got a report that names none of "
        f"{60 - report.classes.correct}."
    )


def test_examples_that_are_no_images_are_refused(network: Network, pictures: Dataset) -> None:
    flat = replace(pictures, shape=(30,))
    with pytest.raises(ShapeError) as caught:
        mistake_images_data(evaluate(network, flat), flat)
    assert str(caught.value) == (
        "figure: expected examples of a shape such as (28, 28), got (30,). To draw mistakes, "
        "examples must be images."
    )


def test_by_margin_outputs_are_told_as_numbers(pictures: Dataset) -> None:
    linear = Network.create([30, 3], "identity", seed=1)
    data = mistake_images_data(evaluate(linear, pictures), pictures, 1)
    assert "%" not in data.shown[0].output
    assert "the greatest margin first" in data.summary


def test_a_panel_a_mistake(
    network: Network,
    pictures: Dataset,
    pixels: Callable[[Figure], np.ndarray],
    texts: Callable[[Any], list[str]],
) -> None:
    data = mistake_images_data(evaluate(network, pictures), pictures, 7)
    figure = draw_mistake_images(data)
    assert len(figure.axes) == 7
    assert np.unique(pixels(figure)).size > 50
    for axes, image, shown in zip(figure.axes, data.images, data.shown, strict=True):
        (picture,) = axes.images
        np.testing.assert_array_equal(picture.get_array(), image)
        assert picture.get_cmap().name == "gray_r"
        assert {shown.truth, f"→ {shown.answer}"} <= set(texts(axes))
        assert axes.get_xlabel() == (f"{shown.output}\nthen {shown.runner_up}\nrow {shown.row}")


def test_ink_that_is_dark_already_is_left_so(network: Network, pictures: Dataset) -> None:
    dark = replace(pictures, inputs=255 - pictures.inputs)
    data = mistake_images_data(evaluate(network, dark), dark, 2)
    assert not data.bright_ink
    assert draw_mistake_images(data).axes[0].images[0].get_cmap().name == "gray"
