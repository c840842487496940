"""What happens at an epoch's end: the record, the best weights, the decision to stop."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from numpy.typing import NDArray

from chainrule.engine import Best, EpochRecord, EpochSums, Position, Until, validation_divergence
from chainrule.network import tensor_digests
from chainrule.recipe import Recipe
from chainrule.training.setup import TrainingSetup

Array = NDArray[Any]

__all__ = [
    "ENDS",
    "end_epoch",
    "final_parameters",
    "is_better",
    "monitor_value",
    "stop_reason",
    "train_chunk",
]

ENDS = ("all epochs done", "early stopping")
"""How a run ends by its own recipe."""


def train_chunk(plan: TrainingSetup, position: Position, until: Until) -> tuple[Position, bool]:
    """The position after a slice of training, and whether an epoch was closed by it.

    Raises: DivergenceError.
    """
    position = plan.engine.advance(position, until)
    closed = position.batch == plan.engine.schedule.batches(position.epoch)
    return (end_epoch(plan, position) if closed else position), closed


def end_epoch(plan: TrainingSetup, position: Position) -> Position:
    """The position at the start of the next epoch, with a record of the one that ended."""
    watched = plan.validation is not None or plan.recipe.monitor is not None
    plain = plan.engine.inference_parameters(position) if watched else position.parameters
    record = _record(plan, position, plain)
    return replace(
        position,
        epoch=position.epoch + 1,
        batch=0,
        sums=EpochSums(),
        history=(*position.history, record),
        best=_best(plan.recipe, position.best, record, plain),
    )


def _record(plan: TrainingSetup, position: Position, plain: Array) -> EpochRecord:
    sums, n = position.sums, position.sums.examples
    validation = plan.validation
    score = validation and plan.engine.score(plain, validation)
    if score and not math.isfinite(score.cost):
        last = plan.network.architecture.activations[-1]
        raise validation_divergence(position, plan.recipe, score.cost, last)
    return EpochRecord(
        epoch=position.epoch + 1,
        cost=sums.cost / n,
        penalty=sums.penalty / n,
        total_cost=sums.cost / n + sums.penalty / n,
        learning_rate=plan.engine.schedule.last_rate(position),
        gradient_norm=sums.gradient_norm,
        weights_sha256=hashlib.sha256(position.parameters.tobytes()).hexdigest(),
        tensor_sha256=tensor_digests(plan.engine.layout, position.parameters),
        accuracy=sums.correct / n if plan.training.classifies else None,
        validation_cost=score.cost if score else None,
        validation_accuracy=score.accuracy if score else None,
    )


def final_parameters(plan: TrainingSetup, position: Position) -> Array:
    """The parameters that a run gives at a position: the best ones, or else the settled ones."""
    best = position.best
    return plan.engine.inference_parameters(position) if best is None else best.parameters


def monitor_value(record: EpochRecord, monitor: str) -> float:
    """The value of the monitored metric in a record."""
    return float(getattr(record, monitor))


def is_better(monitor: str, value: float, than: float, by: float = 0.0) -> bool:
    """Whether a value of the metric is better by more than `by`; accuracies rise, costs sink."""
    return value > than + by if monitor.endswith("accuracy") else value < than - by


def _best(recipe: Recipe, best: Best | None, record: EpochRecord, plain: Array) -> Best | None:
    if recipe.monitor is None:
        return None
    value = monitor_value(record, recipe.monitor)
    if best is None or is_better(recipe.monitor, value, best.value):
        return Best(record.epoch, value, plain)
    return best


def epochs_without_progress(history: Sequence[EpochRecord], recipe: Recipe) -> int:
    """How many epochs ago the monitor last got better by more than min_delta."""
    assert recipe.monitor is not None, "a Recipe with patience has a monitor"
    best, waited = None, 0
    for record in history:
        value = monitor_value(record, recipe.monitor)
        if best is None or is_better(recipe.monitor, value, best, recipe.min_delta):
            best, waited = value, 0
        else:
            waited += 1
    return waited


def stop_reason(recipe: Recipe, position: Position) -> str | None:
    """Why the training is over at this position; None while it is not."""
    waited = epochs_without_progress(position.history, recipe) if recipe.patience else 0
    if recipe.patience and waited >= recipe.patience:
        return ENDS[1]
    return ENDS[0] if position.epoch >= recipe.epochs else None
