"""The compiled engine: the book's equations as kernels, a stretch of batches a call.

It is held to the reference engine by the agreement tests. What it need not do faster, the reference
engine does for it: single passes, scores, and the naming of a divergence.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.crew import Crew
from chainrule.data.dataset import Dataset
from chainrule.engine.choice import Choice, chosen_kernels
from chainrule.engine.contract import Score, Until
from chainrule.engine.examples import working_examples
from chainrule.engine.in_place import InPlace, in_place, is_sound, position_of
from chainrule.engine.pace import Pace
from chainrule.engine.pieces import made_pieces
from chainrule.engine.position import Position
from chainrule.engine.reference import ReferenceEngine
from chainrule.engine.scoring import scored
from chainrule.equations.backpropagation import Trace
from chainrule.equations.costs import cost_named
from chainrule.equations.updates import UPDATES
from chainrule.kernels.batches import advance_tiles
from chainrule.kernels.codes import COST_CODES, UPDATE_CODES
from chainrule.kernels.loops import advance_loops
from chainrule.kernels.records import (
    Buffers,
    Course,
    Examples,
    Pieces,
    Plan,
    Stretch,
    Team,
    Work,
)
from chainrule.kernels.steps import HYPER
from chainrule.network.architecture import Architecture
from chainrule.network.network import Network
from chainrule.network.parameters import Layout
from chainrule.network.table import Table
from chainrule.network.workspace import made_buffers, made_plan
from chainrule.recipe import Recipe

__all__ = ["CompiledEngine"]

Array = NDArray[Any]

_FIRST_STRETCH = 16
_STRETCH_SECONDS = 0.02
"""About how long a call of compiled code takes, so that a wish to stop is heard in time."""


@dataclass(frozen=True, eq=False)
class CompiledEngine:
    """The engine compiled by Numba.

    Args:
        architecture: with its output activation settled by the cost.
        recipe: with its seed.
        training: the examples to learn from; they fit the architecture.
        threads: how many may share the work of a batch, at least 1; as many as there are processors
            where None. The result does not depend on it.
    """

    architecture: Architecture
    recipe: Recipe
    training: Dataset
    threads: int | None = None
    _latest: dict[str, InPlace] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def _law(self) -> ReferenceEngine:
        return ReferenceEngine(self.architecture, self.recipe, self.training)

    @cached_property
    def _layout(self) -> Layout:
        return Layout(self.architecture)

    @cached_property
    def _table(self) -> Table:
        return Table(self._layout)

    @cached_property
    def _choice(self) -> Choice:
        rows = min(self.recipe.batch_size, len(self.training))
        return chosen_kernels(self.architecture, rows, self.threads)

    @cached_property
    def _crew(self) -> Crew:
        return Crew(self._choice.threads)

    @cached_property
    def _pace(self) -> Pace:
        return Pace(self._crew.threads)

    @cached_property
    def _data(self) -> tuple[Examples, Plan, Buffers, Pieces]:
        dtype, rows = self.architecture.dtype, min(self.recipe.batch_size, len(self.training))
        examples = working_examples(self.training, self.architecture, self.recipe.class_weights)
        plan = made_plan(self._table, rows)
        buffers = made_buffers(plan, self._table, self._crew.threads)
        return examples, plan, buffers, made_pieces(plan, examples, self._choice, dtype)

    @cached_property
    def _course(self) -> Course:
        recipe = self.recipe
        return Course(
            COST_CODES[recipe.cost],
            recipe.huber_threshold,
            UPDATE_CODES[recipe.optimiser],
            np.array([getattr(recipe, name) for name in HYPER], dtype=np.float64),
            recipe.clip_norm or 0.0,
            self._table.filled(self._layout.is_weight),
        )

    @property
    def entry(self) -> str:
        """The name of the kernel that computes."""
        return "advance_loops" if self._choice.loops else "advance_tiles"

    def prepare(self) -> None:
        """Compile what is not compiled yet, by a stretch of no batches."""
        start = np.zeros(self._layout.size, self.architecture.dtype)
        position = Position(start, UPDATES[self.recipe.optimiser].initial_state(start))
        self._stretch(self._working(position), 0)

    @property
    def batches(self) -> int:
        """Batches in an epoch, the last partial one included."""
        return self._law.batches

    def learning_rate(self, position: Position) -> float:
        """The rate of the step that comes next at a position."""
        return self._law.learning_rate(position)

    def score(self, parameters: Array, dataset: Dataset) -> Score:
        """Cost and accuracy on any data set, without training."""
        blocks = self._outputs(parameters, dataset)
        cost = cost_named(self.recipe.cost, self.recipe.huber_threshold)
        return scored(self.architecture, cost, dataset, blocks)

    def _outputs(self, parameters: Array, dataset: Dataset) -> Iterator[tuple[Array, Array]]:
        """z and a of the last layer, for one block of rows after the other."""
        network = Network(self.architecture, parameters, dataset.scale)
        return network.outputs(dataset.inputs)

    def trace(self, parameters: Array, rows: Array) -> Trace:
        """Every number of one pass over these rows of the training set."""
        return self._law.trace(parameters, rows)

    def advance(self, position: Position, until: Until) -> Position:
        """Train on from a position to the epoch's end, or to `until`.

        Raises: DivergenceError, whose `position` is the one before the bad batch.
        """
        if position.batch >= self.batches:
            return position
        stop = self.batches
        if until.batches is not None:
            stop = min(stop, position.batch + until.batches)
        latest = None if until.seconds is None else time.monotonic() + until.seconds
        # Compiled code raises no warnings; the same kernels run as Python do.
        with np.errstate(all="ignore"):
            working = self._working(position)
            if self._advanced(working, stop, latest) and is_sound(working):
                return self._kept(working)
            return self._careful(position)

    def _advanced(self, working: InPlace, stop: int, latest: float | None) -> bool:
        """Advance in place, stretch by stretch; whether no batch broke down."""
        pace, most = self._pace, _FIRST_STRETCH
        while working.batch < stop:
            threads, many = pace.threads(), min(pace.shortened(most), stop - working.batch)
            began, after = time.monotonic(), working.batch + many
            self._stretch(working, after, threads)
            if working.batch < after:
                return False
            now = time.monotonic()
            seconds = max(now - began, 1e-9)
            pace.note(threads, many, seconds)
            most = max(1, min(8 * most, int(many * _STRETCH_SECONDS / seconds)))
            if latest is not None and now >= latest:
                break
        return True

    def _working(self, position: Position) -> InPlace:
        """A position as kernels take it: the latest one is still at hand."""
        latest = self._latest.pop("", None)
        if latest is not None and latest.position is position:
            return latest
        return in_place(position, self._table)

    def _kept(self, working: InPlace) -> Position:
        """The position that working stands for; the next call most likely goes on from it."""
        position = position_of(working, self._table)
        self._latest[""] = replace(working, position=position)
        return position

    def _stretch(self, working: InPlace, after: int, threads: int = 1) -> None:
        """Advance in place to the batch `after`, or to one that is not finite."""
        position = working.position
        stretch = Stretch(
            self._law.order(position.epoch),
            working.batch,
            after,
            self.recipe.batch_size,
            self._rates(working, after),
            working.step,
        )
        work = Work(working.table, working.state, working.sums)
        if self._choice.loops:
            done = advance_loops(self._data[:3], self._course, stretch, work)
        else:
            # Counters of its own: an interrupt may leave threads at work on the stretch before.
            team = Team(threads, np.zeros(3, np.int64))
            share = partial(self._share, stretch, work, team)
            done = share(0) if threads == 1 else self._crew.run(share)
        working.step += done - working.batch
        working.batch = done

    def _share(self, stretch: Stretch, work: Work, team: Team, me: int) -> int:
        """One thread's share of a stretch."""
        # Compiled code raises no warnings; the same kernels run as Python do, in whatever thread.
        with np.errstate(all="ignore"):
            done: int = advance_tiles(self._data, self._course, stretch, work, (team, me))
        return done

    def _rates(self, working: InPlace, after: int) -> Array:
        """The learning rate of each batch of a stretch."""
        many = after - working.batch
        if self.recipe.schedule not in ("cosine", "one_cycle"):
            return np.full(many, self.learning_rate(working.position))
        steps = range(working.step, working.step + many)
        return np.array(self._law.learning_rates(working.position, steps))

    def _careful(self, position: Position) -> Position:
        """Go again batch by batch, up to the step that must not be taken.

        There is one: the same kernels broke down on it before. The reference engine judges it and
        names what is not finite. Where the step is finite in its order of sums, it is taken.
        """
        while True:
            working = self._working(position)
            self._stretch(working, position.batch + 1)
            if working.batch == position.batch or not is_sound(working):
                return self._law.advance(position, Until(batches=1))
            position = self._kept(working)
