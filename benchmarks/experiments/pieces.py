"""How near ReLU neurons can come to 2^x at all: the best pieces, computed without training.

A network 1-n-1 is a line with at most n kinks. 2^x is convex and rises, so of its best
approximation each kink bends upwards, and either each neuron looks to the right from a kink of its
own and the line begins flat, or one neuron's kink lies outside and gives the line its first slope.
"""

from __future__ import annotations

import math
from collections.abc import Callable

__all__ = ["least_error"]


def least_error(neurons: int, low: float, high: float) -> float:
    """The least possible greatest distance from 2^x between two places.

    Args:
        neurons: at least 1.
        low: where it begins.
        high: where it ends.

    Example:
        >>> round(least_error(1, 0.0, 1.0), 4)
        0.043
    """
    sloped = _least(lambda error: _reached(low, neurons, error) >= high)
    flat = _least(lambda error: _reached(_after_flat(low, error), neurons, error) >= high)
    return min(sloped, flat)


def _least(enough: Callable[[float], bool]) -> float:
    """The least error with which the end is reached."""
    low, high = 0.0, 1e3
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _after_flat(start: float, error: float) -> float:
    """How far a level line stays within an error."""
    return math.log2(2.0**start + 2 * error)


def _reached(start: float, lines: int, error: float) -> float:
    """How far so many joined lines come that stay within an error."""
    for _ in range(lines):
        start = _end_of_line(start, error)
    return start


def _end_of_line(start: float, error: float) -> float:
    """The farthest end of a line: the curve sags below its chord by twice the error."""
    low, high = start, start + 40.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _sag(start, middle) <= 2 * error else (low, middle)
    return low


def _sag(start: float, end: float) -> float:
    """How far 2^x lies below its chord, at most."""
    if end <= start:
        return 0.0
    slope = (2.0**end - 2.0**start) / (end - start)
    touched = slope / math.log(2)
    return float(2.0**start + slope * (math.log2(touched) - start) - touched)
