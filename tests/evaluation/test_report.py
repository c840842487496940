from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from chainrule.data.dataset import Dataset
from chainrule.engine.reference import ReferenceEngine
from chainrule.engine.training_context import TrainingContext
from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.costs import COSTS
from chainrule.errors import InputError, UnknownNameError
from chainrule.evaluation.evaluator import default_cost, evaluate
from chainrule.evaluation.wilson import wilson_interval
from chainrule.network.network import Network
from chainrule.recipe import Recipe

SHARES = np.array([0.7, 0.3, 0.8, 0.5, 0.08])
"""What the right class of each insect gets."""


def test_every_figure_of_a_classification_by_hand(echo: Network, insects: Dataset) -> None:
    report = evaluate(echo, insects)
    classes = report.classes
    assert classes is not None
    assert (report.data, report.examples, report.numbers) == ("insects", 5, None)
    assert (report.data_sha256, report.network_sha256) == (insects.digest, echo.digest)
    assert report.cost_name == "categorical_cross_entropy"
    assert report.cost == pytest.approx(-np.log(SHARES).mean())
    assert not report.weighted
    assert report.accuracy == classes.accuracy == 0.6
    assert report.interval == classes.interval == wilson_interval(3, 5)
    assert (classes.correct, classes.names) == (3, ("ant", "bee", "cat"))
    assert classes.top_two == 1.0
    assert classes.baseline == 0.4
    assert classes.confusion.tolist() == [[1, 0, 0], [1, 1, 0], [1, 0, 1]]
    assert [c.precision for c in classes.classes] == [1 / 3, 1.0, 1.0]
    assert [c.recall for c in classes.classes] == [1.0, 0.5, 0.5]
    assert classes.macro.recall == pytest.approx(2 / 3)
    assert [m.row for m in classes.mistakes] == [4, 1]
    assert classes.mistakes[0].confidence == pytest.approx(0.9)
    assert classes.ranked_by == "confidence"


def test_the_calibration_by_hand(echo: Network, insects: Dataset) -> None:
    classes = evaluate(echo, insects).classes
    assert classes is not None
    assert classes.calibration is not None
    # each of 0.7 0.6 0.8 0.5 0.9 lies in a bin of its own
    gaps = [0.3, 0.6, 0.2, 0.5, 0.9]
    assert classes.calibration.expected_error == pytest.approx(sum(gaps) / 5)
    assert classes.calibration.mean_confidence == pytest.approx(0.7)
    squares = [
        0.3**2 + 0.2**2 + 0.1**2,
        0.6**2 + 0.7**2 + 0.1**2,
        0.1**2 + 0.2**2 + 0.1**2,
        0.25**2 + 0.25**2 + 0.5**2,
        0.9**2 + 0.02**2 + 0.92**2,
    ]
    assert classes.calibration.brier == pytest.approx(sum(squares) / 5)
    assert classes.calibration_note == "Confidence is the probability of the class answered"


def test_in_the_top_two_needs_the_truth_first_or_second(echo: Network, insects: Dataset) -> None:
    turned = replace(insects, targets=np.array([2, 2, 2, 2, 2]))
    report = evaluate(echo, turned)
    assert report.classes is not None
    assert report.classes.top_two == 2 / 5  # rows 3 and 4; row 2 has ant second by its place


def test_sample_weights_move_the_cost_and_nothing_else(echo: Network, insects: Dataset) -> None:
    weights = np.array([1.0, 0.0, 0.0, 0.0, 3.0])
    plain, weighted = (
        evaluate(echo, data) for data in (insects, replace(insects, sample_weights=weights))
    )
    assert weighted.weighted
    assert weighted.cost == pytest.approx(-(np.log(0.7) + 3 * np.log(0.08)) / 4)
    assert weighted.accuracy == plain.accuracy
    assert weighted.classes is not None
    assert plain.classes is not None
    assert weighted.classes.calibration == plain.classes.calibration


def test_a_single_output_tells_two_classes_apart() -> None:
    network = Network.create([1, 1], "sigmoid", dtype="float64").with_parameters([1.0, 0.0])
    logits = np.log([[9.0], [1 / 3], [3.0]])  # 0.9, 0.25, 0.75
    report = evaluate(network, Dataset(logits, np.array([1, 0, 0]), class_names=("no", "yes")))
    assert report.cost_name == "binary_cross_entropy"
    assert report.cost == pytest.approx(-(np.log(0.9) + np.log(0.75) + np.log(0.25)) / 3)
    assert report.classes is not None
    assert report.classes.confusion.tolist() == [[1, 1], [0, 1]]
    assert report.classes.mistakes[0].confidence == pytest.approx(0.75)
    assert report.classes.calibration_note == "Confidence is the probability of the class answered"


def test_a_single_output_judges_a_set_of_one_class() -> None:
    network = Network.create([1, 1], "sigmoid").with_parameters([1.0, 0.0])
    report = evaluate(network, Dataset(np.array([[1.0], [-1.0]]), np.array([0, 0])))
    assert report.classes is not None
    assert report.classes.names == ("0", "not 0")
    assert report.classes.confusion.tolist() == [[1, 1], [0, 0]]


@pytest.mark.parametrize("name", ["identity", "tanh", "relu"])
def test_outputs_that_are_no_shares_have_no_calibration(name: str) -> None:
    network = Network.create([2, 2], name, biases=False).with_parameters([1.0, 0, 0, 1])
    data = Dataset(np.array([[0.9, 0.8], [0.4, 0.1]]), np.array([1, 1]), class_names=("a", "b"))
    classes = evaluate(network, data).classes
    assert classes is not None
    assert classes.calibration is None
    assert classes.calibration_note == (
        f"Calibration is not defined: outputs of {name} are not shares from 0 to 1"
    )
    assert classes.ranked_by == "margin"
    assert [m.row for m in classes.mistakes] == [1, 0]


def test_several_sigmoid_outputs_are_taken_as_they_are() -> None:
    network = Network.create([2, 2], "sigmoid", biases=False).with_parameters([1.0, 0, 0, 1])
    data = Dataset(np.log([[9.0, 4.0]]), np.array([0]), class_names=("a", "b"))
    classes = evaluate(network, data).classes
    assert classes is not None
    assert classes.calibration is not None
    assert classes.calibration.mean_confidence == pytest.approx(0.9)
    assert classes.calibration.brier == pytest.approx(0.1**2 + 0.8**2)
    assert classes.calibration_note == (
        "Confidence is the greatest output; outputs of sigmoid need not sum to 1"
    )


def test_every_figure_of_numbers_by_hand() -> None:
    network = Network.create([1, 1], "identity", dtype="float64").with_parameters([2.0, 1.0])
    data = Dataset(np.array([[0.0], [1.0], [2.0]]), np.array([[1.0], [2.0], [6.0]]))
    report = evaluate(network, data)  # outputs 1, 3, 5
    assert (report.accuracy, report.interval, report.classes) == (None, None, None)
    assert report.cost_name == "half_squared_error"
    assert report.cost == pytest.approx((0 + 0.5 + 0.5) / 3)
    assert report.numbers is not None
    (output,) = report.numbers.outputs
    assert output.mean_absolute_error == pytest.approx(2 / 3)
    assert output.root_mean_squared_error == pytest.approx(np.sqrt(2 / 3))
    assert output.r_squared == pytest.approx(1 - 2 / 14)


def test_the_cost_of_numbers_follows_sample_weights_and_the_distances_do_not() -> None:
    network = Network.create([1, 1], "identity").with_parameters([1.0, 0.0])
    data = Dataset(np.array([[1.0], [2.0]]), np.zeros((2, 1)), sample_weights=np.array([3.0, 1]))
    report = evaluate(network, data, cost="squared_error")
    assert report.cost == pytest.approx((3 * 1 + 4) / 4)
    assert report.numbers is not None
    assert report.numbers.outputs[0].mean_absolute_error == 1.5


@pytest.mark.parametrize("cost", sorted(COSTS))
@pytest.mark.parametrize("activation", ["softmax", "sigmoid", "tanh"])
def test_cost_and_accuracy_are_the_engine_s(cost: str, activation: str) -> None:
    draw = np.random.default_rng(5)
    names, weights = ("a", "b", "c"), draw.uniform(0.5, 2, 40)
    data = Dataset(
        draw.integers(0, 256, (40, 6), np.uint8),
        draw.integers(0, 3, 40),
        scale=1 / 255,
        class_names=names,
        sample_weights=weights,
    )
    network = Network.create([6, 5, 3], activation, dtype="float64", seed=3)
    score = ReferenceEngine(
        TrainingContext(network.architecture, Recipe(cost=cost, seed=0), data)
    ).score(network.parameters, data)
    report = evaluate(network, data, cost=cost)
    assert report.cost == pytest.approx(score.cost, rel=1e-12, nan_ok=True)
    assert report.accuracy == score.accuracy
    assert report.weighted


def test_the_huber_threshold_counts() -> None:
    network = Network.create([1, 1], "identity").with_parameters([1.0, 0.0])
    data = Dataset(np.array([[3.0]]), np.zeros((1, 1)))
    assert evaluate(network, data, cost="huber").cost == 2.5
    assert evaluate(network, data, cost="huber", huber_threshold=2.0).cost == 4.0


@pytest.mark.parametrize(
    ("layers", "activation", "targets", "cost"),
    [
        ([1, 3], "softmax", np.array([0, 1, 2]), "categorical_cross_entropy"),
        ([1, 1], "sigmoid", np.array([0, 1, 1]), "binary_cross_entropy"),
        ([1, 3], "sigmoid", np.array([0, 1, 2]), "half_squared_error"),
        ([1, 3], "relu", np.array([0, 1, 2]), "half_squared_error"),
        ([1, 1], "sigmoid", np.zeros((3, 1)), "half_squared_error"),
        ([1, 3], "softmax", np.zeros((3, 3)), "half_squared_error"),
    ],
)
def test_the_natural_cost(
    layers: list[int], activation: str, targets: np.ndarray, cost: str
) -> None:
    network, data = Network.create(layers, activation), Dataset(np.zeros((3, 1)), targets)
    assert default_cost(network, data) == cost
    assert evaluate(network, data).cost_name == cost


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_every_output_activation_can_be_judged_and_told_in_json(activation: str) -> None:
    draw = np.random.default_rng(0)
    data = Dataset(draw.normal(size=(30, 4)), draw.integers(0, 3, 30), class_names=("a", "b", "c"))
    report = evaluate(Network.create([4, 3], activation), data)
    text = json.dumps(report.to_dict(), allow_nan=False)
    values = json.loads(text)
    assert values == report.to_dict()
    assert values["accuracy"] == values["classes"]["accuracy"] == report.accuracy
    assert values["interval"] == list(report.interval or ())
    assert np.sum(values["classes"]["confusion"]) == 30


def test_a_cost_that_is_infinite_is_none_in_json() -> None:
    network = Network.create([1, 2], "relu", biases=False).with_parameters([1.0, -1.0])
    data = Dataset(np.ones((1, 1)), np.array([1]), class_names=("a", "b"))
    report = evaluate(network, data, cost="categorical_cross_entropy")
    assert report.cost == np.inf
    assert report.to_dict()["cost"] is None


def test_no_more_mistakes_than_asked_for(echo: Network, insects: Dataset) -> None:
    report = evaluate(echo, insects, mistakes=1)
    assert report.classes is not None
    assert [m.row for m in report.classes.mistakes] == [4]


def test_the_confusion_matrix_cannot_be_written_to(echo: Network, insects: Dataset) -> None:
    report = evaluate(echo, insects)
    assert report.classes is not None
    with pytest.raises(ValueError, match="read-only"):
        report.classes.confusion[0, 0] = 9


@pytest.mark.parametrize(
    ("arguments", "kind", "text"),
    [
        (
            {"cost": "squared"},
            UnknownNameError,
            "evaluate: expected a cost, got 'squared' (str). Did you mean 'squared_error'? "
            "Valid names: "
            f"{', '.join(sorted(COSTS))}.",
        ),
        (
            {"mistakes": -1},
            InputError,
            "evaluate: expected mistakes to be a whole number at least 0, got -1 (int). "
            "mistakes: number of mistakes to list.",
        ),
        (
            {"huber_threshold": 0},
            InputError,
            "evaluate: expected huber_threshold to be a number above 0, got 0 (int). "
            "huber_threshold: error at which huber changes from square to linear.",
        ),
    ],
)
def test_arguments_out_of_range_are_refused(
    echo: Network, insects: Dataset, arguments: dict[str, Any], kind: type[Exception], text: str
) -> None:
    with pytest.raises(kind) as caught:
        evaluate(echo, insects, **arguments)
    assert str(caught.value) == text


def test_evaluation_loads_nothing_that_draws() -> None:
    program = (
        "import sys, chainrule.evaluation.report, chainrule.evaluation.evaluator\n"
        "print(*sorted({'matplotlib', 'PIL', 'rich'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert run.stdout.split() == []
