"""The methods of finding a gradient, each with the numbers that it computes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.proofs.autodiff_libraries import AUTODIFF_LIBRARIES, AutodiffLibrary, missing_reason
from chainrule.proofs.kinks import Kink, kink_gates
from chainrule.proofs.numerical_derivatives import (
    central_difference,
    complex_step,
    nonsmooth_functions,
)
from chainrule.proofs.objective import Objective
from chainrule.proofs.tape_network import MAX_TAPE_LENGTH, tape_gradient, tape_length

__all__ = ["METHODS", "GradientEstimate", "GradientMethod"]

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class GradientEstimate:
    """What a method found at some places.

    Args:
        values: the derivatives, (places,).
        uncertainties: how far each may be off by the method itself, (places,).
        kinks: by the place's number, those that make its derivative unknown.
    """

    values: Array
    uncertainties: Array
    kinks: Mapping[int, tuple[Kink, ...]]


@dataclass(frozen=True)
class GradientMethod:
    """A way to find a gradient.

    Args:
        name: as tables have it.
        tolerance: the relative error that is allowed.
        obstacle: (objective) -> why it cannot be used, in words; empty if it can.
        estimate: (objective, θ, places) -> what it finds.
    """

    name: str
    tolerance: float
    obstacle: Callable[[Objective], str]
    estimate: Callable[[Objective, Array, Sequence[int]], GradientEstimate]


def _finite_differences(
    objective: Objective, theta: Array, places: Sequence[int]
) -> GradientEstimate:
    middle = kink_gates(objective, theta)
    found = [central_difference(objective, theta, at, middle) for at in places]
    kinks = {at: one.kinks for at, one in zip(places, found, strict=True) if one.kinks}
    values = np.array([one.derivative for one in found])
    return GradientEstimate(values, np.array([one.uncertainty for one in found]), kinks)


def _complex_steps(objective: Objective, theta: Array, places: Sequence[int]) -> GradientEstimate:
    return _exact_estimate([complex_step(objective, theta, at) for at in places])


def _select(
    gradient: Callable[[Objective, Array], Array],
    objective: Objective,
    theta: Array,
    places: Sequence[int],
) -> GradientEstimate:
    return _exact_estimate(gradient(objective, theta)[list(places)])


def _exact_estimate(values: Any) -> GradientEstimate:
    return GradientEstimate(np.asarray(values), np.zeros(len(values)), {})


def _not_smooth_reason(objective: Objective) -> str:
    names = nonsmooth_functions(objective)
    return f"for smooth functions only, not {names}" if names else ""


def _tape_limit_reason(objective: Objective) -> str:
    length = tape_length(objective)
    if length <= MAX_TAPE_LENGTH:
        return ""
    return f"left out: {length:,} steps to remember, at most {MAX_TAPE_LENGTH:,}"


def _library_method(library: AutodiffLibrary) -> GradientMethod:
    gradient = partial(_select, library.gradient)
    return GradientMethod(library.name, 1e-9, lambda _: missing_reason(library), gradient)


METHODS = (
    GradientMethod("differences", 1e-6, lambda _: "", _finite_differences),
    GradientMethod("complex step", 1e-9, _not_smooth_reason, _complex_steps),
    GradientMethod("own autodiff", 1e-9, _tape_limit_reason, partial(_select, tape_gradient)),
    *map(_library_method, AUTODIFF_LIBRARIES),
)
"""All ways, in the order of the table's columns."""
