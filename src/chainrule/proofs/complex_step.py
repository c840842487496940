"""Slopes by steps into the complex plane, which subtract nothing and so lose no digits."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.activations import ACTIVATIONS
from chainrule.proofs.objective import Objective

__all__ = ["complex_step", "nonsmooth_functions"]

Array = NDArray[Any]

STEP = 1e-30


def complex_step(objective: Objective, theta: Array, at: int) -> float:
    """The slope of J in one weight or bias.

        J' = Im J(θ + i t) / t        with t = 1e-30

    J(θ + i t) is J(θ) + i t J'(θ) up to t², which is nothing beside it.

    Args:
        objective: J, of smooth functions only.
        theta: weights and biases, flat, float64.
        at: which of them.
    """
    moved = theta.astype(np.complex128)
    moved[at] += STEP * 1j
    return float(np.imag(objective.value(moved))) / STEP


def nonsmooth_functions(objective: Objective) -> str:
    """The functions that keep the complex step away, in words; empty where there are none."""
    names = [name for name in objective.architecture.activations if ACTIVATIONS[name].kinks]
    names += ["absolute_error"] * (objective.cost.name == "absolute_error")
    names += ["l1"] * bool(objective.l1)
    return ", ".join(dict.fromkeys(names))
