"""Reverse-mode automatic differentiation of numbers, in the fewest lines that show how it works.

A Scalar is a number that remembers how it was made: from which Scalars, and how fast it moves with
each of them. `gradients` walks that memory from the end to the beginning. A number that is reached
on several paths adds up what each of them brings: that sum is the whole of the chain rule.

    >>> x, y = Scalar(3.0), Scalar(2.0)
    >>> z = x * y + exp(x - 3.0)
    >>> found = gradients(z)
    >>> z.value, found[x], found[y]
    (7.0, 3.0, 3.0)

It knows nothing of networks, layers or back-propagation.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias

__all__ = ["Scalar", "absolute", "exp", "gradients", "log1p", "normal_cdf", "tanh", "weighted_sum"]

Numberish: TypeAlias = "Scalar | float"


class Scalar:
    """A number that remembers the numbers it was computed from.

    Args:
        value: the number.
        parents: pairs of a Scalar that it was computed from and the derivative with respect to it;
            empty for a number that is given.
    """

    __slots__ = ("parents", "value")

    def __init__(self, value: float, parents: Sequence[tuple[Scalar, float]] = ()) -> None:
        self.value = value
        self.parents = parents

    def __add__(self, other: Numberish) -> Scalar:
        if isinstance(other, Scalar):
            return Scalar(self.value + other.value, ((self, 1.0), (other, 1.0)))
        return Scalar(self.value + other, ((self, 1.0),))

    def __mul__(self, other: Numberish) -> Scalar:
        if isinstance(other, Scalar):
            return Scalar(self.value * other.value, ((self, other.value), (other, self.value)))
        return Scalar(self.value * other, ((self, other),))

    def __truediv__(self, other: Numberish) -> Scalar:
        if isinstance(other, Scalar):
            return self * Scalar(1 / other.value, ((other, -1 / other.value**2),))
        return self * (1 / other)

    def __neg__(self) -> Scalar:
        return self * -1.0

    def __sub__(self, other: Numberish) -> Scalar:
        return self + -other

    def __rsub__(self, other: float) -> Scalar:
        return -self + other

    __radd__, __rmul__ = __add__, __mul__


def exp(x: Scalar) -> Scalar:
    """e^x, which is its own slope."""
    value = math.exp(x.value)
    return Scalar(value, ((x, value),))


def log1p(x: Scalar) -> Scalar:
    """ln(1 + x), of slope 1 / (1 + x)."""
    return Scalar(math.log1p(x.value), ((x, 1 / (1 + x.value)),))


def tanh(x: Scalar) -> Scalar:
    """The hyperbolic tangent, of slope 1 / cosh²."""
    slope = 1 / math.cosh(x.value) ** 2 if abs(x.value) < 350 else 0.0
    return Scalar(math.tanh(x.value), ((x, slope),))


def normal_cdf(x: Scalar) -> Scalar:
    """The standard normal distribution, of which the density is the slope."""
    slope = math.exp(-0.5 * x.value * x.value) / math.sqrt(2 * math.pi)
    return Scalar(0.5 * math.erfc(-x.value / math.sqrt(2)), ((x, slope),))


def absolute(x: Scalar) -> Scalar:
    """|x|, of slope 1 or -1, and 0 at 0 by convention."""
    return Scalar(abs(x.value), ((x, math.copysign(1.0, x.value) if x.value else 0.0),))


def weighted_sum(weights: Sequence[Scalar], inputs: Sequence[Numberish]) -> Scalar:
    """Σ w x, as one number with all its ways: quicker than a sum of products."""
    total, ways = 0.0, []
    for w, x in zip(weights, inputs, strict=True):
        if isinstance(x, Scalar):
            total += w.value * x.value
            ways += [(w, x.value), (x, w.value)]
        else:
            total += w.value * x
            ways.append((w, x))
    return Scalar(total, ways)


def gradients(end: Scalar) -> dict[Scalar, float]:
    """How fast the end moves with every number that it came from.

    Args:
        end: the number whose slopes are asked for.
    """
    found = {end: 1.0}
    for made in reversed(_topological_order(end)):
        whole = found[made]
        for source, slope in made.parents:
            found[source] = found.get(source, 0.0) + whole * slope
    return found


def _topological_order(end: Scalar) -> list[Scalar]:
    """All numbers behind the end, each after those that it was made from."""
    order: list[Scalar] = []
    seen: set[Scalar] = set()
    stack = [(end, False)]
    while stack:
        one, is_ready = stack.pop()
        if is_ready:
            order.append(one)
        elif one not in seen:
            seen.add(one)
            stack.append((one, True))
            stack += [(source, False) for source, _ in one.parents if source not in seen]
    return order
