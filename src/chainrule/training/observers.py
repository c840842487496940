"""Observers see a run go by; they may ask it to stop, and cannot change it otherwise."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from chainrule.engine import Position

__all__ = ["Observer", "Observers", "TrainingProgress"]

SLICE_SECONDS = 0.05
"""Observers are called at most so often, and at each epoch's end."""


@dataclass(frozen=True, eq=False)
class TrainingProgress:
    """What an observer sees.

    Args:
        position: the run's position; its arrays are not to be written to.
        epochs: epochs of the whole run.
        batches: batches of an epoch.
        epoch_ended: whether an epoch has just ended; its record is the history's last.
        seconds: since the training began, in this process.
    """

    position: Position
    epochs: int
    batches: int
    epoch_ended: bool
    seconds: float = 0.0

    @property
    def share_done(self) -> float:
        """How much of the run is done, 0 to 1."""
        done = self.position.epoch + self.position.batch / self.batches
        return done / self.epochs if self.epochs else 1.0


Observer: TypeAlias = Callable[[TrainingProgress], object]
"""Called with a TrainingProgress; returning True asks the run to stop."""


class Observers:
    """Calls each observer; one that raises is dropped with a warning and the run goes on."""

    def __init__(self, observers: Iterable[Observer]) -> None:
        self._observers = list(observers)

    def see(self, moment: TrainingProgress) -> bool:
        """Show a moment to all; True where one asks to stop."""
        wishes = [self._shown(observer, moment) for observer in list(self._observers)]
        return any(wishes)

    def _shown(self, observer: Observer, moment: TrainingProgress) -> bool:
        try:
            return observer(moment) is True
        except Exception as error:
            self._observers.remove(observer)
            text = (
                f"train: an observer was dropped, since it raised {type(error).__name__}: {error}"
            )
            warnings.warn(text, RuntimeWarning, stacklevel=2)
            return False
