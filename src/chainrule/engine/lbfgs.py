"""L-BFGS for small data: SciPy's steps, on the objective and the gradient of the book.

Each epoch is a call of its own, which begins without memory of the one before; so a run can be cut
and resumed between epochs to the same bits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset
from chainrule.engine.contract import Score, Until
from chainrule.engine.divergence import After, diverged, is_finite
from chainrule.engine.position import EpochSums, Position
from chainrule.engine.reference import ReferenceEngine
from chainrule.engine.training_schedule import TrainingSchedule
from chainrule.equations.backpropagation import Trace
from chainrule.equations.penalties import penalty, penalty_gradient
from chainrule.equations.updates import gradient_norm
from chainrule.network import BLOCK, Architecture, Layout, flatten
from chainrule.recipe import Recipe
from chainrule.threads import one_blas_thread

__all__ = ["LbfgsEngine"]

Array = NDArray[Any]


@dataclass(frozen=True)
class _Objective:
    """The objective at one point: data term, penalty, gradient, right answers."""

    cost: float
    penalty: float
    g: Array
    correct: int
    last: Trace


@dataclass(frozen=True, eq=False)
class LbfgsEngine:
    """The engine of the optimiser lbfgs: the whole training set is one batch, an epoch one step.

    Args:
        architecture: with its output activation settled by the cost.
        recipe: with its seed; its `iterations` is how many SciPy may make in an epoch.
        training: the examples to learn from; they fit the architecture.
    """

    architecture: Architecture
    recipe: Recipe
    training: Dataset

    @cached_property
    def _law(self) -> ReferenceEngine:
        whole = self.recipe.replaced(optimiser="sgd", batch_size=len(self.training))
        return ReferenceEngine(self.architecture, whole, self.training)

    @property
    def schedule(self) -> TrainingSchedule:
        """One batch an epoch."""
        return self._law.schedule

    @property
    def layout(self) -> Layout:
        """The order of the tensors in a position's flat parameters."""
        return self._law.layout

    def advance(self, position: Position, until: Until) -> Position:
        """One epoch: at most `recipe.iterations` iterations of L-BFGS.

        Raises: DivergenceError where the objective is not finite at the start of the epoch.
        """
        if position.batch or until.batches == 0:
            return position
        import scipy.optimize  # noqa: F401  # before its BLAS is held to one thread

        with one_blas_thread(), np.errstate(all="ignore"):
            start = self._objective(position.parameters, position.epoch)
            self._require_finite(position, start)
            theta = self._minimised(position, start)
        n = len(self.training)
        sums = EpochSums(
            n, n * start.cost, n * start.penalty, start.correct, gradient_norm(start.g)
        )
        return replace(position, parameters=theta, batch=1, step=position.step + 1, sums=sums)

    def _minimised(self, position: Position, start: _Objective) -> Array:
        from scipy.optimize import minimize

        theta = position.parameters

        def value(x: Array) -> tuple[float, Array]:
            point = x.astype(theta.dtype)
            at = start if np.array_equal(point, theta) else self._objective(point, position.epoch)
            total = at.cost + at.penalty
            # What overflows is a wall, from which the line search turns back.
            return (total if np.isfinite(total) else np.inf), at.g.astype(np.float64)

        # It goes on for as many iterations as it may, as long as it descends.
        options = {"maxiter": self.recipe.iterations, "maxcor": 10, "ftol": 0.0, "gtol": 1e-10}
        found = minimize(
            value, theta.astype(np.float64), jac=True, method="L-BFGS-B", options=options
        )
        reached = np.asarray(found.x).astype(theta.dtype)
        better = is_finite(reached) and found.fun <= start.cost + start.penalty
        made = reached if better else theta.copy()
        made.flags.writeable = False
        return made

    def _objective(self, theta: Array, epoch: int) -> _Objective:
        """[O1] The objective over the whole training set, block by block."""
        strengths = (self.layout.is_weight, self.recipe.l1, self.recipe.l2)
        g, cost, correct = np.zeros(theta.size), 0.0, 0
        g += penalty_gradient(theta, *strengths)
        last = None
        for rows in self._blocks():
            last, right = self._law.whole_part(theta, epoch, rows)
            g += flatten(last.dW, last.db)
            cost, correct = cost + float(last.cost), correct + right
        assert last is not None, "a Dataset has examples"
        return _Objective(cost, float(penalty(theta, *strengths)), g, correct, last)

    def _blocks(self) -> Iterator[NDArray[np.int64]]:
        n = len(self.training)
        for first in range(0, n, BLOCK):
            yield np.arange(first, min(first + BLOCK, n))

    def _require_finite(self, position: Position, start: _Objective) -> None:
        if np.isfinite(start.cost + start.penalty) and is_finite(start.g):
            return
        length = gradient_norm(start.g)
        after = After(self.layout, start.penalty, start.g, length, {}, position.parameters)
        raise diverged(position, self.recipe, start.last, after)

    def learning_rate(self, position: Position) -> float:
        """The rate of the recipe; the line search finds its own steps."""
        return self.recipe.learning_rate

    def inference_parameters(self, position: Position) -> Array:
        """The parameters of the plain network that a position stands for."""
        return self._law.inference_parameters(position)

    def score(self, parameters: Array, dataset: Dataset) -> Score:
        """Cost and accuracy of a plain network on any data set, without training."""
        return self._law.score(parameters, dataset)

    def trace(self, parameters: Array, rows: Array) -> Trace:
        """Every number of one pass over these rows of the training set."""
        return self._law.trace(parameters, rows)
