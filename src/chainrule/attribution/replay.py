"""Replay of a saved run: the batch of a step, and the position before it, to the bit."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset
from chainrule.engine import Position, ReferenceEngine, TrainingContext, TrainingSchedule, Until
from chainrule.errors import InputError
from chainrule.experiment import SavedRun
from chainrule.network import Network
from chainrule.training import (
    RunFolder,
    TrainingSetup,
    restore_training,
    train_chunk,
)

__all__ = ["RunReplay", "RunStep"]

_ANNOUNCED_STEPS = 200
"""Steps that are computed again without a word about it."""


@dataclass(frozen=True)
class RunStep:
    """A step of a run.

    Args:
        number: of the step, from 1.
        epoch: its epoch, from 1.
        batch: its batch in the epoch, from 1.
        rows: the examples of the batch, as rows of the training set.
    """

    number: int
    epoch: int
    batch: int
    rows: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class RunReplay:
    """A run with the data that it learned from.

    Args:
        path: its folder.
        dataset: the training set with which it began.
        validation: the validation set with which it began, where it had one of its own.
        report: called with a sentence before a computation that takes long; None for silence.
    """

    path: str
    dataset: Dataset
    validation: Dataset | None = None
    report: Callable[[str], object] | None = None

    @classmethod
    def open(
        cls,
        run: SavedRun,
        data: str | None = None,
        validation: str | None = None,
        report: Callable[[str], object] | None = None,
    ) -> RunReplay:
        """Open a saved run with its data.

        Args:
            run: with a folder.
            data: a name or a path, if the run's data were moved.
            validation: the same for its validation set.
            report: as for the class.

        Raises: InputError for a network file, and what loading the data raises.
        """
        loaded = run.experiment(data, validation).datasets
        return cls(run.path, loaded.pair.train, loaded.validation, report)

    @cached_property
    def setup(self) -> TrainingSetup:
        """The setup of the training, on its own data.

        Raises: IntegrityError if the data are others; RunFolderError, DataError.
        """
        return restore_training(RunFolder(self.path), self.dataset, self.validation)

    @cached_property
    def newest(self) -> Position:
        """Where the run has come to, as far as its newest checkpoint knows.

        Raises: RunFolderError; InputError if it has done no step.
        """
        position = RunFolder(self.path).newest()
        if not position.step:
            raise InputError(self.path, expected="a run with a step", got="one without a step")
        return position

    @property
    def steps_done(self) -> int:
        """Steps that the run has done.

        Raises: as `newest`.
        """
        return self.newest.step

    @property
    def outputs(self) -> int:
        """Width of the network's last layer."""
        return self.setup.network.architecture.layers[-1]

    def network(self, parameters: NDArray[Any]) -> Network:
        """The network with the parameters of a position."""
        return self.setup.network.with_parameters(parameters)

    @property
    def _schedule(self) -> TrainingSchedule:
        return self.setup.engine.schedule

    def batches(self, epoch: int) -> int:
        """Batches in an epoch, from 0; batches that grow become fewer."""
        return self._schedule.batches(epoch)

    @cached_property
    def _steps_by(self) -> list[int]:
        """Steps done before each epoch, and after the last one."""
        each = (self.batches(epoch) for epoch in range(self.setup.recipe.epochs))
        return list(accumulate(each, initial=0))

    def steps_by(self, epochs: int) -> int:
        """Steps of a number of epochs."""
        return self._steps_by[epochs]

    def epoch_position(self, done: int) -> tuple[int, int]:
        """Epochs that had ended after a number of steps, and batches of the next one."""
        epoch = bisect_right(self._steps_by, done) - 1
        return epoch, done - self._steps_by[epoch]

    @property
    def _batches_text(self) -> str:
        """Batches an epoch, in words."""
        first = self.batches(0)
        if self.setup.recipe.batch_growth > 1:
            return f"{first} batches in its first epoch, and in time fewer"
        return f"{first} batches an epoch"

    def _order(self, epoch: int) -> NDArray[np.int64]:
        """The order in which an epoch, from 0, takes the examples."""
        return self.reference.context.order(epoch)

    @cached_property
    def first_step(self) -> int:
        """The first step that the run took itself: 1, unless it is a branch."""
        return self.steps_by(RunFolder(self.path).facts().first_epoch) + 1

    def step(self, number: int) -> RunStep:
        """One step.

        Args:
            number: from `first_step` to `steps_done`.

        Raises: InputError.
        """
        if not self.first_step <= number <= self.steps_done:
            parent = RunFolder(self.path).facts().parent
            why = f"The run has {self._batches_text}"
            if parent is not None:
                why += f"; it began as a branch of {parent.run} after epoch {parent.epoch}"
            raise InputError(
                self.path,
                expected=f"a step from {self.first_step} to {self.steps_done}",
                got=str(number),
                why=why,
                argument="step",
                value=number,
            )
        epoch, batch = self.epoch_position(number - 1)
        first, after = self._schedule.bounds(epoch, batch)
        rows = self._order(epoch)[first:after]
        return RunStep(number, epoch + 1, batch + 1, tuple(int(row) for row in rows))

    def find_step(
        self,
        *,
        step: int | None = None,
        epoch: int | None = None,
        batch: int | None = None,
        image: int | None = None,
    ) -> RunStep:
        """Return a step by its number, by its epoch and batch, or by an example of its batch.

        Args:
            step: from 1, counted over the whole run; excludes epoch and batch.
            epoch: from 1; without a batch its last one.
            batch: from 1, in its epoch; without an epoch of the last one.
            image: an example of the training set; by itself it finds the last step that had it.

        Raises: InputError if there is no such step, or if its batch did not have the image.
        """
        if step is not None and (epoch is not None or batch is not None):
            raise InputError(
                "inspect",
                expected="either a step, or an epoch and a batch",
                got="both",
                why="A step is counted over all batches of the run",
                argument="step",
                value=step,
            )
        if image is not None:
            self._check_image(image)
        if step is None and epoch is None and batch is None:
            return self.step(self.steps_done) if image is None else self.step_with(image)
        found = self.step(self._step_number(epoch, batch) if step is None else step)
        if image is not None and image not in found.rows:
            seen = self.step_with(image)
            raise InputError(
                "inspect",
                expected=f"an example of step {found.number}",
                got=str(image),
                why=f"This example was last in step {seen.number}",
                remedy=f"Set step to {seen.number}, or leave it out",
                argument="image",
                value=image,
            )
        return found

    def _step_number(self, epoch: int | None, batch: int | None) -> int:
        """The number of a step by its epoch and batch; one that is left out is the last."""
        epochs = self.epoch_position(self.steps_done - 1)[0] + 1
        epoch = epochs if epoch is None else self._check("epoch", epoch, epochs)
        batches = self.batches(epoch - 1)
        if batch is not None:
            return self.steps_by(epoch - 1) + self._check("batch", batch, batches)
        return min(self.steps_by(epoch), self.steps_done)

    def _check(self, name: str, value: int, last: int) -> int:
        if value > last:
            raise InputError(
                "inspect",
                expected=f"{name} to be from 1 to {last}",
                got=str(value),
                argument=name,
                value=value,
            )
        return value

    def _check_image(self, image: int) -> None:
        last = len(self.setup.training) - 1
        if image > last:
            raise InputError(
                "inspect",
                expected=f"the number of an example from 0 to {last}",
                got=str(image),
                why=f"The run learned from {last + 1} examples",
                argument="image",
                value=image,
            )

    def step_with(self, row: int) -> RunStep:
        """The latest step whose batch had an example.

        Args:
            row: of the training set, from 0.

        Raises: InputError if there is no such example, or no step has had it yet.
        """
        last = self.epoch_position(self.steps_done - 1)[0]
        for epoch in (last, last - 1)[: last + 1]:
            place = int(np.flatnonzero(self._order(epoch) == row)[0])
            number = self.steps_by(epoch) + place // self._schedule.size(epoch) + 1
            if number <= self.steps_done:
                return self.step(number)
        raise InputError(
            self.path,
            expected="an example that the run has seen",
            got=str(row),
            why=f"It has done {self.steps_done} steps of {self.batches(0)} in its first epoch",
            argument="image",
            value=row,
        )

    @cached_property
    def reference(self) -> ReferenceEngine:
        """The reference engine in float64, for this training."""
        setup = self.setup
        architecture = replace(setup.network.architecture, dtype="float64")
        recipe = setup.recipe.replaced(engine="reference")
        return ReferenceEngine(TrainingContext(architecture, recipe, setup.training))

    def examples(self, step: RunStep) -> Dataset:
        """The training set as the epoch of a step had it: distorted copies, if there are any."""
        return self.reference.context.epochs.dataset_of(step.epoch - 1)

    def position_before(self, step: RunStep) -> Position:
        """The position of the run before a step, to the bit.

        It goes on from the nearest checkpoint.

        Raises: FileError, DataError, IntegrityError.
        """
        return self.position_at(step.number - 1)

    def position_at(self, done: int, start: Position | None = None) -> Position:
        """The position of the run after a number of steps, to the bit.

        Args:
            done: steps, from 0.
            start: an earlier position to go on from; the nearest checkpoint where None.

        Raises: FileError, DataError, IntegrityError.
        """
        position = self.nearest_checkpoint(done) if start is None else start
        if self.report is not None and done - position.step > _ANNOUNCED_STEPS:
            self.report(f"Steps {position.step + 1} to {done} are computed again.")
        while position.step < done:
            position, _ = train_chunk(self.setup, position, Until(batches=done - position.step))
        return position

    def position_after(self, position: Position) -> Position:
        """The position one step later."""
        return self.setup.engine.advance(position, Until(batches=1))

    def nearest_checkpoint(self, done: int) -> Position:
        """The latest checkpoint with no more steps done than these.

        Raises: FileError, DataError, IntegrityError.
        """
        return RunFolder(self.path).nearest(*self.epoch_position(done))
