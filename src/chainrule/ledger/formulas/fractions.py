"""Numbers as fractions, if all numbers that they are made of are rational."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from fractions import Fraction

from chainrule.ledger.formulas.builders import QuantityForm
from chainrule.ledger.formulas.expression import FUNCTIONS, Arithmetic, Leaf, Symbol, Term, evaluate
from chainrule.ledger.steps import Quantity

__all__ = ["Fractions"]

MAX_DIGITS = 10**40
"""Fractions with larger parts help nobody, and their size doubles with every product."""

_SHALLOW = 8
_WHOLE = ("abs", "max", "min", "sign")
_AT = {"exp": (0, 1), "expm1": (0, 0), "ln": (1, 0), "log1p": (0, 0), "tanh": (0, 0), "cos": (0, 1)}
"""Where other functions are rational: argument and value."""


class _IrrationalError(ArithmeticError):
    """A number has no fraction."""


class Fractions:
    """The fractions of a ledger's numbers.

    Args:
        form: the formula of a number, None for one that is given.
        value: the reference value.
        quantities: the numbers of a step, in order.
        depth: layers of the network.
    """

    def __init__(
        self,
        form: Callable[[Quantity], QuantityForm | None],
        value: Callable[[Quantity], float],
        quantities: Callable[[int], Iterator[Quantity]],
        depth: int,
    ) -> None:
        self._form, self._value, self._quantities = form, value, quantities
        self._known: dict[Quantity, Fraction | None] = {}
        self._steps, self._shallow = 0, depth <= _SHALLOW
        self._arithmetic = Arithmetic(self._leaf, _call)

    def of(self, quantity: Quantity) -> Fraction | None:
        """The fraction of one number, None if it has none.

        Formulas lead from a number down to those that are given. Where that is a long way, through
        many layers or steps, the numbers are worked out in order first.
        """
        last = quantity.step - 1 if self._shallow else quantity.step
        while self._steps < last:
            self._steps += 1
            for one in self._quantities(self._steps):
                self._found(one)
        return self._found(quantity)

    def _found(self, quantity: Quantity) -> Fraction | None:
        if quantity not in self._known:
            form = self._form(quantity)
            given = None if form else Fraction(repr(self._value(quantity)))
            self._known[quantity] = given if form is None else self._of_form(form)
        return self._known[quantity]

    def _of_form(self, form: QuantityForm) -> Fraction | None:
        try:
            found = evaluate(form.expression, self._arithmetic)
        except ArithmeticError:
            return None
        if not isinstance(found, Fraction):  # a root, as of a rate that rises
            return None
        return found if max(abs(found.numerator), found.denominator) <= MAX_DIGITS else None

    def _leaf(self, leaf: Leaf) -> Fraction:
        found: Fraction | None
        if isinstance(leaf, Term):
            found = self._found(leaf.quantity)
        elif isinstance(leaf, Symbol) and not leaf.rational:
            found = None
        else:
            found = Fraction(repr(leaf.value))
        if found is None:
            raise _IrrationalError
        return found


def _call(function: str, *arguments: Fraction) -> Fraction:
    if function in _WHOLE:
        return Fraction(FUNCTIONS[function](*arguments))
    (x,) = arguments
    if function == "sqrt" and x >= 0:
        root = Fraction(math.isqrt(x.numerator), math.isqrt(x.denominator))
        if root * root == x:
            return root
    if function == "sigmoid" and x == 0:
        return Fraction(1, 2)
    at, value = _AT.get(function, (None, 0))
    if at is None or x != at:
        raise _IrrationalError
    return Fraction(value)
