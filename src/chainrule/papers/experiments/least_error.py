"""The least possible error of n ReLU neurons that approximate 2^x, computed without training.

A network 1-n-1 is a polygonal line with at most n kinks. Since 2^x is convex and rises, each kink
of its best approximation bends upwards. Then either each neuron opens to the right from a kink of
its own and the line begins flat, or the kink of one neuron lies outside and gives the line its
first slope.
"""

from __future__ import annotations

import math
from collections.abc import Callable

__all__ = ["least_error"]


def least_error(neurons: int, low: float, high: float) -> float:
    """Returns the least possible greatest distance from 2^x on an interval.

    Args:
        neurons: at least 1.
        low: where the interval begins.
        high: where it ends.

    Example:
        >>> round(least_error(1, 0.0, 1.0), 4)
        0.036
    """
    sloped = _least(lambda error: _reach(low, neurons, error) >= high)
    flat = _least(lambda error: _reach(_end_of_flat(low, error), neurons, error) >= high)
    return min(sloped, flat)


def _least(is_enough: Callable[[float], bool]) -> float:
    """The least error that is enough, by bisection."""
    low, high = 0.0, 1e3
    for _ in range(80):  # 1e3 / 2^80 is below the last digit of any error
        middle = (low + high) / 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high


def _end_of_flat(start: float, error: float) -> float:
    """Where a level line leaves the band of an error."""
    return math.log2(2.0**start + 2 * error)


def _reach(start: float, lines: int, error: float) -> float:
    """How far a number of joined lines reaches that stay within an error."""
    for _ in range(lines):
        start = _end_of_line(start, error)
    return start


def _end_of_line(start: float, error: float) -> float:
    """The farthest end of a line: the curve lies below its chord by twice the error at most."""
    low, high = start, start + 40.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _sag(start, middle) <= 2 * error else (low, middle)
    return low


def _sag(start: float, end: float) -> float:
    """The greatest distance of 2^x below its chord."""
    if end <= start:
        return 0.0
    slope = (2.0**end - 2.0**start) / (end - start)
    touched = slope / math.log(2)  # 2^x where the tangent is parallel to the chord
    return float(2.0**start + slope * (math.log2(touched) - start) - touched)
