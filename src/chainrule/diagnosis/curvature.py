"""The largest curvature of the objective, and the learning rate up to which steps are stable.

A step of rate η along a direction of curvature λ ends farther from the minimum than it began if
η λ > 2. The largest λ is the largest eigenvalue of the Hessian H. It is found by Lanczos iteration
on products H v, each of which is one gradient at a complex point, in float64:

    H v = Im g(θ + i h v) / h      with h = 1e-30

No digits cancel, so this is exact to rounding; and no kink of a ReLU is crossed, as by a difference
of two gradients.

Updates that divide by the root of a mean square see P^-½ H P^-½ instead, with P = √q + ε.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset
from chainrule.engine import TrainingContext, make_engine
from chainrule.network import Architecture, flatten
from chainrule.randomness import generator
from chainrule.recipe import Recipe

__all__ = [
    "NO_STABILITY_LIMIT",
    "STABILITY_LIMITS",
    "Curvature",
    "Gradient",
    "largest_eigenvalue",
    "objective_gradient",
]

Array = NDArray[Any]
Gradient = Callable[[Array], Array]

MOST_PRODUCTS = 20
"""Lanczos iterations at most; each costs one gradient."""
_CLOSE_ENOUGH = 0.01
"""Relative accuracy aimed at; a rate is judged by factors of 1 and 0.01, not by per cent."""
_STEP = 1e-30
"""The imaginary step h: h² is lost against 1 in float64, so that its error vanishes."""

STABILITY_LIMITS: dict[str, Callable[[Recipe], float]] = {
    "sgd": lambda r: 2.0,
    "momentum": lambda r: 2 + 2 * r.momentum,
    "nesterov": lambda r: (2 + 2 * r.momentum) / (1 + 2 * r.momentum),
    "rmsprop": lambda r: 2.0,
    "adam": lambda r: (2 + 2 * r.beta1) / (1 - r.beta1),
    "adamw": lambda r: (2 + 2 * r.beta1) / (1 - r.beta1),
}
"""For each update the greatest η λ for which steps on a parabola do not grow; λ belongs to the
preconditioned Hessian if the update has a mean square."""

NO_STABILITY_LIMIT = {
    "lion": "the size of the steps of lion does not depend on the gradient, nor on curvature",
    "lbfgs": "a line search chooses the length of each step of lbfgs",
}
"""Why curvature sets no limit to the learning rate of the other updates."""


@dataclass(frozen=True)
class Curvature:
    """The largest curvature, and the learning rate that it allows.

    Args:
        value: λ, the largest eigenvalue of the Hessian or of the preconditioned Hessian.
        limit: the greatest stable learning rate; inf if no direction curves upwards.
        preconditioned: whether the Hessian is preconditioned by the mean squares of an update.
    """

    value: float
    limit: float
    preconditioned: bool


def objective_gradient(
    architecture: Architecture, recipe: Recipe, training: Dataset, rows: Array
) -> Gradient:
    """Return the gradient of the objective on some rows, as a function of the flat parameters.

    It computes in float64, or in complex128 if the parameters are complex. Layers are normalised
    by the means and deviations of these rows.

    The penalty of L1 is left out, since it has no curvature; dropout, distortions and whatever
    else a training draws for each step or epoch are left out too.

    Args:
        architecture: with its output activation resolved.
        recipe: with its seed.
        training: the training set.
        rows: the rows of it that are used.

    Returns: θ -> g, (n,) both, gains included.
    """
    precise = replace(architecture, dtype="float64")
    engine = make_engine(TrainingContext(precise, recipe.replaced(engine="reference"), training))
    layout = engine.layout

    def gradient(theta: Array) -> Array:
        with np.errstate(all="ignore"):
            pass_ = engine.trace(theta, rows)
            g = flatten(pass_.dW, pass_.db, pass_.dgain)
            return g + recipe.l2 * layout.is_weight * theta

    return gradient


def largest_eigenvalue(gradient: Gradient, theta: Array, root: Array | float = 1.0) -> float:
    """Return the largest eigenvalue of the Hessian at a point, from below, to about 2 %.

    Args:
        gradient: θ -> g, also for complex θ.
        theta: the point, (n,) float64.
        root: P^-½, by which both sides of the Hessian are multiplied, (n,).

    Returns: λ; NaN if a gradient is not finite, 0 if there is no curvature.

    Example:
        >>> curves = np.array([3.0, 1.0, -5.0])
        >>> round(largest_eigenvalue(lambda x: curves * x, np.zeros(3)), 6)
        3.0
    """
    v = generator(0, "curvature").standard_normal(theta.size)
    v, previous = v / np.linalg.norm(v), np.zeros(theta.size)
    diagonal: list[float] = []
    off_diagonal: list[float] = []
    found = 0.0
    for _ in range(min(MOST_PRODUCTS, theta.size)):
        w = root * _product(gradient, theta, root * v)
        diagonal.append(float(v @ w))
        w = w - diagonal[-1] * v - (off_diagonal[-1] if off_diagonal else 0.0) * previous
        if not np.isfinite(w).all():
            return float("nan")
        last, found = found, _largest_tridiagonal(diagonal, off_diagonal)
        norm = float(np.linalg.norm(w))
        # Either w lies in the space searched so far, or the last step gained too little.
        if norm <= 1e-12 * abs(found) or abs(found - last) < _CLOSE_ENOUGH * abs(found) / 4:
            break
        off_diagonal.append(norm)
        previous, v = v, w / norm
    return found


def _product(gradient: Gradient, theta: Array, v: Array) -> Array:
    """Return H v."""
    return np.asarray(np.imag(gradient(theta + 1j * _STEP * v)) / _STEP)


def _largest_tridiagonal(diagonal: list[float], off_diagonal: list[float]) -> float:
    """Return the largest eigenvalue of a symmetric tridiagonal matrix."""
    side = off_diagonal[: len(diagonal) - 1]
    whole = np.diag(diagonal) + np.diag(side, 1) + np.diag(side, -1)
    return float(np.linalg.eigvalsh(whole)[-1])
