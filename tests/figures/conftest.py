"""For the tests of the figures: a small network, small images, and a look at the ink."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib.text
import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from chainrule.attribution.replay import RunReplay
from chainrule.data.dataset import Dataset
from chainrule.figures.saving import save_figure
from chainrule.figures.study_table import Metric, StudyTable, TrialRow
from chainrule.network.network import Network
from chainrule.recipe import Recipe
from chainrule.training.loop import train

NAMES = ("ring", "bar", "dot")


@pytest.fixture(scope="session")
def pictures() -> Dataset:
    """Sixty bright images on dark ground, 6 x 5, of three shapes with noise."""
    draw = np.random.default_rng(7)
    shapes = np.zeros((3, 6, 5))
    shapes[0, 1:5, 1:4] = 1
    shapes[0, 2:4, 2] = 0
    shapes[1, 1:5, 2] = 1
    shapes[2, 2:4, 2:4] = 1
    targets = np.arange(60) % 3
    noise = draw.uniform(0, 0.6, (60, 6, 5)) * (shapes.max(axis=0) > 0)
    inputs = (255 * np.clip(0.5 * shapes[targets] + noise, 0, 1)).astype(np.uint8)
    return Dataset(inputs, targets, scale=1 / 255, class_names=NAMES, name="shapes")


@pytest.fixture(scope="session")
def network() -> Network:
    """30 → 8 → 3 for `pictures`, with biases that are not 0; it makes mistakes."""
    made = Network.create([30, 8, 3], "relu", output_activation="softmax", seed=4)
    shifted = made.parameters + np.float32(0.05)
    return replace(
        made.with_parameters(shifted), input_scale=1 / 255, input_shape=(6, 5), class_names=NAMES
    )


@pytest.fixture
def pixels(tmp_path: Path) -> Callable[[Figure], np.ndarray]:
    """Draw a figure to a PNG file and read it back: (height, width, 3) bytes."""

    def drawn(figure: Figure) -> np.ndarray:
        save_figure(figure, tmp_path / "figure.png")
        with Image.open(tmp_path / "figure.png") as image:
            return np.asarray(image.convert("RGB"))

    return drawn


@pytest.fixture(scope="session")
def texts() -> Callable[[Any], list[str]]:
    """All that is written on a figure or axes."""

    def found(artist: Any) -> list[str]:
        written = artist.findobj(matplotlib.text.Text)
        return [text.get_text() for text in written if text.get_text()]

    return found


@pytest.fixture(scope="session")
def replay(tmp_path_factory: pytest.TempPathFactory) -> RunReplay:
    """A run 4 → 6 → 3 of six epochs, five batches each, that keeps few of its positions."""
    chance = np.random.default_rng(0)
    targets = np.arange(23) % 3
    inputs = chance.normal(size=(23, 4)) + np.eye(4)[targets]
    data = Dataset(inputs, targets, class_names=("a", "b", "c"))
    folder = tmp_path_factory.mktemp("replay") / "run"
    recipe = Recipe(learning_rate=0.05, batch_size=5, epochs=6, seed=4, engine="reference", l2=0.01)
    network = Network.create([4, 6, 3], ["tanh", "softmax"], seed=1)
    train(network, data, recipe, folder=folder)
    return RunReplay(str(folder), data)


@pytest.fixture
def table() -> StudyTable:
    """Three functions at two rates, tanh at one of them, with a second seed for relu at 1."""
    cells = [("relu", 0.1, 0.9, 0), ("relu", 1.0, 0.5, 0), ("relu", 1.0, 0.7, 1)]
    cells += [("sigmoid", 0.1, 0.8, 0), ("sigmoid", 1.0, 0.95, 0), ("tanh", 0.1, 0.6, 0)]
    rows = tuple(
        TrialRow({"activation": name, "learning_rate": rate, "layers": "[4, 2]"}, value, seed)
        for name, rate, value, seed in cells
    )
    return StudyTable("made", Metric("test_accuracy"), rows)
