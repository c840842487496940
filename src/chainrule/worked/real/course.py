"""The course of a run that is kept: which batch a step took, and where the run stood before it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chainrule.data.batches import batch_bounds, epoch_order
from chainrule.data.dataset import Dataset
from chainrule.engine.contract import Until
from chainrule.engine.position import Position
from chainrule.errors import InputError
from chainrule.training.checkpoint import read_checkpoint
from chainrule.training.epochs import advanced
from chainrule.training.plan import Plan
from chainrule.training.run_folder import RunFolder
from chainrule.training.train import plan_of

__all__ = ["Course", "StepOfRun"]

_LONG = 200
"""Steps that are computed again without a word about it."""


@dataclass(frozen=True)
class StepOfRun:
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
class Course:
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
    tell: Callable[[str], None] = lambda _: None

    @cached_property
    def plan(self) -> Plan:
        """The training as it was planned, on its own data.

        Raises: IntegrityError where the data are others; RunFolderError, DataError.
        """
        return plan_of(RunFolder(self.path), self.dataset, self.validation)

    @cached_property
    def done(self) -> int:
        """Steps that the run has done, as far as its newest checkpoint knows.

        Raises: RunFolderError; InputError where it has done none.
        """
        steps = RunFolder(self.path).newest().step
        if not steps:
            raise InputError(
                self.path, expected="a run with a step", got="one that has not begun to learn"
            )
        return steps

    @property
    def batches(self) -> int:
        """Batches in an epoch."""
        return len(self._bounds)

    @cached_property
    def _bounds(self) -> list[tuple[int, int]]:
        return batch_bounds(len(self.plan.training), self.plan.recipe.batch_size)

    def _order(self, epoch: int) -> NDArray[np.int64]:
        """The order in which an epoch, from 0, takes the examples."""
        n, seed = len(self.plan.training), self.plan.recipe.seed
        assert seed is not None, "a kept recipe has its seed"
        return epoch_order(seed, epoch, n) if self.plan.recipe.shuffle else np.arange(n)

    def step(self, number: int) -> StepOfRun:
        """One step.

        Args:
            number: from 1 to `done`.

        Raises: InputError.
        """
        if not 1 <= number <= self.done:
            raise InputError(
                self.path,
                expected=f"a step from 1 to {self.done}",
                got=str(number),
                why=f"The run has {self.batches} batches an epoch",
                argument="step",
                value=number,
            )
        epoch, batch = divmod(number - 1, self.batches)
        first, after = self._bounds[batch]
        rows = self._order(epoch)[first:after]
        return StepOfRun(number, epoch + 1, batch + 1, tuple(int(row) for row in rows))

    def step_with(self, row: int) -> StepOfRun:
        """The latest step whose batch had an example.

        Args:
            row: of the training set, from 0.

        Raises: InputError where there is no such example, or no step has had it yet.
        """
        last = (self.done - 1) // self.batches
        for epoch in (last, last - 1)[: last + 1]:
            place = int(np.flatnonzero(self._order(epoch) == row)[0])
            number = epoch * self.batches + place // self.plan.recipe.batch_size + 1
            if number <= self.done:
                return self.step(number)
        raise InputError(
            self.path,
            expected="an example that the run has seen",
            got=str(row),
            why=f"It has done {self.done} steps of {self.batches} in its first epoch",
            argument="image",
            value=row,
        )

    def before(self, step: StepOfRun) -> Position:
        """Where the run stood before a step, to the bit.

        It goes on from the nearest checkpoint that was kept.

        Raises: FileError, DataError, IntegrityError.
        """
        position = self._nearest(step.number - 1)
        missing = step.number - 1 - position.step
        if missing > _LONG:
            self.tell(f"Steps {position.step + 1} to {step.number - 1} are computed again.")
        while position.step < step.number - 1:
            until = Until(batches=step.number - 1 - position.step)
            position, _ = advanced(self.plan, position, until)
        return position

    def after(self, position: Position) -> Position:
        """Where the run stood one step further on."""
        return self.plan.engine.advance(position, Until(batches=1))

    def _nearest(self, done: int) -> Position:
        """The latest checkpoint with no more steps done than these."""
        best, most = None, -1
        for path in Path(self.path, "checkpoints").glob("epoch-*-batch-*.safetensors"):
            epoch, batch = map(int, re.findall(r"\d+", path.name))
            steps = epoch * self.batches + batch
            if most < steps <= done:
                best, most = path, steps
        return RunFolder(self.path).first() if best is None else read_checkpoint(best)
