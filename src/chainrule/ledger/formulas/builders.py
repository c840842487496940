"""Builders of formulas: the terms of a step, and short ways to write trees."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from chainrule.ledger.formulas.expression import (
    Expression,
    LazyTerms,
    Negative,
    Number,
    Power,
    Product,
    Sum,
    Symbol,
    Term,
    evaluate,
)
from chainrule.ledger.steps import KINDS, Quantity, Step, quantity_value

__all__ = [
    "HALF",
    "ONE",
    "TWO",
    "ZERO",
    "QuantityForm",
    "TermBuilder",
    "add",
    "choose_form",
    "multiply",
    "square",
    "subtract",
]

ZERO, ONE, TWO = Number(0.0), Number(1.0), Number(2.0)
HALF = Number(0.5, "½")


@dataclass(frozen=True)
class QuantityForm:
    """One way to write what a quantity is.

    Args:
        equation: its id in docs/derivation/.
        expression: the formula with its numbers.
    """

    equation: str
    expression: Expression


@dataclass(frozen=True, eq=False)
class TermBuilder:
    """Makes the terms of one quantity's formula.

    Args:
        step: the step that the quantity belongs to.
        quantity: located, one number.
    """

    step: Step
    quantity: Quantity

    def term(self, kind: str, layer: int | None, *index: int, example: int | None = None) -> Term:
        """A number of the same step.

        Args:
            kind: of KINDS.
            layer: its layer.
            index: its indices.
            example: of which example; None takes the quantity's own.
        """
        if KINDS[kind].scope == "batch":
            example = None
        elif example is None or not self.step.example.has_many:
            example = self.quantity.example
        named = Quantity(kind, layer, tuple(index), self.quantity.step, example)
        return Term(named, quantity_value(self.step, named))

    def here(self, kind: str) -> Term:
        """The number of another kind in the same place; W and b with their letters exchanged."""
        named = replace(self.quantity, kind=kind)
        return Term(named, quantity_value(self.step, named))

    def row(self, kind: str, layer: int | None, count: int) -> list[Term]:
        """The first `count` numbers of an array of the same step and example."""
        return [self.term(kind, layer, at) for at in range(count)]

    def earlier(self, kind: str) -> Term:
        """The same place in the step before, under the name that it has there."""
        named = replace(self.quantity, kind=kind, step=self.quantity.step - 1)
        return Term(named, quantity_value(self.step, self.quantity))

    def width(self, layer: int) -> int:
        """How many neurons a layer has; layer 0 are the inputs."""
        return self.step.example.architecture.layers[layer]

    def symbol(self, name: str, letter: str, value: float, *, rational: bool = True) -> Symbol:
        """A setting of this step."""
        return Symbol(name, letter, float(value), rational)


def add(terms: Sequence[Expression]) -> Expression:
    """The sum; a single term stands for itself, and none for 0."""
    if len(terms) > 1:
        return Sum(terms if isinstance(terms, LazyTerms) else tuple(terms))
    return terms[0] if terms else ZERO


def multiply(*factors: Expression) -> Expression:
    """The product without factors of 1."""
    kept = tuple(factor for factor in factors if factor != ONE)
    if len(kept) > 1:
        return Product(kept)
    return kept[0] if kept else ONE


def subtract(first: Expression, *taken: Expression) -> Expression:
    """The first without the others."""
    return Sum((first, *map(Negative, taken)))


def square(base: Expression) -> Expression:
    """The square."""
    return Power(base, TWO)


def choose_form(forms: Sequence[QuantityForm], value: float, dtype: str) -> QuantityForm:
    """The first way of writing whose numbers come to the value; else the first of all.

    The formula that everybody knows comes first. Where it loses its digits, as 1 - a does where a
    rounds to 1, the form that the equations compute is shown instead.

    Args:
        forms: at least one, the best known first.
        value: the reference value.
        dtype: the number type of the computation.
    """
    tolerance = 1e-12 if dtype == "float64" else 1e-5
    if len(forms) == 1:  # a long sum need not be gone through
        return forms[0]
    good = (form for form in forms if _evaluates_to(form.expression, value, tolerance))
    return next(good, forms[0])


def _evaluates_to(expression: Expression, value: float, tolerance: float) -> bool:
    try:
        return math.isclose(evaluate(expression), value, rel_tol=tolerance)
    except (ArithmeticError, ValueError):
        return False
