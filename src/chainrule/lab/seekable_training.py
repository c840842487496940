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
from typing import Generic, NamedTuple, TypeVar

from chainrule.engine import History, Position, Until
from chainrule.errors import DivergenceError
from chainrule.lab.room_settings import RoomSettings
from chainrule.network import Network
from chainrule.training import TrainingSetup, first_position, stop_reason, train_chunk

__all__ = ["ENDLESS", "LaterSetup", "SeekableTraining", "SeekableTrainings"]

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


class LaterSetup(NamedTuple):
    """A setup by which a training goes on after some updates."""

    updates: int
    setup: TrainingSetup


class SeekableTraining:
    """One training with positions on its way.

    Args:
        setup: as it begins.
        later: setups by which it goes on, in the order of their updates.
    """

    def __init__(self, setup: TrainingSetup, later: tuple[LaterSetup, ...] = ()) -> None:
        self.setup = setup
        self._later = later
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
        position = self.newest(updates)
        if position.step == updates:
            return position
        until = None if seconds is None else time.monotonic() + seconds
        with self._lock:
            position = self.newest(updates)
            while position.step < updates and (until is None or time.monotonic() < until):
                setup = self.setup_at(position.step)
                if stop_reason(setup.recipe, position) is not None:
                    break
                asked = Until(batches=self._next(position.step, updates), seconds=seconds)
                position = _thin(train_chunk(setup, position, asked).position, setup)
                self._keep(position)
            return position

    def newest(self, updates: int) -> Position:
        """Return the last position that was computed of those before or at so many updates."""
        kept = self._kept  # replaced as a whole, so that no lock is needed
        return kept[bisect_right([one.step for one in kept], updates) - 1]

    def setup_at(self, updates: int) -> TrainingSetup:
        """Return the setup of the update that follows so many."""
        return next((one.setup for one in self._later[::-1] if one.updates <= updates), self.setup)

    def _next(self, done: int, wanted: int) -> int:
        """How many updates follow by the same setup."""
        return min([wanted, *(one.updates for one in self._later if one.updates > done)]) - done

    def ended(self, position: Position) -> str:
        """Return why the training ends at a position; empty if it goes on."""
        return stop_reason(self.setup_at(position.step).recipe, position) or ""

    def adopt(self, other: SeekableTraining, updates: int) -> None:
        """Take over what another training has computed that is the same for so many updates."""
        with other._lock, self._lock:
            for position in other._kept:
                if position.step <= updates:
                    self._keep(position)

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
        """Return the network that a position stands for."""
        engine = self.setup_at(position.step).engine
        return self.setup.network.with_parameters(engine.inference_parameters(position))


def _thin(position: Position, setup: TrainingSetup) -> Position:
    """The position with every second record of its history, if there are many.

    It depends on the number of epochs alone, and so not on the way to the position. Patience reads
    all records.
    """
    if len(position.history) < _MOST_RECORDS or setup.recipe.patience is not None:
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
        self.kept: dict[Settings, Training] = {}
        """By the settings with which each was asked for first; the latest is the last."""
        self._lock = threading.Lock()

    def find(self, settings: Settings) -> Training:
        """Return the training by settings, made if it is new.

        Raises: as making it.
        """
        with self._lock:
            same = [one for one in self.kept if one.training == settings.training]
            key = same[0] if same else settings
            self.kept[key] = self.kept.pop(key) if same else self._make(settings)
            while len(self.kept) > _MOST_TRAININGS:
                self.kept.pop(next(iter(self.kept)))
            return self.kept[key]
