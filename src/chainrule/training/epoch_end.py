"""The end of an epoch: the record, the best weights, the decision to stop."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from numpy.typing import NDArray

from chainrule.engine import Best, EpochRecord, EpochSums, Position, validation_divergence
from chainrule.network import tensor_digests
from chainrule.recipe import Recipe
from chainrule.training.setup import TrainingSetup

Array = NDArray[Any]

__all__ = [
    "ENDS",
    "PatienceCounter",
    "end_epoch",
    "final_parameters",
    "is_better",
    "monitor_value",
    "stop_reason",
]

ENDS = ("all epochs done", "early stopping")
"""Why a run ends by its own recipe."""


def end_epoch(setup: TrainingSetup, position: Position) -> Position:
    """The position at the start of the next epoch, with a record of the epoch that ended.

    Raises: DivergenceError if the validation cost is not finite.
    """
    is_judged = setup.validation is not None or setup.recipe.monitor is not None
    judged = setup.engine.inference_parameters(position) if is_judged else position.parameters
    record = _record(setup, position, judged)
    return replace(
        position,
        epoch=position.epoch + 1,
        batch=0,
        sums=EpochSums(),
        history=position.history.append(record),
        best=_update_best(setup.recipe, position.best, record, judged),
    )


def _record(setup: TrainingSetup, position: Position, parameters: Array) -> EpochRecord:
    sums, n = position.sums, position.sums.examples
    validation = setup.validation
    score = validation and setup.engine.score(parameters, validation)
    if score and not math.isfinite(score.cost):
        last = setup.network.architecture.activations[-1]
        raise validation_divergence(position, setup.recipe, score.cost, last)
    return EpochRecord(
        epoch=position.epoch + 1,
        cost=sums.cost / n,
        penalty=sums.penalty / n,
        total_cost=sums.cost / n + sums.penalty / n,
        learning_rate=setup.engine.schedule.last_rate(position),
        gradient_norm=sums.gradient_norm,
        weights_sha256=hashlib.sha256(position.parameters.tobytes()).hexdigest(),
        tensor_sha256=tensor_digests(setup.engine.layout, position.parameters),
        accuracy=sums.correct / n if setup.training.classifies else None,
        validation_cost=score.cost if score else None,
        validation_accuracy=score.accuracy if score else None,
    )


def final_parameters(setup: TrainingSetup, position: Position) -> Array:
    """The inference parameters that a run gives: the best ones, or those of the position."""
    best = position.best
    return setup.engine.inference_parameters(position) if best is None else best.parameters


def monitor_value(record: EpochRecord, monitor: str) -> float:
    """The value of the monitored metric in a record."""
    return float(getattr(record, monitor))


def is_better(monitor: str, value: float, than: float, by: float = 0.0) -> bool:
    """Whether a value of the monitor is better by more than `by`: accuracies rise, costs fall."""
    return value > than + by if monitor.endswith("accuracy") else value < than - by


def _update_best(
    recipe: Recipe, best: Best | None, record: EpochRecord, parameters: Array
) -> Best | None:
    """The best epoch so far, the one just recorded included; None without a monitor."""
    if recipe.monitor is None:
        return None
    value = monitor_value(record, recipe.monitor)
    if best is None or is_better(recipe.monitor, value, best.value):
        return Best(record.epoch, value, parameters)
    return best


class PatienceCounter:
    """Counts the epochs since the monitor last improved by more than min_delta.

    Each record of a history that grows is read once, so that the time of an epoch does not
    depend on how many there were.

    Args:
        recipe: of the training, with its monitor, patience and min_delta.
    """

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self._best: float | None = None
        self._records = 0
        self._waited = 0

    def count(self, history: Sequence[EpochRecord]) -> int:
        """The number of epochs, at the end of a history that begins with the one given before."""
        for index in range(self._records, len(history)):
            self._read(history[index])
        self._records = len(history)
        return self._waited

    def _read(self, record: EpochRecord) -> None:
        monitor = self._recipe.monitor
        assert monitor is not None, "a Recipe with patience has a monitor"
        value = monitor_value(record, monitor)
        if self._best is None or is_better(monitor, value, self._best, self._recipe.min_delta):
            self._best, self._waited = value, 0
        else:
            self._waited += 1


def stop_reason(
    recipe: Recipe, position: Position, counter: PatienceCounter | None = None
) -> str | None:
    """Why the training ends at this position; None if it goes on.

    Args:
        recipe: of the training.
        position: between two batches.
        counter: of this training, so that no record is read twice; None reads the whole history.
    """
    if recipe.patience:
        counter = counter or PatienceCounter(recipe)
        if counter.count(position.history) >= recipe.patience:
            return ENDS[1]
    return ENDS[0] if position.epoch >= recipe.epochs else None
