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
from chainrule.engine.course import made_course, mask_keys
from chainrule.engine.examples import mixed_examples, working_examples
from chainrule.engine.expansion import Expansion
from chainrule.engine.in_place import InPlace, in_place, is_sound, position_of
from chainrule.engine.masks import dropout_shares
from chainrule.engine.pace import Pace
from chainrule.engine.pieces import made_pieces
from chainrule.engine.position import Position
from chainrule.engine.reference import ReferenceEngine
from chainrule.engine.scoring import scored
from chainrule.engine.timetable import Timetable, initial_state
from chainrule.equations.backpropagation import Trace
from chainrule.equations.costs import get_cost
from chainrule.kernels.batches import advance_tiles
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
from chainrule.network.architecture import Architecture
from chainrule.network.network import Network
from chainrule.network.parameters import Layout
from chainrule.network.table import Table
from chainrule.network.workspace import made_buffers, made_plan
from chainrule.recipe import Recipe

__all__ = ["CompiledEngine"]

Array = NDArray[Any]
Data = tuple[Examples, Plan, Buffers, Pieces]

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
    _epochs: dict[int, Data] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def _law(self) -> ReferenceEngine:
        return ReferenceEngine(self.architecture, self.recipe, self.training)

    @property
    def timetable(self) -> Timetable:
        """Batches, rates and shares of the average, by the place in the training."""
        return self._law.timetable

    @property
    def layout(self) -> Layout:
        """The order of the tensors in a position's flat parameters."""
        return self._law.layout

    @cached_property
    def _table(self) -> Table:
        return Table(self.layout)

    @cached_property
    def _silent(self) -> tuple[float, ...]:
        return dropout_shares(self.architecture, self.recipe)

    @cached_property
    def _choice(self) -> Choice:
        rows, plain = self.timetable.largest, not (any(self._silent) or self.layout.gains)
        return chosen_kernels(self.architecture, rows, self.threads, plain=plain)

    @cached_property
    def _crew(self) -> Crew:
        return Crew(self._choice.threads)

    @cached_property
    def _pace(self) -> Pace:
        return Pace(self._crew.threads)

    @cached_property
    def _plan(self) -> Plan:
        return made_plan(self._table, self._rows)

    @property
    def _rows(self) -> int:
        """Rows that go through the network at once; loops have no parts."""
        latest = max(0, self.recipe.epochs - 1)
        return self.timetable.largest if self._choice.loops else self.timetable.part(latest)

    @cached_property
    def _buffers(self) -> Buffers:
        return made_buffers(self._plan, self._table, self._crew.threads)

    @cached_property
    def _expansion(self) -> Expansion:
        """The training set as each epoch sees it, shared with the law."""
        self._law.expansion.threads = self._crew.threads
        return self._law.expansion

    def _data(self, epoch: int) -> Data:
        """The examples of an epoch, and room for its batches."""
        if epoch not in self._epochs:
            seen = self._expansion.of(epoch)
            examples = working_examples(seen, self.architecture, self.recipe.class_weights)
            examples = mixed_examples(examples, seen, self._expansion.mixing(epoch))
            pieces = made_pieces(self._plan, examples, self._choice, self.architecture.dtype)
            self._epochs.clear()
            self._epochs[epoch] = (examples, self._plan, self._buffers, pieces)
            if epoch + 1 < self.recipe.epochs:
                self._expansion.foresee(epoch + 1)
        return self._epochs[epoch]

    @cached_property
    def _course(self) -> Course:
        is_weight = self._table.filled(self.layout.is_weight)
        return made_course(self.recipe, is_weight, self._silent)

    @property
    def entry(self) -> str:
        """The name of the kernel that computes."""
        return "advance_loops" if self._choice.loops else "advance_tiles"

    def prepare(self) -> None:
        """Compile what is not compiled yet, by a stretch of no batches."""
        start = np.zeros(self.layout.size, self.architecture.dtype)
        position = Position(start, initial_state(self.recipe, start))
        self._stretch(self._working(position), 0)

    @property
    def batches(self) -> int:
        """Batches in the first epoch; the timetable knows those of the others."""
        return self._law.batches

    def learning_rate(self, position: Position) -> float:
        """The rate of the step that comes next at a position."""
        return self._law.learning_rate(position)

    def settled(self, position: Position) -> Array:
        """The parameters of the plain network that a position stands for."""
        return self._law.settled(position)

    def score(self, parameters: Array, dataset: Dataset) -> Score:
        """Cost and accuracy on any data set, without training."""
        blocks = self._outputs(parameters, dataset)
        cost = get_cost(self.recipe.cost, self.recipe.huber_threshold)
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
        stop = self.timetable.batches(position.epoch)
        if position.batch >= stop:
            return position
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
        position, data = working.position, self._data(working.position.epoch)
        steps = range(working.step, working.step + after - working.batch)
        stretch = Stretch(
            self._law.order(position.epoch),
            working.batch,
            after,
            self.timetable.size(position.epoch),
            self._rates(position, steps),
            working.step,
            self.timetable.part(position.epoch),
            mask_keys(self._law.seed, self._silent, steps),
            self.timetable.average_shares(position, steps),
        )
        work = Work(working.table, working.state, working.sums)
        if self._choice.loops:
            done = advance_loops(data[:3], self._course, stretch, work)
        else:
            # Counters of its own: an interrupt may leave threads at work on the stretch before.
            team = Team(threads, np.zeros(3, np.int64))
            share = partial(self._share, data, stretch, work, team)
            done = share(0) if threads == 1 else self._crew.run(share)
        working.step += done - working.batch
        working.batch = done

    def _share(self, data: Data, stretch: Stretch, work: Work, team: Team, me: int) -> int:
        """One thread's share of a stretch."""
        # Compiled code raises no warnings; the same kernels run as Python do, in whatever thread.
        with np.errstate(all="ignore"):
            done: int = advance_tiles(data, self._course, stretch, work, (team, me))
        return done

    def _rates(self, position: Position, steps: range) -> Array:
        """The learning rate of each step."""
        if self.timetable.is_steady:
            return np.full(len(steps), self.learning_rate(position))
        return np.array(self.timetable.rates(position, steps), float)

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
