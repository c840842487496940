"""The training of the room Train, and its network as the other rooms have theirs."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from chainrule.data import Dataset, load_dataset
from chainrule.engine import Position
from chainrule.equations.updates import UPDATES
from chainrule.lab.room_settings import describe_limits, layer_activations
from chainrule.lab.seekable_training import ENDLESS, SeekableTraining, SeekableTrainings
from chainrule.lab.shown_step import ShownStep, make_step
from chainrule.lab.state import LabState
from chainrule.lab.subject import LabSubject
from chainrule.lab.train_settings import TrainSettings
from chainrule.ledger.steps import supported_recipe
from chainrule.network import Network
from chainrule.recipe import Recipe
from chainrule.training import TrainingSetup, prepare_training

__all__ = ["TrainStep", "TrainTrainings", "describe_train", "make_train_step", "train_state"]

_TEST_DIGITS = 2000
"""The first of MNIST's test digits, which are scored 20 times a second."""
_LOSS = "categorical_cross_entropy"


class DigitTraining(SeekableTraining):
    """One training on digits, by the network and recipe of the settings.

    Args:
        settings: how many updates are done does not matter.

    Raises: as `prepare_training`.
    """

    def __init__(self, settings: TrainSettings) -> None:
        digits = load_dataset("mnist")
        self.training = digits.train.subset(np.arange(settings.examples))
        self.test = digits.test.subset(np.arange(_TEST_DIGITS))
        super().__init__(_make_setup(settings, self.training, self.test))


def _make_setup(settings: TrainSettings, training: Dataset, test: Dataset) -> TrainingSetup:
    layers = [training.features, *settings.hidden, len(training.class_names)]
    network = Network.create(layers, [*settings.activations, "softmax"], seed=settings.seed)
    recipe = Recipe(
        cost=_LOSS,
        optimiser=settings.optimiser,
        learning_rate=settings.learning_rate,
        batch_size=settings.batch_size,
        l1=settings.l1,
        l2=settings.l2,
        seed=settings.seed,
        epochs=ENDLESS,
        engine="reference",  # begins at once, where compiling takes seconds
        scaling="none",
    )
    return prepare_training(network, training, recipe, test, threads=1)


class TrainTrainings(SeekableTrainings[TrainSettings, DigitTraining]):
    """The trainings of the room that were looked at last."""

    def __init__(self) -> None:
        super().__init__(DigitTraining)


@dataclass(frozen=True, eq=False, kw_only=True)
class TrainStep(ShownStep):
    """A step on one test digit alone, from where the training stands.

    Args:
        settings: of the room.
        training: that they describe.
        position: as far as it is; before `settings.updates` where time ran out.
    """

    settings: TrainSettings
    training: DigitTraining
    position: Position


def train_state(state: LabState) -> LabState:
    """Return what a state says of the room Train: edits and ink belong to another network."""
    return LabState(
        room="train",
        train=state.train,
        select=state.select,
        edges=state.edges,
        digits=state.digits,
        direction=state.direction,
    )


def make_train_step(
    trainings: TrainTrainings, state: LabState, seconds: float | None = None
) -> TrainStep:
    """Return the step on the chosen digit.

    Args:
        trainings: where the training is kept.
        state: of the page.
        seconds: after which the training is shown as far as it is, also one that diverges; None for
            no limit.

    Raises: DivergenceError without a limit; as `DigitTraining`.
    """
    settings = state.train
    training = trainings.find(settings)
    reached = training.reach(settings.updates, seconds)
    position = reached.position
    recipe = supported_recipe(training.setup.recipe).replaced(batch_size=1, shuffle=False)
    example = training.test.subset(np.array([settings.point]))
    subject = LabSubject("train", training.network(position), recipe, example)
    found = make_step(subject, LabState(example=0))
    given = {one.name: getattr(found, one.name) for one in fields(ShownStep)}
    given["failure"] = reached.failure
    return TrainStep(**given, settings=settings, training=training, position=position)


def describe_train(settings: TrainSettings) -> dict[str, Any]:
    """Return what the page's controls need: the settings, and what each can be."""
    return {
        "defaults": {one.name: getattr(TrainSettings(), one.name) for one in fields(settings)},
        "limits": describe_limits(settings),
        "choices": {"activations": layer_activations(), "optimiser": list(UPDATES)},
    }
