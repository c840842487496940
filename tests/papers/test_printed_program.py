"""four-equations' program as it is printed: what it draws, how it steps, and what stands beside."""

from __future__ import annotations

import json

import numpy as np
import pytest

from chainrule.documents import render
from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.backpropagation import Layer, trace
from chainrule.equations.costs import COSTS
from chainrule.errors import InputError
from chainrule.papers import paper
from chainrule.papers.experiments.column_network import ColumnNetwork, run_program
from chainrule.papers.experiments.experiment_options import ExperimentOptions
from chainrule.papers.experiments.program_digits import ProgramDigits


def columns(features: int = 5, outputs: int = 2, n: int = 4):
    """Inputs and one-hot targets of a batch, an example a column."""
    chance = np.random.default_rng(0)
    return chance.random((features, n)), np.eye(outputs)[chance.integers(outputs, size=n)].T


def layers_of(network: ColumnNetwork) -> list[Layer]:
    pairs = zip(network.weights, network.biases, strict=True)
    return [Layer(W.copy(), b[:, 0].copy(), ACTIVATIONS["sigmoid"]) for W, b in pairs]


def test_weights_and_biases_are_drawn_layer_by_layer() -> None:
    network = ColumnNetwork((3, 2, 1), np.random.RandomState(7))
    drawn = np.random.RandomState(7)
    for W, b in zip(network.weights, network.biases, strict=True):
        assert (drawn.rand(*W.shape) * 0.01 == W).all()
        assert (b == drawn.rand(*b.shape) * 0.01).all()
    assert [W.shape for W in network.weights] == [(2, 3), (1, 2)]


def test_an_update_is_that_of_the_mean_gradient() -> None:
    network, (x, y) = ColumnNetwork((5, 4, 3, 2), np.random.RandomState(1)), columns()
    layers = layers_of(network)
    found = trace(x.T, y.T, layers, COSTS["half_squared_error"], 1 / 4)
    network.update(x, y, 2.0)
    for layer, W, dW in zip(layers, network.weights, found.dW, strict=True):
        assert pytest.approx(2 * dW, rel=1e-9) == layer.W - W
    for layer, b, db in zip(layers, network.biases, found.db, strict=True):
        assert layer.b - b[:, 0] == pytest.approx(2 * db, rel=1e-9)


def test_the_cost_is_the_sum_over_examples() -> None:
    network, (x, y) = ColumnNetwork((5, 2), np.random.RandomState(1)), columns()
    each = [network.cost(network.outputs(x[:, [j]]), y[:, [j]]) for j in range(4)]
    assert network.cost(network.outputs(x), y) == pytest.approx(sum(each))


def test_the_program_draws_its_batches_without_replacement() -> None:
    images = np.arange(40 * 784, dtype=np.float64).reshape(40, 784) % 256
    states = list(run_program(images, np.eye(10)[np.arange(40) % 10], seed=3, updates=2))
    assert [state.updates for state in states] == [0, 1, 2]
    assert [len(set(state.rows.tolist())) for state in states] == [0, 32, 32]


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> str:
    chance = np.random.default_rng(0)
    images = chance.integers(0, 256, (60, 28, 28)).astype(np.uint8)
    path = tmp_path_factory.mktemp("digits") / "digits.npz"
    parts = {"x_train": images[:40], "x_test": images[40:]}
    labels = np.arange(60) % 10
    np.savez(path, **parts, y_train=labels[:40], y_test=labels[40:])
    return str(path)


def test_test_images_are_not_divided(digits: str) -> None:
    found = ProgramDigits.from_options(ExperimentOptions(digits))
    assert found.test.max() == 255
    assert found.scaled_test().max() == 1
    assert found.test_targets.sum() == 20


def test_images_that_are_no_bytes_are_brought_to_the_same_range(tmp_path) -> None:
    chance = np.random.default_rng(0)
    path, labels = tmp_path / "fractions.npz", np.arange(30) % 10
    parts = {"x_train": chance.random((20, 784)), "x_test": chance.random((10, 784))}
    np.savez(path, **parts, y_train=labels[:20], y_test=labels[20:])
    found = ProgramDigits.from_options(ExperimentOptions(str(path)))
    assert 254 < found.test.max() <= 255


def test_the_program_and_the_reference_agree(digits: str) -> None:
    heard: list[str] = []
    run = paper("four-equations").run_as_printed(quick=True, data=digits, progress=heard.append)
    assert len(run.printed) == len(run.reference) == 4
    assert run.printed == pytest.approx(run.reference, rel=1e-12)
    assert run.greatest_difference < 1e-14
    assert heard == [f"as printed: {n} updates" for n in (1, 2, 3, 4)]
    output = run.output()
    assert output.startswith("Weights\n[(392, 784), (196, 392), (10, 196)]\n\nBiases\n[(392, 1)")
    assert output.count("Updating Weights\nTest Loss = ") == 4
    text = render(run.document(), "text")
    assert all(repr(loss) in text for loss in run.printed)
    assert json.loads(render(run.document(), "json")) == run.to_dict()


def test_other_seeds_draw_other_numbers(digits: str) -> None:
    first, second = (
        paper("four-equations").run_as_printed(quick=True, data=digits, seed=seed)
        for seed in (0, 1)
    )
    assert first.printed != second.printed


def test_only_one_paper_prints_a_program() -> None:
    with pytest.raises(InputError) as caught:
        paper("approximator").run_as_printed()
    assert str(caught.value) == (
        "papers run: expected four-equations, the one paper that prints a program, got "
        "approximator."
    )
