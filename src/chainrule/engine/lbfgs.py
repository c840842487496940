"""L-BFGS for small data: SciPy's steps, on the objective and the gradient of the equations.

Each epoch is a call of its own, which begins without memory of the one before; so a run can be cut
and resumed between epochs to the same bits.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.engine.contract import Engine, Until
from chainrule.engine.divergence import is_finite, step_divergence
from chainrule.engine.equation_settings import step_settings
from chainrule.engine.position import EpochSums, Position
from chainrule.equations.backpropagation import Trace
from chainrule.equations.penalties import penalty, penalty_gradient
from chainrule.equations.step import TrainingStep
from chainrule.equations.updates import UpdateResult, gradient_norm
from chainrule.network import BLOCK, flatten
from chainrule.threads import one_blas_thread

__all__ = ["LbfgsEngine"]

Array = NDArray[Any]


@dataclass(frozen=True)
class _Objective:
    """The objective at one point.

    Args:
        cost: the data term.
        penalty: the penalty.
        gradient: of their sum, (n,) float64.
        correct: examples that are classified correctly.
        last_pass: the pass of the last block of examples.
    """

    cost: float
    penalty: float
    gradient: Array
    correct: int
    last_pass: Trace

    @property
    def is_finite(self) -> bool:
        """Whether every number is finite."""
        return bool(np.isfinite(self.cost + self.penalty)) and is_finite(self.gradient)


class LbfgsEngine(Engine):
    """The engine of the optimiser lbfgs: the whole training set is one batch, an epoch one step.

    `iterations` of the recipe is how many iterations SciPy may make in an epoch.
    """

    def advance(self, position: Position, until: Until) -> Position:
        """One epoch: at most `recipe.iterations` iterations of L-BFGS.

        Raises: DivergenceError if the objective is not finite at the start of the epoch.
        """
        if position.batch or until.batches == 0:
            return position
        import scipy.optimize  # noqa: F401  # before its BLAS is held to one thread

        with one_blas_thread(), np.errstate(all="ignore"):
            start = self._objective(position.parameters, position.epoch)
            if not start.is_finite:
                step = self._failed_step(position, start)
                raise step_divergence(position, self.recipe, step, self.layout)
            theta = self._minimise(position, start)
        n = len(self.context.training)
        norm = gradient_norm(start.gradient)
        sums = EpochSums(n, n * start.cost, n * start.penalty, start.correct, norm)
        return replace(position, parameters=theta, batch=1, step=position.step + 1, sums=sums)

    def _minimise(self, position: Position, start: _Objective) -> Array:
        from scipy.optimize import minimize

        theta = position.parameters

        def value(x: Array) -> tuple[float, Array]:
            point = x.astype(theta.dtype)
            at = start if np.array_equal(point, theta) else self._objective(point, position.epoch)
            total = at.cost + at.penalty
            # The line search turns back from a point where the objective overflows.
            return (total if np.isfinite(total) else np.inf), at.gradient.astype(np.float64)

        # With these tolerances it iterates as often as it may, as long as it descends.
        options = {"maxiter": self.recipe.iterations, "maxcor": 10, "ftol": 0.0, "gtol": 1e-10}
        found = minimize(
            value, theta.astype(np.float64), jac=True, method="L-BFGS-B", options=options
        )
        reached = np.asarray(found.x).astype(theta.dtype)
        is_better = is_finite(reached) and found.fun <= start.cost + start.penalty
        made = reached if is_better else theta.copy()
        made.flags.writeable = False
        return made

    def _objective(self, theta: Array, epoch: int) -> _Objective:
        """[O1] The objective over the whole training set, block by block."""
        context, strengths = self.context, (self.layout.is_weight, self.recipe.l1, self.recipe.l2)
        n, layers, view = len(context.training), context.layers(theta), context.epoch_view(epoch)
        gradient, cost, correct = np.zeros(theta.size), 0.0, 0
        gradient += penalty_gradient(theta, *strengths)
        for first in range(0, n, BLOCK):
            rows = np.arange(first, min(first + BLOCK, n))
            pass_ = view.batch_part(rows, n).trace(layers, context.cost)
            gradient += flatten(pass_.dW, pass_.db)
            cost += float(pass_.cost)
            correct += context.view.count_correct(pass_.a[-1], rows)
        return _Objective(cost, float(penalty(theta, *strengths)), gradient, correct, pass_)

    def _failed_step(self, position: Position, start: _Objective) -> TrainingStep:
        """The step that was not taken, for the error that names what is not finite."""
        theta, state = position.parameters, np.zeros((0, position.parameters.size))
        sgd = self.recipe.replaced(optimiser="sgd")  # SciPy's update has no equation of its own
        return TrainingStep(
            settings=step_settings(sgd, self.layout, position.step, self.recipe.learning_rate),
            passes=(start.last_pass,),
            penalty=start.penalty,
            gradient=start.gradient,
            gradient_norm=gradient_norm(start.gradient),
            clipped_gradient=start.gradient,
            update=UpdateResult(theta, state, {}),
            parameters=theta,
            state=state,
        )

    def learning_rate(self, position: Position) -> float:
        """The rate of the recipe; the line search finds its own steps."""
        return self.recipe.learning_rate
