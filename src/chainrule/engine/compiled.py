"""The compiled engine: the equations as kernels, a chunk of batches in each call.

The agreement tests hold it to the reference engine, which also names what is not finite in a step
that diverges.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset
from chainrule.engine.contract import Engine, Until
from chainrule.engine.dropout_masks import dropout_rates, mask_keys
from chainrule.engine.example_storage import kernel_examples, mix_targets
from chainrule.engine.kernel_selection import KernelSelection, partition_tasks, select_kernels
from chainrule.engine.kernel_state import KernelState, LatestState, pack_position
from chainrule.engine.position import Position
from chainrule.engine.reference import ReferenceEngine
from chainrule.engine.step_hyperparameters import step_hyperparameters
from chainrule.engine.thread_tuning import ThreadTuner
from chainrule.engine.training_context import LatestEpoch
from chainrule.engine.training_schedule import initial_state
from chainrule.kernels import (
    BatchChunk,
    Buffers,
    KernelLayout,
    StepHyperparameters,
    TaskQueue,
    Workspace,
    advance_loops,
    advance_tiles,
)
from chainrule.network import Network, PackedLayout, allocate_buffers, kernel_layout
from chainrule.thread_pool import ThreadPool

__all__ = ["CompiledEngine"]

Array = NDArray[Any]

_FIRST_CHUNK = 16
"""Batches of an epoch's first chunk, whose length is not yet known by the clock."""

_CHUNK_SECONDS = 0.02
"""About how long a call of compiled code takes: a stop request is heard in between."""


@dataclass(frozen=True, eq=False)
class CompiledEngine(Engine):
    """The engine compiled by Numba; the result does not depend on the number of threads."""

    _latest: LatestState = field(default_factory=LatestState, init=False, repr=False)
    _epochs: LatestEpoch[Workspace] = field(default_factory=LatestEpoch, init=False, repr=False)

    @cached_property
    def _reference(self) -> ReferenceEngine:
        return ReferenceEngine(self.context)

    @cached_property
    def _packed(self) -> PackedLayout:
        return PackedLayout(self.layout)

    @cached_property
    def _dropout(self) -> tuple[float, ...]:
        return dropout_rates(self.context.architecture, self.recipe)

    @cached_property
    def _selection(self) -> KernelSelection:
        rows, plain = self.schedule.largest, not (any(self._dropout) or self.layout.gains)
        return select_kernels(self.context.architecture, rows, self.context.threads, plain=plain)

    @cached_property
    def _pool(self) -> ThreadPool:
        return ThreadPool(self._selection.threads)

    @cached_property
    def _tuner(self) -> ThreadTuner:
        return ThreadTuner(self._pool.threads)

    @cached_property
    def _kernel_layout(self) -> KernelLayout:
        return kernel_layout(self._packed, self._rows)

    @property
    def _rows(self) -> int:
        """Rows that go through the network at once; loops know no parts of a batch."""
        last = max(0, self.recipe.epochs - 1)
        return self.schedule.largest if self._selection.loops else self.schedule.part(last)

    @cached_property
    def _buffers(self) -> Buffers:
        return allocate_buffers(self._kernel_layout, self._packed, self._pool.threads)

    @cached_property
    def _hyperparameters(self) -> StepHyperparameters:
        is_weight = self._packed.pack(self.layout.is_weight)
        return step_hyperparameters(self.recipe, is_weight, self._dropout)

    def _workspace(self, epoch: int) -> Workspace:
        """The examples of an epoch, and room for its batches."""
        return self._epochs.get(epoch, self._make_workspace)

    def _make_workspace(self, epoch: int) -> Workspace:
        architecture, epochs = self.context.architecture, self.context.epochs
        seen = epochs.dataset_of(epoch)
        examples = kernel_examples(seen, architecture, self.recipe.class_weights)
        examples = mix_targets(examples, seen, epochs.mixing(epoch))
        partition = partition_tasks(
            self._kernel_layout, examples, self._selection, architecture.dtype
        )
        if epoch + 1 < self.recipe.epochs:
            epochs.prepare(epoch + 1)
        return Workspace(examples, self._kernel_layout, self._buffers, partition)

    @property
    def entry(self) -> str:
        """The name of the kernel that computes."""
        return "advance_loops" if self._selection.loops else "advance_tiles"

    def prepare(self) -> None:
        """Compile what is not compiled yet, by a chunk of no batches."""
        theta = np.zeros(self.layout.size, self.context.architecture.dtype)
        position = Position(theta, initial_state(self.recipe, theta))
        self._advance_chunk(pack_position(position, self._packed), 0)

    def _outputs(self, parameters: Array, dataset: Dataset) -> Iterator[tuple[Array, Array]]:
        """z and a of the last layer, for one block of rows after the other."""
        network = Network(self.context.architecture, parameters, dataset.scale)
        return network.outputs(dataset.inputs)

    def advance(self, position: Position, until: Until) -> Position:
        """Train from a position to the epoch's end, or to `until`.

        Raises: DivergenceError, whose `position` is the one before the batch that diverged.
        """
        stop = self.schedule.batches(position.epoch)
        if position.batch >= stop:
            return position
        if until.batches is not None:
            stop = min(stop, position.batch + until.batches)
        latest = None if until.seconds is None else time.monotonic() + until.seconds
        tuner, most = self._tuner, _FIRST_CHUNK
        # Compiled code raises no warnings; the same kernels run as Python do.
        with np.errstate(all="ignore"):
            state = self._state_at(position)
            while state.batch < stop:
                threads, batches = tuner.threads(), min(tuner.limit(most), stop - state.batch)
                began, after = time.monotonic(), state.batch + batches
                self._advance_chunk(state, after, threads)
                if state.batch < after:
                    return self._advance_carefully(position)
                now = time.monotonic()
                seconds = max(now - began, 1e-9)
                tuner.record(threads, batches, seconds)
                # At most eight times longer: one chunk that the clock misjudged must not block.
                most = max(1, min(8 * most, int(batches * _CHUNK_SECONDS / seconds)))
                if latest is not None and now >= latest:
                    break
            if not state.is_finite:
                return self._advance_carefully(position)
            return self._latest.keep(state, self._packed)

    def _state_at(self, position: Position) -> KernelState:
        """A position as kernels take it; that of the latest position is still at hand."""
        return self._latest.take(position) or pack_position(position, self._packed)

    def _advance_chunk(self, state: KernelState, after: int, threads: int = 1) -> None:
        """Advance in place to the batch `after`, or to one that is not finite."""
        position = state.position
        workspace, steps = self._workspace(position.epoch), state.steps_to(after)
        chunk = BatchChunk(
            order=self.context.order(position.epoch),
            first=state.batch,
            after=after,
            batch_size=self.schedule.size(position.epoch),
            rates=self._rates(position, steps),
            steps_before=state.step,
            part_size=self.schedule.part(position.epoch),
            mask_keys=mask_keys(self.context.seed, self._dropout, steps),
            average_weights=self.schedule.average_weights(position, steps),
        )
        arguments = workspace, self._hyperparameters, chunk, state.arrays
        if self._selection.loops:
            done = advance_loops(*arguments)
        else:
            # Counters of its own: an interrupt may leave threads at work on the chunk before.
            queue = TaskQueue(threads, np.zeros(3, np.int64))
            advance = partial(advance_tiles, *arguments, queue)
            done = advance(0) if threads == 1 else self._pool.run(partial(_run_quietly, advance))
        state.step += done - state.batch
        state.batch = done

    def _rates(self, position: Position, steps: range) -> Array:
        """The learning rate of each step."""
        if self.schedule.is_steady:
            return np.full(len(steps), self.learning_rate(position))
        return np.array(self.schedule.rates(position, steps), float)

    def _advance_carefully(self, position: Position) -> Position:
        """Go again batch by batch, up to the step that must not be taken.

        There is one: the same kernels broke down on it before. The reference engine judges it and
        names what is not finite. A step that is finite in the order of its sums is taken.
        """
        while True:
            state = self._state_at(position)
            self._advance_chunk(state, position.batch + 1)
            if state.batch == position.batch or not state.is_finite:
                return self._reference.advance(position, Until(batches=1))
            position = self._latest.keep(state, self._packed)


def _run_quietly(advance: Callable[[int], int], thread: int) -> int:
    """Run one thread's part of a chunk; NumPy's warnings are off in each thread by itself."""
    with np.errstate(all="ignore"):
        return advance(thread)
