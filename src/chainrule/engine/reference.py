"""The reference engine: NumPy, composed of nothing but the book's equations. It is the law."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data.dataset import Dataset
from chainrule.engine.contract import Score, Until
from chainrule.engine.divergence import After, diverged, is_finite
from chainrule.engine.expansion import Expansion
from chainrule.engine.masks import step_masks
from chainrule.engine.order import order_of
from chainrule.engine.plain import settled_parameters, training_layout
from chainrule.engine.position import EpochSums, Position
from chainrule.engine.scoring import scored
from chainrule.engine.settings import settings_of
from chainrule.engine.timetable import Timetable
from chainrule.engine.working import WorkingSet, normalised_weights
from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.averaging import blend
from chainrule.equations.backpropagation import Layer, Trace, forward, trace
from chainrule.equations.costs import Cost, get_cost
from chainrule.equations.penalties import penalty, penalty_gradient
from chainrule.equations.updates import (
    UPDATES,
    UpdateResult,
    clip_norm,
    gradient_norm,
    limit_row_norms,
)
from chainrule.network.architecture import Architecture
from chainrule.network.network import BLOCK, layers_of
from chainrule.network.parameters import Layout, flatten
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
    _sets: dict[int, WorkingSet] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def timetable(self) -> Timetable:
        """Batches, rates and shares of the average, by the place in the training."""
        return Timetable(self.recipe, len(self.training))

    @cached_property
    def layout(self) -> Layout:
        """The order of the tensors in a position's flat parameters."""
        return training_layout(self.architecture, self.recipe)

    @cached_property
    def expansion(self) -> Expansion:
        """The training set as each epoch sees it."""
        return Expansion(self.training, self.recipe)

    @cached_property
    def _weights(self) -> Array | None:
        return normalised_weights(self.training, self.recipe.class_weights)

    @cached_property
    def _plain_set(self) -> WorkingSet:
        return self._working(self.training, self._weights)

    def _set(self, epoch: int) -> WorkingSet:
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
        return self.timetable.batches(0)

    def advance(self, position: Position, until: Until) -> Position:
        """Train on from a position to the epoch's end, or to `until`.

        Raises: DivergenceError, whose `position` is the one before the bad batch.
        """
        stop = self.timetable.batches(position.epoch)
        if until.batches is not None:
            stop = min(stop, position.batch + until.batches)
        latest = None if until.seconds is None else time.monotonic() + until.seconds
        order = self.order(position.epoch)
        # Overflow on the way to a divergence is found and reported by the step itself.
        with one_blas_thread(), np.errstate(all="ignore"):
            while position.batch < stop:
                first, after = self.timetable.bounds(position.epoch, position.batch)
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
        recipe, theta = self.recipe, position.parameters
        passes = self.passes(position, rows)
        strengths = (self.layout.is_weight, recipe.l1, recipe.l2)
        g = reduce(np.add, [flatten(one.dW, one.db, one.dgain) for one in passes])
        g = g + penalty_gradient(theta, *strengths)
        stepped_on, length = g, gradient_norm(g)
        if recipe.clip_norm is not None:
            stepped_on, length = clip_norm(g, recipe.clip_norm)
        update = UPDATES[recipe.optimiser]
        before = position.state[: len(update.slots)]
        settings = settings_of(recipe, position.step, self.learning_rate(position), self.layout)
        stepped = update.advance(theta, stepped_on, before, settings)
        extra = float(penalty(theta, *strengths))
        if not self._is_sound(passes, extra, length, stepped):
            slots = dict(zip(update.slots, stepped.state, strict=True))
            after = After(self.layout, extra, g, length, slots, stepped.theta)
            broken = [one for one in passes if not self._is_finite(one)]
            raise diverged(position, recipe, [*broken, passes[0]][0], after)
        parameters = self._limited(stepped.theta)
        state = np.concatenate((stepped.state, self._averaged(position, parameters)))
        for array in (parameters, state):
            array.flags.writeable = False  # whoever looks on cannot change the run
        return replace(
            position,
            parameters=parameters,
            state=state,
            batch=position.batch + 1,
            step=position.step + 1,
            sums=self._added(position, passes, rows, extra, length),
        )

    def passes(self, position: Position, rows: Array) -> list[Trace]:
        """A batch forward and back from a position, part by part, with all that the recipe has."""
        parts = self.timetable.parts(position.epoch, len(rows))
        return [self._pass(position, rows, part) for part in parts]

    def _pass(self, position: Position, rows: Array, part: tuple[int, int]) -> Trace:
        """A part of a batch forward and back; its shares are those of the whole batch."""
        masks = step_masks(self.architecture, self.recipe, position.step, np.arange(*part))
        examples, chosen = self._set(position.epoch), rows[part[0] : part[1]]
        return trace(
            examples.inputs(chosen),
            examples.targets(chosen),
            self._layers(position.parameters, masks),
            self._cost,
            examples.shares(chosen, len(rows)),
        )

    def whole_part(self, theta: Array, epoch: int, rows: Array) -> tuple[Trace, int]:
        """A part of a batch of all examples forward and back, and how many of it are right."""
        examples, none = self._set(epoch), [None] * self.architecture.depth
        pass_ = trace(
            examples.inputs(rows),
            examples.targets(rows),
            self._layers(theta, none),
            self._cost,
            examples.shares(rows, len(self.training)),
        )
        return pass_, self._plain_set.correct(pass_.a[-1], rows)

    def _layers(self, theta: Array, masks: Sequence[Array | None]) -> list[Layer]:
        """The layers as a training has them, with their gains and masks."""
        layout, names = self.layout, self.architecture.activations
        of = (layout.weights(theta), layout.biases(theta), names, layout.gains_of(theta), masks)
        return [
            Layer(W, b, ACTIVATIONS[name], gain, mask)
            for W, b, name, gain, mask in zip(*of, strict=True)
        ]

    def _is_sound(
        self, passes: Sequence[Trace], extra: float, length: float, stepped: UpdateResult
    ) -> bool:
        """Whether every number of a step is finite; what is not would show in one of these."""
        numbers = bool(np.isfinite((extra, length)).all())
        return (
            numbers
            and all(map(is_finite, (stepped.state, stepped.theta)))
            and all(map(self._is_finite, passes))
        )

    @staticmethod
    def _is_finite(pass_: Trace) -> bool:
        """Whether the cost and all weighted sums of a pass are finite."""
        return bool(np.isfinite(float(pass_.cost))) and all(map(is_finite, pass_.z))

    def _limited(self, theta: Array) -> Array:
        """[U9] The parameters with no neuron's weights longer than allowed."""
        if self.recipe.max_norm is None:
            return theta
        layout, longest = self.layout, self.recipe.max_norm
        weights = [limit_row_norms(W, longest) for W in layout.weights(theta)]
        return flatten(weights, layout.biases(theta), layout.gains_of(theta))

    def _averaged(self, position: Position, theta: Array) -> Array:
        """[M1] The average after a step, (1, n); without one, (0, n)."""
        average = position.state[len(UPDATES[self.recipe.optimiser].slots) :]
        share = self.timetable.average_share(position, position.step)
        return blend(average, theta, share) if share and len(average) else average

    def _added(
        self,
        position: Position,
        passes: Sequence[Trace],
        rows: Array,
        penalty_term: float,
        length: float,
    ) -> EpochSums:
        sums, n = position.sums, len(rows)
        outputs = np.concatenate([one.a[-1] for one in passes])
        return EpochSums(
            examples=sums.examples + n,
            cost=sums.cost + n * sum(float(one.cost) for one in passes),
            penalty=sums.penalty + n * penalty_term,
            correct=sums.correct + self._plain_set.correct(outputs, rows),
            gradient_norm=length,
        )

    def learning_rate(self, position: Position) -> float:
        """The rate of the step that comes next at a position."""
        return self.timetable.rates(position, [position.step])[0]

    def trace(self, parameters: Array, rows: Array) -> Trace:
        """Every number of one pass over these rows of the training set as it is."""
        examples, none = self._plain_set, [None] * self.architecture.depth
        return trace(
            examples.inputs(rows),
            examples.targets(rows),
            self._layers(parameters, none),
            self._cost,
            examples.shares(rows, len(rows)),
        )

    def settled(self, position: Position) -> Array:
        """The parameters of the plain network that a position stands for."""
        latest = position.epoch if position.batch else max(0, position.epoch - 1)
        seen = self.expansion.of(latest) if self.layout.gains else self.training
        return settled_parameters(self.layout, self.timetable, position, seen)

    def score(self, parameters: Array, dataset: Dataset) -> Score:
        """Cost and accuracy on any data set, without training."""
        return scored(self.architecture, self._cost, dataset, self._outputs(parameters, dataset))

    def _outputs(self, parameters: Array, dataset: Dataset) -> Iterator[tuple[Array, Array]]:
        """z and a of the last layer, for one block of rows after the other."""
        working, layers = self._working(dataset, None), layers_of(self.architecture, parameters)
        for start in range(0, len(dataset), BLOCK):
            with one_blas_thread(), np.errstate(all="ignore"):
                zs, activations = forward(working.inputs(slice(start, start + BLOCK)), layers)
            yield zs[-1], activations[-1]

    def _working(self, dataset: Dataset, weights: Array | None) -> WorkingSet:
        outputs = self.architecture.layers[-1]
        return WorkingSet(dataset, outputs, self.architecture.dtype, weights)
