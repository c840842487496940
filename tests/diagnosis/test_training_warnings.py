from __future__ import annotations

import numpy as np
import pytest

import chainrule as cr
from chainrule.diagnosis.diagnosis import diagnose_evidence
from chainrule.diagnosis.probe import evidence_between
from chainrule.diagnosis.training_warnings import warning_observer
from chainrule.training import RunFolder, restore_training

RANDOM = np.random.default_rng(4)
DATA = cr.Dataset(RANDOM.normal(size=(80, 3)), np.arange(80) % 2)


def _told(
    network: cr.Network, recipe: cr.Recipe, validation: cr.Dataset | None = None
) -> list[str]:
    told: list[str] = []
    observer = warning_observer(network, DATA, recipe, told.append, validation=validation)
    cr.train(network, DATA, recipe, validation=validation, observers=[observer])
    return told


def test_a_condition_is_told_once() -> None:
    recipe = cr.Recipe(epochs=3, batch_size=8, seed=0, engine="reference")
    told = _told(cr.Network.create([3, 5, 2], "tanh", initialiser="zeros"), recipe)
    assert told == [
        "After epoch 1: symmetric initial weights: the initial weights of two neurons of layer 1 "
        "have a cosine of 1 on average; the bound is 0.5. "
        "Neurons with similar weights get similar gradients: a layer acts like one neuron."
    ]


def test_overfitting_is_told_when_it_shows() -> None:
    random = np.random.default_rng(6)
    unlike = cr.Dataset(random.normal(size=(40, 3)), random.integers(0, 2, 40))
    recipe = cr.Recipe(epochs=40, batch_size=8, learning_rate=0.05, seed=0, engine="reference")
    told = _told(cr.Network.create([3, 64, 2], seed=3), recipe, unlike)
    assert len(told) == 1
    assert ": overfitting: overfitting began after epoch " in told[0]
    assert not told[0].startswith("After epoch 1:")


def test_a_sound_training_is_left_in_peace() -> None:
    recipe = cr.Recipe(epochs=3, batch_size=8, learning_rate=0.01, seed=0, engine="reference")
    assert _told(cr.Network.create([3, 8, 2], "tanh"), recipe) == []


@pytest.mark.parametrize("kind", ["classes", "numbers"])
def test_what_learns_little_is_measured_at_every_epoch(kind) -> None:
    targets = {"classes": np.arange(80) % 2, "numbers": DATA.inputs[:, :1]}
    data = cr.Dataset(DATA.inputs, targets[kind])
    dead = cr.Network.create(
        [3, 5, data.outputs], "relu", bias_initialiser="uniform", initialiser_low=-9,
        initialiser_high=-8, output_activation="identity" if kind == "numbers" else None,
    )  # fmt: skip
    cost = "half_squared_error" if kind == "numbers" else "categorical_cross_entropy"
    recipe = cr.Recipe(
        cost=cost, epochs=4, batch_size=4, learning_rate=1e-6, seed=0, engine="reference"
    )
    told: list[str] = []
    cr.train(dead, data, recipe, observers=[warning_observer(dead, data, recipe, told.append)])
    dead_told = [line for line in told if ": dead ReLU neurons: 100 % of the neurons" in line]
    assert len(dead_told) == 1
    assert dead_told[0].startswith("After epoch 3: ")  # the first 2 have 40 steps


def test_a_normalised_training_with_an_average_is_left_in_peace() -> None:
    learnable = cr.Dataset(DATA.inputs, (DATA.inputs[:, 0] > 0).astype(int))
    recipe = cr.Recipe(
        epochs=8, batch_size=8, learning_rate=0.02, normalisation="batch", averaging="ema",
        averaging_decay=0.8, dropout=0.1, seed=0, engine="reference",
    )  # fmt: skip
    network, told = cr.Network.create([3, 8, 2], seed=1), list[str]()
    observer = warning_observer(network, learnable, recipe, told.append)
    cr.train(network, learnable, recipe, observers=[observer])
    assert told == []


def test_the_run_is_the_same_with_and_without() -> None:
    recipe = cr.Recipe(epochs=2, batch_size=8, seed=0, engine="reference")
    network = cr.Network.create([3, 5, 2], "tanh")
    observer = warning_observer(network, DATA, recipe, print)
    watched = cr.train(network, DATA, recipe, observers=[observer])
    assert watched.network.digest == cr.train(network, DATA, recipe).network.digest


def test_a_diagnosis_finds_what_the_training_warned_of(tmp_path) -> None:
    """Most neurons are dead, which hurts at first; in the end the others have learned enough."""
    rng = np.random.default_rng(0)
    labels = np.arange(300) % 3
    centres = np.array([[2.0, 0.0], [-1.0, 2.0], [-1.0, -2.0]])
    data = cr.Dataset(centres[labels] + 0.3 * rng.standard_normal((300, 2)), labels)
    network = cr.Network.create([2, 20, 3], seed=0)
    theta = network.parameters.copy()
    theta[40:54] = -1000.0  # the biases of 14 of 20 neurons
    network = network.with_parameters(theta)
    settings = {"optimiser": "sgd", "learning_rate": 0.004, "batch_size": 5, "seed": 0}
    recipe = cr.Recipe(epochs=40, engine="reference", **settings)
    said: list[str] = []
    observer = warning_observer(network, data, recipe, said.append)
    cr.train(network, data, recipe, folder=tmp_path / "run", observers=[observer])
    assert [text for text in said if "dead ReLU neurons: 70 %" in text]
    folder = RunFolder(tmp_path / "run")
    evidence = evidence_between(restore_training(folder, data), folder.first(), folder.newest())
    assert not evidence.learns_badly
    assert "dead_neurons" in [one.name for one in diagnose_evidence(evidence).findings]
