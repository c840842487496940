"""Derivatives of the objective by central differences and by complex steps, in float64."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.activations import ACTIVATIONS
from chainrule.proofs.kinks import Gate, Kink, crossed_kinks, kink_gates
from chainrule.proofs.objective import Objective

__all__ = ["Difference", "central_difference", "complex_step", "nonsmooth_functions"]

Array = NDArray[Any]

MAX_STEP = 2.0**-9
"""The longest step, for numbers around 1: bending and rounding then cost about as little."""

MIN_STEP = 2.0**-26
"""The shortest step, for the same: with a shorter one nothing but rounding would be left."""

_ENOUGH = 1e-10
"""Relative uncertainty at which a derivative is good enough."""


@dataclass(frozen=True)
class Difference:
    """A derivative by differences.

    Args:
        derivative: the estimate; meaningless if there are kinks.
        uncertainty: how far it may be off: by rounding, and by what the next shorter step changed.
        kinks: those that no step avoids.
    """

    derivative: float
    uncertainty: float
    kinks: tuple[Kink, ...] = ()


def central_difference(
    objective: Objective, theta: Array, at: int, middle: list[Gate]
) -> Difference:
    """The derivative of J by one weight or bias.

        J' ≈ (8 (J(+h) - J(-h)) - (J(+2h) - J(-2h))) / 12h

    The error of this formula is of the order h⁴, and its rounding of the order 1/h. It is taken
    with shorter and shorter h, as long as the derivative still gets better. If a kink lies within
    2h, the first h is shorter from the start.

    Args:
        objective: J.
        theta: weights and biases, flat, float64.
        at: which of them.
        middle: the gates at θ itself.
    """
    scale = max(1.0, abs(float(theta[at])))
    h, along = MAX_STEP * scale, _along(objective, theta, at)
    found = _kinks(objective, theta, at, h, middle)
    while found and h > MIN_STEP * scale:
        h /= 8
        found = _kinks(objective, theta, at, h, middle)
    refined = _refine(along, h, MIN_STEP * scale)
    derivative, uncertainty = _best(refined, abs(along(0.0)))
    return Difference(derivative, uncertainty, tuple(found))


def _along(objective: Objective, theta: Array, at: int) -> Callable[[float], float]:
    """J as a function of how far one number is moved."""
    moved = theta.copy()

    def along(by: float) -> float:
        moved[at] = theta[at] + by
        return float(objective.value(moved))

    return along


def _refine(
    along: Callable[[float], float], h: float, shortest: float
) -> Iterator[tuple[float, float]]:
    """The derivative with shorter and shorter steps, each with its step."""
    while True:
        near = along(h) - along(-h)
        far = along(2 * h) - along(-2 * h)
        yield (8 * near - far) / (12 * h), h
        if h <= shortest:
            return
        h /= 4


def _best(derivatives: Iterator[tuple[float, float]], size: float) -> tuple[float, float]:
    """The derivative with the least uncertainty, and its uncertainty."""
    eps = float(np.finfo(np.float64).eps)
    before, h = next(derivatives)
    best, uncertainty = before, np.inf
    for derivative, h in derivatives:
        rounding = 4 * eps * size / h
        if abs(derivative - before) + rounding < uncertainty:
            best, uncertainty = derivative, abs(derivative - before) + rounding
        if uncertainty <= _ENOUGH * abs(best) or rounding > uncertainty:
            break
        before = derivative
    if not np.isfinite(uncertainty):  # a single step, beside a kink
        uncertainty = 4 * eps * size / h
    return best, uncertainty


def _kinks(objective: Objective, theta: Array, at: int, h: float, middle: list[Gate]) -> list[Kink]:
    """What changes its side of a kink between here and the ends of the difference."""
    if not middle:
        return []
    found: dict[str, Kink] = {}
    for by in (-2 * h, 2 * h):
        moved = theta.copy()
        moved[at] += by
        for kink in crossed_kinks(objective, middle, kink_gates(objective, moved)):
            found.setdefault(kink.address, kink)
    return list(found.values())


COMPLEX_STEP = 1e-30


def complex_step(objective: Objective, theta: Array, at: int) -> float:
    """The derivative of J by one weight or bias.

        J' = Im J(θ + i t) / t        with t = 1e-30

    J(θ + i t) is J(θ) + i t J'(θ) up to t², which is nothing beside it.

    Args:
        objective: J, of smooth functions only.
        theta: weights and biases, flat, float64.
        at: which of them.
    """
    moved = theta.astype(np.complex128)
    moved[at] += COMPLEX_STEP * 1j
    return float(np.imag(objective.value(moved))) / COMPLEX_STEP


def nonsmooth_functions(objective: Objective) -> str:
    """The functions that keep the complex step away, in words; empty if there are none."""
    names = [name for name in objective.architecture.activations if ACTIVATIONS[name].kinks]
    names += ["absolute_error"] * (objective.cost.name == "absolute_error")
    names += ["l1"] * bool(objective.l1)
    return ", ".join(dict.fromkeys(names))
