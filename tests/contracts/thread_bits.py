"""The same trainings by one, two, three, four and eight threads: their bits.

    python tests/contracts/thread_bits.py

prints, as JSON, how many trainings were compared, how many threads took part at most, which
trainings gave more than one result (none), and how many results there are in all.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

import chainrule as cr
from chainrule.engine.compiled import CompiledEngine
from chainrule.engine.contract import Until
from chainrule.engine.kernel_selection import KernelSelection
from chainrule.engine.position import Position
from chainrule.engine.training_context import TrainingContext
from chainrule.equations.updates import UPDATES
from chainrule.training.loop import train_chunk
from chainrule.training.setup import first_position, prepare_training

THREADS = (1, 2, 3, 4, 8)
KINDS = ("dense", "sparse by row", "sparse by column")
WHOLE: tuple[dict[str, float], ...] = ({}, {"clip_norm": 0.05}, {"l1": 1e-4, "l2": 1e-3})
"""Settings that do with the gradient in parts, and those that need it whole."""


def dataset(kind: str, features: int, examples: int) -> cr.Dataset:
    """Bytes of five classes, most of them 0 or none."""
    chance = np.random.default_rng(0)
    inputs = chance.integers(1, 256, (examples, features))
    if kind != "dense":
        inputs *= chance.random(inputs.shape) < 0.1
    return cr.Dataset(inputs.astype(np.uint8), np.arange(examples) % 5, scale=1 / 255)


def bits(position: Position) -> str:
    """Everything that an epoch leaves, in short."""
    found = hashlib.sha256(position.parameters.tobytes() + position.state.tobytes())
    found.update(repr(position.sums).encode())
    return found.hexdigest()


def wide(kind: str, how: dict[str, Any], dtype: str) -> tuple[set[str], int]:
    """Three batches of a wide network, the last one smaller, as `train` would do them."""
    layers = (784, 100, 256, 5) if kind == "sparse by row" else (300, 400, 130, 5)
    data = dataset(kind, layers[0], 900)
    recipe = cr.Recipe(batch_size=400, epochs=1, seed=1, learning_rate=0.01).replaced(**how)
    network = cr.Network.create(layers, "tanh", seed=2, dtype=dtype)
    found, most = set(), 0
    for threads in THREADS:
        plan = prepare_training(network, data, recipe, threads=threads)
        engine = plan.engine
        assert isinstance(engine, CompiledEngine)
        most = max(most, engine._selection.threads)
        assert engine._selection == KernelSelection(False, kind != "sparse by row", threads)
        found.add(bits(engine.advance(first_position(plan), Until())))
    return found, most


def trained(kind: str) -> set[str]:
    """The weights' digests as a user sees them, who says how many threads in either way."""
    data = dataset(kind, 300, 500)
    network = cr.Network.create([300, 400, 130, 5], "relu", seed=2)
    recipe = cr.Recipe(batch_size=400, epochs=2, seed=1, validation_fraction=0.1)
    found = set()
    for threads in THREADS:
        os.environ["CHAINRULE_THREADS"] = str(threads)
        found.add(cr.train(network, data, recipe).network.digest)
        found.add(cr.train(network, data, recipe, threads=9 - threads).network.digest)
    return found


def small(kind: str, update: str, batch: int, dtype: str) -> set[str]:
    """Batches of any size by threads that the rule would never give them, whole and in slices."""
    data = dataset(kind, 140, 23)
    network = cr.Network.create([140, 40, 33, 5], ["relu", "tanh", "sigmoid"], seed=3, dtype=dtype)
    recipe = cr.Recipe(cost="squared_error", optimiser=update, batch_size=batch, epochs=1, seed=4,
                       learning_rate=0.01, schedule="cosine").replaced(
                           **WHOLE[batch % 3])  # fmt: skip
    start = Position(network.parameters, UPDATES[update].initial_state(network.parameters))
    found = set()
    for threads, slices in itertools.product(THREADS, (None, 2)):
        engine = CompiledEngine(TrainingContext(network.architecture, recipe, data))
        engine.__dict__["_selection"] = KernelSelection(False, kind == "sparse by column", threads)
        position = replace(start)
        while position.batch < engine.schedule.batches(0):
            position = engine.advance(position, Until(batches=slices))
        found.add(bits(position))
    return found


CRAFT: dict[str, dict[str, Any]] = {
    "normalised": {"normalisation": "batch"},
    "silenced": {"dropout": (0.5,)},
    "averaged": {"averaging": "ema", "averaging_start": 0.0, "max_norm": 0.5},
    "in parts": {"accumulation": 3, "clip_norm": 0.05},
    "in parts, plainly": {"accumulation": 2, "optimiser": "sgd", "normalisation": "batch"},
    "mixed": {"mixup": 0.5, "label_smoothing": 0.1},
    "moving": {"shift": 1.0, "rotation": 10.0, "elastic": 2.0, "thickness": 0.5},
}
CRAFT["all"] = {name: value for how in CRAFT.values() for name, value in how.items()} | {
    "averaging": "swa", "batch_growth": 2.0, "batch_growth_every": 1, "accumulation": 2,
}  # fmt: skip
"""What a training can have besides an update and penalties."""


def craft(kind: str, piece: str, dtype: str) -> set[str]:
    """Two epochs by threads that the rule would never give them, whole and in slices."""
    data = replace(dataset(kind, 144, 300), shape=(12, 12))
    network = cr.Network.create([144, 40, 33, 5], ["relu", "tanh", "softmax"], seed=3, dtype=dtype)
    recipe = cr.Recipe.from_dict(
        {"batch_size": 70, "epochs": 2, "seed": 4, "learning_rate": 0.01, **CRAFT[piece]}
    )
    found = set()
    for threads, slices in itertools.product(THREADS, (None, 2)):
        plan = prepare_training(network, data, recipe, threads=threads)
        engine, position = plan.engine, first_position(plan)
        engine.__dict__["_selection"] = KernelSelection(False, kind == "sparse by column", threads)
        while position.epoch < recipe.epochs:
            position, _ = train_chunk(plan, position, Until(batches=slices))
        settled = hashlib.sha256(engine.inference_parameters(position).tobytes()).hexdigest()
        found.add(bits(position) + settled + repr(position.history))
    return found


def compared() -> Iterator[tuple[str, set[str], int]]:
    """Each training by name, with its results and how many threads there were at most."""
    for place, (update, kind) in enumerate(itertools.product(UPDATES, KINDS)):
        how = WHOLE[(place + place // 3) % 3] | {"optimiser": update}
        dtype = "float64" if place % 4 == 0 else "float32"
        found, most = wide(kind, how, dtype)
        yield f"wide, {kind}, {how}, {dtype}", found, most
    for kind in KINDS:
        yield f"trained, {kind}", trained(kind), 0
    for kind, update, batch in itertools.product(KINDS, UPDATES, (1, 7, 23, 40)):
        dtype = "float64" if batch == 7 else "float32"
        yield f"small, {kind}, {update}, {batch}", small(kind, update, batch, dtype), 0
    for place, (kind, piece) in enumerate(itertools.product(KINDS, CRAFT)):
        dtype = "float64" if place % 3 == 0 else "float32"
        yield f"craft, {kind}, {piece}, {dtype}", craft(kind, piece, dtype), 0


def main() -> None:
    """Compare all."""
    results = list(compared())
    told = {
        "compared": len(results),
        "threads": max(most for _, _, most in results),
        "differ": [name for name, found, _ in results if len(found) != 1],
        "results": len(set().union(*(found for _, found, _ in results))),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
