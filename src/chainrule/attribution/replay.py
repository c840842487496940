"""The course of a run that is kept: which batch a step took, and where the run stood before it."""

from __future__ import annotations

import contextlib
import re
from bisect import bisect_right
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset, epoch_order
from chainrule.engine import (
    Position,
    ReferenceEngine,
    TrainingContext,
    TrainingSchedule,
    Until,
    kernel_examples,
)
from chainrule.errors import InputError
from chainrule.network import Network
from chainrule.training import (
    RunFacts,
    RunFolder,
    TrainingSetup,
    read_checkpoint,
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
        tell: called with a sentence where something takes a while.
    """

    path: str
    dataset: Dataset
    validation: Dataset | None = None
    report: Callable[[str], None] = lambda _: None

    @cached_property
    def plan(self) -> TrainingSetup:
        """The training as it was planned, on its own data.

        Raises: IntegrityError where the data are others; RunFolderError, DataError.
        """
        kept = RunFolder(self.path)
        _prepare(self.dataset, kept.facts())
        return restore_training(kept, self.dataset, self.validation)

    @cached_property
    def newest(self) -> Position:
        """Where the run has come to, as far as its newest checkpoint knows.

        Raises: RunFolderError; InputError where it has done no step.
        """
        position = RunFolder(self.path).newest()
        if not position.step:
            raise InputError(
                self.path, expected="a run with a step", got="one that has not begun to learn"
            )
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
        return self.plan.network.architecture.layers[-1]

    def network(self, parameters: NDArray[Any]) -> Network:
        """The network with the parameters of a position."""
        return self.plan.network.with_parameters(parameters)

    @property
    def _timetable(self) -> TrainingSchedule:
        return self.plan.engine.schedule

    def batches(self, epoch: int) -> int:
        """Batches in an epoch, from 0; batches that grow become fewer."""
        return self._timetable.batches(epoch)

    @cached_property
    def _steps_by(self) -> list[int]:
        """Steps done before each epoch, and after the last one."""
        each = (self.batches(epoch) for epoch in range(self.plan.recipe.epochs))
        return list(accumulate(each, initial=0))

    def steps_by(self, epochs: int) -> int:
        """Steps of so many epochs."""
        return self._steps_by[epochs]

    def epoch_position(self, done: int) -> tuple[int, int]:
        """After so many steps: how many epochs had ended, and batches of the next one."""
        epoch = bisect_right(self._steps_by, done) - 1
        return epoch, done - self._steps_by[epoch]

    @property
    def _batches_text(self) -> str:
        """Batches an epoch, in words."""
        first = self.batches(0)
        if self.plan.recipe.batch_growth > 1:
            return f"{first} batches in its first epoch, and in time fewer"
        return f"{first} batches an epoch"

    def _order(self, epoch: int) -> NDArray[np.int64]:
        """The order in which an epoch, from 0, takes the examples."""
        n, seed = len(self.plan.training), self.plan.recipe.seed
        assert seed is not None, "a kept recipe has its seed"
        return epoch_order(seed, epoch, n) if self.plan.recipe.shuffle else np.arange(n)

    def step(self, number: int) -> RunStep:
        """One step.

        Args:
            number: from 1 to `done`.

        Raises: InputError.
        """
        if not 1 <= number <= self.steps_done:
            raise InputError(
                self.path,
                expected=f"a step from 1 to {self.steps_done}",
                got=str(number),
                why=f"The run has {self._batches_text}",
                argument="step",
                value=number,
            )
        epoch, batch = self.epoch_position(number - 1)
        first, after = self._timetable.bounds(epoch, batch)
        rows = self._order(epoch)[first:after]
        return RunStep(number, epoch + 1, batch + 1, tuple(int(row) for row in rows))

    def step_with(self, row: int) -> RunStep:
        """The latest step whose batch had an example.

        Args:
            row: of the training set, from 0.

        Raises: InputError where there is no such example, or no step has had it yet.
        """
        last = self.epoch_position(self.steps_done - 1)[0]
        for epoch in (last, last - 1)[: last + 1]:
            place = int(np.flatnonzero(self._order(epoch) == row)[0])
            number = self.steps_by(epoch) + place // self._timetable.size(epoch) + 1
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
        plan = self.plan
        architecture = replace(plan.network.architecture, dtype="float64")
        recipe = plan.recipe.replaced(engine="reference")
        return ReferenceEngine(TrainingContext(architecture, recipe, plan.training))

    def examples(self, step: RunStep) -> Dataset:
        """The training set as the epoch of a step had it: distorted copies, where there are any."""
        return self.reference.context.epochs.dataset_of(step.epoch - 1)

    def position_before(self, step: RunStep) -> Position:
        """Where the run stood before a step, to the bit.

        It goes on from the nearest checkpoint that was kept.

        Raises: FileError, DataError, IntegrityError.
        """
        return self.position_at(step.number - 1)

    def position_at(self, done: int, start: Position | None = None) -> Position:
        """Where the run stood after so many steps, to the bit.

        Args:
            done: steps, from 0.
            start: an earlier position to go on from; the nearest checkpoint where None.

        Raises: FileError, DataError, IntegrityError.
        """
        position = self.nearest_checkpoint(done) if start is None else start
        if done - position.step > _ANNOUNCED_STEPS:
            self.report(f"Steps {position.step + 1} to {done} are computed again.")
        while position.step < done:
            position, _ = train_chunk(self.plan, position, Until(batches=done - position.step))
        return position

    def position_after(self, position: Position) -> Position:
        """Where the run stood one step further on."""
        return self.plan.engine.advance(position, Until(batches=1))

    def nearest_checkpoint(self, done: int) -> Position:
        """The latest checkpoint with no more steps done than these.

        Raises: FileError, DataError, IntegrityError.
        """
        best, most = None, -1
        for path in Path(self.path, "checkpoints").glob("epoch-*-batch-*.safetensors"):
            epoch, batch = map(int, re.findall(r"\d+", path.name))
            steps = self.steps_by(epoch) + batch
            if most < steps <= done:
                best, most = path, steps
        return RunFolder(self.path).first() if best is None else read_checkpoint(best)


def _prepare(dataset: Dataset, facts: RunFacts) -> None:
    """Bring the examples into the kernels' form while Numba is loaded, which takes as long.

    A plan made after it finds both. What fails here is left to the plan, which says why.
    """
    if facts.recipe.engine != "compiled" or facts.recipe.validation_fraction:
        return  # a part of the examples is a data set of its own
    with contextlib.suppress(Exception), ThreadPoolExecutor(1) as beside:
        beside.submit(kernel_examples, dataset, facts.architecture, facts.recipe.class_weights)
        import chainrule.engine.compiled  # noqa: F401
