from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from chainrule.data import Dataset
from chainrule.errors import InputError, ShapeError, UnknownNameError
from chainrule.figures.layer_transform import (
    BIASES,
    WEIGHTS,
    draw_layer_transform,
    layer_transform_data,
    trained_layer_data,
)
from chainrule.network import Network


def test_each_stage_is_the_layer_s_own_arithmetic() -> None:
    data = layer_transform_data()
    plane, turned, stretched, lifted, relu, sigmoid = data.stages
    W, b = np.array(WEIGHTS), np.array(BIASES)
    np.testing.assert_allclose(lifted.grid, plane.grid @ W.T + b)
    np.testing.assert_allclose(lifted.spiral, plane.spiral @ W.T + b)
    np.testing.assert_allclose(relu.grid, np.maximum(lifted.grid, 0))
    np.testing.assert_allclose(sigmoid.grid, 1 / (1 + np.exp(-lifted.grid)))
    # turning keeps lengths, and lifting keeps those of what was stretched
    lengths = np.linalg.norm(plane.grid, axis=-1)
    np.testing.assert_allclose(np.linalg.norm(turned.grid, axis=-1), lengths)
    np.testing.assert_allclose(
        np.linalg.norm(stretched.grid, axis=-1), np.linalg.norm(lifted.grid - b, axis=-1)
    )
    np.testing.assert_allclose(stretched.grid, turned.grid * data.stretches)


def test_a_trained_layer_of_two_inputs_is_taken_as_it_is() -> None:
    network = Network.create([2, 3, 2], "tanh", seed=1)
    dataset = Dataset(np.eye(2), np.arange(2))
    data = trained_layer_data(network, dataset)
    np.testing.assert_allclose(data.weights, network.weights[0], rtol=1e-6)
    np.testing.assert_allclose(data.biases, network.biases[0], rtol=1e-6)
    assert data.stages[-1].title == "bent by tanh"
    assert data.source.startswith("Layer 1 of a trained network: its two inputs,")


@pytest.mark.parametrize("layer", [1, 2])
def test_the_plane_of_a_wider_layer_spreads_like_its_inputs(layer: int) -> None:
    chance = np.random.default_rng(0)
    network = Network.create([6, 5, 4, 3], "tanh", seed=1, dtype="float64")
    inputs = chance.normal(size=(50, 6)) * [5, 3, 1, 1, 1, 1]
    data = trained_layer_data(network, Dataset(inputs, np.arange(50) % 3), layer)
    x = inputs if layer == 1 else np.tanh(inputs @ network.weights[0].T + network.biases[0])
    spread = np.linalg.svd(x - x.mean(axis=0), full_matrices=False)
    plane = spread[2][:2] * spread[1][:2, None] / np.sqrt(50)
    W = network.weights[layer - 1] @ plane.T
    rows = np.sort(np.argsort(-np.linalg.norm(W, axis=1))[:3])
    np.testing.assert_allclose(data.weights, W[rows], rtol=1e-9)
    middle = network.weights[layer - 1] @ x.mean(axis=0) + network.biases[layer - 1]
    np.testing.assert_allclose(data.biases, middle[rows], rtol=1e-9)
    assert f"to its neurons {', '.join(map(str, rows))}." in data.source


def test_without_biases_the_plane_is_not_shifted() -> None:
    network = Network.create([2, 3, 2], "relu", seed=1, biases=False)
    assert not trained_layer_data(network, Dataset(np.eye(2), np.arange(2))).biases.any()


def test_layers_that_have_no_such_picture() -> None:
    network = Network.create([2, 2, 3], ["tanh", "softmax"], seed=1)
    dataset = Dataset(np.eye(2), np.arange(2))
    for layer, got in ((1, "2 inputs, 2 neurons, tanh"), (2, "2 inputs, 3 neurons, softmax")):
        with pytest.raises(InputError) as caught:
            trained_layer_data(network, dataset, layer)
        assert got in str(caught.value)
    with pytest.raises(InputError, match="number of the layer"):
        trained_layer_data(network, dataset, 3)


def test_a_plane_that_is_stretched_far_has_scales_of_its_own() -> None:
    far = draw_layer_transform(layer_transform_data(["relu"], weights=[[9, 0], [0, 9], [0, 0]]))
    near = draw_layer_transform(layer_transform_data(["relu"]))
    ends = [[axes.get_xlim()[1] for axes in figure.axes[:3]] for figure in (far, near)]
    assert ends[0][0] < ends[0][2]
    assert ends[1][0] == ends[1][2]


def test_known_stretches() -> None:
    data = layer_transform_data(["tanh"], weights=[[0, 2], [3, 0], [0, 0]], biases=[0, 0, 1])
    assert data.stretches == pytest.approx((3, 2))
    assert [stage.title for stage in data.stages[3:]] == ["lifted and shifted", "bent by tanh"]


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(UnknownNameError):
        layer_transform_data(["rleu"])
    with pytest.raises(ShapeError) as shape:
        layer_transform_data(weights=[[1, 2]])
    assert (
        str(shape.value)
        == "figure: expected weights of shape (3, 2), got an array of shape (1, 2) (float64)."
    )
    with pytest.raises(InputError) as finite:
        layer_transform_data(biases=[0, 0, np.nan])
    assert str(finite.value) == "figure: expected finite biases, got others."


def test_stages_are_drawn_flat_and_in_space(
    pixels: Callable[..., np.ndarray], texts: Callable[[Any], list[str]]
) -> None:
    figure = draw_layer_transform(layer_transform_data())
    assert np.unique(pixels(figure)).size > 50
    assert [axes.name for axes in figure.axes] == ["rectilinear"] * 3 + ["3d"] * 3
    assert "bent by relu:\na = relu(z)" in texts(figure)
    assert figure.axes[3].get_xlabel() == "z₀"
    assert figure.axes[4].get_xlabel() == "a₀"
