"""Initialisers: the weights before the first step.

Each one draws an array of float64, (fan_out, fan_in), from the given generator.
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
    """The range of `uniform` and `normal`; the other initialisers derive theirs from the fans.

    Args:
        low: lower end of `uniform`, included.
        high: upper end of `uniform`, excluded.
        deviation: standard deviation of `normal`, at least 0.
    """

    low: float = -1.0
    high: float = 1.0
    deviation: float = 1.0


Draw = Callable[[np.random.Generator, int, int, InitialiserSettings], Array]


@dataclass(frozen=True)
class Initialiser:
    """An initialiser: its name, the id of its equation, its formula as text, its function."""

    name: str
    equation: str
    formula: str
    draw: Draw


def zeros(
    generator: np.random.Generator, fan_in: int, fan_out: int, spread: InitialiserSettings
) -> Array:
    """[I1] W = 0. The neurons of a hidden layer then always stay equal.

    Source: Rumelhart, Hinton & Williams (1986) [rumelhart1986], who avoid it: small random weights
    break the symmetry.
    """
    return np.zeros((fan_out, fan_in))


def uniform(
    generator: np.random.Generator, fan_in: int, fan_out: int, spread: InitialiserSettings
) -> Array:
    """[I2] W ~ U[low, high).

    Source: four-equations, with [0, 0.01); Rumelhart, Hinton & Williams (1986) [rumelhart1986].
    """
    return generator.uniform(spread.low, spread.high, (fan_out, fan_in))


def normal(
    generator: np.random.Generator, fan_in: int, fan_out: int, spread: InitialiserSettings
) -> Array:
    """[I3] W ~ N(0, deviation²).

    Source: matrix-based, its first try, with deviation 1; Krizhevsky, Sutskever & Hinton (2012)
    [krizhevsky2012], with deviation 0.01.
    """
    return spread.deviation * generator.standard_normal((fan_out, fan_in))


def lecun(
    generator: np.random.Generator, fan_in: int, fan_out: int, spread: InitialiserSettings
) -> Array:
    """[I4] W ~ N(0, 1/fan_in): z keeps the variance of x.

    Source: matrix-based, its second try; LeCun et al. (1998) [lecun1998b], section 4.6.
    """
    return generator.standard_normal((fan_out, fan_in)) / math.sqrt(fan_in)


def glorot(
    generator: np.random.Generator, fan_in: int, fan_out: int, spread: InitialiserSettings
) -> Array:
    """[I5] W ~ U[-r, r), r = √(6 / (fan_in + fan_out)): a compromise of both directions.

    Source: Glorot & Bengio (2010) [glorot2010].
    """
    r = math.sqrt(6 / (fan_in + fan_out))
    return generator.uniform(-r, r, (fan_out, fan_in))


def he(
    generator: np.random.Generator, fan_in: int, fan_out: int, spread: InitialiserSettings
) -> Array:
    """[I6] W ~ N(0, 2/fan_in): the 2 makes up for ReLU, which halves the mean square.

    Source: He et al. (2015) [he2015].
    """
    return generator.standard_normal((fan_out, fan_in)) * math.sqrt(2 / fan_in)


# fmt: off
_ALL = (
    Initialiser("zeros",   "I1", "0",                                   zeros),
    Initialiser("uniform", "I2", "U[low, high)",                        uniform),
    Initialiser("normal",  "I3", "N(0, deviation²)",                    normal),
    Initialiser("lecun",   "I4", "N(0, 1/fan_in)",                      lecun),
    Initialiser("glorot",  "I5", "U[-r, r), r = √(6/(fan_in + fan_out))", glorot),
    Initialiser("he",      "I6", "N(0, 2/fan_in)",                      he),
)
# fmt: on

INITIALISERS = {initialiser.name: initialiser for initialiser in _ALL}
"""The initialisers by name."""

RECOMMENDED = {
    **dict.fromkeys(("relu", "leaky_relu", "elu", "gelu", "silu", "softplus"), "he"),
    "selu": "lecun",
}
"""The initialiser recommended for an activation; glorot for all others. He et al. derive theirs for
ReLU, and the activations beside it are close to ReLU; SELU needs a variance of 1/fan_in."""
