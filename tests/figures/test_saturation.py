from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chainrule.attribution.replay import RunReplay
from chainrule.data.dataset import Dataset
from chainrule.errors import InputError
from chainrule.figures.run_path import run_points
from chainrule.figures.saturation import draw_saturation, saturation_data
from chainrule.network.network import Network
from chainrule.recipe import Recipe
from chainrule.training.loop import train


def test_the_share_of_flat_activations(replay: RunReplay) -> None:
    data = saturation_data(replay)
    points = run_points(replay)
    assert data.epochs.tolist() == [point.epoch for point in points]
    (layer,) = data.layers  # the softmax has no slopes of its own
    assert (layer.layer, layer.activation) == (1, "tanh")
    for place in (0, -1):
        network = replay.network(points[place].parameters.astype(np.float32))
        z = replay.dataset.inputs @ network.weights[0].T + network.biases[0]
        flat = 1 - np.tanh(z) ** 2 < 0.05
        assert layer.flat[place] == pytest.approx(flat.mean())
        assert layer.stuck[place] == pytest.approx(flat.all(axis=0).mean())


def _run(folder: Path, activations: list[str], scale: float) -> RunReplay:
    data = Dataset(np.random.default_rng(1).normal(size=(30, 3)), np.arange(30) % 2)
    network = Network.create([3, 5, 2], activations, seed=1)
    network = network.with_parameters(scale * network.parameters)
    recipe = Recipe(epochs=1, batch_size=10, seed=1, engine="reference", learning_rate=1e-9)
    train(network, data, recipe, folder=folder)
    return RunReplay(str(folder), data)


def test_great_weights_saturate_a_sigmoid(tmp_path: Path) -> None:
    data = saturation_data(_run(tmp_path / "a", ["sigmoid", "softmax"], 1000.0))
    assert (data.layers[0].flat > 0.9).all()
    data = saturation_data(_run(tmp_path / "b", ["sigmoid", "softmax"], 0.01))
    assert not data.layers[0].flat.any()


def test_a_relu_is_flat_where_it_is_off(tmp_path: Path) -> None:
    replay = _run(tmp_path / "run", ["relu", "softmax"], 1.0)
    W = replay.setup.network.weights[0]
    off = replay.dataset.inputs @ W.T < 0
    assert saturation_data(replay).layers[0].flat[0] == pytest.approx(off.mean())


def test_no_slopes_of_its_own_is_refused(tmp_path: Path, replay: RunReplay) -> None:
    recipe = Recipe(epochs=1, seed=1, engine="reference")
    network = Network.create([4, 3], "softmax", seed=1)
    train(network, replay.dataset, recipe, folder=tmp_path / "run")
    path = str(tmp_path / "run")
    with pytest.raises(InputError) as caught:
        saturation_data(RunReplay(path, replay.dataset))
    assert str(caught.value) == (
        f"{path}: expected a layer whose function has slopes of its own, got softmax."
    )


def test_a_line_a_layer(
    replay: RunReplay, pixels: Callable[..., np.ndarray], texts: Callable[[Any], list[str]]
) -> None:
    data = saturation_data(replay, examples=7)
    figure = draw_saturation(data)
    assert np.unique(pixels(figure)).size > 50
    left, right = figure.axes
    np.testing.assert_array_equal(left.lines[0].get_ydata(), 100 * data.layers[0].flat)
    np.testing.assert_array_equal(right.lines[0].get_ydata(), 100 * data.layers[0].stuck)
    assert [t.get_text() for t in figure.legends[0].get_texts()] == ["layer 1, tanh"]
    assert any("7 of 23 training examples" in text for text in texts(figure))
