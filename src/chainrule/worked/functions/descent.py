"""Gradient descent on a function, step by step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.updates import UpdateSettings, gradient_descent
from chainrule.errors import InputError
from chainrule.limits import Limit
from chainrule.worked.functions.course import Course, Path, course_of, limit_of
from chainrule.worked.functions.function import Function

__all__ = ["LIMITS", "Descent", "descend"]

Array = NDArray[np.float64]

# fmt: off
LIMITS = {
    "learning_rate": Limit(float, "length of a step, as a share of the slope", 0, 1e6, True, group="descent"),  # noqa: E501
    "steps": Limit(int, "steps to take", 1, 10_000, group="descent"),
    "start": Limit(float, "where to begin", -1e100, 1e100, group="descent"),
}
"""What may be asked for."""
# fmt: on


@dataclass(frozen=True, eq=False)
class Descent:
    """A descent.

    Args:
        function: what is descended.
        path: where it went.
        course: what becomes of it.
    """

    function: Function
    path: Path
    course: Course

    @property
    def steps(self) -> int:
        """How many were taken."""
        return len(self.path.points) - 1

    @property
    def limit(self) -> float:
        """2/curvature at the start, the curvature in the steepest direction; infinite without."""
        return limit_of(float(self.path.curvatures[0, 1]))


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
        >>> from chainrule.worked.functions.function import function_of
        >>> f = function_of("x**2 - 2*x + 1.5")
        >>> found = descend(f, [-1.0], learning_rate=1.0, steps=3)
        >>> found.path.points[:, 0].tolist(), found.course.name
        ([-1.0, 3.0, -1.0, 3.0], 'swings')
    """
    rate = LIMITS["learning_rate"].check("descend", "learning_rate", learning_rate)
    most = LIMITS["steps"].check("descend", "steps", steps)
    points = [_checked_start(function, start)]
    gradients = [function.gradient(points[0])]
    with np.errstate(over="ignore", invalid="ignore"):
        while len(points) <= most:
            point = _stepped(points[-1], gradients[-1], rate)
            if not np.isfinite(point).all():
                break
            points.append(point)
            gradients.append(function.gradient(point))
            if not np.isfinite(gradients[-1]).all():
                break
    path = Path(
        rate=rate,
        points=np.array(points),
        values=np.array([function.at(point) for point in points]),
        gradients=np.array(gradients),
        curvatures=np.array([_curvatures(function.hessian(points[at])) for at in (0, -1)]),
        asked=most,
    )
    return Descent(function, path, course_of(path))


def _stepped(point: Array, gradient: Array, rate: float) -> Array:
    no_state = np.zeros((0, point.size))
    return gradient_descent(point, gradient, no_state, UpdateSettings(eta=rate)).theta


def _curvatures(hessian: Array) -> tuple[float, float]:
    """The least and the greatest curvature in any direction; NaN where there is none."""
    if not np.isfinite(hessian).all():
        return math.nan, math.nan
    found = np.linalg.eigvalsh(hessian)
    return float(found[0]), float(found[-1])


def _checked_start(function: Function, start: Sequence[float]) -> Array:
    names, limit = function.variables, LIMITS["start"]
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
    if not np.isfinite([function.at(point), *function.gradient(point)]).all():
        raise InputError(
            "descend",
            expected="start to be where the function has a value and a slope",
            got=", ".join(f"{n} = {x:g}" for n, x in zip(names, point, strict=True)),
            argument="start",
            value=tuple(start),
        )
    return point
