"""Thresholds of a detector, against counts of the answers themselves."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.data.dataset import Dataset
from chainrule.errors import InputError
from chainrule.evaluation import evaluate
from chainrule.figures.threshold_curves import draw_threshold_curves, threshold_curves_data
from chainrule.network.network import Network


def detector(n: int = 60):
    """A report on one output, the outputs and the truth."""
    chance = np.random.default_rng(0)
    truth = (chance.random(n) < 0.3).astype(np.int64)
    inputs = chance.normal(size=(n, 1)) + 1.5 * truth[:, None]
    network = Network.create([1, 1], "sigmoid", seed=0, dtype="float64")
    network = network.with_parameters(np.array([1.0, -0.5]))
    data = Dataset(inputs, truth, class_names=("no", "yes"), name="points")
    return evaluate(network, data), network.predict(inputs)[:, 0], truth == 1


def test_each_point_is_what_the_threshold_finds() -> None:
    report, outputs, truth = detector()
    (found,) = threshold_curves_data(report)
    assert found.name == "yes"
    assert found.examples == (truth.sum(), len(truth))
    assert found.threshold.tolist() == sorted(set(outputs.tolist()))
    for threshold, precision, recall, wrong in zip(
        found.threshold, found.precision, found.recall, found.false_positive_rate, strict=True
    ):
        chosen = outputs >= threshold
        assert precision == pytest.approx(truth[chosen].mean())
        assert recall == pytest.approx(chosen[truth].mean())
        assert wrong == pytest.approx(chosen[~truth].mean())


def test_the_best_threshold_has_the_greatest_f1_of_all() -> None:
    report, outputs, truth = detector()
    (found,) = threshold_curves_data(report)
    best = max(
        2 * (truth & (outputs >= t)).sum() / ((outputs >= t).sum() + truth.sum()) for t in outputs
    )
    assert found.f1[found.best] == pytest.approx(best)


def test_a_threshold_that_finds_nothing_right_has_an_f1_of_0() -> None:
    network = Network.create([1, 1], "sigmoid", seed=0, dtype="float64")
    network = network.with_parameters(np.array([1.0, 0.0]))
    data = Dataset(np.array([[2.0], [1.0], [0.0]]), np.array([0, 1, 0]))
    (found,) = threshold_curves_data(evaluate(network, data))
    assert found.f1[-1] == 0


def test_many_classes_have_a_panel_each(texts) -> None:
    chance = np.random.default_rng(0)
    truth = np.arange(90) % 3
    network = Network.create([3, 3], "softmax", dtype="float64", biases=False)
    network = network.with_parameters(np.eye(3).ravel())
    data = Dataset(chance.normal(size=(90, 3)) + np.eye(3)[truth], truth, name="points")
    figure = draw_threshold_curves(threshold_curves_data(evaluate(network, data)))
    assert len(figure.axes) == 3
    assert "points, 90 examples. The line is the threshold with the greatest F1." in texts(figure)


def test_numbers_have_no_thresholds() -> None:
    network = Network.create([1, 1], "identity", seed=0)
    data = Dataset(np.zeros((2, 1)), np.zeros((2, 1)))
    with pytest.raises(InputError, match="a report on classes"):
        threshold_curves_data(evaluate(network, data))
