from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from chainrule.errors import InputError
from chainrule.figures.weight_maps import draw_weight_maps, weight_maps_data
from chainrule.network.network import Network


def test_the_strongest_neurons_come_first_as_images(network: Network) -> None:
    data = weight_maps_data(network, 3)
    W = network.weights[0].astype(float)
    norms = np.linalg.norm(W, axis=1)
    assert data.neurons.tolist() == np.argsort(-norms)[:3].tolist()
    assert data.norms == pytest.approx(np.sort(norms)[::-1][:3])
    np.testing.assert_array_equal(data.images[0], W[data.neurons[0]].reshape(6, 5))
    assert (data.images.shape, data.total) == ((3, 6, 5), 8)
    assert data.scale == np.abs(data.images).max()
    assert data.summary == "Network 30 → 8 → 3, relu, softmax."


def test_the_other_layers_are_matrices_and_the_last_has_names(network: Network) -> None:
    (matrix,) = weight_maps_data(network).matrices
    assert matrix.layer == 2
    np.testing.assert_array_equal(matrix.values, network.weights[1])
    assert matrix.names == ("ring", "bar", "dot")
    assert matrix.scale == np.abs(matrix.values).max()


@pytest.mark.parametrize("shape", [(30,), (5, 2, 3)])
def test_inputs_that_are_no_grey_images_make_every_layer_a_matrix(
    network: Network, shape: tuple[int, ...]
) -> None:
    data = weight_maps_data(replace(network, input_shape=shape, class_names=()))
    assert len(data.images) == 0
    assert [matrix.layer for matrix in data.matrices] == [1, 2]
    assert data.matrices[1].names == ()


def test_of_many_weights_the_greatest_half_per_cent_lie_beyond_the_scale() -> None:
    flat = np.append(np.linspace(-1, 1, 1998), [50.0, -60.0])
    network = Network.create([1000, 2], "identity", biases=False).with_parameters(flat)
    (matrix,) = weight_maps_data(network).matrices
    assert 0.99 < matrix.scale < 1.01


def test_weights_that_are_all_0_have_a_scale() -> None:
    network = Network.create([3, 2], "identity", initialiser="zeros")
    assert weight_maps_data(network).matrices[0].scale == 1.0


def test_at_least_one_neuron_is_shown(network: Network) -> None:
    with pytest.raises(InputError) as caught:
        weight_maps_data(network, 0)
    assert str(caught.value) == (
        "figure: expected most to be a whole number at least 1, got 0 (int). most: neurons to show."
    )


def test_images_share_a_symmetric_scale(
    network: Network, pixels: Callable[[Figure], np.ndarray], texts: Callable[[Any], list[str]]
) -> None:
    data = weight_maps_data(network, 5)
    figure = draw_weight_maps(data)
    assert np.unique(pixels(figure)).size > 100
    shown = [axes.images[0] for axes in figure.axes if axes.images]
    assert len(shown) == 5 + 1
    assert {image.get_clim() for image in shown[:5]} == {(-data.scale, data.scale)}
    np.testing.assert_array_equal(shown[0].get_array(), data.images[0])
    np.testing.assert_array_equal(shown[5].get_array(), data.matrices[0].values)
    written = texts(figure)
    assert "W[1] as images, 5 of 8 neurons: those of the greatest weights first" in written
    assert {f"neuron {data.neurons[0]}", "W[2]", "ring", "output", "weight"} <= set(written)


def test_all_neurons_are_called_all(network: Network, texts: Callable[[Any], list[str]]) -> None:
    written = texts(draw_weight_maps(weight_maps_data(network)))
    assert "W[1] as images, all 8 neurons: those of the greatest weights first" in written


def test_small_matrices_say_their_numbers(texts: Callable[[Any], list[str]]) -> None:
    flat = [1.5, -0.25, 3, 0]
    network = Network.create([2, 2], "identity", biases=False).with_parameters(flat)
    figure = draw_weight_maps(weight_maps_data(network))
    assert {"1.5", "−0.25", "3", "0"} <= {text.get_text() for text in figure.axes[0].texts}


def test_a_scale_with_weights_beyond_it_is_pointed() -> None:
    inside = draw_weight_maps(weight_maps_data(Network.create([2, 2], "identity")))
    flat = np.append(np.linspace(-1, 1, 1998), [50.0, -60.0])
    network = Network.create([1000, 2], "identity", biases=False).with_parameters(flat)
    beyond = draw_weight_maps(weight_maps_data(network))
    assert inside.axes[0].images[0].colorbar.extend == "neither"
    assert beyond.axes[0].images[0].colorbar.extend == "both"
