"""Networks of every kind that can leave: tables, images, arrays, and all activations."""

from collections.abc import Sequence

import numpy as np

from chainrule import Dataset, Network, Recipe, train
from chainrule.data import count_inputs
from chainrule.schema import Column, Schema, Target

COLUMNS = (
    Column(name="age", kind="number", low=0, high=90, missing=3),
    Column(name='port of "call"', kind="category", categories=("C", "Q'uote", "S?"), missing=1),
    Column(name="int", kind="category", categories=("f", "m")),
    Column(name="sailed", kind="date", low=4000, high=20000, clock=True, missing=2),
    Column(name="landed", kind="date", low=4000, high=20000),
)


def table_network(task: str = "numbers", encoding: str = "one_hot") -> Network:
    """A network that learned from a table with texts, blanks and dates."""
    rng, n = np.random.default_rng(0), 120
    columns = (*COLUMNS, Column(name="3 n", kind="number", low=-1, high=1))
    names = ("no", "yes", "may be") if task == "classes" else ()
    schema = Schema(columns=columns, target=Target(names=("fare",), kind=task, classes=names))
    rows = np.column_stack(
        [
            rng.uniform(0, 90, n),
            rng.integers(0, 3, n),
            rng.integers(0, 2, n),
            rng.uniform(4000, 20000, n),
            rng.integers(4000, 20000, n),
            rng.normal(size=n),
        ]
    )
    for column, every in ((0, 7), (1, 9), (3, 11)):
        rows[::every, column] = np.nan
    targets = rng.integers(0, 3, n) if names else rng.normal(100, 20, (n, 1))
    data = Dataset(rows, targets, schema=schema, class_names=names)
    outputs = len(names) or 1
    network = Network.create(
        [count_inputs(data, encoding), 8, 6, outputs],
        "relu",
        output_activation="softmax" if names else "identity",
        seed=1,
    )
    cost = "categorical_cross_entropy" if names else "half_squared_error"
    return train(network, data, Recipe(cost=cost, epochs=2, seed=0, encoding=encoding)).network


def image_network() -> Network:
    """A network that learned from bytes."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (40, 6, 6)).astype(np.uint8)
    data = Dataset(images, rng.integers(0, 10, 40), scale=1 / 255)
    return train(Network.create([36, 12, 10], seed=0), data, Recipe(epochs=1, seed=0)).network


def yes_or_no() -> Network:
    """One output that stands for two classes."""
    rng = np.random.default_rng(0)
    data = Dataset(rng.normal(size=(30, 3)), rng.integers(0, 2, 30), class_names=("no", "yes"))
    network = Network.create([3, 4, 1], "tanh", output_activation="sigmoid", seed=0)
    return train(network, data, Recipe(cost="binary_cross_entropy", epochs=2, seed=0)).network


def drawn(activation: str | Sequence[str], biases: bool = True, dtype: str = "float32") -> Network:
    """A network of one activation, or of one a layer, with weights that are not small."""
    layers = [5, 7, 3] if isinstance(activation, str) else [5, *[7] * (len(activation) - 1), 3]
    empty = Network.create(layers, activation, seed=3, biases=biases, dtype=dtype)
    weights = np.random.default_rng(1).normal(size=empty.parameters.size)
    return empty.with_parameters(weights.astype(dtype))
