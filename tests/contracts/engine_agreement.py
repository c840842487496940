"""Both engines on the same trainings: how far their results are apart.

    python tests/contracts/engine_agreement.py

compares every combination in compiled code and prints one line of JSON.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

import numpy as np

import chainrule as cr
from chainrule.engine.compiled import CompiledEngine
from chainrule.engine.contract import Until
from chainrule.engine.position import Position
from chainrule.engine.reference import ReferenceEngine
from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.costs import COSTS
from chainrule.equations.updates import UPDATES
from chainrule.network.network import settled

EXAMPLES = 23
BATCHES = (1, 7, EXAMPLES, 40)


def combinations() -> Iterator[tuple[str, str, str, int]]:
    """Every output activation x cost x update x batch: one, odd, full, larger than the data."""
    yield from itertools.product(ACTIVATIONS, COSTS, UPDATES, BATCHES)


def dataset(sparse: bool, dtype: str = "float64") -> cr.Dataset:
    """Three classes of nine numbers, most of them 0 or none."""
    chance = np.random.default_rng(0)
    inputs = chance.random((EXAMPLES, 9))
    if sparse:
        inputs *= chance.random(inputs.shape) < 0.3
    return cr.Dataset(inputs.astype(dtype), np.arange(EXAMPLES) % 3)


def recipe(cost: str, update: str, batch: int) -> cr.Recipe:
    """A recipe with penalties, clipping and class weights in turn with the batch size."""
    return cr.Recipe(
        cost=cost,
        optimiser=update,
        batch_size=batch,
        learning_rate=0.01,
        epochs=2,
        seed=0,
        class_weights=(1.0, 2.0, 3.0) if batch == 7 else None,
        l1=0.01 if batch == 7 else 0.0,
        l2=0.01 if batch == EXAMPLES else 0.0,
        clip_norm=0.1 if batch == 40 else None,
        schedule="cosine" if batch == 1 else "constant",
    )


def outcomes(
    activation: str, how: cr.Recipe, data: cr.Dataset, layers: tuple[int, ...] = (9, 5, 4, 3)
) -> list[Any]:
    """What each engine makes of one epoch: a Position, or its DivergenceError."""
    hidden = ["tanh"] * (len(layers) - 2)
    drawn = cr.Network.create(layers, [*hidden, activation], seed=1, dtype=data.inputs.dtype.name)
    network = settled(drawn, how.cost)
    start = Position(network.parameters, UPDATES[how.optimiser].initial_state(network.parameters))
    made: list[Any] = []
    for engine in (ReferenceEngine, CompiledEngine):
        try:
            made.append(engine(network.architecture, how, data).advance(start, Until()))
        except cr.DivergenceError as error:
            made.append(error)
    return made


def distance(one: Any, other: Any) -> float:
    """The greatest difference of two outcomes; infinity where only one diverged."""
    if isinstance(one, cr.DivergenceError) or isinstance(other, cr.DivergenceError):
        same = type(one) is type(other) and str(one) == str(other)
        return 0.0 if same else np.inf
    pairs = [
        (one.parameters, other.parameters),
        (one.state, other.state),
        (one.sums.cost, other.sums.cost),
        (one.sums.penalty, other.sums.penalty),
        (one.sums.correct, other.sums.correct),
        (one.sums.gradient_norm, other.sums.gradient_norm),
    ]
    return max(float(np.abs(np.subtract(a, b)).max(initial=0.0)) for a, b in pairs)


def main() -> None:
    """Compare all and print the counts."""
    far = [
        distance(*outcomes(activation, recipe(cost, update, batch), dataset(batch in BATCHES[::2])))
        for activation, cost, update, batch in combinations()
    ]
    print(json.dumps({"combinations": len(far), "greatest": max(far)}))


if __name__ == "__main__":
    main()
