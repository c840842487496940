"""Warnings during a training: the cheap conditions, looked at once an epoch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from numpy.typing import NDArray

from chainrule.data import Dataset
from chainrule.diagnosis.condition import Finding
from chainrule.diagnosis.condition_table import CONDITIONS
from chainrule.diagnosis.evidence import POOR, Evidence, Snapshot
from chainrule.diagnosis.examples import class_counts
from chainrule.diagnosis.measuring import Measure
from chainrule.engine import EpochRecord, Position, initial_state
from chainrule.network import Network
from chainrule.recipe import Recipe
from chainrule.training import Observer, TrainingProgress

__all__ = ["warning_observer"]

_FEW_STEPS = 50
"""After fewer, that little was learned is no sign of anything."""


def warning_observer(
    network: Network,
    training: Dataset,
    recipe: Recipe,
    tell: Callable[[str], object],
    *,
    validation: Dataset | None = None,
) -> Observer:
    """An observer that tells of conditions as they show, each at most once.

    It looks at the start once, and then at each epoch's end, on a sample of the training set. It
    measures no curvature and compares no examples; and as long as the examples of the epoch were
    classified well, it does not measure the network at all.

    Args:
        network: the start of the training.
        training: what is learned from.
        recipe: by which it is trained.
        tell: called with a sentence.
        validation: a validation set of its own.

    Returns: an observer for `train`.
    """
    begun = network.for_cost(recipe.cost)
    seeded = recipe.with_seed()
    watched = _Watched(Measure(begun.architecture, seeded, training), begun.parameters, validation)
    left = [condition for condition in CONDITIONS if condition.cheap]

    def watch(moment: TrainingProgress) -> None:
        if not moment.epoch_ended:
            return
        evidence = watched.evidence(moment.position)
        early = moment.position.step < _FEW_STEPS
        for condition in tuple(left):
            if early and condition.harmful_only:
                continue
            finding = condition.found(evidence)
            if finding is not None:
                tell(_sentence(finding, moment.position.epoch))
            if finding is not None or condition.lasting:
                left.remove(condition)

    return watch


@dataclass(frozen=True, eq=False)
class _Watched:
    """A training that is looked at: what measures it, its first weights, its validation set."""

    measure: Measure
    begun: NDArray[Any]
    validation: Dataset | None

    @cached_property
    def start(self) -> Snapshot:
        """Before the first step."""
        theta = self.measure.layout.add_gains(self.begun)
        first = Position(theta, initial_state(self.measure.recipe, theta))
        return self.measure.snapshot(first, curved=False)

    def evidence(self, position: Position) -> Evidence:
        """What can be seen of the training so far."""
        measure, skill = self.measure, self._skill(position.history[-1])
        if skill >= POOR:  # then only the start and the history count
            end = replace(self.start, step=position.step, skill=skill)
        else:
            end = measure.snapshot(position, curved=False)
        what = (measure.architecture, measure.recipe, measure.training, None, self.validation)
        return Evidence(*what, self.start, end, history=position.history)

    @cached_property
    def _commonest(self) -> float:
        """The share of the commonest class."""
        counts = class_counts(self.measure.training)
        return float(counts.max() / counts.sum())

    def _skill(self, record: EpochRecord) -> float:
        """The skill by the epoch's accuracy: hardly above the true one, and below it where dropout
        and distortions make learning harder. 0 where targets are numbers."""
        if record.accuracy is None or self._commonest == 1:
            return 0.0
        return 1 - (1 - record.accuracy) / (1 - self._commonest)


def _sentence(finding: Finding, epoch: int) -> str:
    title = finding.title[0].lower() + finding.title[1:]
    return f"After epoch {epoch}: {title}: {finding.what}. {finding.why}."
