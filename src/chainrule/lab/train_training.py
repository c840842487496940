"""The training behind the room Train: one setup, or several one after the other."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset, prepare_dataset
from chainrule.diagnosis import NetworkMeasures, Snapshot
from chainrule.engine import Position, TrainingContext, make_engine
from chainrule.experiment import Experiment
from chainrule.lab.run_ahead import RunAhead
from chainrule.lab.seekable_training import LaterSetup, SeekableTraining, SeekableTrainings
from chainrule.lab.train_settings import RateChange, TrainSettings
from chainrule.lab.train_source import TrainSources
from chainrule.training import TrainingSetup, prepare_training

__all__ = ["TrainTraining", "TrainTrainings"]

_TRIED = 2000
"""Examples of the test set, from the first, by which the network is judged 20 times a second."""


class TrainTraining(SeekableTraining):
    """One training, by data, network and recipe of the settings.

    Args:
        settings: how many updates are done does not matter.
        sources: of the data.

    Raises: as `TrainSources.experiment` and `prepare_training`.
    """

    def __init__(self, settings: TrainSettings, sources: TrainSources) -> None:
        self.experiment = sources.experiment(settings)
        self.changes = settings.rates
        setup = _make_setup(self.experiment, settings.examples)
        later = [LaterSetup(one.updates, _at_rate(setup, one)) for one in settings.rates]
        super().__init__(setup, tuple(later))
        raw = _first(self.experiment.test_data(), _TRIED)
        self.columns: Dataset = raw
        """The examples tried, as the columns of their table where they are one."""
        self.test: Dataset = prepare_dataset(raw, setup.network.preprocessing)
        """The examples tried, as the network takes them."""

    @cached_property
    def measures(self) -> NetworkMeasures:
        """Measures its network on a sample of what is learned from."""
        setup = self.setup
        return NetworkMeasures(setup.network.architecture, setup.recipe, setup.training)

    @cached_property
    def ahead(self) -> RunAhead:
        """Goes on with it in a thread of its own."""
        return RunAhead(self)

    @cached_property
    def first_snapshot(self) -> Snapshot:
        """Its network before the first update."""
        return self.measures.snapshot(self.position(0), curvature=False)

    def next_rows(self, position: Position) -> NDArray[np.int64]:
        """Return the rows of the training set from which the next update learns, in order."""
        engine = self.setup_at(position.step).engine
        start, end = engine.schedule.bounds(position.epoch, position.batch)
        return engine.context.order(position.epoch)[start:end]

    def shared_updates(self, other: TrainTraining) -> int:
        """Return for how many updates a training by the same recipe is the same."""
        ends = [one.updates for one in {*self.changes} ^ {*other.changes}]
        return min(ends, default=2**62)


def _first(dataset: Dataset, count: int) -> Dataset:
    return dataset if len(dataset) <= count else dataset.subset(np.arange(count))


def _make_setup(experiment: Experiment, examples: int) -> TrainingSetup:
    """The setup, with the examples tried as a validation set where there is no other."""
    loaded, recipe = experiment.datasets, experiment.recipe
    held_out = loaded.validation
    if held_out is None and not recipe.validation_fraction:
        held_out = _first(loaded.pair.test, _TRIED)
    training = _first(loaded.pair.train, examples)
    return prepare_training(experiment.network(), training, recipe, held_out, threads=1)


def _at_rate(setup: TrainingSetup, change: RateChange) -> TrainingSetup:
    """The setup with another learning rate."""
    recipe = setup.recipe.replaced(learning_rate=change.rate)
    context = TrainingContext(setup.network.architecture, recipe, setup.training, 1)
    return replace(setup, recipe=recipe, engine=make_engine(context))


class TrainTrainings(SeekableTrainings[TrainSettings, TrainTraining]):
    """The trainings of the room that were looked at last.

    Args:
        sources: of the data.
    """

    def __init__(self, sources: TrainSources) -> None:
        self.sources = sources
        super().__init__(self._make_training)

    def _make_training(self, settings: TrainSettings) -> TrainTraining:
        """A training; what one that began alike has computed need not be computed again."""
        made = TrainTraining(settings, self.sources)
        same = replace(settings, rates=()).training
        for key, other in self.kept.items():
            if replace(key, rates=()).training == same:
                made.adopt(other, made.shared_updates(other))
        return made
