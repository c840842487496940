"""The result of a training, and what is written into its folder on the way and at its end."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chainrule.engine import EpochRecord, Position
from chainrule.errors import FileError
from chainrule.network import Network
from chainrule.recipe import Recipe
from chainrule.training.run_folder import RunFolder
from chainrule.training.setup import TrainingSetup

__all__ = ["Run", "RunRecorder"]


@dataclass(frozen=True, eq=False)
class Run:
    """The result of a training.

    Args:
        network: with the best weights by the monitor, or the last ones without a monitor.
        history: a record for each epoch.
        recipe: as it was used, with its seed.
        certificate: digests and versions, as plain values.
        ended: why the training ended.
        seconds: time spent training in this process.
        folder: where the run is saved; None if it is not.
    """

    network: Network
    history: tuple[EpochRecord, ...]
    recipe: Recipe
    certificate: Mapping[str, Any]
    ended: str
    seconds: float
    folder: Path | None = None


@dataclass(eq=False)
class RunRecorder:
    """Saves a run while it is trained; without a folder it saves nothing.

    Args:
        setup: what is trained.
        folder: of the run, with its lock held; None for a run that is not saved.
        checkpoint_seconds: least time between two checkpoints.
        keep_epochs: whether each epoch's end gets a checkpoint that stays.
    """

    setup: TrainingSetup
    folder: RunFolder | None
    checkpoint_seconds: float
    keep_epochs: bool = False
    _last_saved: float = field(default_factory=time.monotonic)
    _warned: bool = False

    @property
    def path(self) -> Path | None:
        """The path of the folder; None without one."""
        return None if self.folder is None else self.folder.path

    def save_checkpoint_if_due(self, position: Position) -> None:
        """Write a checkpoint if the last one is old enough, or if it stays.

        A disk that is full now may have room later: the first failure is a warning.
        """
        stays = self.keep_epochs and position.batch == 0
        is_old = time.monotonic() - self._last_saved >= self.checkpoint_seconds
        if self.folder is None or not (stays or is_old):
            return
        try:
            self.folder.write_checkpoint(position, keep_epochs=self.keep_epochs)
            self.folder.write_history(position)
        except FileError as error:
            if not self._warned:
                warnings.warn(f"{error} The training continues.", RuntimeWarning, stacklevel=2)
            self._warned = True
        self._last_saved = time.monotonic()

    def save_snapshot(self, position: Position) -> None:
        """Write the network of an epoch's end, if the epoch ends a cycle of the schedule.

        Raises: FileError.
        """
        engine = self.setup.engine
        if self.folder is not None and engine.schedule.ends_cycle(position.epoch):
            parameters = engine.inference_parameters(position)
            self.folder.write_snapshot(
                self.setup.network.with_parameters(parameters), position.epoch
            )

    def save_run(self, position: Position, run: Run) -> None:
        """Write all that a run leaves; what cannot be written keeps nothing else from it.

        A disk without room for a checkpoint may have some for the network.

        Raises: FileError for the first that failed, which carries the run in its attribute `run`.
        """
        folder = self.folder
        if folder is None:
            return
        steps = (
            lambda: folder.write_checkpoint(position, keep_epochs=self.keep_epochs),
            lambda: folder.write_history(position),
            lambda: folder.write_network(run.network),
            lambda: folder.write_certificate(run.certificate),
        )
        errors = [error for error in map(_error_of, steps) if error is not None]
        if errors:
            errors[0].run = run
            raise errors[0]


def _error_of(write: Callable[[], None]) -> FileError | None:
    """Write a file; the error if it cannot be written."""
    try:
        write()
    except FileError as error:
        return error
    return None
