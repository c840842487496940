"""Both engines on the same trainings, by either kind of kernel: how far their results are apart.

    python tests/contracts/engine_agreement.py

compares every combination and every width in compiled code and prints one line of JSON.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

import chainrule as cr
from chainrule.engine.compiled import CompiledEngine
from chainrule.engine.contract import Engine, Until
from chainrule.engine.kernel_selection import KernelSelection
from chainrule.engine.position import EpochSums, Position
from chainrule.engine.reference import ReferenceEngine
from chainrule.engine.training_context import TrainingContext
from chainrule.engine.training_schedule import initial_state
from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.costs import COSTS
from chainrule.equations.updates import UPDATES

EXAMPLES = 23
BATCHES = (1, 7, EXAMPLES, 40)

LOOPS = KernelSelection(loops=True, by_column=False, threads=1)
TILES = KernelSelection(loops=False, by_column=False, threads=1)
COLUMNS = KernelSelection(loops=False, by_column=True, threads=1)

NARROW = (9, 5, 4, 3)
CROSSING = ((9, 17, 33, 3), (9, 33, 16, 3), (9, 48, 5, 3), (9, 49, 3))
"""Widths around whole vectors and panels."""


@dataclass(frozen=True)
class Combination:
    """One training: the last layer's activation, cost, update rule, batch size."""

    activation: str
    cost: str
    update: str
    batch: int
    place: int

    @property
    def layers(self) -> tuple[int, ...]:
        """Narrow ones for four in five, and each of the others in turn."""
        turn = self.place % 20
        return NARROW if turn % 5 else CROSSING[turn // 5]

    @property
    def is_sparse(self) -> bool:
        """Half of the inputs are mostly 0."""
        return (self.place // 4 + self.batch) % 2 == 0

    @property
    def choices(self) -> tuple[KernelSelection, KernelSelection]:
        """Kernels of both kinds; tiles by column in turn."""
        return LOOPS, COLUMNS if self.place % 3 == 0 else TILES


def combinations() -> Iterator[Combination]:
    """Every output activation x cost x update x batch: one, odd, full, larger than the data."""
    every = itertools.product(ACTIVATIONS, COSTS, UPDATES, BATCHES)
    for place, (activation, cost, update, batch) in enumerate(every):
        yield Combination(activation, cost, update, batch, place)


def dataset(is_sparse: bool, features: int = 9, examples: int = EXAMPLES) -> cr.Dataset:
    """Three classes of bytes, most of them 0 or none."""
    chance = np.random.default_rng(0)
    inputs = chance.integers(1, 256, (examples, features))
    if is_sparse:
        inputs *= chance.random(inputs.shape) < 0.3
    return cr.Dataset(inputs.astype(np.uint8), np.arange(examples) % 3, scale=1 / 255)


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


def compiled_by(choice: KernelSelection, engine: CompiledEngine) -> CompiledEngine:
    """The engine, made to use these kernels whatever the rule would choose."""
    engine.__dict__["_selection"] = choice
    return engine


def outcomes(
    network: cr.Network, how: cr.Recipe, data: cr.Dataset, choices: tuple[KernelSelection, ...]
) -> list[Any]:
    """What the law and each kind of kernel make of one epoch: Positions, or DivergenceErrors."""
    start = Position(network.parameters, UPDATES[how.optimiser].initial_state(network.parameters))
    given = (network.architecture, how, data)
    engines: list[Engine] = [ReferenceEngine(TrainingContext(*given))]
    engines += [compiled_by(choice, CompiledEngine(TrainingContext(*given))) for choice in choices]
    made: list[Any] = []
    for engine in engines:
        try:
            made.append(engine.advance(start, Until()))
        except cr.DivergenceError as error:
            made.append(error)
    return made


def distance(one: Any, other: Any, *, by_size: bool = False) -> float:
    """The greatest difference of two outcomes; infinity where only one diverged.

    Args:
        one: a Position or a DivergenceError.
        other: another.
        by_size: whether numbers above 1 are compared by the size of the greatest of their kind.
    """
    if isinstance(one, cr.DivergenceError) or isinstance(other, cr.DivergenceError):
        same = type(one) is type(other) and str(one) == str(other)
        return 0.0 if same else np.inf
    if (one.batch, one.step, one.sums.examples) != (other.batch, other.step, other.sums.examples):
        return np.inf
    pairs = [
        (one.parameters, other.parameters),
        (one.state, other.state),
        (one.sums.cost, other.sums.cost),
        (one.sums.penalty, other.sums.penalty),
        (one.sums.correct, other.sums.correct),
        (one.sums.gradient_norm, other.sums.gradient_norm),
    ]
    sizes = [np.abs(a).max(initial=1.0) if by_size else 1.0 for a, _ in pairs]
    differences = [np.abs(np.subtract(a, b)).max(initial=0.0) for a, b in pairs]
    return max(float(d / size) for d, size in zip(differences, sizes, strict=True))


def apart(combination: Combination) -> list[float]:
    """How far the kernels are from the law, by loops and by tiles."""
    c = combination
    hidden = ["tanh"] * (len(c.layers) - 2)
    drawn = cr.Network.create(c.layers, [*hidden, c.activation], seed=1, dtype="float64")
    how = recipe(c.cost, c.update, c.batch)
    made = outcomes(drawn.for_cost(how.cost), how, dataset(c.is_sparse), c.choices)
    return [distance(made[0], other) for other in made[1:]]


WIDTHS = (1, 15, 16, 17, 31, 32, 33, 47, 48, 49, 64, 65, 128, 129, 160)
"""Of inputs, hidden layers and outputs: on both sides of vectors, panels, groups and tasks."""


def shapes() -> Iterator[tuple[tuple[int, int, int], int, str]]:
    """Widths, a batch size, a hidden activation."""
    batches = itertools.cycle((1, 5, 32, 33, 64, 65, 90))
    hidden = itertools.cycle(ACTIVATIONS)
    for i, width in enumerate(WIDTHS):
        for ins, outs in ((WIDTHS[-1 - i], WIDTHS[i * 7 % 15]), (WIDTHS[i * 4 % 15], 3)):
            yield (ins, width, outs), next(batches), next(hidden)


def shape_apart(
    layers: tuple[int, int, int], batch: int, hidden: str, is_sparse: bool, dtype: str
) -> list[float]:
    """How far the kernels are from the law, measured by the greatest parameter, on 70 examples."""
    chance, classes = np.random.default_rng(1), dataset(is_sparse, layers[0], 70)
    data = classes
    if layers[2] != 3:
        data = cr.Dataset(classes.inputs, chance.random((70, layers[2])), scale=1 / 255)
    drawn = cr.Network.create(
        layers, [hidden, "sigmoid"], seed=2, dtype=dtype, biases=len(hidden) % 2 == 0
    )
    how = cr.Recipe(cost="squared_error", optimiser="sgd", batch_size=batch, learning_rate=0.1,
                    epochs=1, seed=3, momentum=0.9)  # fmt: skip
    tiles = (LOOPS,) if hidden == "softmax" else (LOOPS, TILES, COLUMNS)
    law, *others = outcomes(drawn, how, data, tiles)
    scale = float(np.abs(law.parameters).max())
    return [float(np.abs(law.parameters - other.parameters).max()) / scale for other in others]


CRAFT: dict[str, dict[str, Any]] = {
    "normalised": {"normalisation": "batch"},
    "silenced": {"dropout": (0.5, 0.25)},
    "both": {"normalisation": "batch", "dropout": (0.3,), "l2": 0.01},
    "limited": {"max_norm": 0.5, "optimiser": "lion", "weight_decay": 0.1},
    "ema": {"averaging": "ema", "averaging_start": 0.1, "averaging_decay": 0.75},
    "swa": {"averaging": "swa", "averaging_start": 0.0, "optimiser": "sgd"},
    "smoothed": {"label_smoothing": 0.2, "class_weights": (1.0, 2.0, 3.0)},
    "mixed": {"mixup": 0.5, "label_smoothing": 0.1},
    "in parts": {"accumulation": 3, "clip_norm": 0.05},
    "in parts, plainly": {"accumulation": 3, "optimiser": "sgd"},
    "in normalised parts": {"accumulation": 2, "optimiser": "sgd", "normalisation": "batch"},
    "growing": {"batch_growth": 2.0, "batch_growth_every": 1, "warmup_epochs": 1.5},
    "restarting": {"schedule": "cosine_restarts", "cycle_epochs": 1, "cycle_growth": 1.5},
    "cooling": {"schedule": "plateau", "schedule_patience": 1, "schedule_cooldown": 1},
    "moving": {"shift": 1.0, "rotation": 10.0, "elastic": 2.0, "thickness": 0.5, "cutout": 1},
}
CRAFT["all"] = {
    **CRAFT["both"], **CRAFT["ema"], **CRAFT["mixed"], **CRAFT["growing"], **CRAFT["moving"],
    "accumulation": 2, "clip_norm": 0.2, "max_norm": 0.8, "l1": 0.001, "schedule": "one_cycle",
}  # fmt: skip
"""What a training can have besides a cost, an update and penalties."""

BY_TILES_ONLY = ("normalised", "silenced", "both", "in normalised parts", "all")
CRAFT_LAYERS = ((9, 17, 33, 3), (9, 48, 5, 3))


def crafts() -> Iterator[tuple[str, tuple[int, ...], bool, int]]:
    """Each piece, by both widths, on both forms of inputs, in odd batches and the whole set."""
    return itertools.product(CRAFT, CRAFT_LAYERS, (True, False), (7, EXAMPLES))


def trained(engine: Engine, start: cr.Network) -> Position:
    """All epochs of the engine's recipe, as a Plan would begin them, without their records."""
    theta = engine.layout.add_gains(start.parameters)
    position = Position(theta, initial_state(engine.recipe, theta))
    for epoch in range(engine.recipe.epochs):
        position = replace(position, epoch=epoch, batch=0, sums=EpochSums())
        position = engine.advance(position, Until())
    return position


def craft_apart(piece: str, layers: tuple[int, ...], is_sparse: bool, batch: int) -> list[float]:
    """How far the kernels are from the law with one of the pieces, by every kernel that may."""
    data = replace(dataset(is_sparse), shape=(3, 3))
    network = cr.Network.create(layers, ["tanh", "relu", "softmax"], seed=1, dtype="float64")
    plain = {"batch_size": batch, "learning_rate": 0.01, "epochs": 3, "seed": 0}
    how = cr.Recipe.from_dict({**plain, **CRAFT[piece]})
    law = ReferenceEngine(TrainingContext(network.architecture, how, data))
    wanted, found = trained(law, network), []
    for choice in (TILES, COLUMNS) if piece in BY_TILES_ONLY else (LOOPS, TILES, COLUMNS):
        engine = compiled_by(
            choice, CompiledEngine(TrainingContext(network.architecture, how, data))
        )
        made = trained(engine, network)
        settled_apart = np.abs(
            engine.inference_parameters(made) - law.inference_parameters(wanted)
        ).max()
        # Two rows that are nearly alike make gradients of hundreds: 1 / deviation is as large.
        found.append(max(distance(wanted, made, by_size=True), float(settled_apart)))
    return found


def main() -> None:
    """Compare all and print the counts and the greatest distances."""
    far = [found for combination in combinations() for found in apart(combination)]
    told: dict[str, Any] = {"combinations": len(far), "greatest": max(far)}
    crafted = [found for craft in crafts() for found in craft_apart(*craft)]
    told["craft"] = {"trainings": len(crafted), "greatest": max(crafted)}
    for dtype in ("float64", "float32"):
        found = [
            one
            for (layers, batch, hidden), is_sparse in itertools.product(shapes(), (True, False))
            for one in shape_apart(layers, batch, hidden, is_sparse, dtype)
        ]
        told[dtype] = {"shapes": len(found), "greatest": max(found)}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
