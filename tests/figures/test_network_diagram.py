from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from chainrule.errors import InputError
from chainrule.figures.network_diagram import draw_network_diagram, network_diagram_data
from chainrule.figures.style import BLUE, ORANGE
from chainrule.network.network import Network


@pytest.fixture
def small() -> Network:
    """3 → 2 → 2 with weights to be chosen by eye."""
    W1, b1 = [[1.0, 0.0, -4.0], [0.5, 0.0, 0.0]], [0.5, -2.0]
    W2, b2 = [[0.0, 3.0], [-1.0, 0.25]], [0.0, 1.0]
    flat = [*np.ravel(W1), *b1, *np.ravel(W2), *b2]
    return Network.create([3, 2, 2], "tanh").with_parameters(flat)


def test_a_small_network_is_shown_whole(small: Network) -> None:
    data = network_diagram_data(small)
    assert [column.shown.tolist() for column in data.columns] == [[0, 1, 2], [0, 1], [0, 1]]
    assert [column.labels for column in data.columns] == [("0", "1", "2"), ("0", "1"), ("0", "1")]
    assert [column.title for column in data.columns] == [
        "3 inputs",
        "2 neurons\ntanh",
        "2 outputs\ntanh",
    ]
    assert np.isnan(data.columns[0].biases).all()
    assert data.columns[1].biases.tolist() == [0.5, -2.0]
    assert data.weights[0].tolist() == [[1, 0, -4], [0.5, 0, 0]]
    assert data.greatest == (4.0, 3.0)
    assert data.summary == "Network 3 → 2 → 2."


def test_the_weightiest_are_chosen_from_the_outputs_back(small: Network) -> None:
    data = network_diagram_data(small, most=1)
    # Output 0 has length 3, output 1 about 1.03. To output 0 only neuron 1 has a weight, so it
    # is shown though neuron 0 has the greater weights of its own; to neuron 1 only input 0.
    assert [column.shown.tolist() for column in data.columns] == [[0], [1], [0]]
    assert [weights.tolist() for weights in data.weights] == [[[0.5]], [[3.0]]]
    assert data.summary == (
        "Network 3 → 2 → 2. Of each layer at most 1 neuron is drawn, by the greatest weights."
    )


def test_inputs_of_images_are_told_by_place_and_outputs_by_name(network: Network) -> None:
    data = network_diagram_data(network, 2)
    first = int(data.columns[0].shown[0])
    assert data.columns[0].labels[0] == f"row {first // 5}, column {first % 5}"
    assert data.columns[0].title == "30 inputs\n6 x 5"
    assert set(data.columns[2].labels) < {"ring", "bar", "dot"}
    coloured = network_diagram_data(replace(network, input_shape=(5, 2, 3)), 1)
    place = int(coloured.columns[0].shown[0])
    assert coloured.columns[0].labels == (
        f"row {place // 6}, column {place // 3 % 2}, colour {place % 3}",
    )


def test_a_single_output_is_called_by_the_second_of_two_classes() -> None:
    network = replace(Network.create([2, 1], "sigmoid"), class_names=("no", "yes"))
    data = network_diagram_data(network)
    assert data.columns[1].labels == ("yes",)
    assert data.columns[1].title == "1 output\nsigmoid"


def test_at_least_one_neuron_is_drawn(small: Network) -> None:
    with pytest.raises(InputError) as caught:
        network_diagram_data(small, 0)
    assert str(caught.value) == (
        "figure: expected most to be a whole number at least 1, got 0 (int). "
        "most: greatest number of neurons in a column."
    )


def test_lines_have_the_colour_of_the_sign_and_the_thickness_of_the_size(
    small: Network, pixels: Callable[[Figure], np.ndarray]
) -> None:
    figure = draw_network_diagram(network_diagram_data(small))
    assert np.unique(pixels(figure)).size > 100
    lines = [c for c in figure.axes[0].collections if len(c.get_linewidths()) in (6, 4)][:2]
    widths = lines[0].get_linewidths()
    assert len(widths) == 6
    assert list(widths) == sorted(widths)
    thickest = lines[0].get_colors()[-1]
    assert tuple(thickest[:3]) == pytest.approx(to_rgb(ORANGE))  # -4
    assert tuple(lines[1].get_colors()[-1][:3]) == pytest.approx(to_rgb(BLUE))  # 3
    assert widths[-1] == lines[1].get_linewidths()[-1]
    # 0.5 of 4: an eighth of the way from the thinnest line to the thickest
    half = (0.5 / 4) * (widths[-1] - widths[0]) + widths[0]
    assert widths[3] == pytest.approx(half)


def test_neurons_that_are_not_drawn_are_counted(
    network: Network, pixels: Callable[[Figure], np.ndarray], texts: Callable[[Any], list[str]]
) -> None:
    figure = draw_network_diagram(network_diagram_data(network, 4))
    assert pixels(figure).size
    written = texts(figure)
    assert {"⋮\n26 more", "⋮\n4 more", "ring", "bar", "dot", "bias"} <= set(written)
    assert any(text.startswith("thickest line: W[1] ") for text in written)


@pytest.mark.parametrize(
    ("architecture", "note"),
    [({"biases": False}, "There are no biases."), ({}, "All biases are 0.")],
)
def test_without_biases_there_is_no_scale_for_them(
    architecture: dict[str, Any], note: str, texts: Callable[[Any], list[str]]
) -> None:
    network = Network.create([4, 3, 2], "relu", **architecture)
    figure = draw_network_diagram(network_diagram_data(network))
    assert len(figure.axes) == 1
    assert any(text.endswith(note) for text in texts(figure))


def test_weights_that_are_all_0_can_be_drawn(pixels: Callable[[Figure], np.ndarray]) -> None:
    network = Network.create([3, 2], "identity", initialiser="zeros")
    data = network_diagram_data(network)
    assert data.greatest == (0.0,)
    assert pixels(draw_network_diagram(data)).size
