"""The reference engine against a training that is written out here, without the book's equations.

Its gradient is that of complex steps through the objective, its masks are hashed number by number,
and its averages are means of the parameters that were kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from chainrule.data.augmentation import mixup_partners
from chainrule.data.batch_order import epoch_order
from chainrule.data.dataset import Dataset
from chainrule.engine.augmented_epochs import augmentation_from_recipe
from chainrule.engine.contract import Until
from chainrule.engine.position import Position
from chainrule.engine.reference import ReferenceEngine
from chainrule.engine.training_context import TrainingContext
from chainrule.engine.training_schedule import initial_state
from chainrule.equations.hashing import make_key
from chainrule.errors import DivergenceError
from chainrule.network.architecture import Architecture
from chainrule.network.parameters import draw_parameters
from chainrule.recipe import Recipe

CHANCE = np.random.default_rng(2)
DEEP = Architecture.of([4, 5, 4, 3], "tanh", "softmax", dtype="float64")
DATA = Dataset(CHANCE.normal(size=(19, 4)), np.arange(19) % 3)
WEIGHTED = replace(DATA, sample_weights=np.arange(1.0, 20) % 4 + 1)
ALL = 0xFFFFFFFF


def number(key: int, counter: int) -> int:
    """[H1] in whole numbers of Python."""
    x = (counter ^ key) & ALL
    x = ((x ^ (x >> 17)) * 0xED5AD4BB) & ALL
    x = ((x ^ (x >> 11)) + (key >> 32)) & ALL
    x = (x * 0xAC4C1B51) & ALL
    x = ((x ^ (x >> 15)) * 0x31848BAB) & ALL
    return x ^ (x >> 14)


@dataclass
class Twin:
    """A training by gradient descent, written out; parameters by name."""

    recipe: Recipe
    data: Dataset
    theta: dict[str, Any]
    step: int = 0
    kept: list[dict[str, Any]] = field(default_factory=list)

    def mask(self, layer: int, places: list[int], width: int) -> Any:
        shares = self.recipe.dropout or (0.0,)
        share = shares[0] if len(shares) == 1 else shares[layer - 1]
        key = make_key(0, "dropout", self.step, layer)
        rows = [[number(key, i * width + j) >= share * 2**32 for j in range(width)] for i in places]
        return np.array(rows) / (1 - share)

    def cost(self, theta: dict[str, Any], x: Any, y: Any, weights: Any, places: list[int]) -> Any:
        """The data term of a part of a batch."""
        for layer in (1, 2):
            x = x @ theta[f"W[{layer}]"].T
            if self.recipe.normalisation == "batch":
                x = x - x.sum(axis=0) / len(x)
                x = x / np.sqrt((x * x).sum(axis=0) / len(x) + 1e-5) * theta[f"gain[{layer}]"]
            x = np.tanh(x + theta[f"b[{layer}]"])
            if self.recipe.dropout:
                x = x * self.mask(layer, places, x.shape[1])
        z = x @ theta["W[3]"].T + theta["b[3]"]
        return ((np.log(np.exp(z).sum(axis=1)) - (y * z).sum(axis=1)) * weights).sum()

    def objective(self, theta: dict[str, Any], batch: list[Any], size: int) -> Any:
        parts = [range(k, min(k + size, len(batch[0]))) for k in range(0, len(batch[0]), size)]
        total = 0
        for part in map(list, parts):
            x, y, weights = (of[part] for of in batch)
            total = total + self.cost(theta, x, y, weights, part)
        squares = [(W * W).sum() for name, W in theta.items() if name[0] == "W"]
        return total / len(batch[0]) + self.recipe.l2 / 2 * sum(squares)

    def gradient(self, batch: list[Any], size: int) -> dict[str, Any]:
        found = {name: np.empty_like(part) for name, part in self.theta.items()}
        for name, part in self.theta.items():
            for at in np.ndindex(part.shape):
                moved = part.astype(complex)
                moved[at] += 1e-30j
                value = self.objective({**self.theta, name: moved}, batch, size)
                found[name][at] = value.imag / 1e-30
        return found

    def epoch(self, epoch: int) -> None:
        recipe, n = self.recipe, len(self.data)
        x, y = self.data.inputs, np.eye(3)[self.data.targets]
        if recipe.mixup:
            partners, shares = mixup_partners(
                n, augmentation_from_recipe(recipe), seed=0, epoch=epoch
            )
            own = shares[:, None]
            x, y = own * x + (1 - own) * x[partners], own * y + (1 - own) * y[partners]
        y = (1 - recipe.label_smoothing) * y + recipe.label_smoothing / 3
        given = self.data.sample_weights
        weights = np.ones(n) if given is None else given / given.mean()
        size = int(recipe.batch_size * recipe.batch_growth ** (epoch // recipe.batch_growth_every))
        order = epoch_order(0, epoch, n)
        for first in range(0, n, size):
            rows = order[first : first + size]
            self.move([x[rows], y[rows], weights[rows]], -(-size // recipe.accumulation))

    def move(self, batch: list[Any], size: int) -> None:
        g = self.gradient(batch, size)
        self.theta = {n: part - self.recipe.learning_rate * g[n] for n, part in self.theta.items()}
        longest = self.recipe.max_norm or np.inf
        for name, W in self.theta.items():
            if name[0] == "W":
                lengths = np.array([np.linalg.norm(row) for row in W])
                self.theta[name] = W * np.where(lengths > longest, longest / lengths, 1)[:, None]
        self.step += 1
        self.kept.append(self.theta)


def begun(engine: ReferenceEngine) -> Position:
    theta = engine.layout.add_gains(draw_parameters(engine.context.architecture, 5))
    return Position(theta, initial_state(engine.recipe, theta))


def recipe_of(**more: Any) -> Recipe:
    plain = {"optimiser": "sgd", "learning_rate": 0.5, "batch_size": 8, "epochs": 3, "seed": 0}
    return Recipe.from_dict({**plain, "l2": 0.01, **more})


def both(recipe: Recipe, data: Dataset) -> tuple[Twin, ReferenceEngine, Position]:
    """The twin and the engine after all epochs."""
    engine = ReferenceEngine(TrainingContext(DEEP, recipe, data))
    position = begun(engine)
    named = {slot.name: slot.view(position.parameters) for slot in engine.layout.slots}
    twin = Twin(recipe, data, named)
    for epoch in range(recipe.epochs):
        twin.epoch(epoch)
        position = engine.advance(position, Until())
        assert position.step == twin.step
        if epoch < recipe.epochs - 1:
            position = replace(position, epoch=epoch + 1, batch=0)
    return twin, engine, position


def near(engine: ReferenceEngine, flat: Any, named: dict[str, Any]) -> None:
    for slot in engine.layout.slots:
        assert_allclose(slot.view(flat), named[slot.name], rtol=1e-9, atol=1e-10)


GROWTH = {"batch_growth": 1.6, "batch_growth_every": 1}
EVERYTHING = {
    "normalisation": "batch",
    "dropout": [0.5, 0.25],
    "label_smoothing": 0.1,
    "mixup": 0.4,
    "max_norm": 1.1,
    "accumulation": 2,
    **GROWTH,
}


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"normalisation": "batch"},
        {"dropout": 0.5},
        {"dropout": [0.25, 0.0]},
        {"normalisation": "batch", "dropout": 0.3},
        {"label_smoothing": 0.2},
        {"mixup": 0.5},
        {"max_norm": 0.9},
        {"accumulation": 3},
        {"accumulation": 3, "normalisation": "batch", "dropout": 0.5},
        GROWTH,
        EVERYTHING,
    ],
    ids=str,
)
@pytest.mark.parametrize("data", [DATA, WEIGHTED], ids=["plain", "weighted"])
def test_each_piece_is_what_it_is_written_out(more: dict[str, Any], data: Dataset) -> None:
    twin, engine, position = both(recipe_of(**more), data)
    near(engine, position.parameters, twin.theta)
    assert not np.allclose(position.parameters, begun(engine).parameters, atol=0.01)


@pytest.mark.parametrize("start", [0.0, 0.4])
def test_the_exponential_average_is_a_sum_of_what_was(start: float) -> None:
    recipe = recipe_of(averaging="ema", averaging_decay=0.75, averaging_start=start)
    twin, engine, position = both(recipe, DATA)
    counted = twin.kept[int(start * 9) :]
    weights = [0.75 ** (len(counted) - 1)]
    weights += [0.25 * 0.75 ** (len(counted) - 1 - k) for k in range(1, len(counted))]
    assert sum(weights) == pytest.approx(1)
    names = twin.theta
    mean = {n: sum(w * one[n] for w, one in zip(weights, counted, strict=True)) for n in names}
    near(engine, position.parameters, twin.theta)
    near(engine, position.state[-1], mean)
    assert engine.inference_parameters(position).tobytes() == position.state[-1].tobytes()


@pytest.mark.parametrize(("start", "ends"), [(0.0, (2, 5, 8)), (0.4, (5, 8)), (0.9, (8,))])
def test_the_plain_average_is_the_mean_of_the_epochs_ends(
    start: float, ends: tuple[int, ...]
) -> None:
    recipe = recipe_of(averaging="swa", averaging_start=start, dropout=0.25)
    twin, engine, position = both(recipe, DATA)
    mean = {n: np.mean([twin.kept[k][n] for k in ends], axis=0) for n in twin.theta}
    near(engine, position.state[-1], mean)


def test_max_norm_is_kept_after_each_step() -> None:
    engine = ReferenceEngine(TrainingContext(DEEP, recipe_of(max_norm=0.5), DATA))
    position = engine.advance(begun(engine), Until(batches=1))
    lengths = [np.linalg.norm(W, axis=1) for W in engine.layout.weights(position.parameters)]
    assert max(one.max() for one in lengths) == pytest.approx(0.5, rel=1e-14)


def test_parts_of_a_batch_are_the_whole_batch() -> None:
    """The order of sums apart; where batches are normalised, each part is so by itself."""
    for more, same in (({}, True), ({"normalisation": "batch"}, False)):
        ends = []
        for parts in (1, 2, 8, 100 if same else 4):
            engine = ReferenceEngine(
                TrainingContext(DEEP, recipe_of(**more, accumulation=parts, dropout=0.3), DATA)
            )
            ends.append(engine.advance(begun(engine), Until()))
        for other in ends[1:]:
            close = np.allclose(other.parameters, ends[0].parameters, rtol=1e-12, atol=1e-13)
            assert close is same
            assert other.sums.examples == ends[0].sums.examples == 19
            assert other.sums.cost == pytest.approx(ends[0].sums.cost, rel=1e-12) or not same


def test_right_answers_are_those_of_the_examples_own_classes() -> None:
    """Mixed and smoothed targets do not change what counts as right."""
    for more in ({}, {"label_smoothing": 0.5}, {"accumulation": 3}):
        engine = ReferenceEngine(TrainingContext(DEEP, recipe_of(**more, batch_size=19), DATA))
        position = begun(engine)
        score = engine.score(position.parameters, DATA)
        assert score.accuracy is not None
        assert engine.advance(position, Until()).sums.correct == round(19 * score.accuracy)


def test_a_trace_is_without_dropout_and_of_the_examples_as_they_are() -> None:
    plain = ReferenceEngine(TrainingContext(DEEP, recipe_of(), DATA))
    all_on = ReferenceEngine(
        TrainingContext(DEEP, recipe_of(dropout=0.5, mixup=1.0, label_smoothing=0.3), DATA)
    )
    theta, rows = begun(plain).parameters, np.array([3, 1, 4])
    one, other = plain.trace(theta, rows), all_on.trace(theta, rows)
    for name in ("x", "y", "c"):
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes()
    normal = ReferenceEngine(TrainingContext(DEEP, recipe_of(normalisation="batch"), DATA))
    trace = normal.trace(begun(normal).parameters, rows)
    assert_allclose(trace.z[0].mean(axis=0), 0, atol=1e-14)
    assert [None if g is None else g.shape for g in trace.dgain] == [(5,), (4,), None]


def test_a_part_that_breaks_down_is_told() -> None:
    """Its second part holds the number that is too large."""
    inputs = np.ones((4, 4))
    inputs[3] = 1e308
    data = Dataset(inputs, np.array([0, 1, 2, 0]))
    recipe = recipe_of(accumulation=2, batch_size=4, shuffle=False)
    engine = ReferenceEngine(TrainingContext(DEEP, recipe, data))
    start = replace(begun(engine), parameters=np.full(64, 10.0))
    with pytest.raises(DivergenceError) as caught:
        engine.advance(start, Until())
    assert str(caught.value) == (
        "train: expected finite numbers, got inf in z[1] (layer 1) at epoch 1, batch 1. The step "
        "was not taken; the parameters before it are kept. Lower the learning rate, for "
        "example to 0.05, or set clip_norm, for example to 1."
    )
