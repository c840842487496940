"""The outcome of a descent: it arrives, nears, oscillates, diverges, falls without end, or ends."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["DescentOutcome", "DescentPath", "classify_descent", "rate_limit"]

Array = NDArray[np.float64]

_FAR = 1e9
"""A point this many times farther out than the start does not come back."""
_SMALL = 1e-9
_SAME = 1e-9
_STILL = 1e-6
_NOTHING = 1e-12
"""Coordinates up to this size are written as 0."""


@dataclass(frozen=True)
class DescentOutcome:
    """What becomes of a descent.

    Args:
        name: "rests", "arrives", "nears", "swings", "diverges", "falls" or "ends".
        sentence: the same in words, with its reason.
    """

    name: str
    sentence: str


@dataclass(frozen=True, eq=False)
class DescentPath:
    """Where a descent went.

    Args:
        rate: the learning rate.
        points: (steps + 1, variables), the start first.
        values: f at each, (steps + 1,).
        gradients: the derivatives at each, (steps + 1, variables).
        curvatures: least and greatest second derivative in any direction, at the start and at
            the end, (2, 2).
        steps_requested: how many steps were to be taken.
    """

    rate: float
    points: Array
    values: Array
    gradients: Array
    curvatures: Array
    steps_requested: int

    @property
    def gradient_norms(self) -> Array:
        """The norm of the gradient at each point, (steps + 1,)."""
        with np.errstate(over="ignore"):
            norms: Array = np.sqrt(np.square(self.gradients).sum(axis=1))
        return norms

    @property
    def alternates(self) -> bool:
        """Whether each step of the last ones goes against the one before it."""
        last = self.gradients[-6:]
        if len(last) < 2:
            return False
        with np.errstate(over="ignore", invalid="ignore"):
            return bool(((last[1:] * last[:-1]).sum(axis=1) < 0).all())


def rate_limit(curvature: float) -> float:
    """2/curvature, the rate beyond which each step ends higher up on the other side."""
    return 2 / curvature if curvature > 0 else math.inf


def classify_descent(path: DescentPath) -> DescentOutcome:
    """What becomes of a descent.

    Args:
        path: where it went.
    """
    if path.gradient_norms[0] == 0:
        return DescentOutcome(
            "rests",
            f"The slope is 0 at the start, {_stationary_point_text(path, 0)}: nothing moves.",
        )
    if np.isnan(path.values[-1]) or np.isnan(path.gradients[-1]).any():
        return _undefined_outcome(path)
    if len(path.points) <= path.steps_requested or _is_far(path):
        return _unbounded_outcome(path)
    return _classify_bounded(path, path.gradient_norms)


def _classify_bounded(path: DescentPath, norms: Array) -> DescentOutcome:
    """What becomes of a descent that stays near."""
    if norms[-1] <= _SMALL * norms[0]:
        return DescentOutcome(
            "arrives",
            f"It arrives at {_stationary_point_text(path, -1)}. {_alternation_text(path)}".strip(),
        )
    if _is_periodic(path):
        return _oscillating_outcome(path)
    if path.alternates and norms[-1] > norms[0] * (1 + _STILL):
        return _unbounded_outcome(path)
    if path.alternates and len(norms) > 2 and norms[-1] >= norms[-3] * (1 - _STILL):
        return DescentOutcome(
            "swings", f"It oscillates and comes no nearer{_oscillation_reason(path)}."
        )
    if norms[-1] >= norms[0] and path.values[-1] < path.values[0]:
        after = f"after {path.steps_requested} steps, and was {norms[0]:.3g} at the start"
        return DescentOutcome(
            "falls", f"It keeps falling: the slope is {norms[-1]:.3g} {after}. No minimum is near."
        )
    change = (
        f"The slope went from {norms[0]:.3g} to {norms[-1]:.3g} in {path.steps_requested} steps."
    )
    return DescentOutcome(
        "nears", f"It has not arrived. {change} {_alternation_text(path)}".strip()
    )


def _undefined_outcome(path: DescentPath) -> DescentOutcome:
    number = len(path.points) - 1
    lacks = "slope" if np.isfinite(path.values[-1]) else "value"
    return DescentOutcome(
        "ends",
        f"Step {number} leads to a point where the function has no {lacks}, and ends the descent.",
    )


def _is_far(path: DescentPath) -> bool:
    size = 1 + np.abs(path.points[0]).max()
    return bool(np.abs(path.points[-1]).max() > _FAR * size or np.isinf(path.gradient_norms[-1]))


def _unbounded_outcome(path: DescentPath) -> DescentOutcome:
    limit = rate_limit(path.curvatures[0, 1])
    if path.rate > limit and not _falls(path):
        why = f"the rate {path.rate:g} is above 2/curvature = {limit:.6g}"
        return DescentOutcome(
            "diverges", f"It diverges: {why}, so each step ends higher up on the other side."
        )
    if _falls(path):
        return DescentOutcome(
            "falls", "It falls without end: there is no minimum in that direction."
        )
    return DescentOutcome(
        "diverges",
        f"It diverges: the curvature that it meets is too great for the rate {path.rate:g}.",
    )


def _falls(path: DescentPath) -> bool:
    """Whether the function itself goes down all the way."""
    known = path.values[np.isfinite(path.values)]
    return len(known) > 1 and bool((np.diff(known) <= 0).all())


def _is_periodic(path: DescentPath) -> bool:
    """Whether every second point is the same."""
    if len(path.points) < 3:
        return False
    before, between, last = path.points[-3:]
    size = _SAME * (1 + np.abs(last).max())
    return bool(np.abs(last - before).max() <= size < np.abs(last - between).max())


def _oscillating_outcome(path: DescentPath) -> DescentOutcome:
    ends = sorted((path.points[-2].tolist(), path.points[-1].tolist()))
    first, second = (_point_text(end) for end in ends)
    return DescentOutcome(
        "swings", f"It oscillates between {first} and {second} for ever{_oscillation_reason(path)}."
    )


def _oscillation_reason(path: DescentPath) -> str:
    limit = rate_limit(path.curvatures[-1, 1])
    if math.isclose(limit, path.rate, rel_tol=1e-9):
        return f": the rate {path.rate:g} is 2/curvature"
    return ""


def _alternation_text(path: DescentPath) -> str:
    """Why it goes as it does: to and fro above 1/curvature."""
    steep = path.curvatures[-1, 1]
    if not path.alternates or not steep > 0:
        return ""
    limit = rate_limit(steep)
    if not limit / 2 < path.rate < limit:
        return ""
    return (
        f"It alternates, since the rate {path.rate:g} is above 1/curvature = {limit / 2:.6g}; "
        f"at 2/curvature = {limit:.6g} it would oscillate for ever."
    )


def _stationary_point_text(path: DescentPath, at: int) -> str:
    """What a point without slope is."""
    low, high = path.curvatures[at]
    place = _point_text(path.points[at].tolist())
    if low > 0:
        kind = "a minimum"
    elif high < 0:
        kind = "a maximum"
    elif low < 0 < high:
        kind = "a saddle"
    else:
        kind = "a flat place"
    return f"{kind} at {place}"


def _point_text(point: list[float]) -> str:
    texts = [f"{x if abs(x) > _NOTHING else 0.0:.6g}" for x in point]
    return texts[0] if len(texts) == 1 else f"({', '.join(texts)})"
