from __future__ import annotations

import numpy as np
import pytest

from chainrule.data.dataset import Dataset
from chainrule.errors import InputError
from chainrule.evaluation import evaluate
from chainrule.figures.roc_curves import draw_roc_curves, roc_curves_data
from chainrule.network.network import Network


def report(classes: int, n: int = 120, targets: np.ndarray | None = None):
    random = np.random.default_rng(0)
    network = Network.create([classes, classes], "softmax", dtype="float64", biases=False)
    network = network.with_parameters(np.eye(classes).ravel())
    truth = np.arange(n) % classes if targets is None else targets
    names = tuple(f"class {k}" for k in range(classes))
    inputs = random.standard_normal((n, classes)) + np.eye(classes)[truth]
    return evaluate(network, Dataset(inputs, truth, class_names=names, name="points"))


def test_of_two_classes_the_second_has_a_curve() -> None:
    found = roc_curves_data(report(2))
    assert [one.name for one in found.classes] == ["class 1"]
    assert found.summary.startswith("points, 120 examples: area of class 1 0.")
    assert "(95 % interval 0." in found.summary


def test_each_class_has_a_curve_and_its_area_in_the_legend() -> None:
    found = roc_curves_data(report(3))
    axes = draw_roc_curves(found).axes[0]
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels[0] == "by chance: 0.5000"
    assert labels[1:] == [f"{one.name}: {one.auc.value:.4f}" for one in found.classes]
    assert "area mean of 3 classes" in found.summary


def test_of_many_classes_the_worst_are_drawn() -> None:
    every = report(12)
    found = roc_curves_data(every)
    assert len(found.classes) == 10
    assert every.classes is not None
    areas = sorted(one.auc.value or 0 for one in every.classes.scores.classes)
    assert sorted(one.auc.value or 0 for one in found.classes) == areas[:10]
    assert len(draw_roc_curves(found).axes[0].lines) == 11


def test_examples_of_one_class_have_no_curve() -> None:
    with pytest.raises(InputError) as caught:
        roc_curves_data(report(2, 5, np.zeros(5, np.int64)))
    assert str(caught.value) == (
        "figure: expected examples of two classes or more, got examples of one class."
    )
