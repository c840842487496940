"""Observers of a training: they are called with its progress, and may ask it to stop."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from chainrule.engine import Position
from chainrule.training.setup import TrainingSetup

__all__ = ["Observer", "Observers", "TrainingProgress"]


@dataclass(frozen=True, eq=False)
class TrainingProgress:
    """The progress of a training, for observers.

    Args:
        position: where the training stands; its arrays are read-only.
        epochs: number of epochs of the whole run.
        batches: number of batches of an epoch.
        epoch_ended: whether an epoch has just ended; its record is the last of the history.
        seconds: since the training began, in this process.
    """

    position: Position
    epochs: int
    batches: int
    epoch_ended: bool
    seconds: float = 0.0

    @classmethod
    def at(
        cls, setup: TrainingSetup, position: Position, epoch_ended: bool, seconds: float = 0.0
    ) -> TrainingProgress:
        """The progress of a training at a position."""
        batches = setup.engine.schedule.batches(position.epoch)
        return cls(position, setup.recipe.epochs, batches, epoch_ended, seconds)

    @property
    def fraction_done(self) -> float:
        """The fraction of the run that is done, 0 to 1."""
        done = self.position.epoch + self.position.batch / self.batches
        return done / self.epochs if self.epochs else 1.0


Observer: TypeAlias = Callable[[TrainingProgress], object]
"""Called with a TrainingProgress; returning True asks the training to stop."""


class Observers:
    """Calls each observer; one that raises is dropped with a warning, and the training goes on."""

    def __init__(self, observers: Iterable[Observer]) -> None:
        self._observers = list(observers)

    def notify(self, progress: TrainingProgress) -> bool:
        """Call every observer; whether one asks to stop."""
        answers = [self._call(observer, progress) for observer in list(self._observers)]
        return any(answers)

    def _call(self, observer: Observer, progress: TrainingProgress) -> bool:
        try:
            return observer(progress) is True
        except Exception as error:
            self._observers.remove(observer)
            text = (
                f"train: an observer is no longer called, because it raised "
                f"{type(error).__name__}: {error}"
            )
            warnings.warn(text, RuntimeWarning, stacklevel=2)
            return False
