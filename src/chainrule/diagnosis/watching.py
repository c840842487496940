"""Warnings during a training: the cheap conditions, looked at once an epoch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from chainrule.data.dataset import Dataset
from chainrule.diagnosis.condition import Finding
from chainrule.diagnosis.conditions import CONDITIONS
from chainrule.diagnosis.evidence import Evidence
from chainrule.diagnosis.measuring import Measure
from chainrule.engine.position import Position
from chainrule.equations.updates import UPDATES
from chainrule.network.network import Network, settled
from chainrule.recipe import Recipe
from chainrule.training.observers import Moment, Observer

__all__ = ["warning_observer"]


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
    measures no curvature and compares no examples, so an epoch of MNIST is no slower for it.

    Args:
        network: the start of the training.
        training: what is learned from.
        recipe: by which it is trained.
        tell: called with a sentence.
        validation: a validation set of its own.

    Returns: an observer for `train`.
    """
    begun = settled(network, recipe.cost)
    seeded = recipe.with_seed()
    measure = Measure(begun.architecture, seeded, training)
    told: set[str] = set()

    def evidence(position: Position) -> Evidence:
        theta = begun.parameters
        first = Position(theta, UPDATES[recipe.optimiser].initial_state(theta))
        start = measure.snapshot(first, curved=False)
        end = replace(measure.snapshot(position, curved=False))
        parts = (begun.architecture, seeded, training, None, validation, start, end)
        return Evidence(*parts, history=position.history)

    def watch(moment: Moment) -> None:
        if not moment.epoch_ended:
            return
        for finding in _cheap_findings(evidence(moment.position)):
            if finding.name not in told:
                told.add(finding.name)
                tell(_sentence(finding, moment.position.epoch))

    return watch


def _cheap_findings(evidence: Evidence) -> Iterator[Finding]:
    found = (condition.found(evidence) for condition in CONDITIONS if condition.cheap)
    return (finding for finding in found if finding is not None)


def _sentence(finding: Finding, epoch: int) -> str:
    return f"After epoch {epoch}: {finding.title.lower()}: {finding.what}. {finding.why}."
