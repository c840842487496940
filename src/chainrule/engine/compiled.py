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

from chainrule.data import Dataset
from chainrule.engine.augmented_epochs import AugmentedEpochs
from chainrule.engine.contract import Score, Until
from chainrule.engine.dropout_masks import dropout_rates
from chainrule.engine.examples import kernel_examples, mix_targets
from chainrule.engine.kernel_selection import KernelSelection, select_kernels
from chainrule.engine.kernel_state import KernelState, all_finite, pack_position, unpack_position
from chainrule.engine.position import Position
from chainrule.engine.reference import ReferenceEngine
from chainrule.engine.scoring import score_outputs
from chainrule.engine.step_hyperparameters import mask_keys, step_hyperparameters
from chainrule.engine.task_partition import partition_tasks
from chainrule.engine.thread_tuning import ThreadTuner
from chainrule.engine.training_schedule import TrainingSchedule, initial_state
from chainrule.equations.backpropagation import Trace
from chainrule.equations.costs import get_cost
from chainrule.kernels import (
    BatchChunk,
    Buffers,
    KernelLayout,
    StepHyperparameters,
    TaskQueue,
    TrainingState,
    Workspace,
    advance_loops,
    advance_tiles,
)
from chainrule.network import (
    Architecture,
    Layout,
    Network,
    PackedLayout,
    allocate_buffers,
    kernel_plan,
)
from chainrule.recipe import Recipe
from chainrule.thread_pool import ThreadPool

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
    _latest: dict[str, KernelState] = field(default_factory=dict, init=False, repr=False)
    _epochs: dict[int, Workspace] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def _law(self) -> ReferenceEngine:
        return ReferenceEngine(self.architecture, self.recipe, self.training)

    @property
    def schedule(self) -> TrainingSchedule:
        """Batches, rates and shares of the average, by the place in the training."""
        return self._law.schedule

    @property
    def layout(self) -> Layout:
        """The order of the tensors in a position's flat parameters."""
        return self._law.layout

    @cached_property
    def _table(self) -> PackedLayout:
        return PackedLayout(self.layout)

    @cached_property
    def _silent(self) -> tuple[float, ...]:
        return dropout_rates(self.architecture, self.recipe)

    @cached_property
    def _choice(self) -> KernelSelection:
        rows, plain = self.schedule.largest, not (any(self._silent) or self.layout.gains)
        return select_kernels(self.architecture, rows, self.threads, plain=plain)

    @cached_property
    def _crew(self) -> ThreadPool:
        return ThreadPool(self._choice.threads)

    @cached_property
    def _pace(self) -> ThreadTuner:
        return ThreadTuner(self._crew.threads)

    @cached_property
    def _plan(self) -> KernelLayout:
        return kernel_plan(self._table, self._rows)

    @property
    def _rows(self) -> int:
        """Rows that go through the network at once; loops have no parts."""
        latest = max(0, self.recipe.epochs - 1)
        return self.schedule.largest if self._choice.loops else self.schedule.part(latest)

    @cached_property
    def _buffers(self) -> Buffers:
        return allocate_buffers(self._plan, self._table, self._crew.threads)

    @cached_property
    def _expansion(self) -> AugmentedEpochs:
        """The training set as each epoch sees it, shared with the law."""
        self._law.expansion.threads = self._crew.threads
        return self._law.expansion

    def _data(self, epoch: int) -> Workspace:
        """The examples of an epoch, and room for its batches."""
        if epoch not in self._epochs:
            seen = self._expansion.of(epoch)
            examples = kernel_examples(seen, self.architecture, self.recipe.class_weights)
            examples = mix_targets(examples, seen, self._expansion.mixing(epoch))
            pieces = partition_tasks(self._plan, examples, self._choice, self.architecture.dtype)
            self._epochs.clear()
            self._epochs[epoch] = Workspace(examples, self._plan, self._buffers, pieces)
            if epoch + 1 < self.recipe.epochs:
                self._expansion.foresee(epoch + 1)
        return self._epochs[epoch]

    @cached_property
    def _course(self) -> StepHyperparameters:
        is_weight = self._table.filled(self.layout.is_weight)
        return step_hyperparameters(self.recipe, is_weight, self._silent)

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

    def inference_parameters(self, position: Position) -> Array:
        """The parameters of the plain network that a position stands for."""
        return self._law.inference_parameters(position)

    def score(self, parameters: Array, dataset: Dataset) -> Score:
        """Cost and accuracy on any data set, without training."""
        blocks = self._outputs(parameters, dataset)
        cost = get_cost(self.recipe.cost, self.recipe.huber_threshold)
        return score_outputs(self.architecture, cost, dataset, blocks)

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
        stop = self.schedule.batches(position.epoch)
        if position.batch >= stop:
            return position
        if until.batches is not None:
            stop = min(stop, position.batch + until.batches)
        latest = None if until.seconds is None else time.monotonic() + until.seconds
        # Compiled code raises no warnings; the same kernels run as Python do.
        with np.errstate(all="ignore"):
            working = self._working(position)
            if self._advanced(working, stop, latest) and all_finite(working):
                return self._kept(working)
            return self._careful(position)

    def _advanced(self, working: KernelState, stop: int, latest: float | None) -> bool:
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

    def _working(self, position: Position) -> KernelState:
        """A position as kernels take it: the latest one is still at hand."""
        latest = self._latest.pop("", None)
        if latest is not None and latest.position is position:
            return latest
        return pack_position(position, self._table)

    def _kept(self, working: KernelState) -> Position:
        """The position that working stands for; the next call most likely goes on from it."""
        position = unpack_position(working, self._table)
        self._latest[""] = replace(working, position=position)
        return position

    def _stretch(self, working: KernelState, after: int, threads: int = 1) -> None:
        """Advance in place to the batch `after`, or to one that is not finite."""
        position, data = working.position, self._data(working.position.epoch)
        steps = range(working.step, working.step + after - working.batch)
        stretch = BatchChunk(
            self._law.order(position.epoch),
            working.batch,
            after,
            self.schedule.size(position.epoch),
            self._rates(position, steps),
            working.step,
            self.schedule.part(position.epoch),
            mask_keys(self._law.seed, self._silent, steps),
            self.schedule.average_shares(position, steps),
        )
        work = TrainingState(working.table, working.state, working.sums)
        if self._choice.loops:
            done = advance_loops(data, self._course, stretch, work)
        else:
            # Counters of its own: an interrupt may leave threads at work on the stretch before.
            team = TaskQueue(threads, np.zeros(3, np.int64))
            share = partial(self._share, data, stretch, work, team)
            done = share(0) if threads == 1 else self._crew.run(share)
        working.step += done - working.batch
        working.batch = done

    def _share(
        self, data: Workspace, stretch: BatchChunk, work: TrainingState, team: TaskQueue, me: int
    ) -> int:
        """One thread's share of a stretch."""
        # Compiled code raises no warnings; the same kernels run as Python do, in whatever thread.
        with np.errstate(all="ignore"):
            done: int = advance_tiles(data, self._course, stretch, work, team, me)
        return done

    def _rates(self, position: Position, steps: range) -> Array:
        """The learning rate of each step."""
        if self.schedule.is_steady:
            return np.full(len(steps), self.learning_rate(position))
        return np.array(self.schedule.rates(position, steps), float)

    def _careful(self, position: Position) -> Position:
        """Go again batch by batch, up to the step that must not be taken.

        There is one: the same kernels broke down on it before. The reference engine judges it and
        names what is not finite. Where the step is finite in its order of sums, it is taken.
        """
        while True:
            working = self._working(position)
            self._stretch(working, position.batch + 1)
            if working.batch == position.batch or not all_finite(working):
                return self._law.advance(position, Until(batches=1))
            position = self._kept(working)
