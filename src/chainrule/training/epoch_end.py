"""What happens at an epoch's end: the record, the best weights, the decision to stop."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from numpy.typing import NDArray

from chainrule.engine import Best, EpochRecord, EpochSums, Position, Until, diverged_on_validation
from chainrule.network import tensor_digests
from chainrule.recipe import Recipe
from chainrule.training.setup import Plan

Array = NDArray[Any]

__all__ = ["ENDS", "advanced", "close_epoch", "ending", "is_better", "monitored", "result_of"]

ENDS = ("all epochs done", "early stopping")
"""How a run ends by its own recipe."""


def advanced(plan: Plan, position: Position, until: Until) -> tuple[Position, bool]:
    """The position after a slice of training, and whether an epoch was closed by it.

    Raises: DivergenceError.
    """
    position = plan.engine.advance(position, until)
    closed = position.batch == plan.engine.timetable.batches(position.epoch)
    return (close_epoch(plan, position) if closed else position), closed


def close_epoch(plan: Plan, position: Position) -> Position:
    """The position at the start of the next epoch, with a record of the one that ended."""
    watched = plan.validation is not None or plan.recipe.monitor is not None
    plain = plan.engine.settled(position) if watched else position.parameters
    record = _record(plan, position, plain)
    return replace(
        position,
        epoch=position.epoch + 1,
        batch=0,
        sums=EpochSums(),
        history=(*position.history, record),
        best=_best(plan.recipe, position.best, record, plain),
    )


def _record(plan: Plan, position: Position, plain: Array) -> EpochRecord:
    sums, n = position.sums, position.sums.examples
    validation = plan.validation
    score = validation and plan.engine.score(plain, validation)
    if score and not math.isfinite(score.cost):
        last = plan.network.architecture.activations[-1]
        raise diverged_on_validation(position, plan.recipe, score.cost, last)
    return EpochRecord(
        epoch=position.epoch + 1,
        cost=sums.cost / n,
        penalty=sums.penalty / n,
        total_cost=sums.cost / n + sums.penalty / n,
        learning_rate=plan.engine.timetable.last_rate(position),
        gradient_norm=sums.gradient_norm,
        weights_sha256=hashlib.sha256(position.parameters.tobytes()).hexdigest(),
        tensor_sha256=tensor_digests(plan.engine.layout, position.parameters),
        accuracy=sums.correct / n if plan.training.classifies else None,
        validation_cost=score.cost if score else None,
        validation_accuracy=score.accuracy if score else None,
    )


def result_of(plan: Plan, position: Position) -> Array:
    """The parameters that a run gives at a position: the best ones, or else the settled ones."""
    best = position.best
    return plan.engine.settled(position) if best is None else best.parameters


def monitored(record: EpochRecord, monitor: str) -> float:
    """The value of the monitored metric in a record."""
    return float(getattr(record, monitor))


def is_better(monitor: str, value: float, than: float, by: float = 0.0) -> bool:
    """Whether a value of the metric is better by more than `by`; accuracies rise, costs sink."""
    return value > than + by if monitor.endswith("accuracy") else value < than - by


def _best(recipe: Recipe, best: Best | None, record: EpochRecord, plain: Array) -> Best | None:
    if recipe.monitor is None:
        return None
    value = monitored(record, recipe.monitor)
    if best is None or is_better(recipe.monitor, value, best.value):
        return Best(record.epoch, value, plain)
    return best


def epochs_without_progress(history: Sequence[EpochRecord], recipe: Recipe) -> int:
    """How many epochs ago the monitor last got better by more than min_delta."""
    assert recipe.monitor is not None, "a Recipe with patience has a monitor"
    best, waited = None, 0
    for record in history:
        value = monitored(record, recipe.monitor)
        if best is None or is_better(recipe.monitor, value, best, recipe.min_delta):
            best, waited = value, 0
        else:
            waited += 1
    return waited


def ending(recipe: Recipe, position: Position) -> str | None:
    """Why the training is over at this position; None while it is not."""
    waited = epochs_without_progress(position.history, recipe) if recipe.patience else 0
    if recipe.patience and waited >= recipe.patience:
        return ENDS[1]
    return ENDS[0] if position.epoch >= recipe.epochs else None
