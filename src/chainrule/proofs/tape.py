"""Reverse-mode automatic differentiation of numbers, in the fewest lines that show how it works.

A Scalar is a number that remembers how it was made: from which Scalars, and how fast it moves with
each of them. `gradients` walks that memory from the end to the beginning. A number that is reached
on several paths adds up what each of them brings: that sum is the whole of the chain rule.

    >>> x, y = Scalar(3.0), Scalar(2.0)
    >>> z = x * y + apply("exp", x - 3.0)
    >>> found = gradients(z)
    >>> z.value, found[x], found[y]
    (7.0, 3.0, 3.0)

It knows nothing of networks, layers or back-propagation.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from chainrule.ledger.formulas import FUNCTIONS

__all__ = ["Scalar", "add", "apply", "gradients", "maximum", "weighted_sum"]

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

    def __pow__(self, exponent: float) -> Scalar:
        derivative = exponent * self.value ** (exponent - 1)
        return Scalar(self.value**exponent, ((self, derivative),))

    def __truediv__(self, other: Numberish) -> Scalar:
        return self * (other**-1.0 if isinstance(other, Scalar) else 1 / other)

    def __rtruediv__(self, other: float) -> Scalar:
        return self**-1.0 * other

    def __neg__(self) -> Scalar:
        return self * -1.0

    def __sub__(self, other: Numberish) -> Scalar:
        return self + -other

    def __rsub__(self, other: float) -> Scalar:
        return -self + other

    __radd__, __rmul__ = __add__, __mul__


_DERIVATIVES: dict[str, Callable[[float, float], float]] = {
    "abs": lambda x, _: math.copysign(1.0, x) if x else 0.0,  # 0 at the kink, by convention
    "exp": lambda _, value: value,
    "expm1": lambda _, value: value + 1,
    "ln": lambda x, _: 1 / x,
    "log1p": lambda x, _: 1 / (1 + x),
    "normal_cdf": lambda x, _: FUNCTIONS["normal_pdf"](x),
    "sigmoid": lambda x, value: value * FUNCTIONS["sigmoid"](-x),
    "tanh": lambda x, _: 1 / math.cosh(x) ** 2 if abs(x) < 350 else 0.0,  # cosh overflows beyond
}
"""The derivative of each function from its argument and its value."""


def apply(function: str, x: Numberish) -> Numberish:
    """A function of formulas, of a Scalar or of a plain number.

    Args:
        function: one of abs, exp, expm1, ln, log1p, normal_cdf, sigmoid, tanh.
        x: its argument.
    """
    if not isinstance(x, Scalar):
        return FUNCTIONS[function](x)
    value = FUNCTIONS[function](x.value)
    return Scalar(value, ((x, _DERIVATIVES[function](x.value, value)),))


def maximum(x: Numberish, y: Numberish) -> Numberish:
    """The greater of two numbers; the second one if they are equal."""
    return x if _value(x) > _value(y) else y


def add(terms: Iterable[Numberish]) -> Numberish:
    """The sum as one number, quicker than a sum of sums; a float if no term is a Scalar."""
    listed = list(terms)
    parents = [(term, 1.0) for term in listed if isinstance(term, Scalar)]
    total = math.fsum(map(_value, listed))
    return Scalar(total, parents) if parents else total


def weighted_sum(weights: Sequence[Scalar], inputs: Sequence[Numberish]) -> Scalar:
    """Σ w x as one number, quicker than a sum of products."""
    total, parents = 0.0, []
    for w, x in zip(weights, inputs, strict=True):
        total += w.value * _value(x)
        parents.append((w, _value(x)))
        if isinstance(x, Scalar):
            parents.append((x, w.value))
    return Scalar(total, parents)


def gradients(end: Scalar) -> dict[Scalar, float]:
    """The derivative of one number with respect to every number that it came from.

    Args:
        end: the number to be differentiated.
    """
    found = {end: 1.0}
    for made in reversed(_topological_order(end)):
        whole = found[made]
        for source, derivative in made.parents:
            # What does not move the end stays 0 also where a derivative has overflowed.
            found[source] = found.get(source, 0.0) + (whole * derivative if whole else 0.0)
    return found


def _value(x: Numberish) -> float:
    return x.value if isinstance(x, Scalar) else x


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
