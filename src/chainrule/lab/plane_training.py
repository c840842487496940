"""The training behind the room Plane: where it stands after a number of updates, from any thread.

A position is a function of the settings: it is computed from the seed. What was computed is kept,
so that going on, and going back, need not begin again.
"""

from __future__ import annotations

import threading
import time
from bisect import bisect_right
from dataclasses import replace
from typing import Any

from chainrule.engine import Position, Until
from chainrule.lab.plane_points import PlaneData, make_data
from chainrule.lab.plane_settings import PlaneSettings
from chainrule.network import Network
from chainrule.recipe import Recipe
from chainrule.training import TrainingSetup, first_position, prepare_training, train_chunk

__all__ = ["PlaneTraining", "PlaneTrainings"]

_MOST_TRAININGS = 4
_MOST_POSITIONS = 64
_MOST_RECORDS = 600
"""Even, so that the last one stays. A single point makes an epoch of every update."""
_ENDLESS = 1_000_000
"""Epochs: a training ends when the visitor stops it."""


class PlaneTraining:
    """One training, by the points, network and recipe of the settings.

    Args:
        settings: how many updates are done does not matter.

    Raises: as `make_data` and `prepare_training`.
    """

    def __init__(self, settings: PlaneSettings) -> None:
        self.data: PlaneData = make_data(settings)
        self.setup: TrainingSetup = prepare_training(
            _make_network(settings),
            self.data.training,
            _make_recipe(settings),
            self.data.test,
            threads=1,
        )
        self._kept = [first_position(self.setup)]
        self._lock = threading.Lock()

    @property
    def batches(self) -> int:
        """Updates of an epoch."""
        return self.setup.engine.schedule.batches(0)

    def position(self, updates: int, seconds: float | None = None) -> Position:
        """Return where the training stands after a number of updates.

        Args:
            updates: from the first weights.
            seconds: after which it returns, with as many updates as were done; None for no limit.

        Raises: DivergenceError.
        """
        until = None if seconds is None else time.monotonic() + seconds
        with self._lock:
            at = bisect_right([one.step for one in self._kept], updates)
            position = self._kept[at - 1]
            while position.step < updates and (until is None or time.monotonic() < until):
                asked = Until(batches=updates - position.step, seconds=seconds)
                position = _thin(train_chunk(self.setup, position, asked).position)
                self._keep(position)
            return position

    def _keep(self, position: Position) -> None:
        """Keep a position; of many, the first, every second of the others, and the last."""
        kept = [one for one in self._kept if one.step != position.step] + [position]
        kept.sort(key=lambda one: one.step)
        self._kept = kept if len(kept) <= _MOST_POSITIONS else [*kept[:-1:2], kept[-1]]

    def network(self, position: Position) -> Network:
        """Return the network at a position."""
        return self.setup.network.with_parameters(position.parameters)


def _thin(position: Position) -> Position:
    """The position with every second record of its history, if there are many.

    It depends on the number of epochs alone, and so not on the way to the position.
    """
    if len(position.history) < _MOST_RECORDS:
        return position
    return replace(position, history=position.history[1::2])


def _make_network(settings: PlaneSettings) -> Network:
    outputs = settings.classes if settings.classifies else 1
    last = "softmax" if settings.classifies else "identity"
    layers = [len(settings.features), *settings.hidden, outputs]
    return Network.create(layers, [*settings.activations, last], seed=settings.seed)


def _make_recipe(settings: PlaneSettings) -> Recipe:
    return Recipe(
        cost="categorical_cross_entropy" if settings.classifies else "half_squared_error",
        optimiser=settings.optimiser,
        learning_rate=settings.learning_rate,
        batch_size=settings.batch_size,
        l1=settings.l1,
        l2=settings.l2,
        seed=settings.seed,
        epochs=_ENDLESS,
        engine="reference",  # networks so small gain nothing by compiling, which takes seconds
        scaling="none",
        target_scaling="none",
    )


class PlaneTrainings:
    """The trainings that were looked at last."""

    def __init__(self) -> None:
        self._trainings: dict[tuple[Any, ...], PlaneTraining] = {}
        self._lock = threading.Lock()

    def find(self, settings: PlaneSettings) -> PlaneTraining:
        """Return the training by settings, made if it is new.

        Raises: as `PlaneTraining`.
        """
        key = settings.training
        with self._lock:
            found = self._trainings.pop(key, None) or PlaneTraining(settings)
            self._trainings[key] = found
            while len(self._trainings) > _MOST_TRAININGS:
                self._trainings.pop(next(iter(self._trainings)))
            return found
