"""The reference engine: NumPy, made of nothing but the equations. It defines every result."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.engine.contract import Engine, Until
from chainrule.engine.divergence import step_divergence
from chainrule.engine.dropout_masks import step_masks
from chainrule.engine.equation_settings import step_settings
from chainrule.engine.position import EpochSums, Position
from chainrule.equations.step import BatchPart, TrainingStep, training_step
from chainrule.threads import one_blas_thread

__all__ = ["ReferenceEngine"]

Array = NDArray[Any]


class ReferenceEngine(Engine):
    """The engine in NumPy, vectorised over the batch."""

    def advance(self, position: Position, until: Until) -> Position:
        """Train from a position to the epoch's end, or to `until`.

        Raises: DivergenceError, whose `position` is the one before the batch that diverged.
        """
        stop = self.schedule.batches(position.epoch)
        if until.batches is not None:
            stop = min(stop, position.batch + until.batches)
        latest = None if until.seconds is None else time.monotonic() + until.seconds
        order = self.context.order(position.epoch)
        # A step that overflows is found and reported by `_advance_batch`.
        with one_blas_thread(), np.errstate(all="ignore"):
            while position.batch < stop:
                first, after = self.schedule.bounds(position.epoch, position.batch)
                position = self._advance_batch(position, order[first:after])
                if latest is not None and time.monotonic() >= latest:
                    break
        return position

    def _advance_batch(self, position: Position, rows: Array) -> Position:
        """The position after one more batch."""
        step = self.training_step(position, rows)
        if not step.is_finite:
            raise step_divergence(position, self.recipe, step, self.layout)
        for array in (step.parameters, step.state):
            array.flags.writeable = False  # an observer cannot change the run
        return replace(
            position,
            parameters=step.parameters,
            state=step.state,
            batch=position.batch + 1,
            step=position.step + 1,
            sums=self._add_step(position.sums, step, rows),
        )

    def training_step(self, position: Position, rows: Array) -> TrainingStep:
        """Every number of the step from a position on these rows of the training set.

        The step is not checked: see `TrainingStep.is_finite`.
        """
        settings = step_settings(
            self.recipe,
            self.layout,
            step=position.step,
            rate=self.learning_rate(position),
            average_weight=self.schedule.average_weight(position, position.step),
        )
        layers = self.context.layers(position.parameters)
        parts = self._batch_parts(position, rows)
        return training_step(position.parameters, position.state, layers, parts, settings)

    def _batch_parts(self, position: Position, rows: Array) -> list[BatchPart]:
        """The parts of the batch of these rows, as the step from a position sees them."""
        context, parts = self.context, []
        view = context.epoch_view(position.epoch)
        for first, stop in self.schedule.parts(position.epoch, len(rows)):
            places = np.arange(first, stop)
            masks = step_masks(context.architecture, context.recipe, position.step, places)
            parts.append(view.batch_part(rows[first:stop], len(rows), masks))
        return parts

    def _add_step(self, sums: EpochSums, step: TrainingStep, rows: Array) -> EpochSums:
        """The sums of an epoch with those of one more step."""
        n, outputs = len(rows), np.concatenate([one.a[-1] for one in step.passes])
        return EpochSums(
            examples=sums.examples + n,
            cost=sums.cost + n * step.cost,
            penalty=sums.penalty + n * step.penalty,
            correct=sums.correct + self.context.view.count_correct(outputs, rows),
            gradient_norm=step.gradient_norm,
        )
