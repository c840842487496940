"""What a diagnosis looks at: figures from before the first step and from the end of a training."""

from __future__ import annotations

from dataclasses import dataclass

from chainrule.data import Dataset
from chainrule.diagnosis.curvature import Curvature
from chainrule.engine import EpochRecord
from chainrule.network import Architecture
from chainrule.recipe import Recipe

__all__ = ["POOR", "Evidence", "LayerFacts", "Snapshot"]

POOR = 0.5
"""Below this skill a training counts as one that does not learn."""


@dataclass(frozen=True)
class LayerFacts:
    """Figures of one layer on a sample of the training set.

    Args:
        layer: its number, from 1.
        activation: the name of its function.
        weight_ratio: root mean square of its weights, in units of √(2/fan_in).
        alike: mean cosine between the weights of two of its neurons, -1 to 1; 1 where all are 0.
            None for fewer than two neurons.
        dead: share of its neurons that are 0 for every example; None without ReLU.
        saturated: share of its activations at which the function's slope is below a twentieth of
            its greatest; None for functions that do not saturate on both sides.
        gain: by what factor its weighted sums vary more over the examples than its inputs do.
        pull: root mean square of its weights' gradient, in units of √(2/fan_in). Where it is
            normalised, the gradient is that of weights brought to the size √(2/fan_in): only their
            direction counts, and the gradient is the longer the shorter they are.
        normalised: whether its sums are brought to one scale over the batch; the figures of
            activations are then of what is made of them.
    """

    layer: int
    activation: str
    weight_ratio: float
    alike: float | None
    dead: float | None
    saturated: float | None
    gain: float
    pull: float
    normalised: bool = False


@dataclass(frozen=True)
class Snapshot:
    """A network at one position of its training, measured on the sample.

    Where there is an average of the weights, layers, cost and skill are the average's; rate, noise
    and curvature are those of the weights that take the steps. Nothing is silenced by dropout, and
    images are as they are.

    Args:
        step: steps done.
        layers: figures of each layer, from the first to the last.
        cost: mean cost, without penalties.
        skill: the part of what a constant answer gets wrong that the network gets right; 1 is
            perfect, 0 no better than the constant. By examples for classes, by squares for numbers.
        rate: learning rate of the next step; after the run's last one, that of the last.
        noise_scale: the batch size at which noise and gradient are equally long; inf where the
            mean gradient cannot be told from noise, NaN where it was not measured.
        curvature: None where it was not measured.
    """

    step: int
    layers: tuple[LayerFacts, ...]
    cost: float
    skill: float
    rate: float
    noise_scale: float
    curvature: Curvature | None = None

    @property
    def hidden(self) -> tuple[LayerFacts, ...]:
        """All layers but the last."""
        return self.layers[:-1]


@dataclass(frozen=True, eq=False)
class Evidence:
    """All that the conditions look at.

    Args:
        architecture: with its output activation settled.
        recipe: with its seed.
        training: what was learned from.
        test: what the network is to be judged by; None where that is not known.
        validation: a validation set of its own; None for none, or for a part held out.
        start: before the first step.
        end: after the last step that was taken.
        history: a record for each epoch that ended.
        steps: steps of the whole run, as the recipe has it.
        diverged: the sentence of the error by which it ended; empty where it did not.
        complete: whether `end` is the end of the whole run, not of a short trial.
    """

    architecture: Architecture
    recipe: Recipe
    training: Dataset
    test: Dataset | None
    validation: Dataset | None
    start: Snapshot
    end: Snapshot
    history: tuple[EpochRecord, ...] = ()
    steps: int = 0
    diverged: str = ""
    complete: bool = False

    @property
    def learns_badly(self) -> bool:
        """Whether the training diverged, or ends with little skill."""
        return bool(self.diverged) or not self.end.skill >= POOR
