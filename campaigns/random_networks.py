"""Small random networks as worked examples, for the campaign `explained_numbers.py`."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from numpy.random import Generator

from chainrule.data.dataset import Dataset
from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.costs import COSTS
from chainrule.equations.updates import UPDATES
from chainrule.ledger.steps.worked_example import WorkedExample
from chainrule.network.architecture import Architecture
from chainrule.network.parameters import Layout
from chainrule.recipe import Recipe

__all__ = ["MIXTURES", "STEPS", "random_example"]

MIXTURES = tuple(itertools.product(ACTIVATIONS, COSTS, UPDATES))
"""Every mixture of hidden activation, cost and update."""

STEPS = 2
_SCHEDULES: tuple[dict[str, Any], ...] = (
    {},
    {},
    {"schedule": "step"},
    {"schedule": "exponential"},
    {"schedule": "cosine"},
    {"schedule": "one_cycle"},
    {"schedule": "cosine_restarts", "cycle_epochs": 1, "cycle_growth": 1.5, "final_factor": 0.1},
    {"schedule": "rise", "final_factor": 0.01},
)
_WARM_UPS: tuple[dict[str, float], ...] = ({}, {}, {"warmup_epochs": 1.5})
_SMOOTHINGS: tuple[dict[str, float], ...] = ({}, {"label_smoothing": 0.1})
_PENALTIES: tuple[dict[str, float], ...] = (
    {},
    {},
    {"l1": 0.01},
    {"l2": 0.1},
    {"l1": 0.02, "l2": 0.03},
)
_CLIPPING: tuple[dict[str, float], ...] = ({}, {}, {"clip_norm": 0.05}, {"clip_norm": 50.0})


def _drawn(chance: Generator, choices: Any) -> Any:
    """One of several."""
    choices = tuple(choices)
    return choices[int(chance.integers(len(choices)))]


def random_example(chance: Generator, number: int) -> WorkedExample:
    """A network with its data and its recipe; every 588 of them are all mixtures.

    Args:
        chance: draws all but the mixture.
        number: from 0.
    """
    hidden, cost, update = MIXTURES[number % len(MIXTURES)]
    layers = tuple(int(n) for n in chance.integers(1, 5, int(chance.integers(3, 5))))
    names = (*[hidden] * (len(layers) - 2), _output(chance, hidden, cost))
    architecture = Architecture(
        layers=layers,
        activations=names,
        output_given=True,
        biases=bool(chance.integers(4)),
        dtype="float64",
    )
    data = _data(chance, architecture)
    return WorkedExample(
        title="",
        architecture=architecture,
        parameters=chance.normal(0, 0.7, Layout(architecture).size),
        dataset=data,
        rows=tuple(range(len(data))),
        recipe=_recipe(chance, cost, update, data),
        steps=STEPS,
    )


def _output(chance: Generator, hidden: str, cost: str) -> str:
    """Mostly an output for which the cost is finite everywhere."""
    if "cross_entropy" in cost:
        return str(_drawn(chance, ("sigmoid", "softmax", hidden)))
    return str(_drawn(chance, (hidden, *ACTIVATIONS)))


def _data(chance: Generator, architecture: Architecture) -> Dataset:
    examples, outputs = int(chance.integers(1, 4)), architecture.layers[-1]
    targets = chance.uniform(0, 1, (examples, outputs))
    if chance.integers(2):
        targets = np.eye(outputs)[chance.integers(0, outputs, examples)]
    weighted = bool(chance.integers(2))
    return Dataset(
        chance.normal(size=(examples, architecture.layers[0])),
        targets,
        sample_weights=chance.uniform(0.5, 1.5, examples) if weighted else None,
    )


def _recipe(chance: Generator, cost: str, update: str, data: Dataset) -> Recipe:
    examples = len(data)
    are_classes = data.outputs > 1 and bool(np.isin(data.targets, (0, 1)).all())
    return Recipe(
        cost=cost,
        optimiser=update,
        learning_rate=float(chance.uniform(0.01, 0.5)),
        batch_size=int(chance.integers(1, examples + 1)),
        epochs=STEPS,
        shuffle=False,
        seed=0,
        **_drawn(chance, _SCHEDULES),
        **_drawn(chance, _WARM_UPS),
        **_drawn(chance, _SMOOTHINGS if are_classes else ({},)),
        **_drawn(chance, _PENALTIES),
        **_drawn(chance, _CLIPPING),
    )
