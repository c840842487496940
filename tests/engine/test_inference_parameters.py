"""The plain network that a position stands for: it predicts what the normalised layers do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from chainrule.data.dataset import Dataset
from chainrule.engine.dropout_masks import dropout_rates
from chainrule.engine.inference_parameters import (
    STATISTICS,
    inference_parameters,
    sampled_rows,
    training_layout,
)
from chainrule.engine.position import Position
from chainrule.engine.training_schedule import TrainingSchedule
from chainrule.network.architecture import Architecture
from chainrule.network.network import Network
from chainrule.network.parameters import Layout, draw_parameters
from chainrule.recipe import Recipe

CHANCE = np.random.default_rng(11)
DEEP = Architecture.of([4, 6, 5, 3], ["tanh", "relu", "softmax"], dtype="float64")
NORMAL = Recipe(normalisation="batch", seed=0)
BYTES = Dataset(CHANCE.integers(0, 256, (60, 4), dtype=np.uint8), np.arange(60) % 3, scale=1 / 255)


def drawn(layout: Layout) -> Any:
    return CHANCE.normal(size=layout.size)


def by_hand(layout: Layout, theta: Any, x: Any, sample: Any) -> Any:
    """z of the last layer with mean and deviation of the sample, layer after layer."""
    found = {slot.name: slot.view(theta) for slot in layout.slots}
    functions: list[Any] = [np.tanh, lambda z: np.maximum(z, 0)]
    for layer, of in enumerate(functions, 1):
        W, b, gain = (found[f"{name}[{layer}]"] for name in ("W", "b", "gain"))
        u, known = x @ W.T, sample @ W.T
        mean, deviation = known.mean(0), np.sqrt(known.var(0) + 1e-5)
        x, sample = (of(gain * (v - mean) / deviation + b) for v in (u, known))
    return x @ found["W[3]"].T + found["b[3]"]


def test_the_settled_network_predicts_what_normalised_layers_do() -> None:
    layout = training_layout(DEEP, NORMAL)
    theta = drawn(layout)
    position = Position(theta, np.zeros((2, theta.size)))
    plain = inference_parameters(layout, TrainingSchedule(NORMAL, 60), position, BYTES)
    assert plain.shape == (Layout(DEEP).size,)
    assert not plain.flags.writeable
    given = CHANCE.random((7, 4)) * 255
    x, sample = given / 255, BYTES.inputs / 255
    z = by_hand(layout, theta, x, sample)
    e = np.exp(z - z.max(axis=1, keepdims=True))
    network = Network(DEEP, plain)
    assert_allclose(network.predict(x), e / e.sum(axis=1, keepdims=True), rtol=1e-12, atol=1e-12)
    # On the sample itself, each layer's sums have mean b and deviation |gain|.
    W, b = Layout(DEEP).weights(plain)[0], Layout(DEEP).biases(plain)[0]
    assert b is not None
    z1 = sample @ W.T + b
    mean, gain = layout.biases(theta)[0], layout.gains_of(theta)[0]
    assert mean is not None
    assert gain is not None
    assert_allclose(z1.mean(axis=0), mean, rtol=1e-12)
    assert_allclose(z1.std(axis=0), np.abs(gain), rtol=1e-3)


def test_numbers_of_scale_1_are_taken_as_they_are() -> None:
    layout = training_layout(DEEP, NORMAL)
    theta = drawn(layout)
    position, table = Position(theta, np.zeros((2, theta.size))), TrainingSchedule(NORMAL, 60)
    floats = Dataset(BYTES.inputs * (1 / 255), BYTES.targets)
    found = [inference_parameters(layout, table, position, data) for data in (BYTES, floats)]
    assert_array_equal(found[0], found[1])


def test_where_there_is_an_average_it_counts() -> None:
    recipe = NORMAL.replaced(averaging="ema", averaging_start=0.0, normalisation="none")
    theta, average = np.ones(Layout(DEEP).size), np.full(Layout(DEEP).size, 2.0)
    state = np.stack((theta, theta, average))
    layout = training_layout(DEEP, recipe)
    table = TrainingSchedule(recipe, 60)
    before = inference_parameters(layout, table, Position(theta, state), BYTES)
    after = inference_parameters(layout, table, Position(theta, state, batch=1, step=1), BYTES)
    assert before is theta
    assert_array_equal(after, average)


def test_the_averages_own_statistics_are_folded_in() -> None:
    recipe = NORMAL.replaced(averaging="ema", averaging_start=0.0)
    layout = training_layout(DEEP, recipe)
    theta, average = drawn(layout), drawn(layout)
    state = np.stack((theta, theta, average))
    position = Position(theta, state, batch=1, step=1)
    found = inference_parameters(layout, TrainingSchedule(recipe, 60), position, BYTES)
    alone = Position(average, np.zeros((2, theta.size)))
    wanted = inference_parameters(layout, TrainingSchedule(NORMAL, 60), alone, BYTES)
    assert_array_equal(found, wanted)


def test_without_gains_the_parameters_are_the_positions_own() -> None:
    plain = Recipe(seed=0)
    layout = training_layout(DEEP, plain)
    theta = drawn(layout)
    position = Position(theta, np.zeros((2, theta.size)))
    assert inference_parameters(layout, TrainingSchedule(plain, 60), position, BYTES) is theta
    assert layout.add_gains(theta) is theta
    assert layout.drop_gains(theta) is theta


def test_a_single_layer_has_nothing_to_normalise() -> None:
    described = Architecture.of([4, 3], dtype="float64")
    layout = training_layout(described, NORMAL)
    theta = drawn(layout)
    assert layout.size == 15
    position = Position(theta, np.zeros((2, 15)))
    found = inference_parameters(layout, TrainingSchedule(NORMAL, 60), position, BYTES)
    assert_array_equal(found, theta)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_gains_of_1_are_added_and_taken_away(dtype: str) -> None:
    described = Architecture.of([4, 6, 5, 3], dtype=dtype)
    layout, plain = training_layout(described, NORMAL), draw_parameters(described, 3)
    theta = layout.add_gains(plain)
    assert (theta.dtype, theta.size) == (np.dtype(dtype), plain.size + 11)
    gains = layout.gains_of(theta)
    assert [None if g is None else g.tolist() for g in gains] == [[1.0] * 6, [1.0] * 5, None]
    assert_array_equal(layout.drop_gains(theta), plain)


@pytest.mark.parametrize(
    ("recipe", "shares"),
    [
        (Recipe(), (0.0, 0.0, 0.0)),
        (Recipe(dropout=(0.25,)), (0.25, 0.25, 0.0)),
        (Recipe(dropout=(0.25, 0.5)), (0.25, 0.5, 0.0)),
    ],
)
def test_shares_of_dropout(recipe: Recipe, shares: tuple[float, ...]) -> None:
    assert dropout_rates(DEEP, recipe) == shares


def test_no_hidden_layer_no_dropout() -> None:
    assert dropout_rates(Architecture.of([4, 3]), Recipe()) == (0.0,)


def test_the_sample_is_spread_over_the_set() -> None:
    assert sampled_rows(1).tolist() == [0]
    assert sampled_rows(5).tolist() == [0, 1, 2, 3, 4]
    assert_array_equal(sampled_rows(STATISTICS), np.arange(STATISTICS))
    many = sampled_rows(60_000)
    assert (len(many), many[0], many[-1]) == (STATISTICS, 0, 59_999)
    steps = np.diff(many)
    assert (steps.min(), steps.max()) == (7, 8)
