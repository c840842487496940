"""The reference engine against sums that are done by hand, one number at a time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest

from chainrule.data.batch_order import epoch_order
from chainrule.data.dataset import Dataset
from chainrule.engine.contract import Until
from chainrule.engine.position import Position
from chainrule.engine.reference import ReferenceEngine
from chainrule.engine.training_context import TrainingContext
from chainrule.equations.updates import UPDATES
from chainrule.network.architecture import Architecture
from chainrule.recipe import Recipe

XS = [1.0, -2.0, 0.5, 3.0, -1.5]
YS = [0.3, 1.0, -0.7, 2.0, 0.1]
LINE = Architecture.of([1, 1], "identity", dtype="float64")
START = (0.5, -0.25)


def engine(recipe: Recipe, weights: Sequence[float] | None = None) -> ReferenceEngine:
    """Learns the line y = w x + b from five points."""
    given = None if weights is None else np.array(weights)
    points = Dataset(np.array(XS)[:, None], np.array(YS)[:, None], sample_weights=given)
    return ReferenceEngine(TrainingContext(LINE, recipe, points))


def begun(recipe: Recipe, parameters: Sequence[float] = START) -> Position:
    theta = np.array(parameters)
    return Position(theta, UPDATES[recipe.optimiser].initial_state(theta))


def on_paper(recipe: Recipe) -> Recipe:
    """Squared error, in the order of the rows, two examples a step."""
    plain: dict[str, Any] = {
        "cost": "squared_error",
        "batch_size": 2,
        "epochs": 3,
        "shuffle": False,
        "seed": 0,
    }
    return recipe.replaced(**plain)


@dataclass
class Hand:
    """A line fitted by plain arithmetic: no arrays, no equations of the book."""

    recipe: Recipe
    theta: list[float] = field(default_factory=lambda: list(START))
    m: list[float] = field(default_factory=lambda: [0.0, 0.0])
    v: list[float] = field(default_factory=lambda: [0.0, 0.0])
    t: int = 0

    def step(self, rows: Sequence[int], rate: float, shares: Sequence[float]) -> None:
        w, b = self.theta
        errors = [2 * (w * XS[i] + b - YS[i]) * shares[i] / len(rows) for i in rows]
        g = [sum(e * XS[i] for e, i in zip(errors, rows, strict=True)), sum(errors)]
        g[0] += self.recipe.l1 * math.copysign(1, w) + self.recipe.l2 * w
        length = math.hypot(*g)
        if self.recipe.clip_norm and length > self.recipe.clip_norm:
            g = [value * self.recipe.clip_norm / length for value in g]
        self.t += 1
        self.theta = [self.moved(k, g[k], rate) for k in (0, 1)]

    def moved(self, k: int, g: float, rate: float) -> float:
        r, theta = self.recipe, self.theta[k]
        if r.optimiser == "sgd":
            return theta - rate * g
        if r.optimiser in ("momentum", "nesterov"):
            self.m[k] = r.momentum * self.m[k] + g
            ahead = g + r.momentum * self.m[k] if r.optimiser == "nesterov" else self.m[k]
            return theta - rate * ahead
        if r.optimiser == "rmsprop":
            self.v[k] = r.decay * self.v[k] + (1 - r.decay) * g * g
            return theta - rate * g / (math.sqrt(self.v[k]) + r.epsilon)
        if r.optimiser == "lion":
            mixed = r.beta1 * self.m[k] + (1 - r.beta1) * g
            self.m[k] = r.beta2 * self.m[k] + (1 - r.beta2) * g
            shrunk = theta - rate * r.weight_decay * theta if k == 0 else theta
            return shrunk - math.copysign(rate, mixed)
        self.m[k] = r.beta1 * self.m[k] + (1 - r.beta1) * g
        self.v[k] = r.beta2 * self.v[k] + (1 - r.beta2) * g * g
        mean, square = self.m[k] / (1 - r.beta1**self.t), self.v[k] / (1 - r.beta2**self.t)
        decay = rate * r.weight_decay * theta if r.optimiser == "adamw" and k == 0 else 0
        return theta - rate * mean / (math.sqrt(square) + r.epsilon) - decay


BATCHES = [(0, 1), (2, 3), (4,)]


def test_the_papers_step_by_hand() -> None:
    """approximator, hand computation 2: 1-1-1, sigmoid, (ŷ - y)², rate 1."""
    recipe = Recipe(cost="squared_error", optimiser="sgd", learning_rate=1.0, seed=0)
    data = Dataset(np.array([[1.0]]), np.array([[0.0]]))
    described = Architecture.of([1, 1, 1], "sigmoid", dtype="float64")
    position = ReferenceEngine(TrainingContext(described, recipe, data)).advance(
        begun(recipe, (0.5, 1.0, 1.0, 0.0)), Until()
    )
    a0 = 1 / (1 + math.exp(-1.5))
    out = 1 / (1 + math.exp(-a0))
    v1 = 2 * out * out * (1 - out)
    v0 = v1 * 1.0 * a0 * (1 - a0)
    expected = [0.5 - v0, 1 - v0, 1 - v1 * a0, -v1]
    assert position.parameters.tolist() == pytest.approx(expected, rel=1e-14)
    # The numbers that the paper prints, to the digits that it prints.
    assert [round(x, 3) for x in position.parameters] == [0.456, 0.956, 0.759, -0.295]
    assert position.sums.cost == pytest.approx(out**2, rel=1e-14)
    assert position.sums.gradient_norm == pytest.approx(
        math.sqrt(2 * v0**2 + (v1 * a0) ** 2 + v1**2), rel=1e-14
    )


@pytest.mark.parametrize("optimiser", sorted(UPDATES))
@pytest.mark.parametrize(
    "more",
    [
        {},
        {"l2": 0.3},
        {"l1": 0.2, "l2": 0.1},
        {"clip_norm": 0.5},
        {"momentum": 0.5, "decay": 0.7, "beta1": 0.6, "beta2": 0.8, "epsilon": 0.01},
        {"weight_decay": 0.4},
    ],
    ids=str,
)
def test_every_update_by_hand(optimiser: str, more: dict[str, float]) -> None:
    recipe = on_paper(Recipe(optimiser=optimiser, learning_rate=0.05, **more))  # type: ignore[arg-type]
    hand, position = Hand(recipe), begun(recipe)
    for epoch in range(3):
        for rows in BATCHES:
            hand.step(rows, 0.05, [1.0] * 5)
        position = engine(recipe).advance(position, Until())
        assert position.parameters.tolist() == pytest.approx(hand.theta, rel=1e-12)
        assert (position.batch, position.step) == (3, 3 * epoch + 3)
        position = replace(position, epoch=epoch + 1, batch=0)


def test_the_sums_of_an_epoch_by_hand() -> None:
    recipe = on_paper(Recipe(optimiser="sgd", learning_rate=1e-300, l1=0.5, l2=3))
    sums = engine(recipe).advance(begun(recipe), Until()).sums
    squares = [(0.5 * x - 0.25 - y) ** 2 for x, y in zip(XS, YS, strict=True)]
    assert sums.examples == 5
    assert sums.cost == pytest.approx(sum(squares), rel=1e-14)
    assert sums.penalty == pytest.approx(5 * (0.5 * 0.5 + 3 * 0.5 * 0.5**2), rel=1e-14)
    assert sums.correct == 0


def test_clipping_shortens_the_step_and_keeps_the_length_for_the_record() -> None:
    plain = on_paper(Recipe(optimiser="sgd", learning_rate=1.0, batch_size=5))
    clipped = plain.replaced(clip_norm=0.01)
    first, short = (engine(r).advance(begun(r), Until(batches=1)) for r in (plain, clipped))
    assert short.sums == first.sums
    assert np.linalg.norm(short.parameters - START) == pytest.approx(0.01, rel=1e-12)
    direction = (first.parameters - START) / np.linalg.norm(first.parameters - START)
    assert (short.parameters - START) / 0.01 == pytest.approx(direction, rel=1e-9)


RATES = {
    "constant": [0.1] * 9,
    "step": [0.1] * 6 + [0.05] * 3,
    "exponential": [0.1] * 3 + [0.05] * 3 + [0.025] * 3,
    "cosine": [0.02 + 0.08 * (1 + math.cos(math.pi * k / 9)) / 2 for k in range(9)],
    "one_cycle": [
        0.1 - (0.1 - 0.1 / 25) * (1 + math.cos(math.pi * k / 9 / 0.3)) / 2
        if k < 2.7
        else 0.02 + 0.08 * (1 + math.cos(math.pi * (k / 9 - 0.3) / 0.7)) / 2
        for k in range(9)
    ],
    "plateau": [0.1] * 9,
}


@pytest.mark.parametrize("schedule", sorted(RATES))
def test_every_schedule_by_hand(schedule: str) -> None:
    recipe = on_paper(
        Recipe(
            optimiser="sgd",
            learning_rate=0.1,
            schedule=schedule,
            schedule_every=2,
            final_factor=0.2,
        )
    )
    hand, position = Hand(recipe), begun(recipe)
    for step, rate in enumerate(RATES[schedule]):
        assert engine(recipe).learning_rate(position) == pytest.approx(rate, rel=1e-12)
        hand.step(BATCHES[step % 3], rate, [1.0] * 5)
        position = engine(recipe).advance(position, Until(batches=1))
        assert position.parameters.tolist() == pytest.approx(hand.theta, rel=1e-12)
        if position.batch == 3:
            position = replace(position, epoch=position.epoch + 1, batch=0)


def test_the_rate_of_a_run_without_epochs() -> None:
    recipe = on_paper(Recipe(schedule="cosine", learning_rate=0.1)).replaced(epochs=0)
    assert engine(recipe).learning_rate(begun(recipe)) == 0.1


def test_the_order_is_a_new_one_each_epoch_and_the_same_for_the_seed() -> None:
    recipe = on_paper(Recipe(optimiser="sgd", learning_rate=0.05)).replaced(shuffle=True, seed=11)
    hand, position = Hand(recipe), begun(recipe)
    orders = [epoch_order(11, epoch, 5).tolist() for epoch in range(3)]
    assert len({tuple(order) for order in orders}) == 3
    for epoch, order in enumerate(orders):
        for rows in BATCHES:
            hand.step([order[i] for i in rows], 0.05, [1.0] * 5)
        position = engine(recipe).advance(position, Until())
        assert position.parameters.tolist() == pytest.approx(hand.theta, rel=1e-12)
        position = replace(position, epoch=epoch + 1, batch=0)


def test_weights_by_hand() -> None:
    recipe = on_paper(Recipe(optimiser="sgd", learning_rate=0.05))
    weights = [1.0, 0.0, 2.0, 4.0, 3.0]
    hand, position = Hand(recipe), begun(recipe)
    for rows in BATCHES:
        hand.step(rows, 0.05, [weight / 2 for weight in weights])
    position = engine(recipe, weights).advance(position, Until())
    assert position.parameters.tolist() == pytest.approx(hand.theta, rel=1e-12)


def trained(data: Dataset, recipe: Recipe, described: Architecture) -> Position:
    size = described.layers[0] * described.layers[1] + described.layers[1]
    theta = np.linspace(-0.5, 0.5, size).astype(described.dtype)
    position = Position(theta, UPDATES[recipe.optimiser].initial_state(theta))
    for epoch in range(recipe.epochs):
        position = ReferenceEngine(TrainingContext(described, recipe, data)).advance(
            position, Until()
        )
        position = replace(position, epoch=epoch + 1, batch=0)
    return position


CLASSES = Architecture.of([2, 3], "softmax", dtype="float64")
THREE = np.array([[0.1, 0.9], [0.4, -0.3], [0.7, 0.2], [-0.8, 0.5]])
WHOLE = Recipe(optimiser="sgd", learning_rate=0.5, epochs=4, shuffle=False, seed=0)


def test_an_example_twice_is_an_example_of_weight_two() -> None:
    twice = Dataset(THREE[[0, 1, 2, 3, 3]], np.array([0, 1, 2, 1, 1]))
    heavy = Dataset(THREE, np.array([0, 1, 2, 1]), sample_weights=np.array([1.0, 1, 1, 2]))
    first, second = (trained(data, WHOLE, CLASSES).parameters for data in (twice, heavy))
    assert second.tolist() == pytest.approx(first.tolist(), rel=1e-12)


def test_an_example_of_weight_0_counts_nothing() -> None:
    without = Dataset(THREE[:3], np.array([0, 1, 2]))
    naught = Dataset(THREE, np.array([0, 1, 2, 1]), sample_weights=np.array([1.0, 1, 1, 0]))
    first, second = (trained(data, WHOLE, CLASSES).parameters for data in (without, naught))
    assert second.tolist() == pytest.approx(first.tolist(), rel=1e-12)


def test_class_weights_are_weights_of_their_examples() -> None:
    by_class = trained(
        Dataset(THREE, np.array([0, 1, 2, 1])), WHOLE.replaced(class_weights=[2, 0.5, 1]), CLASSES
    )
    weights = np.array([2, 0.5, 1, 0.5])
    by_example = trained(
        Dataset(THREE, np.array([0, 1, 2, 1]), sample_weights=weights), WHOLE, CLASSES
    )
    assert by_class.parameters.tobytes() == by_example.parameters.tobytes()
    plain = trained(Dataset(THREE, np.array([0, 1, 2, 1])), WHOLE, CLASSES)
    assert by_class.parameters.tobytes() != plain.parameters.tobytes()


def test_the_scale_of_weights_does_not_matter() -> None:
    found = [
        trained(
            Dataset(THREE, np.array([0, 1, 2, 1]), sample_weights=np.array([1.0, 2, 0, 1]) * scale),
            WHOLE,
            CLASSES,
        ).parameters.tobytes()
        for scale in (1, 4, 2**-40)
    ]
    assert len(set(found)) == 1


def test_a_single_output_learns_two_classes() -> None:
    described = Architecture.of([1, 1], "sigmoid", dtype="float64")
    data = Dataset(np.array([[-1.0], [-2], [3], [1]]), np.array([0, 0, 1, 1]))
    recipe = Recipe(
        cost="binary_cross_entropy", optimiser="sgd", learning_rate=1.0, epochs=20, seed=0
    )
    position = trained(data, recipe, described)
    score = ReferenceEngine(TrainingContext(described, recipe, data)).score(
        position.parameters, data
    )
    assert score.accuracy == 1.0
    w, b = position.parameters
    costs = [
        math.log1p(math.exp(-(1 if y else -1) * (w * x + b)))
        for (x,), y in zip(data.inputs.tolist(), data.targets.tolist(), strict=True)
    ]
    assert score.cost == pytest.approx(sum(costs) / 4, rel=1e-12)


def test_right_answers_are_counted_before_the_step() -> None:
    described = Architecture.of([1, 2], "identity", dtype="float64")
    recipe = Recipe(cost="squared_error", learning_rate=10.0, batch_size=2, seed=0, shuffle=False)
    data = Dataset(np.array([[1.0], [-1], [2]]), np.array([0, 1, 1]))
    theta = np.array([1.0, -1.0, 0.0, 0.0])
    position = Position(theta, UPDATES["adam"].initial_state(theta))
    after = ReferenceEngine(TrainingContext(described, recipe, data)).advance(
        position, Until(batches=1)
    )
    assert (after.sums.correct, after.sums.examples) == (2, 2)
