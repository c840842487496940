"""The code of the papers' experiments against computations of another kind."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.equations.backpropagation import trace
from chainrule.equations.costs import COSTS
from chainrule.network import Network, network_layers
from chainrule.papers.experiments import (
    dice,
    four_or_not,
    recursions,
    result_text,
)
from chainrule.papers.experiments.experiment_options import ExperimentOptions
from chainrule.papers.experiments.least_error import least_error

# ------------------------------------------------------------------------------ the recursions


def net(widths: tuple[int, ...] = (5, 4, 3, 2)):
    how = {"initialiser": "uniform", "bias_initialiser": "uniform", "dtype": "float64"}
    network = Network.create(widths, "sigmoid", seed=1, **how)
    return network_layers(network.architecture, network.parameters.copy())


def batch(features: int = 5, outputs: int = 2, n: int = 6):
    chance = np.random.default_rng(0)
    return chance.random((n, features)), np.eye(outputs)[chance.integers(outputs, size=n)]


def steps_of(name: str):
    """By how much each layer's weights change in a step of rate 1."""
    one = next(r for r in recursions.RECURSIONS if r.name == name)
    layers = net()
    before = [layer.W.copy() for layer in layers]
    recursions.descent_step(one, layers, *batch(), 1.0)
    return [old - layer.W for old, layer in zip(before, layers, strict=True)]


def test_the_right_recursion_steps_along_the_gradient() -> None:
    x, y = batch()
    found = trace(x, y, net(), COSTS["squared_error"], 1 / len(x))
    for step, dW in zip(steps_of("right"), found.dW, strict=True):
        assert step == pytest.approx(dW, rel=1e-6)


@pytest.mark.parametrize("name", ["printed", "letter", "left"])
def test_the_others_go_wrong_in_the_first_layer_alone(name: str) -> None:
    right, wrong = steps_of("right"), steps_of(name)
    for one, other in zip(right[1:], wrong[1:], strict=True):
        assert one == pytest.approx(other, rel=1e-12)
    assert np.abs(right[0] - wrong[0]).max() > 0.1 * np.abs(right[0]).max()


def test_the_first_layer_that_is_left_stays() -> None:
    assert not steps_of("left")[0].any()


def test_the_printed_recursion_is_two_sums_multiplied() -> None:
    layers, (x, y) = net(), batch(n=1)
    found = trace(x, y, layers, COSTS["squared_error"], 1.0)
    a1, a2 = found.a[0][0], found.a[1][0]
    last = found.delta[2][0] @ layers[2].W  # dC/da of the last hidden layer
    da = [
        sum(layers[1].W[i, k] * a2[i] * (1 - a2[i]) for i in range(3)) * last.sum()
        for k in range(4)
    ]
    expected = np.outer(np.array(da) * a1 * (1 - a1), x[0])
    one = next(r for r in recursions.RECURSIONS if r.name == "printed")
    before = layers[0].W.copy()
    recursions.descent_step(one, layers, x, y, 1.0)
    assert before - layers[0].W == pytest.approx(expected, rel=1e-6)


def test_to_the_letter_takes_the_layers_own_weights() -> None:
    layers, (x, y) = net(), batch(n=1)
    found = trace(x, y, layers, COSTS["squared_error"], 1.0)
    a1, slope = found.a[0][0], found.a[0][0] * (1 - found.a[0][0])
    last = found.delta[2][0] @ layers[2].W
    da = [sum(layers[0].W[i, k] * slope[i] for i in range(4)) * last.sum() for k in range(len(a1))]
    one = next(r for r in recursions.RECURSIONS if r.name == "letter")
    before = layers[0].W.copy()
    recursions.descent_step(one, layers, x, y, 1.0)
    assert before - layers[0].W == pytest.approx(np.outer(np.array(da) * slope, x[0]), rel=1e-6)


# ------------------------------------------------------------------------------------ the dice


def test_the_faces_have_as_many_dots_as_they_say() -> None:
    assert dice.FACES.sum(axis=1).tolist() == [1, 2, 3, 4, 5, 6]
    assert dice.FACES[2].tolist() == [1, 0, 0, 1, 0, 0, 1]  # as the paper prints it
    assert (dice.FACES[:, ::-1] == dice.FACES).all()  # a die looks alike upside down


def test_the_nearest_face_of_a_clean_die_is_its_own() -> None:
    assert dice.nearest_face(dice.FACES).tolist() == [0, 1, 2, 3, 4, 5]


def test_dice_are_learned() -> None:
    found = dice.measure_dice(ExperimentOptions(quick=True))["dice"]
    assert found["six"] == {"clean": [6, 6], "noisy": [6, 6]}
    for name in ("clean", "noisy"):
        for values, best in zip(found[name], found["best"], strict=True):
            assert max(values) <= best + 0.02


# --------------------------------------------------------------------------------- the detector


def test_the_area_is_how_often_a_4_scores_higher() -> None:
    chance = np.random.default_rng(4)
    truth = chance.random(200) < 0.2
    scores = np.round(chance.normal(truth.astype(float)), 1)  # with scores alike
    yes, no = scores[truth], scores[~truth]
    pairs = (yes[:, None] > no).mean() + (yes[:, None] == no).mean() / 2
    assert four_or_not.area_below(*four_or_not.roc_curve(scores, truth)) == pytest.approx(pairs)


def test_each_threshold_is_a_point_of_the_curve() -> None:
    chance = np.random.default_rng(5)
    truth = chance.random(50) < 0.3
    scores = np.round(chance.random(50), 1)
    curve = set(
        zip(*(v.round(9).tolist() for v in four_or_not.roc_curve(scores, truth)), strict=True)
    )
    for threshold in (*np.unique(scores), 2.0):
        c = four_or_not.count_at_threshold(scores, truth, threshold)
        wrong, right = c["false"] / (~truth).sum(), c["found"] / truth.sum()
        assert (round(float(wrong), 9), round(float(right), 9)) in curve
    assert len(curve) == len(np.unique(scores)) + 1


# ----------------------------------------------------------------------------- pieces of 2^x


@pytest.mark.parametrize("neurons", [1, 2, 3])
def test_no_pieces_come_closer_than_the_least_error(neurons: int) -> None:
    """A search over kinks, each with the best line by linear programming."""
    optimize = pytest.importorskip("scipy.optimize")
    x = np.linspace(-2, 3, 201)
    least = least_error(neurons, -2.0, 3.0)
    chance, found = np.random.default_rng(1), np.inf
    for _ in range(40):
        kinks = np.sort(chance.uniform(-2, 3, neurons))
        kinks[0] = -2 if chance.random() < 0.5 else kinks[0]
        signs = chance.choice([1, 1, 1, -1], neurons)
        columns = [np.maximum(s * (x - k), 0) for k, s in zip(kinks, signs, strict=True)]
        columns.append(np.ones_like(x))
        table = np.stack(columns, axis=1)
        ones = -np.ones((len(x), 1))
        upper = np.block([[table, ones], [-table, ones]])
        limits = np.concatenate([2**x, -(2**x)])
        goal = np.append(np.zeros(table.shape[1]), 1)
        bounds = [(None, None)] * table.shape[1] + [(0, None)]
        found = min(found, optimize.linprog(goal, upper, limits, bounds=bounds).fun)
    assert found >= least - 1e-3  # the grid of x sees a little less than all of it
    assert found < 3 * least + 0.1


# ------------------------------------------------------------------------------------ wording


def test_words_for_numbers() -> None:
    assert result_text.mean_text([0.91, 0.92, 0.93]) == "92.00 ± 2.48 %"
    assert result_text.mean_text([0.5], 1) == "50.0 %"
    assert result_text.fraction_with_interval(0.835, 10_000) == "83.50 % (82.76 to 84.21)"
    assert result_text.short_number(1234.5) == "1,230"
    assert result_text.decimal_text(0.00001) == "0.00001"
    assert result_text.decimal_text(0.0) == "0"
