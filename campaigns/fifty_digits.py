"""The numbers of a ledger with 50 digits, for the campaign `explained_numbers.py`."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import mpmath

from chainrule.ledger.formulas.expression import (
    Arithmetic,
    Call,
    Case,
    Expression,
    Leaf,
    Negative,
    Power,
    Product,
    Quotient,
    Sum,
    Term,
    evaluate,
)
from chainrule.ledger.ledger import Ledger
from chainrule.ledger.steps.quantity import Quantity

__all__ = ["DIGITS", "Digits", "own_size"]

DIGITS = 50
_STEP = mpmath.mpf(10) ** -20

_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "max": max,
    "min": min,
    "sqrt": mpmath.sqrt,
    "exp": mpmath.exp,
    "expm1": mpmath.expm1,
    "ln": mpmath.log,
    "log1p": mpmath.log1p,
    "cos": mpmath.cos,
    "sign": mpmath.sign,
    "tanh": mpmath.tanh,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "normal_cdf": mpmath.ncdf,
    "normal_pdf": mpmath.npdf,
}


def _called(function: str, *arguments: Any) -> Any:
    return _FUNCTIONS[function](*arguments)


def own_size(formula: Expression) -> float:
    """The sum of a formula's terms, all taken as positive."""
    match formula:
        case Sum(terms):
            return math.fsum(map(own_size, terms))
        case Product(factors):
            return math.prod(map(own_size, factors))
        case Quotient(top, bottom):
            return own_size(top) / abs(float(evaluate(bottom)))
        case Power(base, exponent):
            return float(own_size(base) ** evaluate(exponent))
        case Negative(of) | Case(of):
            return own_size(of)
    return abs(float(evaluate(formula)))


@dataclass(eq=False)
class Digits:
    """The numbers of one ledger, each from its formula and those of all that is in it.

    Args:
        ledger: of a worked example. Ask within `mpmath.workdps(DIGITS)`.
        values: those worked out, each with its carried size.
    """

    ledger: Ledger
    values: dict[Quantity, tuple[Any, Any]] = field(default_factory=dict)

    def value(self, quantity: Quantity) -> Any:
        """A number."""
        return self._known(quantity)[0]

    def carried_size(self, quantity: Quantity) -> float:
        """What a number would move by, were each number it is made of twice as large.

        To first order, and with each move taken as positive: the number times its condition.
        """
        return float(self._known(quantity)[1])

    def _known(self, quantity: Quantity) -> tuple[Any, Any]:
        if quantity not in self.values:
            form = self.ledger.form(quantity)
            if form is None:
                given = mpmath.mpf(self.ledger.value(quantity))
                self.values[quantity] = given, abs(given)
            else:
                self.values[quantity] = self._of(form.expression)
        return self.values[quantity]

    def _of(self, formula: Expression) -> tuple[Any, Any]:
        value = evaluate(formula, Arithmetic(lambda leaf: self._leaf(leaf)[0], _called))
        return value, self._moved(formula)

    def _leaf(self, leaf: Leaf) -> tuple[Any, Any]:
        if isinstance(leaf, Term):
            return self._known(leaf.quantity)
        value = mpmath.mpf(leaf.value)
        return value, abs(value)

    def _moved(self, formula: Expression) -> Any:
        """The carried size of a part of a formula."""
        match formula:
            case Sum(terms):
                return sum(map(self._moved, terms))
            case Product(factors):
                return self._by_factors([self._of(factor) for factor in factors])
            case Quotient(top, bottom):
                (t, moved_t), (b, moved_b) = self._of(top), self._of(bottom)
                return moved_t / abs(b) + abs(t) * moved_b / b**2
            case Power(base, exponent):
                (b, moved), power = self._of(base), evaluate(exponent)
                return abs(power * b ** (power - 1)) * moved if power else mpmath.mpf(0)
            case Negative(of) | Case(of):
                return self._moved(of)
            case Call(function, arguments):
                return self._through(function, [self._of(one) for one in arguments])
        return self._leaf(formula)[1]

    @staticmethod
    def _by_factors(factors: list[tuple[Any, Any]]) -> Any:
        """Each factor's move times all other factors."""
        moved = mpmath.mpf(0)
        for at, (_, move) in enumerate(factors):
            others = (abs(value) for place, (value, _) in enumerate(factors) if place != at)
            moved += math.prod(others, start=move)
        return moved

    @staticmethod
    def _through(function: str, arguments: list[tuple[Any, Any]]) -> Any:
        """The moves of a function's arguments times its slopes."""
        values = [value for value, _ in arguments]
        here, moved = _called(function, *values), mpmath.mpf(0)
        for at, (value, move) in enumerate(arguments):
            there = _called(function, *values[:at], value + _STEP * move, *values[at + 1 :])
            moved += abs(there - here) / _STEP
        return max(moved, abs(here))
