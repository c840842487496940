"""Warnings during a training: the cheap conditions, checked once an epoch."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from numpy.typing import NDArray

from chainrule.data import Dataset
from chainrule.diagnosis.condition import Finding
from chainrule.diagnosis.condition_table import CONDITIONS
from chainrule.diagnosis.evidence import (
    FEWEST_STEPS,
    POOR_SKILL,
    Evidence,
    Snapshot,
    epoch_skill,
)
from chainrule.diagnosis.network_measures import NetworkMeasures
from chainrule.engine import EpochRecord, Position, initial_state
from chainrule.network import Network
from chainrule.recipe import Recipe
from chainrule.training import Observer, TrainingProgress

__all__ = ["warning_observer"]


def warning_observer(
    network: Network,
    training: Dataset,
    recipe: Recipe,
    report: Callable[[str], object],
    *,
    validation: Dataset | None = None,
) -> Observer:
    """Return an observer that reports conditions when they appear, each at most once.

    It measures the start once, and then the network at each epoch's end, on a sample of the
    training set. It measures no curvature and compares no examples; and while the epoch's examples
    are classified well, it does not measure the network at all.

    Args:
        network: the initial network.
        training: the training set.
        recipe: the recipe of the training.
        report: called with a sentence.
        validation: a separate validation set.

    Returns: an observer for `train`.
    """
    start = network.for_cost(recipe.cost)
    seeded = recipe.with_seed()
    watched = _WatchedTraining(
        NetworkMeasures(start.architecture, seeded, training), start.parameters, validation
    )
    open_conditions = [condition for condition in CONDITIONS if condition.cheap]

    def watch(progress: TrainingProgress) -> None:
        if not progress.epoch_ended:
            return
        evidence = watched.evidence(progress.position)
        early = progress.position.step < FEWEST_STEPS
        for condition in tuple(open_conditions):
            if early and condition.harmful_only:
                continue
            finding = condition.check(evidence)
            if finding is not None:
                report(_sentence(finding, progress.position.epoch))
            if finding is not None or condition.lasting:
                open_conditions.remove(condition)

    return watch


class _LowestCost:
    """The place of the lowest validation cost in a history that grows; each record is read once."""

    def __init__(self) -> None:
        self._place, self._cost, self._read = 0, math.inf, 0

    def place(self, history: Sequence[EpochRecord]) -> int:
        """The place, the first of equal ones, in a history that begins with the one before."""
        for at in range(self._read, len(history)):
            cost = history[at].validation_cost or 0.0
            if cost < self._cost:
                self._place, self._cost = at, cost
        self._read = len(history)
        return self._place


@dataclass(frozen=True, eq=False)
class _WatchedTraining:
    """A training under way: its measures, initial parameters and validation set."""

    measures: NetworkMeasures
    initial_parameters: NDArray[Any]
    validation: Dataset | None
    lowest: _LowestCost = field(default_factory=_LowestCost)

    @cached_property
    def start(self) -> Snapshot:
        """Before the first step."""
        theta = self.measures.layout.add_gains(self.initial_parameters)
        first = Position(theta, initial_state(self.measures.recipe, theta))
        return self.measures.snapshot(first, curvature=False)

    def evidence(self, position: Position) -> Evidence:
        """Return the evidence of the training so far."""
        measures = self.measures
        skill = epoch_skill(measures.training, position.history[-1]) or 0.0
        if skill >= POOR_SKILL:  # conditions of the end are then not reported
            end = replace(self.start, step=position.step, skill=skill)
        else:
            end = measures.snapshot(position, curvature=False)
        return Evidence(
            architecture=measures.architecture,
            recipe=measures.recipe,
            training=measures.training,
            test=None,
            validation=self.validation,
            start=self.start,
            end=end,
            history=position.history,
            under_way=True,
            least=self.lowest.place(position.history),
        )


def _sentence(finding: Finding, epoch: int) -> str:
    title = finding.title[0].lower() + finding.title[1:]
    return f"After epoch {epoch}: {title}: {finding.what}. {finding.why}."
