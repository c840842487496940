"""The evidence of a diagnosis: measurements before the first step and at the end of a training."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from chainrule.data import Dataset
from chainrule.diagnosis.curvature import Curvature
from chainrule.diagnosis.example_measures import class_counts
from chainrule.engine import EpochRecord
from chainrule.network import Architecture
from chainrule.recipe import Recipe

__all__ = ["FEWEST_STEPS", "POOR_SKILL", "Evidence", "LayerSnapshot", "Snapshot", "epoch_skill"]

POOR_SKILL = 0.5
"""The skill below which a training counts as one that does not learn."""
FEWEST_STEPS = 50
"""Before this step, every training has learned little."""


@dataclass(frozen=True)
class LayerSnapshot:
    """Figures of one layer on a sample of the training set.

    Args:
        layer: its number, from 1.
        activation: the name of its activation.
        weight_ratio: root mean square of its weights, in units of √(2/fan_in).
        mean_cosine: mean cosine between the weights of two of its neurons, -1 to 1; 1 if all are
            0, None for fewer than two neurons.
        dead_fraction: fraction of its neurons that are 0 for every example; None without ReLU.
        saturated_fraction: fraction of its activations at which the derivative is below a twentieth
            of its maximum; None for functions that do not saturate on both sides.
        signal_gain: deviation of its weighted sums over the examples, divided by that of its
            inputs.
        gradient_ratio: root mean square of its weights' gradient, in units of √(2/fan_in). If the
            layer is normalised, only the weights' direction matters and their gradient grows as
            they shrink; the figure is then for weights of the size √(2/fan_in).
        rank: dimensions in which its activations vary over the examples by more than a hundredth of
            the greatest, counted up to twice those that the classes need.
        normalised: whether its sums are normalised over the batch; the figures of activations are
            then those after normalisation.
    """

    layer: int
    activation: str
    weight_ratio: float
    mean_cosine: float | None
    dead_fraction: float | None
    saturated_fraction: float | None
    signal_gain: float
    gradient_ratio: float
    rank: int
    normalised: bool = False


@dataclass(frozen=True)
class Snapshot:
    """A network at one position of its training, measured on the sample.

    If the training averages its weights, layers, cost and skill belong to the average; rate, noise
    and curvature belong to the weights that take the steps. Dropout and distortions are off.

    Args:
        step: steps done.
        layers: figures of each layer, from the first to the last.
        cost: mean cost, without penalties.
        skill: 1 - the error divided by that of a constant prediction: 1 is perfect, 0 no better
            than the constant. The error counts examples for classes, and squares for numbers.
        rate: learning rate of the next step; after the run's last step, that of the last.
        noise_scale: the batch size at which noise and mean gradient have the same norm; inf if the
            mean gradient is not distinguishable from noise, NaN if it was not measured.
        curvature: what limits the learning rate; None if it was not measured, or if curvature sets
            no limit to the update.
        lambda_max: λ_max, the largest eigenvalue of the objective's Hessian; NaN if it was not
            measured, or is not finite.
    """

    step: int
    layers: tuple[LayerSnapshot, ...]
    cost: float
    skill: float
    rate: float
    noise_scale: float
    curvature: Curvature | None = None
    lambda_max: float = math.nan

    @property
    def hidden(self) -> tuple[LayerSnapshot, ...]:
        """All layers except the last."""
        return self.layers[:-1]


@dataclass(frozen=True, eq=False)
class Evidence:
    """Everything that the conditions are judged by.

    Args:
        architecture: with its output activation resolved.
        recipe: with its seed.
        training: the training set.
        test: the test set, or None if it is not known.
        validation: a separate validation set, or None; a part that is held out does not count.
        start: before the first step.
        end: after the last step that was taken.
        history: a record for each completed epoch.
        steps: number of steps of the whole run by the recipe.
        diverged: the message of the error by which the run diverged; empty if it did not.
        complete: whether `end` is the end of the whole run, not of a short trial.
        under_way: whether the training goes on, and each epoch is judged as it ends.
        least: the place in the history of the lowest validation cost, if that is known.
    """

    architecture: Architecture
    recipe: Recipe
    training: Dataset
    test: Dataset | None
    validation: Dataset | None
    start: Snapshot
    end: Snapshot
    history: Sequence[EpochRecord] = ()
    steps: int = 0
    diverged: str = ""
    complete: bool = False
    under_way: bool = False
    least: int | None = None

    @property
    def learns_badly(self) -> bool:
        """Whether the training diverged, or ends with little skill."""
        return bool(self.diverged) or not self.end.skill >= POOR_SKILL

    @property
    def least_place(self) -> int:
        """The place in the history of the lowest validation cost, the first of equal ones."""
        if self.least is not None:
            return self.least
        costs = [record.validation_cost or 0.0 for record in self.history]
        return costs.index(min(costs))

    @cached_property
    def began_badly(self) -> bool:
        """Whether after an epoch the training showed little skill, as it would have warned.

        Of a training under way each epoch has been judged already; to look through all of them
        after each would take time that grows with the square of their number.
        """
        if self.under_way:
            return False
        steps = self.end.step / max(1, len(self.history))
        skills = (
            epoch_skill(self.training, record)
            for record in self.history
            if record.epoch * steps >= FEWEST_STEPS
        )
        return any(skill < POOR_SKILL for skill in skills if skill is not None)


def epoch_skill(training: Dataset, record: EpochRecord) -> float | None:
    """Return the skill by an epoch's accuracy; None without classes to tell apart.

    It is hardly above the skill at the epoch's end, and below it with dropout and distortions.

    Args:
        training: the training set.
        record: of the epoch.
    """
    if record.accuracy is None:
        return None
    counts = class_counts(training)
    baseline = float(counts.max() / counts.sum())
    return None if baseline == 1 else 1 - (1 - record.accuracy) / (1 - baseline)
