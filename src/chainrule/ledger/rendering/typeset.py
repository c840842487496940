"""Formulas set with fractions, roots, raised and lowered signs, in any markup that has them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from chainrule.ledger.formulas import (
    Call,
    Case,
    Expression,
    Gap,
    Leaf,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
    Term,
    leaves,
    shorten,
)
from chainrule.ledger.rendering.letters import Letter

__all__ = [
    "ADDING",
    "MULTIPLYING",
    "RAISING",
    "WHOLE",
    "Markup",
    "Piece",
    "chunks",
    "number",
    "typeset",
]

ADDING, MULTIPLYING, RAISING, WHOLE = range(4)
"""How tightly a piece holds together."""

_MOST_ABOVE = 12
"""What has more numbers is not set above a stroke, for lines cannot be broken there."""


class Markup(Protocol):
    """A language for formulas."""

    def row(self, parts: Sequence[str]) -> str:
        """Parts side by side."""

    def sign(self, sign: str) -> str:
        """An operator or a relation: one of + - · = > ≥ < ≤ , and others of laws."""

    def digits(self, text: str) -> str:
        """A number without sign and exponent."""

    def word(self, text: str) -> str:
        """Upright words."""

    def function(self, name: str) -> str:
        """The name of a function, such as "ln"."""

    def letter(self, letter: Letter) -> str:
        """A letter with what stands around it."""

    def fraction(self, top: str, bottom: str) -> str:
        """A fraction."""

    def raised(self, foot: str, exponent: str) -> str:
        """A power."""

    def root(self, of: str) -> str:
        """A square root."""

    def fenced(self, of: str, fences: str, *, tall: bool) -> str:
        """Between two fences, "()" or "||", which grow where the content is tall."""


@dataclass(frozen=True)
class Piece:
    """A piece of markup: how tightly it holds together, and whether it is higher than a line."""

    text: str
    tight: int = WHOLE
    tall: bool = False


_Leaf = Callable[[Leaf], Piece]


def typeset(expression: Expression, leaf: _Leaf, markup: Markup, *, full: bool = False) -> Piece:
    """A formula; the conditions of branches are not in it.

    Args:
        expression: the formula.
        leaf: how a number is set.
        markup: the language.
        full: whether long sums are written out.
    """
    return _Setter(leaf, markup, full).piece(expression)


def chunks(expression: Expression, leaf: _Leaf, markup: Markup, *, full: bool = False) -> list[str]:
    """The same in parts between which a line can be broken."""
    setter = _Setter(leaf, markup, full)
    if isinstance(expression, Sum):
        return [markup.row(parts) for parts, _ in setter.terms(expression)]
    return [setter.piece(expression).text]


def number(text: str, markup: Markup) -> Piece:
    """A number from its text, such as "-0.5", "3/4" or "1.2e-05"."""
    if text.startswith("-"):
        inner = number(text[1:], markup)
        return Piece(markup.row([markup.sign("-"), inner.text]), ADDING, inner.tall)
    if "/" in text:
        top, bottom = map(markup.digits, text.split("/"))
        return Piece(markup.fraction(top, bottom), MULTIPLYING, tall=True)
    if text in ("inf", "nan"):
        return Piece(markup.word("∞" if text == "inf" else "not a number"))
    digits, _, exponent = text.partition("e")
    if not exponent:
        return Piece(markup.digits(digits))
    power = markup.raised(markup.digits("10"), number(str(int(exponent)), markup).text)
    return Piece(markup.row([markup.digits(digits), markup.sign("·"), power]), MULTIPLYING)


@dataclass(frozen=True)
class _Setter:
    leaf: _Leaf
    markup: Markup
    full: bool

    def text(self, expression: Expression, tight: int = ADDING) -> tuple[str, bool]:
        """The markup, in brackets where it holds together less tightly than it must."""
        piece = self.piece(expression)
        if piece.tight >= tight:
            return piece.text, piece.tall
        return self.markup.fenced(piece.text, "()", tall=piece.tall), piece.tall

    def piece(self, expression: Expression) -> Piece:
        match expression:
            case Sum():
                return self._sum(expression)
            case Negative(of):
                text, tall = self.text(of, MULTIPLYING)
                return Piece(self.markup.row([self.markup.sign("-"), text]), ADDING, tall)
            case Product(factors):
                return self._product(factors)
            case Quotient(top, bottom):
                return self._quotient(top, bottom)
            case Power(base, exponent):
                return self._power(base, exponent)
            case Call():
                return self._call(expression)
        if isinstance(expression, Case):
            return self.piece(expression.chosen)
        return self._number(expression)

    def _number(self, leaf: Leaf) -> Piece:
        if isinstance(leaf, Number) and leaf.text == "½":
            return number("1/2", self.markup)
        return self.leaf(leaf)

    def _sum(self, whole: Sum) -> Piece:
        parts: list[str] = []
        tall = False
        for term, is_tall in self.terms(whole):
            parts += term
            tall = tall or is_tall
        return Piece(self.markup.row(parts), ADDING, tall)

    def terms(self, whole: Sum) -> list[tuple[list[str], bool]]:
        """Each term with the sign before it, and whether it is tall."""
        found: list[tuple[list[str], bool]] = []
        for term in shorten(whole.terms, full=self.full):
            minus = isinstance(term, Negative)
            sign = [self.markup.sign("-" if minus else "+")] if found or minus else []
            if isinstance(term, Gap):
                found.append(([*sign, self.markup.word(f"… {term.count} more …")], False))
                continue
            inner = term.of if isinstance(term, Negative) else term
            text, tall = self.text(inner, MULTIPLYING if sign else ADDING)
            found.append(([*sign, text], tall))
        return found

    def _product(self, factors: Sequence[Expression]) -> Piece:
        parts: list[str] = []
        tall = False
        for factor in factors:
            text, is_tall = self._factor(factor)
            parts += [self.markup.sign("·")] * bool(parts) + [text]
            tall = tall or is_tall
        return Piece(self.markup.row(parts), MULTIPLYING, tall)

    def _factor(self, factor: Expression) -> tuple[str, bool]:
        """A fraction needs no brackets among factors."""
        piece = self.piece(factor)
        is_fraction = piece.tall and isinstance(factor, (Quotient, Term, Symbol, Number))
        if piece.tight == MULTIPLYING and is_fraction:
            return piece.text, True
        return self.text(factor, RAISING)

    def _quotient(self, top: Expression, bottom: Expression) -> Piece:
        low, _ = self.text(bottom)
        if _is_wide(top):
            high, tall = self.text(top, MULTIPLYING)
            one = self.markup.fraction(self.markup.digits("1"), low)
            return Piece(self.markup.row([one, self.markup.sign("·"), high]), MULTIPLYING, tall)
        return Piece(self.markup.fraction(self.text(top)[0], low), MULTIPLYING, tall=True)

    def _power(self, base: Expression, exponent: Expression) -> Piece:
        foot, tall = self.text(base, WHOLE)
        return Piece(self.markup.raised(foot, self.text(exponent)[0]), RAISING, tall)

    def _call(self, call: Call) -> Piece:
        markup, inner = self.markup, [self.text(one) for one in call.arguments]
        tall = any(is_tall for _, is_tall in inner)
        first = inner[0][0]
        if call.function == "exp":
            return Piece(self._exponential(first), RAISING, tall)
        if call.function == "expm1":
            one = [self._exponential(first), markup.sign("-"), markup.digits("1")]
            return Piece(markup.row(one), ADDING, tall)
        if call.function == "sqrt":
            return Piece(markup.root(first), WHOLE, tall=True)
        if call.function == "abs":
            return Piece(markup.fenced(first, "||", tall=tall), WHOLE, tall)
        return Piece(self._named(call.function, [text for text, _ in inner], tall), RAISING, tall)

    def _exponential(self, exponent: str) -> str:
        return self.markup.raised(self.markup.letter(Letter("e")), exponent)

    def _named(self, name: str, inner: list[str], tall: bool) -> str:
        markup = self.markup
        if name == "log1p":
            name, inner = "ln", [markup.row([markup.digits("1"), markup.sign("+"), *inner])]
        parts = [inner[0]]
        for text in inner[1:]:
            parts += [markup.sign(","), text]
        return markup.row(
            [markup.function(name), markup.fenced(markup.row(parts), "()", tall=tall)]
        )


def _is_wide(expression: Expression) -> bool:
    """Whether there are many numbers in it."""
    return len(list(islice(leaves(expression), _MOST_ABOVE + 1))) > _MOST_ABOVE
