"""Initialisers: the weights before the first step.

Each draws a (fan_out, fan_in) array of float64 from the generator that it is given.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from chainrule.equations.arrays import Array

__all__ = ["INITIALISERS", "RECOMMENDED", "Initialiser", "InitialiserSettings"]


@dataclass(frozen=True)
class InitialiserSettings:
    """How wide `uniform` and `normal` draw; the others know it from the layer's widths.

    Args:
        low: the least value of `uniform`.
        high: the upper end of `uniform`, itself not drawn.
        deviation: standard deviation of `normal`, at least 0.
    """

    low: float = -1.0
    high: float = 1.0
    deviation: float = 1.0


Draw = Callable[[np.random.Generator, int, int, InitialiserSettings], Array]


@dataclass(frozen=True)
class Initialiser:
    """An initialiser: its name, its equation's id, its formula to be read, its function."""

    name: str
    equation: str
    formula: str
    draw: Draw


def zeros(
    generator: np.random.Generator, fan_in: int, fan_out: int, spread: InitialiserSettings
) -> Array:
    """[I1] W = 0. All neurons of a hidden layer then stay alike for ever."""
    return np.zeros((fan_out, fan_in))


def uniform(
    generator: np.random.Generator, fan_in: int, fan_out: int, spread: InitialiserSettings
) -> Array:
    """[I2] W ~ U[low, high).

    Source: four-equations, with [0, 0.01).
    """
    return generator.uniform(spread.low, spread.high, (fan_out, fan_in))


def normal(
    generator: np.random.Generator, fan_in: int, fan_out: int, spread: InitialiserSettings
) -> Array:
    """[I3] W ~ N(0, deviation²).

    Source: matrix-based's first try, with deviation 1.
    """
    return spread.deviation * generator.standard_normal((fan_out, fan_in))


def lecun(
    generator: np.random.Generator, fan_in: int, fan_out: int, spread: InitialiserSettings
) -> Array:
    """[I4] W ~ N(0, 1/fan_in): z keeps the variance of x.

    Source: matrix-based's second try.
    """
    return generator.standard_normal((fan_out, fan_in)) / math.sqrt(fan_in)


def glorot(
    generator: np.random.Generator, fan_in: int, fan_out: int, spread: InitialiserSettings
) -> Array:
    """[I5] W ~ U[-r, r), r = √(6 / (fan_in + fan_out)): a compromise of forward and backward."""
    r = math.sqrt(6 / (fan_in + fan_out))
    return generator.uniform(-r, r, (fan_out, fan_in))


def he(
    generator: np.random.Generator, fan_in: int, fan_out: int, spread: InitialiserSettings
) -> Array:
    """[I6] W ~ N(0, 2/fan_in): ReLU halves the mean square, so twice as much goes in."""
    return generator.standard_normal((fan_out, fan_in)) * math.sqrt(2 / fan_in)


# fmt: off
_ALL = (
    Initialiser("zeros",   "I1", "0",                                   zeros),
    Initialiser("uniform", "I2", "U[low, high)",                        uniform),
    Initialiser("normal",  "I3", "N(0, deviation²)",                    normal),
    Initialiser("lecun",   "I4", "N(0, 1/fan_in)",                      lecun),
    Initialiser("glorot",  "I5", "U[-r, r), r² = 6/(fan_in + fan_out)", glorot),
    Initialiser("he",      "I6", "N(0, 2/fan_in)",                      he),
)
# fmt: on

INITIALISERS = {initialiser.name: initialiser for initialiser in _ALL}
"""Every initialiser by name."""

RECOMMENDED = {
    **dict.fromkeys(("relu", "leaky_relu", "elu", "gelu", "silu", "softplus"), "he"),
    "selu": "lecun",
}
"""The initialiser that suits an activation; glorot for those not named."""
