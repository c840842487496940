"""Formulas as one line of plain text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

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

__all__ = ["MAX_TERMS", "Gap", "conditions", "formula_text", "number_text", "shorten"]

MAX_TERMS = 8
"""Longer sums are shortened where they are not asked for in full."""
_FIRST, _LAST = 3, 1

_ADDING, _MULTIPLYING, _RAISING, _WHOLE = range(4)
"""How tightly a text holds together."""

_NAMES = {"normal_cdf": "Φ", "normal_pdf": "Φ′", "sigmoid": "σ", "sqrt": "√"}


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


def number_text(value: float | Fraction, digits: int) -> str:
    """A number in so many significant digits, a fraction as it is.

    >>> number_text(0.81757447, 3), number_text(-0.0, 3), number_text(Fraction(3, 2), 3)
    ('0.818', '0', '3/2')
    """
    if isinstance(value, Fraction):
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


def formula_text(expression: Expression, leaf: Callable[[Leaf], str], *, full: bool = False) -> str:
    """A formula as text; the conditions of branches are not in it.

    Args:
        expression: the formula.
        leaf: how a number is written: as its symbol, or as its digits.
        full: whether long sums are written out.

    Example:
        >>> half = Quotient(Number(1), Sum((Number(1), Call("exp", (Negative(Number(2)),)))))
        >>> formula_text(half, lambda leaf: f"{leaf.value:g}")
        '1/(1 + e^(-2))'
    """
    return _Writer(leaf, full).text(expression)


@dataclass(frozen=True)
class _Writer:
    leaf: Callable[[Leaf], str]
    full: bool

    def text(self, expression: Expression, tight: int = _ADDING) -> str:
        """The text, in brackets where it does not hold together as tightly as it must."""
        text, holds = self._written(expression)
        return text if holds >= tight else f"({text})"

    def _written(self, expression: Expression) -> tuple[str, int]:
        match expression:
            case Sum():
                return self._sum(expression), _ADDING
            case Negative(of):
                return "-" + self.text(of, _MULTIPLYING), _ADDING
            case Product(factors):
                return "·".join(self.text(one, _RAISING) for one in factors), _MULTIPLYING
            case Quotient(top, bottom):
                text = f"{self.text(top, _RAISING)}/{self.text(bottom, _RAISING)}"
                return text, _MULTIPLYING
            case Power(base, exponent):
                return self._power(base, exponent), _RAISING
            case Call():
                return self._call(expression)
            case Case(chosen_):
                return self._written(chosen_)
        return self._number(expression)

    def _number(self, leaf: Leaf) -> tuple[str, int]:
        text = leaf.text if isinstance(leaf, Number) and leaf.text else self.leaf(leaf)
        if text.startswith("-"):
            return text, _ADDING
        if isinstance(leaf, Number):
            return text, _WHOLE
        return text, _MULTIPLYING if "/" in text else _WHOLE

    def _sum(self, whole: Sum) -> str:
        text = ""
        for term in shorten(whole.terms, full=self.full):
            if isinstance(term, Gap):
                text += f" + … {term.count} more …"
            elif isinstance(term, Negative):
                text += (" - " if text else "-") + self.text(term.of, _MULTIPLYING)
            else:
                text += (" + " if text else "") + self.text(term, _MULTIPLYING if text else 0)
        return text

    def _power(self, base: Expression, exponent: Expression) -> str:
        raised = self.text(exponent, _WHOLE)
        return self.text(base, _WHOLE) + ("²" if raised == "2" else f"^{raised}")

    def _call(self, call: Call) -> tuple[str, int]:
        inner = ", ".join(self.text(one) for one in call.arguments)
        if call.function == "exp":
            return f"e^({inner})", _RAISING
        if call.function == "abs":
            return f"|{inner}|", _WHOLE
        return f"{_NAMES.get(call.function, call.function)}({inner})", _WHOLE
