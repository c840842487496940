"""The reference engine: NumPy, composed of nothing but the book's equations. It is the law."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset
from chainrule.engine.augmented_epochs import AugmentedEpochs
from chainrule.engine.contract import Score, Until
from chainrule.engine.dataset_view import DatasetView, normalised_weights
from chainrule.engine.divergence import diverged_at
from chainrule.engine.dropout_masks import step_masks
from chainrule.engine.epoch_order import order_of
from chainrule.engine.inference_parameters import inference_parameters, training_layout
from chainrule.engine.position import EpochSums, Position
from chainrule.engine.scoring import score_outputs
from chainrule.engine.training_schedule import TrainingSchedule
from chainrule.engine.update_settings import step_settings
from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.backpropagation import Layer, Trace, forward, trace
from chainrule.equations.costs import Cost, get_cost
from chainrule.equations.step import BatchPart, TrainingStep, training_step
from chainrule.network import BLOCK, Architecture, Layout, network_layers
from chainrule.recipe import Recipe
from chainrule.threads import one_blas_thread

__all__ = ["ReferenceEngine"]

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class ReferenceEngine:
    """The engine in plain NumPy, vectorised over the batch.

    Args:
        architecture: with its output activation settled by the cost.
        recipe: with its seed.
        training: the examples to learn from; they fit the architecture.
    """

    architecture: Architecture
    recipe: Recipe
    training: Dataset
    _sets: dict[int, DatasetView] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def schedule(self) -> TrainingSchedule:
        """Batches, rates and shares of the average, by the place in the training."""
        return TrainingSchedule(self.recipe, len(self.training))

    @cached_property
    def layout(self) -> Layout:
        """The order of the tensors in a position's flat parameters."""
        return training_layout(self.architecture, self.recipe)

    @cached_property
    def expansion(self) -> AugmentedEpochs:
        """The training set as each epoch sees it."""
        return AugmentedEpochs(self.training, self.recipe)

    @cached_property
    def _weights(self) -> Array | None:
        return normalised_weights(self.training, self.recipe.class_weights)

    @cached_property
    def _plain_set(self) -> DatasetView:
        return self._working(self.training, self._weights)

    def _set(self, epoch: int) -> DatasetView:
        """The training set of an epoch with its targets."""
        found = self._sets.get(epoch)
        if found is None:
            how = (self.recipe.label_smoothing, self.expansion.mixing(epoch))
            found = replace(
                self._working(self.expansion.of(epoch), self._weights),
                smoothing=how[0],
                mixing=how[1],
            )
            self._sets.clear()
            self._sets[epoch] = found
        return found

    @cached_property
    def _cost(self) -> Cost:
        return get_cost(self.recipe.cost, self.recipe.huber_threshold)

    @property
    def batches(self) -> int:
        """Batches in the first epoch; the timetable knows those of the others."""
        return self.schedule.batches(0)

    def advance(self, position: Position, until: Until) -> Position:
        """Train on from a position to the epoch's end, or to `until`.

        Raises: DivergenceError, whose `position` is the one before the bad batch.
        """
        stop = self.schedule.batches(position.epoch)
        if until.batches is not None:
            stop = min(stop, position.batch + until.batches)
        latest = None if until.seconds is None else time.monotonic() + until.seconds
        order = self.order(position.epoch)
        # Overflow on the way to a divergence is found and reported by the step itself.
        with one_blas_thread(), np.errstate(all="ignore"):
            while position.batch < stop:
                first, after = self.schedule.bounds(position.epoch, position.batch)
                position = self._stepped(position, order[first:after])
                if latest is not None and time.monotonic() >= latest:
                    break
        return position

    def order(self, epoch: int) -> NDArray[np.int64]:
        """The order in which an epoch takes the examples, (n,), read-only."""
        return order_of(self.seed if self.recipe.shuffle else None, epoch, len(self.training))

    @property
    def seed(self) -> int:
        """The recipe's seed."""
        assert self.recipe.seed is not None, "Recipe.with_seed comes first"
        return self.recipe.seed

    def _stepped(self, position: Position, rows: Array) -> Position:
        """The position after one more batch."""
        step = self.training_step(position, rows)
        if not step.is_finite:
            raise diverged_at(position, self.recipe, step, self.layout)
        for array in (step.parameters, step.state):
            array.flags.writeable = False  # an observer cannot change the run
        return replace(
            position,
            parameters=step.parameters,
            state=step.state,
            batch=position.batch + 1,
            step=position.step + 1,
            sums=self._added(position.sums, step, rows),
        )

    def training_step(self, position: Position, rows: Array) -> TrainingStep:
        """Every number of the step from a position on these rows of the training set.

        The step is not checked for numbers that are not finite.
        """
        settings = step_settings(
            self.recipe,
            self.layout,
            position.step,
            self.learning_rate(position),
            self.schedule.average_share(position, position.step),
        )
        layers = self._layers(position.parameters)
        parts = self.batch_parts(position, rows)
        return training_step(position.parameters, position.state, layers, parts, settings)

    def batch_parts(self, position: Position, rows: Array) -> list[BatchPart]:
        """The parts of the batch of these rows, as the step from a position sees them."""
        examples = self._set(position.epoch)
        parts = []
        for first, stop in self.schedule.parts(position.epoch, len(rows)):
            part, places = rows[first:stop], np.arange(first, stop)
            masks = step_masks(self.architecture, self.recipe, position.step, places)
            shares = examples.shares(part, len(rows))
            parts.append(
                BatchPart(examples.inputs(part), examples.targets(part), shares, tuple(masks))
            )
        return parts

    def whole_part(self, theta: Array, epoch: int, rows: Array) -> tuple[Trace, int]:
        """A part of a batch of all examples forward and back, and how many of it are right."""
        examples = self._set(epoch)
        pass_ = trace(
            examples.inputs(rows),
            examples.targets(rows),
            self._layers(theta),
            self._cost,
            examples.shares(rows, len(self.training)),
        )
        return pass_, self._plain_set.correct(pass_.a[-1], rows)

    def _layers(self, theta: Array) -> list[Layer]:
        """The layers as a training has them, with their gains."""
        layout, names = self.layout, self.architecture.activations
        tensors = (layout.weights(theta), layout.biases(theta), names, layout.gains_of(theta))
        return [
            Layer(W, b, ACTIVATIONS[name], gain) for W, b, name, gain in zip(*tensors, strict=True)
        ]

    def _added(self, sums: EpochSums, step: TrainingStep, rows: Array) -> EpochSums:
        """The sums of an epoch with one more step."""
        n, outputs = len(rows), np.concatenate([one.a[-1] for one in step.passes])
        return EpochSums(
            examples=sums.examples + n,
            cost=sums.cost + n * step.cost,
            penalty=sums.penalty + n * step.penalty,
            correct=sums.correct + self._plain_set.correct(outputs, rows),
            gradient_norm=step.gradient_norm,
        )

    def learning_rate(self, position: Position) -> float:
        """The rate of the step that comes next at a position."""
        return self.schedule.rates(position, [position.step])[0]

    def trace(self, parameters: Array, rows: Array) -> Trace:
        """Every number of one pass over these rows of the training set as it is."""
        examples = self._plain_set
        return trace(
            examples.inputs(rows),
            examples.targets(rows),
            self._layers(parameters),
            self._cost,
            examples.shares(rows, len(rows)),
        )

    def inference_parameters(self, position: Position) -> Array:
        """The parameters of the plain network that a position stands for."""
        latest = position.epoch if position.batch else max(0, position.epoch - 1)
        seen = self.expansion.of(latest) if self.layout.gains else self.training
        return inference_parameters(self.layout, self.schedule, position, seen)

    def score(self, parameters: Array, dataset: Dataset) -> Score:
        """Cost and accuracy on any data set, without training."""
        return score_outputs(
            self.architecture, self._cost, dataset, self._outputs(parameters, dataset)
        )

    def _outputs(self, parameters: Array, dataset: Dataset) -> Iterator[tuple[Array, Array]]:
        """z and a of the last layer, for one block of rows after the other."""
        working, layers = (
            self._working(dataset, None),
            network_layers(self.architecture, parameters),
        )
        for start in range(0, len(dataset), BLOCK):
            with one_blas_thread(), np.errstate(all="ignore"):
                zs, activations = forward(working.inputs(slice(start, start + BLOCK)), layers)
            yield zs[-1], activations[-1]

    def _working(self, dataset: Dataset, weights: Array | None) -> DatasetView:
        outputs = self.architecture.layers[-1]
        return DatasetView(dataset, outputs, self.architecture.dtype, weights)
