"""For the tests of the evaluation: a network that can be checked in the head."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from chainrule.data.dataset import Dataset
from chainrule.network.network import Network

NAMES = ("ant", "bee", "cat")


@pytest.fixture
def echo() -> Network:
    """Three outputs, softmax of the three inputs: z = x."""
    network = Network.create([3, 3], "softmax", dtype="float64", biases=False)
    return replace(network.with_parameters(np.eye(3).ravel()), class_names=NAMES)


@pytest.fixture
def insects() -> Dataset:
    """Inputs whose softmax is known: rows of logarithms."""
    shares = [
        [0.7, 0.2, 0.1],  # 0 ant, right
        [0.6, 0.3, 0.1],  # 1 bee, answered ant
        [0.1, 0.8, 0.1],  # 2 bee, right
        [0.25, 0.25, 0.5],  # 3 cat, right
        [0.9, 0.02, 0.08],  # 4 cat, answered ant
    ]
    targets = np.array([0, 1, 1, 2, 2])
    return Dataset(np.log(shares), targets, class_names=NAMES, name="insects")
