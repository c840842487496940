"""The greatest curvature of the objective, and the learning rate up to which steps are stable.

A step of length η along a direction of curvature λ overshoots by more than it began with where
η λ > 2. The greatest λ is the largest eigenvalue of the Hessian H. It is found by Lanczos iteration
on products H v, each one gradient at a complex point, in float64:

    H v = Im g(θ + i h v) / h      with h = 1e-30

No digits cancel, so this is exact to rounding, and no kink is crossed on the way, as a difference
of two gradients would.

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
    "STABILITY",
    "UNLIMITED",
    "Curvature",
    "Gradient",
    "gradient_of",
    "greatest_eigenvalue",
]

Array = NDArray[Any]
Gradient = Callable[[Array], Array]

MOST_PRODUCTS = 20
_CLOSE_ENOUGH = 0.01
_STEP = 1e-30

STABILITY: dict[str, Callable[[Recipe], float]] = {
    "sgd": lambda r: 2.0,
    "momentum": lambda r: 2 + 2 * r.momentum,
    "nesterov": lambda r: (2 + 2 * r.momentum) / (1 + 2 * r.momentum),
    "rmsprop": lambda r: 2.0,
    "adam": lambda r: (2 + 2 * r.beta1) / (1 - r.beta1),
    "adamw": lambda r: (2 + 2 * r.beta1) / (1 - r.beta1),
}
"""For each update the greatest η λ at which steps on a parabola do not grow; λ is that of the
preconditioned Hessian where the update has a mean square."""

UNLIMITED = {
    "lion": "the size of a step of lion does not depend on the gradient, so curvature sets "
    "no limit",
    "lbfgs": "lbfgs chooses the length of each step by a line search",
}
"""Why curvature sets no limit to the rate of the other updates."""


@dataclass(frozen=True)
class Curvature:
    """The greatest curvature and what follows from it.

    Args:
        value: λ, the largest eigenvalue, of the preconditioned Hessian where that is so.
        limit: the greatest stable learning rate; inf where no direction curves upwards.
        preconditioned: whether by the mean squares of an update.
    """

    value: float
    limit: float
    preconditioned: bool


def gradient_of(
    architecture: Architecture, recipe: Recipe, training: Dataset, rows: Array
) -> Gradient:
    """The gradient of the objective on some rows as a function of a training's flat parameters.

    It computes in float64, or in complex128 where the parameters are complex. Layers that are
    normalised are so by the means and deviations of these rows.

    The penalty of L1 is left out: it has no curvature. What a training draws anew for each step or
    epoch, such as dropout and distortions, is left out too.

    Args:
        architecture: with its output activation settled.
        recipe: with its seed.
        training: the data.
        rows: which of its rows count.

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


def greatest_eigenvalue(gradient: Gradient, theta: Array, root: Array | float = 1.0) -> float:
    """The largest eigenvalue of the Hessian at a point, from below, to about 2 %.

    Args:
        gradient: θ -> g, for complex θ too.
        theta: the point, (n,) float64.
        root: P^-½, by which both sides of the Hessian are multiplied, (n,).

    Returns: λ; NaN where a gradient is not finite, 0 where there is no curvature.

    Example:
        >>> curves = np.array([3.0, 1.0, -5.0])
        >>> round(greatest_eigenvalue(lambda x: curves * x, np.zeros(3)), 6)
        3.0
    """
    v = generator(0, "curvature").standard_normal(theta.size)
    v, before = v / np.linalg.norm(v), np.zeros(theta.size)
    diagonal: list[float] = []
    beside: list[float] = []
    found = 0.0
    for _ in range(min(MOST_PRODUCTS, theta.size)):
        w = root * _product(gradient, theta, root * v)
        diagonal.append(float(v @ w))
        w = w - diagonal[-1] * v - (beside[-1] if beside else 0.0) * before
        if not np.isfinite(w).all():
            return float("nan")
        last, found = found, _greatest_of(diagonal, beside)
        length = float(np.linalg.norm(w))
        if length <= 1e-12 * abs(found) or abs(found - last) < _CLOSE_ENOUGH * abs(found) / 4:
            break
        beside.append(length)
        before, v = v, w / length
    return found


def _product(gradient: Gradient, theta: Array, v: Array) -> Array:
    """H v."""
    return np.asarray(np.imag(gradient(theta + 1j * _STEP * v)) / _STEP)


def _greatest_of(diagonal: list[float], beside: list[float]) -> float:
    """The largest eigenvalue of the tridiagonal matrix."""
    side = beside[: len(diagonal) - 1]
    whole = np.diag(diagonal) + np.diag(side, 1) + np.diag(side, -1)
    return float(np.linalg.eigvalsh(whole)[-1])
