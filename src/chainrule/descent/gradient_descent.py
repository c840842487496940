"""Gradient descent on a function, step by step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.descent.descent_outcome import (
    DescentOutcome,
    DescentPath,
    classify_descent,
    rate_limit,
)
from chainrule.descent.function import Function
from chainrule.equations.updates import UpdateSettings, gradient_descent
from chainrule.errors import InputError
from chainrule.evaluation import plain_values
from chainrule.limits import Limit

__all__ = ["DESCENT_LIMITS", "Descent", "check_start", "descend"]

Array = NDArray[np.float64]

# fmt: off
DESCENT_LIMITS = {
    "learning_rate": Limit(float, "step size, as a multiple of the slope", 0, 1e6, True, group="descent"),  # noqa: E501
    "steps": Limit(int, "number of steps", 1, 10_000, group="descent"),
    "start": Limit(float, "starting point", -1e100, 1e100, group="descent"),
}
"""What may be asked for."""
# fmt: on


@dataclass(frozen=True, eq=False)
class Descent:
    """A descent.

    Args:
        function: what is descended.
        path: where it went.
        outcome: what becomes of it.
    """

    function: Function
    path: DescentPath
    outcome: DescentOutcome

    @property
    def steps(self) -> int:
        """How many were taken."""
        return len(self.path.points) - 1

    @property
    def limit(self) -> float:
        """2/curvature at the start, the curvature in the steepest direction; infinite without."""
        return rate_limit(float(self.path.curvatures[0, 1]))

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: what `chainrule descend --json` prints; null if not finite."""
        function, path = self.function, self.path
        steps = [
            {
                "step": at,
                "point": plain_values(path.points[at]),
                "value": plain_values(path.values[at]),
                "gradient": plain_values(path.gradients[at]),
            }
            for at in range(len(path.points))
        ]
        return {
            "formula": function.text,
            "variables": list(function.variables),
            "derivatives": {
                name: function.format(derivative)
                for name, derivative in zip(function.variables, function.derivatives, strict=True)
            },
            "learning_rate": path.rate,
            "curvature": {
                "start": plain_values(path.curvatures[0, 1]),
                "end": plain_values(path.curvatures[1, 1]),
            },
            "rate_limit": plain_values(self.limit),
            "course": self.outcome.name,
            "told": self.outcome.sentence,
            "steps": steps,
        }


def descend(
    function: Function, start: Sequence[float], *, learning_rate: float, steps: int
) -> Descent:
    """Descend by [U1] from a point.

    Args:
        function: of as many variables as the point has numbers.
        start: where to begin.
        learning_rate: above 0.
        steps: to take; fewer where the function ends.

    Raises: InputError.

    Example:
        >>> from chainrule.descent.function import make_function
        >>> f = make_function("x**2 - 2*x + 1.5")
        >>> found = descend(f, [-1.0], learning_rate=1.0, steps=3)
        >>> found.path.points[:, 0].tolist(), found.outcome.name
        ([-1.0, 3.0, -1.0, 3.0], 'swings')
    """
    rate = DESCENT_LIMITS["learning_rate"].check("descend", "learning_rate", learning_rate)
    most = DESCENT_LIMITS["steps"].check("descend", "steps", steps)
    points = [check_start(function, start)]
    values, gradients = [function.value_at(points[0])], [function.gradient(points[0])]
    with np.errstate(over="ignore", invalid="ignore"):
        while len(points) <= most:
            point = _take_step(points[-1], gradients[-1], rate)
            if not np.isfinite(point).all():
                break
            points.append(point)
            values.append(function.value_at(point))
            gradients.append(function.gradient(point))
            if np.isnan(values[-1]) or not np.isfinite(gradients[-1]).all():
                break
    path = DescentPath(
        rate=rate,
        points=np.array(points),
        values=np.array(values),
        gradients=np.array(gradients),
        curvatures=np.array([_curvatures(function.hessian(points[at])) for at in (0, -1)]),
        steps_requested=most,
    )
    return Descent(function, path, classify_descent(path))


def _take_step(point: Array, gradient: Array, rate: float) -> Array:
    no_state = np.zeros((0, point.size))
    return gradient_descent(point, gradient, no_state, UpdateSettings(eta=rate)).theta


def _curvatures(hessian: Array) -> tuple[float, float]:
    """The least and the greatest curvature in any direction; NaN if there is none."""
    if not np.isfinite(hessian).all():
        return math.nan, math.nan
    found = np.linalg.eigvalsh(hessian)
    return float(found[0]), float(found[-1])


def check_start(function: Function, start: Sequence[float]) -> Array:
    """Return the point where a descent begins, (variables,).

    Args:
        function: of as many variables as the point has numbers.
        start: a number for each variable, in their order.

    Raises: InputError if the function has no finite value and derivative there.
    """
    names, limit = function.variables, DESCENT_LIMITS["start"]
    if len(start) != len(names):
        count = f"{len(names)} number{'s' * (len(names) > 1)}"
        raise InputError(
            "descend",
            expected=f"start to be {count}, for {', '.join(names)}",
            got=str(len(start)),
            argument="start",
            value=tuple(start),
        )
    point = np.array([limit.check("descend", "start", number) for number in start])
    if not np.isfinite([function.value_at(point), *function.gradient(point)]).all():
        raise InputError(
            "descend",
            expected="start to be where the function has a value and a derivative",
            got=", ".join(f"{n} = {x:g}" for n, x in zip(names, point, strict=True)),
            argument="start",
            value=tuple(start),
        )
    return point
