"""A training that the page looks at: where it stands after a number of updates, from any thread.

A position is a function of the settings: it is computed from the seed. What was computed is kept,
so that going on, and going back, need not begin again.
"""

from __future__ import annotations

import threading
import time
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from chainrule.engine import History, Position, Until
from chainrule.errors import DivergenceError
from chainrule.lab.room_settings import RoomSettings
from chainrule.network import Network
from chainrule.training import TrainingSetup, first_position, train_chunk

__all__ = ["ENDLESS", "SeekableTraining", "SeekableTrainings"]

ENDLESS = 1_000_000
"""Epochs: a training ends when the visitor stops it."""

_MOST_TRAININGS = 4
_MOST_POSITIONS = 64
_MOST_RECORDS = 600
"""Even, so that the last one stays. A single point makes an epoch of every update."""


@dataclass(frozen=True, eq=False)
class ReachedPosition:
    """Where a training stands, and why it goes no further where it diverged."""

    position: Position
    failure: DivergenceError | None = None


class SeekableTraining:
    """One training with positions on its way.

    Args:
        setup: as it begins.
    """

    def __init__(self, setup: TrainingSetup) -> None:
        self.setup = setup
        self._kept = [first_position(setup)]
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

    def reach(self, updates: int, seconds: float | None = None) -> ReachedPosition:
        """Return the same with a limit of time also where the training diverges on the way.

        Raises: DivergenceError without a limit.
        """
        try:
            return ReachedPosition(self.position(updates, seconds))
        except DivergenceError as error:
            if seconds is None:
                raise
            return ReachedPosition(error.position, error)

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
    return replace(position, history=History(position.history[1::2]))


Settings = TypeVar("Settings", bound=RoomSettings)
Training = TypeVar("Training", bound=SeekableTraining)


class SeekableTrainings(Generic[Settings, Training]):
    """The trainings that were looked at last.

    Args:
        make: the training of settings.
    """

    def __init__(self, make: Callable[[Settings], Training]) -> None:
        self._make = make
        self._trainings: dict[tuple[Any, ...], Training] = {}
        self._lock = threading.Lock()

    def find(self, settings: Settings) -> Training:
        """Return the training by settings, made if it is new.

        Raises: as making it.
        """
        key = settings.training
        with self._lock:
            found = self._trainings.pop(key, None) or self._make(settings)
            self._trainings[key] = found
            while len(self._trainings) > _MOST_TRAININGS:
                self._trainings.pop(next(iter(self._trainings)))
            return found
