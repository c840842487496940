"""Training: the only loop."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from chainrule.data import Dataset
from chainrule.engine import EpochRecord, Position, Until, drop_gains, training_layout
from chainrule.errors import (
    DataError,
    DivergenceError,
    FileError,
    IntegrityError,
    TrainingInterrupted,
)
from chainrule.limits import Limit
from chainrule.network import Network
from chainrule.recipe import Recipe
from chainrule.training.certificate import certify
from chainrule.training.epoch_end import final_parameters, stop_reason, train_chunk
from chainrule.training.observers import SLICE_SECONDS, Observer, Observers, TrainingProgress
from chainrule.training.run_folder import RunFacts, RunFolder, data_facts
from chainrule.training.setup import TrainingSetup, first_position, prepare_training
from chainrule.training.stop_signals import stop_requests

__all__ = ["Run", "resume", "train"]

CHECKPOINT_SECONDS = 2.0
INTERRUPTED = "interrupted"


@dataclass(frozen=True, eq=False)
class Run:
    """What a training gave.

    Args:
        network: with the monitor's best weights, or the last ones without a monitor.
        history: a record an epoch.
        recipe: as it was used, with its seed.
        certificate: digests and versions, as plain values.
        ended: why it is over.
        seconds: time spent training in this process.
        folder: where it is kept; None where it is not.
    """

    network: Network
    history: tuple[EpochRecord, ...]
    recipe: Recipe
    certificate: Mapping[str, Any]
    ended: str
    seconds: float
    folder: Path | None = None


def train(
    network: Network,
    dataset: Dataset,
    recipe: Recipe,
    *,
    validation: Dataset | None = None,
    folder: str | Path | None = None,
    observers: Iterable[Observer] = (),
    checkpoint_seconds: float = CHECKPOINT_SECONDS,
    notes: Mapping[str, Any] | None = None,
    threads: int | None = None,
) -> Run:
    """Train a network by a recipe.

    The same network, data and recipe give the same bits, however often the run is interrupted and
    resumed, on one family of processors with the same versions of Python and NumPy.

    Args:
        network: the start; it is not changed.
        dataset: what to learn from.
        recipe: how; where it has no seed, one is drawn and recorded.
        validation: a validation set of its own, instead of recipe.validation_fraction.
        folder: where to keep the run; a folder that is new or empty.
        observers: called with a TrainingProgress at most every 50 ms and at each epoch's end.
        checkpoint_seconds: least time between two checkpoints; it changes no result.
        notes: plain values to keep in the folder's run.json.
        threads: how many compute at once, at least 1; CHAINRULE_THREADS or else as many as there
            are processors where None. It changes no result.

    Returns: the Run, with the best weights by recipe.monitor.
    Raises: InputError, ShapeError, RunFolderError, FileError; DivergenceError and
        TrainingInterrupted, both with the Run so far in their attribute `run`.
    """
    kept = None if folder is None else RunFolder(folder)
    if kept is not None:
        kept.require_new()  # before kernels are compiled in vain
    plan = prepare_training(network, dataset, recipe, validation, threads=_checked(threads))
    position = first_position(plan)
    facts = _facts(plan, notes)
    if kept is None:
        return _Course(plan, facts, None, checkpoint_seconds).run(position, observers)
    with kept:
        kept.begin(facts, position)
        return _Course(plan, facts, kept, checkpoint_seconds).run(position, observers)


def resume(
    folder: str | Path,
    dataset: Dataset,
    *,
    validation: Dataset | None = None,
    observers: Iterable[Observer] = (),
    checkpoint_seconds: float = CHECKPOINT_SECONDS,
    threads: int | None = None,
) -> Run:
    """Go on with a run from its newest good checkpoint, to the bits of a run never stopped.

    Args:
        folder: the run's folder.
        dataset: the training set with which it began, before any part was held out.
        validation: the validation set with which it began.
        observers: as in `train`.
        checkpoint_seconds: as in `train`.
        threads: as in `train`.

    Returns: the Run.
    Raises: RunFolderError, IntegrityError where the data are others, and what `train` raises.
    """
    kept = RunFolder(folder)
    facts = kept.facts()
    with kept:
        kept.tidy()
        plan = restore_training(kept, dataset, validation, _checked(threads))
        position = kept.newest()
        _require_fit(kept, position, first_position(plan))
        return _Course(plan, facts, kept, checkpoint_seconds).run(position, observers)


def _checked(threads: int | None) -> int | None:
    limit = Limit(int, "how many compute at once", 1, optional=True)
    checked: int | None = limit.check("train", "threads", threads)
    return checked


def _require_fit(kept: RunFolder, position: Position, first: Position) -> None:
    """Refuse a position whose arrays are not those of the run's recipe and architecture."""
    found, wanted = (
        [(array.shape, array.dtype) for array in (p.parameters, p.state)] for p in (position, first)
    )
    if found != wanted:
        raise DataError(
            str(kept.path),
            expected=f"checkpoints with parameters {wanted[0][0]} and state {wanted[1][0]}",
            got=f"{found[0][0]} and {found[1][0]}",
            why="run.json or the checkpoints were changed after the run began",
        )


def restore_training(
    kept: RunFolder, dataset: Dataset, validation: Dataset | None, threads: int | None = None
) -> TrainingSetup:
    """The plan of a run that is kept, on its own data.

    Raises: IntegrityError where the data are others; RunFolderError, DataError.
    """
    facts = kept.facts()
    start = Network(facts.architecture, _plain_start(facts, kept.first()))
    plan = prepare_training(start, dataset, facts.recipe, validation, threads=threads, exact=True)
    given = data_facts(plan.training, plan.validation)
    for name in ("digest", "validation_digest"):
        if given.get(name) != facts.data.get(name):
            raise IntegrityError(
                str(kept.path),
                expected=f"the data it began with, {name} {str(facts.data.get(name))[:12]}…",
                got=f"{str(given.get(name))[:12]}…",
                remedy=f"Give the data set {facts.data.get('source')!r} as it was",
                argument="dataset",
            )
    return plan


def _plain_start(facts: RunFacts, first: Position) -> NDArray[Any]:
    """The weights and biases with which a run began."""
    layout = training_layout(facts.architecture, facts.recipe)
    if first.parameters.shape != (layout.size,):
        return first.parameters  # which Network refuses in words
    return drop_gains(layout, first.parameters)


def _facts(plan: TrainingSetup, notes: Mapping[str, Any] | None) -> RunFacts:
    data = data_facts(plan.training, plan.validation)
    return RunFacts(plan.recipe, plan.network.architecture, data, notes or {})


@dataclass(eq=False)
class _Course:
    """One passage from a position to the end, with what is kept on the way."""

    plan: TrainingSetup
    facts: RunFacts
    kept: RunFolder | None
    checkpoint_seconds: float
    started: float = field(default_factory=time.monotonic)
    last_kept: float = field(default_factory=time.monotonic)
    warned: bool = False

    def run(self, position: Position, observers: Iterable[Observer]) -> Run:
        """Train from the position to the end, keep it, restore the best weights."""
        watching = Observers(observers)
        with stop_requests() as wished:
            try:
                position, ended = self._drive(position, watching, wished)
            except DivergenceError as error:
                error.run = self._finished(error.position, "diverged")
                raise
            run = self._finished(position, ended)
        if ended == INTERRUPTED:
            raise TrainingInterrupted(run)
        return run

    def _drive(
        self, position: Position, watching: Observers, wished: Callable[[], bool]
    ) -> tuple[Position, str]:
        plan = self.plan
        ended = stop_reason(plan.recipe, position)
        while ended is None:
            position, closed = train_chunk(plan, position, Until(seconds=SLICE_SECONDS))
            self._keep_sometimes(position)
            if closed and plan.recipe.snapshots:
                self._keep_snapshot(position)
            seconds = time.monotonic() - self.started
            batches = plan.engine.schedule.batches(position.epoch)
            moment = TrainingProgress(position, plan.recipe.epochs, batches, closed, seconds)
            ended = stop_reason(plan.recipe, position)
            if watching.see(moment):
                ended = ended or "stopped by an observer"
            if wished():
                ended = ended or INTERRUPTED
        return position, ended

    def _keep_snapshot(self, position: Position) -> None:
        """Write the network of a cycle's end."""
        if self.kept is not None and self.plan.engine.schedule.ends_cycle(position.epoch):
            network = self.plan.network.with_parameters(
                self.plan.engine.inference_parameters(position)
            )
            self.kept.write_snapshot(network, position.epoch)

    def _keep_sometimes(self, position: Position) -> None:
        """Write a checkpoint when it is time; a disk that is full now may not be so later."""
        if self.kept is None or time.monotonic() - self.last_kept < self.checkpoint_seconds:
            return
        try:
            self.kept.keep(position)
            self.kept.write_history(position)
        except FileError as error:
            if not self.warned:
                warnings.warn(f"{error} The training goes on.", RuntimeWarning, stacklevel=2)
            self.warned = True
        self.last_kept = time.monotonic()

    def _finished(self, position: Position, ended: str) -> Run:
        seconds = time.monotonic() - self.started
        network = self.plan.network.with_parameters(final_parameters(self.plan, position))
        certificate = certify(self.facts, position, network, ended)
        folder = None if self.kept is None else self.kept.path
        history = position.history
        run = Run(network, history, self.plan.recipe, certificate, ended, seconds, folder)
        if self.kept is not None:
            _write_whole(self.kept, position, run)
        return run


def _write_whole(kept: RunFolder, position: Position, run: Run) -> None:
    """Write all that a run leaves; where the disk refuses, the error carries the run."""
    try:
        kept.keep(position)
        kept.write_history(position)
        kept.write_network(run.network)
        kept.write_certificate(run.certificate)
    except FileError as error:
        error.run = run
        raise
