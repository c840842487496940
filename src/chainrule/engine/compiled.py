"""The compiled engine: the book's equations as kernels, a stretch of batches a call.

It is held to the reference engine by the agreement tests. What it need not do faster, the reference
engine does for it: single passes, scores, and the naming of a divergence.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data.dataset import Dataset
from chainrule.engine.contract import Score, Until
from chainrule.engine.divergence import is_finite
from chainrule.engine.examples import working_examples
from chainrule.engine.position import EpochSums, Position
from chainrule.engine.reference import ReferenceEngine
from chainrule.engine.table import Table
from chainrule.equations.backpropagation import Trace
from chainrule.kernels.codes import ACTIVATION_CODES, COST_CODES, UPDATE_CODES
from chainrule.kernels.loops import advance_loops
from chainrule.kernels.records import Course, Examples, Space, Stretch, Work
from chainrule.kernels.steps import HYPER
from chainrule.network.architecture import Architecture
from chainrule.network.parameters import Layout
from chainrule.recipe import Recipe

__all__ = ["CompiledEngine"]

Array = NDArray[Any]

_FIRST_STRETCH = 16
_STRETCH_SECONDS = 0.01
"""About how long a call of compiled code takes, so that a wish to stop is heard in time."""


@dataclass(eq=False)
class _Working:
    """A position in the form that kernels change in place."""

    table: Array
    state: Array
    sums: Array
    batch: int
    step: int

    def copy(self) -> _Working:
        return replace(
            self, table=self.table.copy(), state=self.state.copy(), sums=self.sums.copy()
        )


@dataclass(frozen=True, eq=False)
class CompiledEngine:
    """The engine for narrow networks, compiled by Numba.

    Args:
        architecture: with its output activation settled by the cost.
        recipe: with its seed.
        training: the examples to learn from; they fit the architecture.
    """

    architecture: Architecture
    recipe: Recipe
    training: Dataset

    @cached_property
    def _law(self) -> ReferenceEngine:
        return ReferenceEngine(self.architecture, self.recipe, self.training)

    @cached_property
    def _table(self) -> Table:
        return Table(Layout(self.architecture))

    @cached_property
    def _examples(self) -> Examples:
        return working_examples(self.training, self.architecture, self.recipe.class_weights)

    @cached_property
    def _course(self) -> Course:
        recipe = self.recipe
        return Course(
            COST_CODES[recipe.cost],
            recipe.huber_threshold,
            UPDATE_CODES[recipe.optimiser],
            np.array([getattr(recipe, name) for name in HYPER], dtype=np.float64),
            recipe.clip_norm or 0.0,
            self._table.filled(Layout(self.architecture).is_weight).reshape(-1),
        )

    @cached_property
    def _space(self) -> Space:
        table, zeros = self._table, partial(np.zeros, dtype=self.architecture.dtype)
        rows = min(self.recipe.batch_size, len(self.training))
        batch = (self.architecture.depth, rows, table.columns)
        return Space(
            widths=table.widths,
            tops=table.tops,
            bias_top=table.bias_top,
            activations=np.array([ACTIVATION_CODES[a] for a in self.architecture.activations]),
            z=zeros(batch),
            a=zeros(batch),
            slope=zeros(batch),
            delta=zeros(batch),
            y=zeros(self.architecture.layers[-1]),
            g=zeros(table.shape),
        )

    @property
    def batches(self) -> int:
        """Batches in an epoch, the last partial one included."""
        return self._law.batches

    def learning_rate(self, position: Position) -> float:
        """The rate of the step that comes next at a position."""
        return self._law.learning_rate(position)

    def score(self, parameters: Array, dataset: Dataset) -> Score:
        """Cost and accuracy on any data set, without training."""
        return self._law.score(parameters, dataset)

    def trace(self, parameters: Array, rows: Array) -> Trace:
        """Every number of one pass over these rows of the training set."""
        return self._law.trace(parameters, rows)

    def advance(self, position: Position, until: Until) -> Position:
        """Train on from a position to the epoch's end, or to `until`.

        Raises: DivergenceError, whose `position` is the one before the bad batch.
        """
        stop = self.batches
        if until.batches is not None:
            stop = min(stop, position.batch + until.batches)
        latest = None if until.seconds is None else time.monotonic() + until.seconds
        # Compiled code raises no warnings; the same kernels run as Python do.
        with np.errstate(all="ignore"):
            return self._advanced(position, stop, latest)

    def _advanced(self, position: Position, stop: int, latest: float | None) -> Position:
        working, stretch = self._working(position), _FIRST_STRETCH
        while working.batch < stop:
            before, began = working.copy(), time.monotonic()
            after = min(stop, working.batch + stretch)
            self._stretch(working, position, after)
            if working.batch < after or not _is_sound(working):
                return self._careful(before, position)
            now = time.monotonic()
            stretch = max(1, int(stretch * min(8.0, _STRETCH_SECONDS / max(now - began, 1e-9))))
            if latest is not None and now >= latest:
                break
        return self._position(working, position)

    def _working(self, position: Position) -> _Working:
        table, sums = self._table, position.sums
        state = np.zeros(
            (len(position.state), table.shape[0] * table.columns), self.architecture.dtype
        )
        for row, flat in zip(state, position.state, strict=True):
            row[...] = table.filled(flat).reshape(-1)
        return _Working(
            table.filled(position.parameters),
            state,
            np.array(
                (sums.examples, sums.cost, sums.penalty, sums.correct, sums.gradient_norm), float
            ),
            position.batch,
            position.step,
        )

    def _position(self, working: _Working, position: Position) -> Position:
        """The position that working stands for, in the epoch of another one."""
        table = self._table
        parameters = table.emptied(working.table)
        state = np.zeros((len(working.state), parameters.size), parameters.dtype)
        for flat, row in zip(state, working.state, strict=True):
            flat[...] = table.emptied(row.reshape(table.shape))
        for array in (parameters, state):
            array.flags.writeable = False
        n, cost, penalty, correct, length = working.sums.tolist()
        return replace(
            position,
            parameters=parameters,
            state=state,
            batch=working.batch,
            step=working.step,
            sums=EpochSums(int(n), cost, penalty, int(correct), length),
        )

    def _stretch(self, working: _Working, position: Position, after: int) -> None:
        """Advance in place to the batch `after`, or to one that is not finite."""
        stretch = Stretch(
            self._law.order(position.epoch),
            working.batch,
            after,
            self.recipe.batch_size,
            self._rates(working, position, after),
            working.step,
        )
        work = Work(working.table, working.state, working.sums)
        done = advance_loops(self._examples, self._space, self._course, stretch, work)
        working.step += done - working.batch
        working.batch = done

    def _rates(self, working: _Working, position: Position, after: int) -> Array:
        """The learning rate of each batch of a stretch."""
        many = after - working.batch
        if self.recipe.schedule not in ("cosine", "one_cycle"):
            return np.full(many, self.learning_rate(position))
        steps = range(working.step, working.step + many)
        return np.array([self.learning_rate(replace(position, step=step)) for step in steps])

    def _careful(self, working: _Working, position: Position) -> Position:
        """Go through a stretch that broke down batch by batch, up to the step that must not be.

        There is one: the same kernels broke down on it before. The reference engine judges it and
        names what is not finite. Where the step is finite in its order of sums, it is taken.
        """
        while True:
            before, batch = working.copy(), working.batch
            self._stretch(working, position, batch + 1)
            if working.batch == batch or not _is_sound(working):
                here = self._position(before, position)
                return self._law.advance(here, Until(batches=1))


def _is_sound(working: _Working) -> bool:
    return is_finite(working.table) and is_finite(working.state)
