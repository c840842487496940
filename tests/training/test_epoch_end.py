"""What happens at an epoch's end: the record, the best weights, the decision to stop."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from chainrule.data.dataset import Dataset
from chainrule.engine.contract import Until
from chainrule.engine.history import EpochRecord, History
from chainrule.engine.position import Best, EpochSums, Position
from chainrule.errors import DivergenceError
from chainrule.network.network import Network
from chainrule.recipe import MONITORS, Recipe
from chainrule.training.epoch_end import (
    ENDS,
    PatienceCounter,
    end_epoch,
    is_better,
    monitor_value,
    stop_reason,
)
from chainrule.training.loop import train_chunk
from chainrule.training.setup import TrainingSetup, first_position, prepare_training


def record(epoch: int = 1, **more: float) -> EpochRecord:
    plain = dict.fromkeys(("cost", "penalty", "total_cost", "learning_rate", "gradient_norm"), 0.0)
    return EpochRecord(epoch, weights_sha256="", tensor_sha256={}, **{**plain, **more})


def plan_of(network: Network, dataset: Dataset, recipe: Recipe) -> TrainingSetup:
    return prepare_training(network, dataset, recipe)


def test_an_epoch_is_closed_at_its_last_batch(
    network: Network, three: Dataset, recipe: Recipe
) -> None:
    plan = plan_of(network, three, recipe)
    position, closed = train_chunk(plan, first_position(plan), Until(batches=5))
    assert (position.epoch, position.batch, position.step, closed) == (0, 5, 5, False)
    assert position.history == ()
    position, closed = train_chunk(plan, position, Until(batches=5))
    assert (position.epoch, position.batch, position.step, closed) == (1, 0, 6, True)
    assert position.sums == EpochSums()
    assert [r.epoch for r in position.history] == [1]


def test_the_record_of_an_epoch(network: Network, three: Dataset, recipe: Recipe) -> None:
    how = recipe.replaced(l2=0.1, validation_fraction=0.25, schedule="cosine", optimiser="momentum")
    plan = plan_of(network, three, how)
    end = plan.engine.advance(first_position(plan), Until())
    sums, n = end.sums, 31
    (found,) = end_epoch(plan, end).history
    assert plan.validation is not None
    score = plan.engine.score(end.parameters, plan.validation)
    assert sums.examples == n
    assert found.cost == sums.cost / n
    assert found.penalty == sums.penalty / n > 0
    assert found.total_cost == found.cost + found.penalty
    assert found.gradient_norm == sums.gradient_norm > 0
    assert found.accuracy == sums.correct / n
    assert (found.validation_cost, found.validation_accuracy) == (score.cost, score.accuracy)
    # Four batches an epoch: the last step was the fourth of sixteen.
    assert found.learning_rate == pytest.approx(0.02 * (1 + np.cos(np.pi * 3 / 16)) / 2)
    assert found.weights_sha256 == hashlib.sha256(end.parameters.tobytes()).hexdigest()
    first = hashlib.sha256(end.parameters[:20].tobytes()).hexdigest()
    assert found.tensor_sha256["W[1]"] == first
    assert list(found.tensor_sha256) == ["W[1]", "b[1]", "W[2]", "b[2]"]


def test_the_record_where_targets_are_numbers(line: Dataset) -> None:
    how = Recipe(cost="squared_error", validation_fraction=0.25, seed=0, epochs=1)
    plan = plan_of(Network.create([1, 1], "identity"), line, how)
    position, _ = train_chunk(plan, first_position(plan), Until())
    assert position.history[0].accuracy is None
    assert position.history[0].validation_accuracy is None
    assert position.history[0].validation_cost is not None


def test_a_record_without_validation(network: Network, three: Dataset, recipe: Recipe) -> None:
    plan = plan_of(network, three, recipe)
    position, _ = train_chunk(plan, first_position(plan), Until())
    assert position.history[0].validation_cost is None
    assert position.history[0].validation_accuracy is None
    assert position.best is None


@pytest.mark.parametrize("monitor", MONITORS)
def test_each_monitor_reads_its_own_figure(monitor: str) -> None:
    values = {name: float(i) for i, name in enumerate(MONITORS, 1)}
    assert monitor_value(record(1, **values), monitor) == values[monitor]


def test_what_is_better() -> None:
    for monitor in ("cost", "total_cost", "validation_cost"):
        assert is_better(monitor, 1.0, 1.5)
        assert not is_better(monitor, 1.5, 1.5)
        assert not is_better(monitor, 1.0, 1.5, 0.5)
        assert is_better(monitor, 0.9, 1.5, 0.5)
    for monitor in ("accuracy", "validation_accuracy"):
        assert is_better(monitor, 0.75, 0.5)
        assert not is_better(monitor, 0.5, 0.5)
        assert not is_better(monitor, 0.75, 0.5, 0.25)
        assert is_better(monitor, 0.875, 0.5, 0.25)


def test_the_first_of_equal_epochs_is_the_best(
    network: Network, three: Dataset, recipe: Recipe
) -> None:
    how = recipe.replaced(monitor="accuracy", learning_rate=1e-12, epochs=3)
    plan = plan_of(network, three, how)
    position = first_position(plan)
    for _ in range(3):
        position, _ = train_chunk(plan, position, Until())
    assert len({r.accuracy for r in position.history}) == 1
    assert position.best is not None
    assert position.best.epoch == 1


def test_the_best_is_kept_until_a_better_one_comes(
    network: Network, three: Dataset, recipe: Recipe
) -> None:
    plan = plan_of(network, three, recipe.replaced(monitor="cost", min_delta=1000.0))
    end = plan.engine.advance(first_position(plan), Until())
    worse = Best(7, 1e9, np.zeros(1))
    better = Best(7, -1.0, np.zeros(1))
    found = end_epoch(plan, replace(end, best=worse)).best
    assert found is not None
    # min_delta is for patience; the best weights are the best, by however little.
    assert (found.epoch, found.value) == (1, end.sums.cost / 41)
    assert found.parameters is end.parameters
    assert end_epoch(plan, replace(end, best=better)).best is better


def waited(costs: list[float], **more: float) -> int:
    recipe = Recipe(monitor="cost", patience=2, **more)  # type: ignore[arg-type]
    return PatienceCounter(recipe).count([record(cost=cost) for cost in costs])


def test_patience_counter() -> None:
    assert waited([]) == 0
    assert waited([3]) == 0
    assert waited([3, 2, 1]) == 0
    assert waited([3, 3]) == 1
    assert waited([3, 4, 3, 3]) == 3
    assert waited([3, 4, 2, 2.5]) == 1
    # Small steps add up to progress only when the sum is more than min_delta.
    assert waited([3, 2.75, 2.5, 2.25], min_delta=0.5) == 0
    assert waited([3, 2.75, 2.5], min_delta=0.5) == 2


def at(epoch: int, costs: list[float]) -> Position:
    history = tuple(record(cost=cost) for cost in costs)
    return Position(np.zeros(1), np.zeros((0, 1)), epoch=epoch, history=History(history))


def test_why_a_run_is_over() -> None:
    patient = Recipe(monitor="cost", patience=2, epochs=3)
    assert ENDS == ("all epochs done", "early stopping")
    assert stop_reason(patient, at(0, [])) is None
    assert stop_reason(patient, at(2, [1, 1])) is None
    assert stop_reason(patient, at(3, [1, 1, 1])) == "early stopping"
    assert stop_reason(patient, at(3, [1, 1, 0])) == "all epochs done"
    assert stop_reason(Recipe(epochs=3), at(3, [1, 1, 1])) == "all epochs done"
    assert stop_reason(Recipe(epochs=3, monitor="cost"), at(2, [1, 1])) is None
    assert stop_reason(Recipe(epochs=0), at(0, [])) == "all epochs done"


def test_a_validation_cost_that_is_not_finite_stops_the_run(three: Dataset) -> None:
    """With ReLU outputs, a row may give its class 0, whose logarithm is not finite."""
    network = Network.create([4, 3], "relu", output_activation="relu", bias_initialiser="uniform",
                             initialiser="zeros", initialiser_low=0.1)  # fmt: skip
    far = Dataset(np.full((1, 4), -1e30), np.array([0]), class_names=three.class_names)
    plan = prepare_training(network, three, Recipe(learning_rate=0.01, epochs=1, seed=0), far)
    end = plan.engine.advance(first_position(plan), Until())
    with pytest.raises(DivergenceError) as caught:
        train_chunk(plan, end, Until())
    assert str(caught.value) == (
        "train: expected finite numbers, got inf in the validation cost at the end of epoch 1. "
        "The parameters stay unchanged. categorical_cross_entropy needs outputs above 0: "
        "set output_activation to 'softmax'."
    )
    assert caught.value.position is end


class ReadCounter(list[EpochRecord]):
    """A history that counts how often a record of it is read."""

    reads = 0

    def __getitem__(self, index: Any) -> Any:
        self.reads += 1
        return super().__getitem__(index)

    def __iter__(self) -> Iterator[EpochRecord]:
        for index in range(len(self)):
            yield self[index]


def test_each_record_is_read_once_for_patience() -> None:
    recipe = Recipe(epochs=1000, monitor="cost", patience=500)
    counter = PatienceCounter(recipe)
    history: Any = ReadCounter()  # in place of a tuple
    for epoch in range(1, 201):
        history.append(record(cost=1.0))
        position = replace(at(epoch, []), history=history)
        assert stop_reason(recipe, position, counter) is None
    assert history.reads == 200
    assert counter.count(history) == 199
