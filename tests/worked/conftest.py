from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.data.dataset import Dataset
from chainrule.ledger.steps.example import WorkedExample
from chainrule.network.parameters import Layout

CHAIN = """
title = "One neuron a layer"
[network]
layers = [1, 1, 1]
activations = ["sigmoid", "sigmoid"]
weights = [[[0.5]], [[1.0]]]
biases = [[1.0], [0.0]]
[training]
cost = "squared_error"
learning_rate = 1.0
steps = 2
[[examples]]
inputs = [1.0]
targets = [0.0]
[[claims]]
quantity = "a[1][0]"
printed = "0.818"
"""


@pytest.fixture
def chain() -> str:
    return CHAIN


@pytest.fixture(scope="session")
def make() -> Callable[..., WorkedExample]:
    """A small random network as a worked example; all is finite for every cost."""

    def made(
        activation: str = "sigmoid",
        last: str | None = None,
        *,
        layers: tuple[int, ...] = (2, 2, 2),
        examples: int = 2,
        seed: int = 0,
        biases: bool = True,
        steps: int = 2,
        weighted: bool = False,
        dtype: str = "float64",
        **recipe: Any,
    ) -> WorkedExample:
        rng = np.random.default_rng(seed)
        last = last or activation
        names = [activation] * (len(layers) - 2) + [last]
        network = cr.Network.create(
            layers, names, output_activation=last, biases=biases, dtype="float64"
        )
        layout = Layout(network.architecture)
        flat = rng.uniform(-0.5, 0.5, layout.size)
        if biases:  # outputs between 0 and 1, for which every cost is finite
            layout.weights(flat)[-1][...] = rng.uniform(-0.1, 0.1, layout.weights(flat)[-1].shape)
            layout.biases(flat)[-1][...] = -0.5 if last == "softplus" else 0.5
        targets = rng.uniform(0.1, 0.9, (examples, layers[-1]))
        if last == "step":
            targets[...] = 1
        data = Dataset(
            rng.normal(size=(examples, layers[0])),
            targets,
            sample_weights=rng.uniform(0.5, 1.5, examples) if weighted else None,
        )
        given = {"optimiser": "sgd", "learning_rate": 0.05, "batch_size": examples, **recipe}
        made_by = cr.Recipe(shuffle=False, seed=0, **given)
        return WorkedExample.from_network(
            network.with_parameters(flat), data, made_by, steps=steps, dtype=dtype
        )

    return made
