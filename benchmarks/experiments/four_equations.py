"""four-equations' program, line for line: what it reaches, why, and what mends it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.diagnosis.diagnoser import diagnose_evidence
from chainrule.diagnosis.probe import probe_training
from chainrule.equations.backpropagation import Layer, forward, trace
from chainrule.equations.costs import COSTS, batch_cost
from chainrule.equations.output_error import output_cost
from chainrule.network.network import Network, network_layers
from chainrule.recipe import Recipe
from chainrule.threads import one_blas_thread
from experiments.computing import accuracies, computed
from experiments.size import Digits, Size, digits_of

__all__ = ["course", "drawn", "look", "measure", "update"]

Array = NDArray[Any]

LAYERS = (784, 392, 196, 10)
UPDATES = 200
BATCH = 32
SEEDS = 5

RATE = 0.003
COST = COSTS["half_squared_error"]

NEAR_ALIKE: dict[str, Any] = {
    "initialiser": "uniform",
    "bias_initialiser": "uniform",
    "initialiser_low": 0.0,
    "initialiser_high": 0.01,
}


def drawn(seed: int) -> list[Layer]:
    """The program's layers before the first update, that may be changed."""
    network = Network.create(LAYERS, "sigmoid", seed=seed, **NEAR_ALIKE)
    return network_layers(network.architecture, network.parameters.copy())


def update(layers: Sequence[Layer], x: Array, y: Array) -> None:
    """One update with the mean gradient of a batch, in place."""
    found = trace(x, y, layers, COST, 1 / len(x))
    for layer, dW, db in zip(layers, found.dW, found.db, strict=True):
        layer.W[...] -= np.float32(RATE) * dW
        if layer.b is not None and db is not None:
            layer.b[...] -= np.float32(RATE) * db


def course(
    seed: int, updates: int, train: Digits, test: Digits, *, every: int = 0
) -> tuple[list[float], float]:
    """Test loss after every so many updates, and test accuracy at the end.

    Args:
        seed: of weights and batches.
        updates: how many.
        train: to learn from.
        test: to be judged by.
        every: how often to look; 0 for at the end alone.
    """
    layers, losses = drawn(seed), []
    draws = np.random.default_rng([seed, 2])
    for number in range(1, updates + 1):
        rows = draws.choice(len(train.x), BATCH, replace=False)
        update(layers, train.x[rows], train.y[rows])
        if number == updates or (every and number % every == 0):
            losses.append(judged(layers, test))
    return [loss for loss, _ in losses], losses[-1][1]


def judged(layers: Sequence[Layer], test: Digits) -> tuple[float, float]:
    """Mean cost and accuracy on the test set."""
    z, a = forward(test.x, layers)
    c = output_cost(COST, layers[-1].activation, z[-1], a[-1], test.y)
    accuracy = (a[-1].argmax(axis=1) == test.labels).mean()
    return float(batch_cost(c, 1 / len(test.x))), float(accuracy)


def look(layers: Sequence[Layer], data: Digits) -> list[dict[str, float]]:
    """What keeps each layer from learning: its gradients, and how alike its neurons are."""
    found = trace(data.x, data.y, layers, COST, 1 / len(data.x))
    rows = []
    for layer, dW, z, a, delta in zip(layers, found.dW, found.z, found.a, found.delta, strict=True):
        size = float(np.sqrt(np.mean(np.square(dW))))
        rows.append(
            {
                "gradient": size,
                "weight": float(np.sqrt(np.mean(np.square(layer.W)))),
                "z": float(z.mean()),
                "a": float(a.mean()),
                "between_neurons": float(a.std(axis=1).mean()),
                "between_examples": float(a.std(axis=0).mean()),
                "delta": float(np.sqrt(np.mean(np.square(delta * len(data.x))))),
            }
        )
    return rows


def measure(size: Size) -> dict[str, Any]:
    """All that is computed for the paper."""
    pair, updates = digits_of(size.source), size.most(UPDATES, 4)
    train, test = Digits.of(pair.train), Digits.of(pair.test)
    some = Digits(train.x[:512], train.y[:512], train.labels[:512])
    with one_blas_thread():
        losses, first = course(0, updates, train, test, every=1)
        others = [course(seed, updates, train, test) for seed in range(1, size.most(SEEDS))]
        return {
            "start": judged(drawn(0), test)[0],
            "losses": losses,
            "accuracy": [first, *(accuracy for _, accuracy in others)],
            "ends": [losses[-1], *(loss[-1] for loss, _ in others)],
            "layers": look(drawn(0), some),
            "findings": findings(updates, size),
            "changes": _changes(size),
        }


def findings(updates: int, size: Size) -> list[dict[str, Any]]:
    """What `chainrule diagnose` says of it."""
    network = Network.create(LAYERS, "sigmoid", seed=0, **NEAR_ALIKE)
    how: dict[str, Any] = {"optimiser": "sgd", "batch_size": BATCH, "epochs": 1, "seed": 0}
    recipe = Recipe(cost=COST.name, learning_rate=RATE, **how)
    found = diagnose_evidence(
        probe_training(network, digits_of(size.source).train, recipe, steps=updates)
    )
    return [{"title": f.title, "what": f.what, "changes": dict(f.changes)} for f in found.findings]


def _changes(size: Size) -> list[list[Any]]:
    """Weights, rate, update, hidden activation, updates made, accuracy of each seed."""
    rows = []
    for entry in computed("four-equations", size):
        c = entry.chosen
        hidden = c["activation"] if isinstance(c["activation"], str) else c["activation"][0]
        made = UPDATES * c["epochs"]
        first = (c["initialiser"], c["learning_rate"], c["optimiser"], hidden, made)
        rows.append([*first, accuracies(entry)])
    return rows
