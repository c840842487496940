"""The training loop: `train` starts a run, `resume` continues one, `branch` leaves one."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from chainrule.data import Dataset
from chainrule.engine import Position, Until
from chainrule.errors import DataError, DivergenceError, TrainingInterrupted
from chainrule.limits import THREADS
from chainrule.network import Network, tensor_digests
from chainrule.recipe import Recipe
from chainrule.training.branching import branch_start
from chainrule.training.certificate import certify
from chainrule.training.epoch_end import PatienceCounter, end_epoch, final_parameters, stop_reason
from chainrule.training.observers import Observer, Observers, TrainingProgress
from chainrule.training.recipe_compatibility import warn_of_snapshots
from chainrule.training.run_facts import BranchOrigin, RunEnvironment, RunFacts, data_facts
from chainrule.training.run_folder import RunFolder
from chainrule.training.run_recorder import Run, RunRecorder
from chainrule.training.run_start import describe_start
from chainrule.training.setup import (
    TrainingSetup,
    first_position,
    prepare_training,
    restore_training,
)
from chainrule.training.stop_signals import stop_requests

__all__ = ["branch", "resume", "train", "train_chunk"]

CHUNK_SECONDS = 0.05
"""How long a chunk of training takes: observers are called after each, and at each epoch's end."""

CHECKPOINT_SECONDS = 2.0
DIVERGED, INTERRUPTED, STOPPED = "diverged", "interrupted", "stopped by an observer"
"""Why a run ends otherwise than by its recipe."""


class Chunk(NamedTuple):
    """The position after a chunk of training, and whether the chunk ended an epoch."""

    position: Position
    epoch_ended: bool


def train_chunk(setup: TrainingSetup, position: Position, until: Until) -> Chunk:
    """Train for a while; at the end of an epoch, add its record and look for the best weights.

    Raises: DivergenceError.
    """
    position = setup.engine.advance(position, until)
    epoch_ended = position.batch == setup.engine.schedule.batches(position.epoch)
    return Chunk(end_epoch(setup, position) if epoch_ended else position, epoch_ended)


@dataclass(eq=False)
class _Training:
    """One training from a position to its end.

    Args:
        setup: what is trained.
        facts: what the run is asked to do, for the certificate.
        observers: who sees the training.
        recorder: what is written on the way.
        start: the digest of each tensor before the first step.
    """

    setup: TrainingSetup
    facts: RunFacts
    observers: Observers
    recorder: RunRecorder
    start: Mapping[str, str]
    started: float = field(default_factory=time.monotonic)

    def begin(self, position: Position) -> Run:
        """Begin the run's folder, if it has one, and train from the position to the end."""
        folder = self.recorder.folder
        if folder is None:
            return self.run(position)
        with folder:
            folder.begin(self.facts, position)
            return self.run(position)

    def run(self, position: Position) -> Run:
        """Train from the position to the end, save the run, restore the best weights."""
        with stop_requests() as stop_requested:
            try:
                position, ended = self._loop(position, stop_requested)
            except DivergenceError as error:
                error.run = self._finish(error.position, DIVERGED)
                raise
            run = self._finish(position, ended)
        if ended == INTERRUPTED:
            raise TrainingInterrupted(run)
        return run

    def _loop(self, position: Position, stop_requested: Callable[[], bool]) -> tuple[Position, str]:
        """The loop: the last position, and why it is the last."""
        recipe = self.setup.recipe
        counter = PatienceCounter(recipe)
        ended = stop_reason(recipe, position, counter)
        while ended is None:
            position, epoch_ended = train_chunk(self.setup, position, Until(seconds=CHUNK_SECONDS))
            self.recorder.save_checkpoint_if_due(position)
            if epoch_ended and recipe.snapshots:
                self.recorder.save_snapshot(position)
            ended = stop_reason(recipe, position, counter)
            if self.observers.notify(self._progress(position, epoch_ended)):
                ended = ended or STOPPED
            if stop_requested():
                ended = ended or INTERRUPTED
        return position, ended

    def _progress(self, position: Position, epoch_ended: bool) -> TrainingProgress:
        seconds = time.monotonic() - self.started
        return TrainingProgress.at(self.setup, position, epoch_ended, seconds)

    def _finish(self, position: Position, ended: str) -> Run:
        """The run up to a position, saved."""
        network = self.setup.network.with_parameters(final_parameters(self.setup, position))
        run = Run(
            network=network,
            history=tuple(position.history),
            recipe=self.setup.recipe,
            certificate=certify(self.facts, self.start, position, network, ended),
            ended=ended,
            seconds=time.monotonic() - self.started,
            folder=self.recorder.path,
        )
        self.recorder.save_run(position, run)
        return run


def train(
    network: Network,
    dataset: Dataset,
    recipe: Recipe,
    *,
    validation: Dataset | None = None,
    folder: str | Path | None = None,
    observers: Iterable[Observer] = (),
    checkpoint_seconds: float = CHECKPOINT_SECONDS,
    keep_epochs: bool = False,
    notes: Mapping[str, Any] | None = None,
    threads: int | None = None,
    start: str | Path | None = None,
) -> Run:
    """Train a network by a recipe.

    The same network, data and recipe give the same bits, however often the run is interrupted and
    resumed, on one family of processors with the same versions of Python and NumPy.

    Args:
        network: the initial network; it is not changed.
        dataset: the training set.
        recipe: the settings of the training; if it has no seed, one is drawn and recorded.
        validation: a separate validation set, instead of recipe.validation_fraction.
        folder: a new or empty folder in which to save the run; None does not save it.
        observers: called with a TrainingProgress at most every 50 ms and at each epoch's end.
        checkpoint_seconds: least time between two checkpoints; it does not change the result.
        keep_epochs: whether the folder keeps a checkpoint of every epoch's end; a branch can begin
            at each epoch in any case, but without them it computes the run again up to there.
        notes: plain values to keep in the folder's run.json.
        threads: number of threads, at least 1; None for CHAINRULE_THREADS or, if that is not set,
            the number of processors. It does not change the result.
        start: the network file, or the run, that the weights of `network` were loaded from. The
            run records it, and `verify` asks for it; a start that was drawn from the seed of
            `Network.create`, or of the recipe, needs none.

    Returns: the Run, with the best weights by recipe.monitor.
    Raises: InputError, ShapeError, RunFolderError, FileError; DivergenceError and
        TrainingInterrupted, both with the Run so far in their attribute `run`.
    """
    run_folder = None if folder is None else RunFolder(folder)
    if run_folder is not None:
        run_folder.require_new()  # before the kernels are compiled
    threads = THREADS.check("train", "threads", threads)
    warn_of_snapshots(recipe)
    setup = prepare_training(network, dataset, recipe, validation, threads=threads)
    position = first_position(setup)
    facts = replace(
        _run_facts(setup, position, notes, keep_epochs=keep_epochs),
        start=describe_start(network, (network.seed, setup.recipe.seed), start),
    )
    recorder = RunRecorder(setup, run_folder, checkpoint_seconds, keep_epochs)
    digests = tensor_digests(setup.engine.layout, position.parameters)
    return _Training(setup, facts, Observers(observers), recorder, digests).begin(position)


def branch(
    parent: str | Path,
    epoch: int,
    recipe: Recipe,
    dataset: Dataset,
    *,
    folder: str | Path | None = None,
    validation: Dataset | None = None,
    observers: Iterable[Observer] = (),
    checkpoint_seconds: float = CHECKPOINT_SECONDS,
    keep_epochs: bool = False,
    notes: Mapping[str, Any] | None = None,
    threads: int | None = None,
) -> Run:
    """Train a branch of a saved run: from the end of one of its epochs on, by another recipe.

    The branch begins with the weights, the update's state and the history of its parent. If the
    parent's folder has no checkpoint of that epoch's end, the parent is computed again from the
    nearest one before it, to the bit. Cost, normalisation and the examples that are learned from
    must be the parent's; from epoch 0 any recipe can go on.

    Args:
        parent: the folder of the run to branch from.
        epoch: of that run, after which the branch begins; 0 for its start.
        recipe: of the branch; epochs are counted from the parent's start.
        dataset: the training set with which the parent began.
        folder: as in `train`; it records the parent and its digests.
        validation: the validation set with which the parent began.
        observers: as in `train`.
        checkpoint_seconds: as in `train`.
        keep_epochs: as in `train`.
        notes: as in `train`.
        threads: as in `train`.

    Returns: the Run, whose history begins with the parent's epochs.
    Raises: what `train` and `resume` raise.
    """
    run_folder = None if folder is None else RunFolder(folder)
    if run_folder is not None:
        run_folder.require_new()
    threads = THREADS.check("train", "threads", threads)
    warn_of_snapshots(recipe)
    start = branch_start(
        RunFolder(parent), dataset, recipe, epoch, validation=validation, threads=threads
    )
    facts = _run_facts(
        start.setup, start.position, notes, parent=start.origin, keep_epochs=keep_epochs
    )
    recorder = RunRecorder(start.setup, run_folder, checkpoint_seconds, keep_epochs)
    training = _Training(
        start.setup, facts, Observers(observers), recorder, start.origin.tensor_sha256
    )
    return training.begin(start.position)


def resume(
    folder: str | Path,
    dataset: Dataset,
    *,
    validation: Dataset | None = None,
    observers: Iterable[Observer] = (),
    checkpoint_seconds: float = CHECKPOINT_SECONDS,
    threads: int | None = None,
) -> Run:
    """Continue a run from its newest intact checkpoint, to the bits of a run never stopped.

    Args:
        folder: the run's folder.
        dataset: the training set with which it began, before any part was held out.
        validation: the validation set with which it began.
        observers: as in `train`.
        checkpoint_seconds: as in `train`.
        threads: as in `train`.

    Returns: the Run.
    Raises: RunFolderError, IntegrityError if the data are others, and what `train` raises.
    """
    run_folder = RunFolder(folder)
    facts = run_folder.facts()
    with run_folder:
        run_folder.remove_partial_files()
        threads = THREADS.check("train", "threads", threads)
        setup = restore_training(run_folder, dataset, validation, threads)
        position = run_folder.newest()
        _require_same_shapes(run_folder, position, first_position(setup))
        facts = _continued(run_folder, facts, setup, position)
        recorder = RunRecorder(setup, run_folder, checkpoint_seconds, facts.keep_epochs)
        start = tensor_digests(setup.engine.layout, run_folder.first().parameters)
        return _Training(setup, facts, Observers(observers), recorder, start).run(position)


def _continued(
    folder: RunFolder, facts: RunFacts, setup: TrainingSetup, position: Position
) -> RunFacts:
    """The facts of a run that goes on; where that is under other conditions, it is recorded.

    It is no error: what a user has begun on one machine can be ended on another. But no single
    machine will compute the same bits again, so a warning says so, and run.json.
    """
    here = RunEnvironment.here(setup.recipe.engine, position)
    before = facts.environments[-1] if facts.environments else None
    changes = () if before is None else before.changes(here)
    if (before and not changes) or stop_reason(setup.recipe, position) is not None:
        return facts
    if changes:
        warnings.warn(
            f"{folder.path} was begun under other conditions: {'; '.join(changes)}. It goes on, "
            "but no single machine will compute its bits again.",
            RuntimeWarning,
            stacklevel=3,
        )
    again = replace(facts, environments=(*facts.environments, here))
    folder.write_facts(again)
    return again


def _require_same_shapes(folder: RunFolder, position: Position, first: Position) -> None:
    """Refuse a position whose arrays are not those of the run's recipe and architecture."""
    found, wanted = (
        [(array.shape, array.dtype) for array in (p.parameters, p.state)] for p in (position, first)
    )
    if found != wanted:
        raise DataError(
            str(folder.path),
            expected=f"checkpoints with parameters {wanted[0][0]} and state {wanted[1][0]}",
            got=f"{found[0][0]} and {found[1][0]}",
            why="run.json or the checkpoints were changed after the run began",
        )


def _run_facts(
    setup: TrainingSetup,
    position: Position,
    notes: Mapping[str, Any] | None,
    *,
    parent: BranchOrigin | None = None,
    keep_epochs: bool = False,
) -> RunFacts:
    return RunFacts(
        recipe=setup.recipe,
        architecture=setup.network.architecture,
        data=data_facts(setup.training, setup.validation),
        notes=dict(notes or {}),
        parent=parent,
        keep_epochs=keep_epochs,
        environments=(RunEnvironment.here(setup.recipe.engine, position),),
    )
