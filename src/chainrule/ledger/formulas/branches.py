"""The branches of a formula decided anew, for numbers that are not the law's."""

from __future__ import annotations

from collections.abc import Callable

from chainrule.ledger.formulas.activation_formulas import activation_forms, derivative_forms
from chainrule.ledger.formulas.builders import HALF, multiply, square, subtract
from chainrule.ledger.formulas.expression import (
    Call,
    Case,
    Expression,
    Product,
    Quotient,
    Term,
    parts,
)
from chainrule.ledger.formulas.text_formula import conditions
from chainrule.ledger.formulas.tree_changes import replace_parts
from chainrule.ledger.steps import Quantity

__all__ = ["choose_branches"]

_HOLDS: dict[str, Callable[[float, float], bool]] = {
    ">": lambda left, right: left > right,
    "≥": lambda left, right: left >= right,
    "<": lambda left, right: left < right,
    "≤": lambda left, right: left <= right,
    "=": lambda left, right: left == right,
}


def choose_branches(
    expression: Expression,
    quantity: Quantity,
    activation: str,
    value: Callable[[Expression], float],
) -> Expression:
    """The formula with the branches that hold for other numbers than the law's.

    Args:
        expression: the law's formula of the quantity.
        quantity: what it is the formula of.
        activation: of the quantity's layer.
        value: what an expression comes to with the other numbers.
    """
    if not any(conditions(expression)):
        return expression

    def rule(part: Expression) -> Expression | None:
        if not isinstance(part, Case):
            return None
        if _HOLDS[part.relation](value(part.left), value(part.right)):
            return part
        return _other(part, quantity, activation, value)

    return replace_parts(expression, rule)


def _other(
    case: Case, quantity: Quantity, activation: str, value: Callable[[Expression], float]
) -> Expression:
    """What holds where the condition of a branch does not."""
    if isinstance(case.left, Term) and quantity.kind in ("a", "slope"):
        z = Term(case.left.quantity, value(case.left))
        a = Term(quantity, 0.0)  # no function with branches takes its slope from a
        name = activation
        forms = activation_forms(name, z) if quantity.kind == "a" else derivative_forms(name, z, a)
        return forms[0].expression
    if quantity.kind == "g_clipped":
        return _clipped(case)
    if isinstance(case.left, Call) and quantity.kind in ("cost", "da"):
        return _huber(case, in_cost=quantity.kind == "cost")
    return case


def _clipped(case: Case) -> Expression:
    """[U7] The gradient itself in place of the shortened one, or the other way round."""
    if case.relation == "≤":
        return multiply(case.chosen, Quotient(case.right, case.left))
    return parts(case.chosen)[0] if isinstance(case.chosen, Product) else case.chosen


def _huber(case: Case, *, in_cost: bool) -> Expression:
    """[C7] The other piece of the cost or of its gradient."""
    size, h = case.left, case.right
    (miss,) = parts(size)
    if case.relation == "≤":
        return multiply(h, subtract(size, multiply(HALF, h)) if in_cost else Call("sign", (miss,)))
    return multiply(HALF, square(miss)) if in_cost else miss
