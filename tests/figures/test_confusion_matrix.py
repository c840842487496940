from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from chainrule.data.dataset import Dataset
from chainrule.errors import InputError
from chainrule.evaluation import Report, evaluate
from chainrule.figures.confusion_matrix import (
    confusion_matrix_data,
    draw_confusion_matrix,
    require_classes,
)
from chainrule.network.network import Network


def _report(counts: list[list[int]], names: tuple[str, ...] | None = None) -> Report:
    """A report whose confusion matrix is the one given."""
    k = len(counts)
    pairs = [(t, p) for t in range(k) for p in range(k) for _ in range(counts[t][p])]
    truth, answers = np.array(pairs).T
    network = Network.create([k, k], "softmax", biases=False).with_parameters(np.eye(k).ravel())
    names = names or tuple(f"c{i}" for i in range(k))
    return evaluate(
        network, Dataset(4 * np.eye(k)[answers], truth, class_names=names, name="cells")
    )


def test_the_numbers_of_the_matrix() -> None:
    data = confusion_matrix_data(_report([[3, 1, 0], [0, 4, 0], [0, 0, 0]]))
    assert data.names == ("c0", "c1", "c2")
    assert data.counts.tolist() == [[3, 1, 0], [0, 4, 0], [0, 0, 0]]
    assert data.fractions[:2].tolist() == [[0.75, 0.25, 0], [0, 1, 0]]
    assert np.isnan(data.fractions[2]).all()
    assert data.recall[:2].tolist() == [0.75, 1.0]
    assert data.precision[:2].tolist() == [1.0, 0.8]
    assert np.isnan([data.recall[2], data.precision[2]]).all()
    assert data.summary == (
        "Accuracy 87.50 % on 8 examples of cells (95 % interval 52.91 % to 97.76 %)."
    )


def test_targets_that_are_numbers_cannot_be_confused() -> None:
    network = Network.create([1, 1], "identity")
    report = evaluate(network, Dataset(np.zeros((2, 1)), np.zeros((2, 1))))
    with pytest.raises(InputError) as caught:
        require_classes(report)
    assert str(caught.value) == (
        "figure: expected a report on classes, got a report on numeric targets. Right and wrong "
        "answers, confusion and confidence are defined for classes only."
    )


def test_every_cell_says_its_count_and_share(
    pixels: Callable[[Figure], np.ndarray], texts: Callable[[Any], list[str]]
) -> None:
    figure = draw_confusion_matrix(
        confusion_matrix_data(_report([[996, 4], [30, 970]], ("no", "yes")))
    )
    assert np.unique(pixels(figure)).size > 50
    axes, bar = figure.axes
    written = texts(axes)
    for text in ("996", "99.6 %", "4", "0.4 %", "30", "3.0 %", "970", "97.0 %", "no", "yes"):
        assert text in written
    assert bar.get_ylabel() == "mistakes: fraction of the true class, %"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("answer", "true class")


def test_right_answers_and_mistakes_are_painted_apart_and_rare_ones_are_seen() -> None:
    figure = draw_confusion_matrix(
        confusion_matrix_data(_report([[9990, 1, 9], [0, 50, 0], [0, 0, 50]]))
    )
    right, wrong = figure.axes[0].images
    assert np.isfinite(right.get_array().filled(np.nan)).sum() == 3
    painted = wrong.get_array().filled(np.nan)
    assert np.argwhere(np.isfinite(painted)).tolist() == [[0, 1], [0, 2]]
    assert painted[0, 1:] == pytest.approx([0.01, 0.09])
    # A mistake in ten thousand has a colour that is not the paper's.
    assert min(wrong.cmap(wrong.norm(painted[0, 1]))[:3]) < 0.9


def test_without_mistakes_there_is_no_scale_for_them(
    pixels: Callable[[Figure], np.ndarray], texts: Callable[[Any], list[str]]
) -> None:
    figure = draw_confusion_matrix(confusion_matrix_data(_report([[5, 0], [0, 5]])))
    assert len(figure.axes) == 1
    assert "·" in texts(figure)
    assert pixels(figure).size


@pytest.mark.parametrize(
    ("k", "cells", "fractions"), [(12, True, True), (13, True, False), (27, False, False)]
)
def test_what_does_not_fit_is_not_written(
    k: int, cells: bool, fractions: bool, texts: Callable[[Any], list[str]]
) -> None:
    counts = (6 * np.eye(k, dtype=int) + 1).tolist()
    figure = draw_confusion_matrix(confusion_matrix_data(_report(counts)))
    axes = figure.axes[0]
    written = texts(axes)
    assert ("7" in written) == cells
    in_cells = [text.get_text() for text in axes.texts if text.get_fontsize() == 6.5]
    assert bool(in_cells) == fractions


def test_a_class_that_neither_occurs_nor_is_answered_has_dashes(
    texts: Callable[[Any], list[str]],
) -> None:
    figure = draw_confusion_matrix(
        confusion_matrix_data(_report([[3, 0, 0], [1, 2, 0], [0, 0, 0]]))
    )
    assert texts(figure).count("-") == 2


def test_long_names_are_shortened_and_dollars_are_dollars(
    pixels: Callable[[Figure], np.ndarray], texts: Callable[[Any], list[str]]
) -> None:
    names = ("$\\frac{$", "a name much too long to fit 1")
    figure = draw_confusion_matrix(confusion_matrix_data(_report([[3, 1], [1, 3]], names)))
    assert pixels(figure).size
    assert {"$\\frac{$", "a name m…fit 1"} <= set(texts(figure.axes[0]))
