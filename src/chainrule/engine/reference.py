"""The reference engine: NumPy, composed of nothing but the book's equations. It is the law."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data.batches import batch_bounds, epoch_order
from chainrule.data.dataset import Dataset
from chainrule.engine.contract import Score, Until
from chainrule.engine.divergence import After, diverged, is_finite
from chainrule.engine.position import EpochSums, Position
from chainrule.engine.scoring import scored
from chainrule.engine.working import WorkingSet, normalised_weights
from chainrule.equations.backpropagation import Trace, forward, trace
from chainrule.equations.costs import Cost, cost_named
from chainrule.equations.penalties import penalty, penalty_gradient
from chainrule.equations.schedules import SCHEDULES, Clock, Course, drops_so_far
from chainrule.equations.updates import UPDATES, Settings, Stepped, clip_norm, gradient_norm
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

    @cached_property
    def _set(self) -> WorkingSet:
        weights = normalised_weights(self.training, self.recipe.class_weights)
        return self._working(self.training, weights)

    @cached_property
    def _layout(self) -> Layout:
        return Layout(self.architecture)

    @cached_property
    def _cost(self) -> Cost:
        return cost_named(self.recipe.cost, self.recipe.huber_threshold)

    @cached_property
    def _bounds(self) -> list[tuple[int, int]]:
        return batch_bounds(len(self.training), self.recipe.batch_size)

    @property
    def batches(self) -> int:
        """Batches in an epoch, the last partial one included."""
        return len(self._bounds)

    def advance(self, position: Position, until: Until) -> Position:
        """Train on from a position to the epoch's end, or to `until`.

        Raises: DivergenceError, whose `position` is the one before the bad batch.
        """
        stop = self.batches
        if until.batches is not None:
            stop = min(stop, position.batch + until.batches)
        latest = None if until.seconds is None else time.monotonic() + until.seconds
        order = self.order(position.epoch)
        # Overflow on the way to a divergence is found and reported by the step itself.
        with one_blas_thread(), np.errstate(all="ignore"):
            while position.batch < stop:
                first, after = self._bounds[position.batch]
                position = self._stepped(position, order[first:after])
                if latest is not None and time.monotonic() >= latest:
                    break
        return position

    def order(self, epoch: int) -> NDArray[np.int64]:
        """The order in which an epoch takes the examples, (n,), read-only."""
        assert self.recipe.seed is not None, "Recipe.with_seed comes first"
        seed = self.recipe.seed if self.recipe.shuffle else None
        return _order_of(seed, epoch, len(self.training))

    def _stepped(self, position: Position, rows: Array) -> Position:
        """The position after one more batch."""
        recipe, theta = self.recipe, position.parameters
        pass_ = self.trace(theta, rows)
        strengths = (self._layout.is_weight, recipe.l1, recipe.l2)
        g = flatten(pass_.dW, pass_.db) + penalty_gradient(theta, *strengths)
        stepped_on, length = g, gradient_norm(g)
        if recipe.clip_norm is not None:
            stepped_on, length = clip_norm(g, recipe.clip_norm)
        update = UPDATES[recipe.optimiser]
        stepped = update.advance(theta, stepped_on, position.state, self._settings(position))
        extra = float(penalty(theta, *strengths))
        if not self._is_sound(pass_, extra, length, stepped):
            state = dict(zip(update.slots, stepped.state, strict=True))
            after = After(self._layout, extra, g, length, state, stepped.theta)
            raise diverged(position, recipe, pass_, after)
        for array in (stepped.theta, stepped.state):
            array.flags.writeable = False  # whoever looks on cannot change the run
        return replace(
            position,
            parameters=stepped.theta,
            state=stepped.state,
            batch=position.batch + 1,
            step=position.step + 1,
            sums=self._added(position.sums, pass_, rows, extra, length),
        )

    @staticmethod
    def _is_sound(pass_: Trace, extra: float, length: float, stepped: Stepped) -> bool:
        """Whether every number of a step is finite; what is not would show in one of these."""
        numbers = np.isfinite((float(pass_.cost), extra, length)).all()
        return bool(numbers) and all(map(is_finite, (*pass_.z, stepped.state, stepped.theta)))

    def _added(
        self, sums: EpochSums, pass_: Trace, rows: Array, penalty_term: float, length: float
    ) -> EpochSums:
        n = len(rows)
        return EpochSums(
            examples=sums.examples + n,
            cost=sums.cost + n * float(pass_.cost),
            penalty=sums.penalty + n * penalty_term,
            correct=sums.correct + self._set.correct(pass_.a[-1], rows),
            gradient_norm=length,
        )

    def learning_rate(self, position: Position) -> float:
        """The rate of the step that comes next at a position."""
        return self.learning_rates(position, [position.step])[0]

    def learning_rates(self, position: Position, steps: Iterable[int]) -> list[float]:
        """The rates of some steps of a position's epoch; steps count from 0 in the whole run."""
        recipe = self.recipe
        rate, most = SCHEDULES[recipe.schedule].rate, max(1, recipe.epochs * self.batches)
        drops = self._drops(position)
        course = Course(
            recipe.schedule_factor,
            recipe.schedule_every,
            recipe.final_factor,
            recipe.warmup_fraction,
        )
        clocks = (Clock(position.epoch, step, most, drops) for step in steps)
        return [rate(recipe.learning_rate, clock, course) for clock in clocks]

    def _drops(self, position: Position) -> int:
        if self.recipe.schedule != "plateau":
            return 0
        costs = [
            r.total_cost if r.validation_cost is None else r.validation_cost
            for r in position.history
        ]
        return drops_so_far(costs, self.recipe.schedule_patience, self.recipe.min_delta)

    def _settings(self, position: Position) -> Settings:
        recipe = self.recipe
        return Settings(
            eta=self.learning_rate(position),
            t=position.step + 1,
            mu=recipe.momentum,
            rho=recipe.decay,
            beta1=recipe.beta1,
            beta2=recipe.beta2,
            epsilon=recipe.epsilon,
            decay=recipe.weight_decay,
            is_weight=self._layout.is_weight,
        )

    def trace(self, parameters: Array, rows: Array) -> Trace:
        """Every number of one pass over these rows of the training set."""
        return trace(
            self._set.inputs(rows),
            self._set.targets(rows),
            layers_of(self.architecture, parameters),
            self._cost,
            self._set.shares(rows, len(rows)),
        )

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


@lru_cache(maxsize=2)
def _order_of(seed: int | None, epoch: int, n: int) -> NDArray[np.int64]:
    """Each slice of an epoch needs its order again; it is kept for the last two."""
    order = np.arange(n) if seed is None else epoch_order(seed, epoch, n)
    order.flags.writeable = False
    return order
