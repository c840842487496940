"""Formulas as documents have them, with long sums shortened."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction as Rational

from chainrule.documents.mathematics import (
    Addition,
    Application,
    Fraction,
    Mathematics,
    Multiplication,
    Negation,
    Numeral,
    Spelled,
    Superscript,
    Words,
)
from chainrule.ledger.formulas.expression import (
    Call,
    Case,
    Expression,
    Leaf,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    parts,
)

__all__ = [
    "Gap",
    "conditions",
    "formula_math",
    "number_text",
]

MAX_TERMS = 8
"""Longer sums are shortened where they are not asked for in full."""
_FIRST, _LAST = 3, 1


@dataclass(frozen=True)
class Gap:
    """Terms of a sum that are left out: how many."""

    count: int


def shorten(terms: Sequence[Expression], *, full: bool) -> Iterator[Expression | Gap]:
    """The terms of a sum, those in the middle of a long one left out.

    Args:
        terms: of a Sum.
        full: whether all are wanted.
    """
    if full or len(terms) <= MAX_TERMS:
        yield from terms
        return
    yield from (terms[at] for at in range(_FIRST))
    yield Gap(len(terms) - _FIRST - _LAST)
    yield from (terms[at] for at in range(len(terms) - _LAST, len(terms)))


def number_text(value: float | Rational, digits: int) -> str:
    """A number rounded to significant digits; a fraction is written out.

    >>> number_text(0.81757447, 3), number_text(-0.0, 3), number_text(Rational(3, 2), 3)
    ('0.818', '0', '3/2')
    """
    if isinstance(value, Rational):
        return str(value)
    return f"{value + 0.0:.{digits}g}"


def conditions(expression: Expression) -> Iterator[Case]:
    """The branches that were taken in a formula, each of which has its condition."""
    if isinstance(expression, Case):
        yield expression
    for part in parts(expression) if not isinstance(expression, Sum) else _few(expression):
        yield from conditions(part)


def _few(whole: Sum) -> Iterator[Expression]:
    for term in shorten(whole.terms, full=False):
        if not isinstance(term, Gap):
            yield term


def formula_math(
    expression: Expression, leaf: Callable[[Leaf], Mathematics], *, full: bool = False
) -> Mathematics:  # a case for each kind of node
    """A formula as documents have it; the conditions of branches are not in it.

    Args:
        expression: the formula.
        leaf: how a number is set: as its symbol, or as its digits.
        full: whether long sums are written out.

    Example:
        >>> from chainrule.documents import math_text
        >>> half = Quotient(Number(1), Sum((Number(1), Call("exp", (Negative(Number(2)),)))))
        >>> math_text(formula_math(half, lambda leaf: Numeral(f"{leaf.value:g}")))
        '1/(1 + e^(-2))'
    """

    def convert(one: Expression) -> Mathematics:
        return formula_math(one, leaf, full=full)

    match expression:
        case Sum(terms):
            return Addition(tuple(_term(one, convert) for one in shorten(terms, full=full)))
        case Negative(of):
            return Negation(convert(of))
        case Product(factors):
            return Multiplication(tuple(map(convert, factors)))
        case Quotient(top, bottom):
            return Fraction(convert(top), convert(bottom))
        case Power(base, exponent):
            return Superscript(convert(base), convert(exponent))
        case Call(function, arguments):
            return Application(function, tuple(map(convert, arguments)))
        case Case(chosen):
            return convert(chosen)
        case Number(_, text) if text:
            return Spelled(Numeral("1/2" if text == "½" else text), text)
    return leaf(expression)


def _term(term: Expression | Gap, convert: Callable[[Expression], Mathematics]) -> Mathematics:
    return Words(f"… {term.count} more …") if isinstance(term, Gap) else convert(term)
