"""Formulas made from other formulas: parts replaced, left out, or turned round."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

from chainrule.ledger.formulas.builders import add, multiply
from chainrule.ledger.formulas.expression import (
    RELATIONS,
    Call,
    Case,
    Expression,
    Negative,
    Power,
    Product,
    Quotient,
    Sum,
    parts,
)

__all__ = [
    "MAX_PARTS",
    "Rule",
    "choose_branches",
    "is_leaf",
    "remove_one_part",
    "replace_one_part",
    "replace_parts",
]

MAX_PARTS = 16
"""Longer sums are changed as a whole, not term by term."""

Rule: TypeAlias = Callable[[Expression], Expression | None]


def is_leaf(expression: Expression) -> bool:
    """Whether an expression is a single number."""
    return not parts(expression)


def _rebuild(expression: Expression, new: Sequence[Expression]) -> Expression:
    """An expression of the same sort with other parts."""
    match expression:
        case Sum():
            return add(tuple(new))
        case Product():
            return multiply(*new)
        case Quotient():
            return Quotient(new[0], new[1])
        case Power():
            return Power(new[0], new[1])
        case Call(function):
            return Call(function, tuple(new))
        case Negative():
            return Negative(new[0])
        case Case(_, left, relation, right, otherwise):
            return Case(new[0], left, relation, right, otherwise)
    return expression


def replace_parts(expression: Expression, rule: Rule) -> Expression:
    """The expression with every part replaced for which the rule gives another.

    Args:
        expression: the formula.
        rule: for a part its replacement, which is not searched again, or None to look inside it.
    """
    found = rule(expression)
    if found is not None:
        return found
    if is_leaf(expression):
        return expression
    return _rebuild(expression, [replace_parts(part, rule) for part in parts(expression)])


def replace_one_part(
    expression: Expression, rule: Callable[[Expression], Iterable[Expression]]
) -> Iterator[Expression]:
    """The expressions with one part replaced, for each part and each of its replacements.

    Args:
        expression: the formula; sums of more than MOST_PARTS terms are not looked into.
        rule: for a part all its replacements.
    """
    yield from rule(expression)
    inner = parts(expression)
    if len(inner) > MAX_PARTS:
        return
    for at, part in enumerate(inner):
        for new in replace_one_part(part, rule):
            yield _rebuild(expression, [*inner[:at], new, *inner[at + 1 :]])


def remove_one_part(
    expression: Expression, kind: type[Sum] | type[Product], test: Callable[[Expression], bool]
) -> Iterator[Expression]:
    """The expressions with one term or one factor left out.

    Args:
        expression: the formula.
        kind: Sum for a term, Product for a factor.
        test: whether a part may be the one that is left out; the minus of a term is part of it.
    """

    def rule(whole: Expression) -> Iterator[Expression]:
        if not isinstance(whole, kind) or len(parts(whole)) > MAX_PARTS:
            return
        inner = parts(whole)
        for at, part in enumerate(inner):
            if test(part):
                yield _rebuild(whole, [*inner[:at], *inner[at + 1 :]])

    yield from replace_one_part(expression, rule)


def choose_branches(expression: Expression, value: Callable[[Expression], float]) -> Expression:
    """The formula with the branches that hold for other numbers than its own.

    Args:
        expression: the formula.
        value: what a side of a condition comes to with the other numbers.
    """

    def rule(part: Expression) -> Expression | None:
        if not isinstance(part, Case):
            return None
        holds = RELATIONS[part.relation](value(part.left), value(part.right))
        return part if holds else part.opposite

    return replace_parts(expression, rule)
