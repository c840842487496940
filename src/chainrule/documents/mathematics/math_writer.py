"""Base of all writers of formulas: the traversal of the tree, and the brackets of arithmetic."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from chainrule.documents.mathematics.formula_nodes import (
    Addition,
    Anchor,
    Application,
    Fenced,
    Fraction,
    Letter,
    Link,
    Mathematics,
    Matrix,
    Multiplication,
    Negation,
    Numeral,
    Row,
    Sign,
    Spelled,
    Superscript,
    Words,
)

__all__ = ["ADDING", "MULTIPLYING", "RAISING", "WHOLE", "MathWriter", "Piece"]

ADDING, MULTIPLYING, RAISING, WHOLE = range(4)
"""How tightly a piece binds: a sum, a product, a power or a function, a single sign."""

_MOST_ABOVE = 12
"""A numerator with more signs is written as a factor, since no line can be broken above a bar."""


class Piece(NamedTuple):
    """A piece of output: how tightly it binds, and whether it is higher than a line."""

    text: str
    binding: int = WHOLE
    tall: bool = False


class MathWriter(ABC):
    """Writes formulas in one language; a subclass says how the language writes each node."""

    def write(self, formula: Mathematics) -> str:
        """The formula in the language."""
        return self.piece(formula).text

    def breakable(self, formula: Mathematics) -> list[str]:
        """The formula in parts between which a line can be broken: the terms of a sum."""
        if isinstance(formula, Addition):
            return [self.row([*sign, term.text]) for sign, term in self.terms(formula, apart=True)]
        return [self.write(formula)]

    # What a subclass must know.

    @abstractmethod
    def row(self, parts: Sequence[str]) -> str:
        """Parts side by side."""

    @abstractmethod
    def sign(self, sign: str, *, infix: bool = False) -> str:
        """An operator or a relation; `infix` where it begins a part, yet stands between terms."""

    @abstractmethod
    def digits(self, text: str) -> str:
        """A number without sign and exponent."""

    @abstractmethod
    def words(self, text: str) -> str:
        """Upright words."""

    @abstractmethod
    def function(self, name: str) -> str:
        """The name of a function, such as "ln"."""

    @abstractmethod
    def letter(self, letter: Letter) -> str:
        """A letter with what stands around it."""

    @abstractmethod
    def fraction(self, top: str, bottom: str) -> str:
        """A fraction."""

    @abstractmethod
    def raised(self, base: str, exponent: str) -> str:
        """A power."""

    @abstractmethod
    def root(self, content: str) -> str:
        """A square root."""

    @abstractmethod
    def fenced(self, content: str, fences: str, *, tall: bool) -> str:
        """Content between two fences, "()" or "||", which grow where the content is tall."""

    @abstractmethod
    def matrix(self, matrix: Matrix) -> str:
        """A matrix with dots for what is cut off."""

    @abstractmethod
    def link(self, content: str, target: str) -> str:
        """Content that leads to a target."""

    @abstractmethod
    def anchor(self, content: str, name: str) -> str:
        """Content that links lead to."""

    # How the tree is written in all languages that set formulas in two dimensions.

    def piece(self, node: Mathematics) -> Piece:  # a case for each kind of node
        """A node with its binding."""
        match node:
            case Addition():
                return self.addition(node)
            case Negation(content):
                inner = self.bound(content, MULTIPLYING)
                return Piece(self.row([self.sign("-"), inner.text]), ADDING, inner.tall)
            case Multiplication(factors):
                return self.multiplication(factors)
            case Fraction():
                return self.quotient(node)
            case Superscript(base, exponent):
                return self.power(base, exponent)
            case Application():
                return self.application(node)
            case Numeral(text):
                return self.numeral(text)
            case Letter():
                return Piece(self.letter(node), _binding(node), node.by is not None)
            case Spelled(content):
                return self.piece(content)
            case Link(content, target):
                inner = self.piece(Words(content) if isinstance(content, str) else content)
                return inner._replace(text=self.link(inner.text, target))
            case Anchor(content, name):
                inner = self.piece(content)
                return inner._replace(text=self.anchor(inner.text, name))
            case Matrix():
                return Piece(self.matrix(node), tall=True)
            case Fenced(content):
                inner = self.piece(content)
                return Piece(self.fenced(inner.text, "()", tall=inner.tall), tall=inner.tall)
            case Row(parts):
                return self.side_by_side(parts)
            case Words(text):
                return Piece(self.words(text))
            case Sign(text):
                return Piece(self.sign(text))

    def bound(self, node: Mathematics, binding: int = ADDING) -> Piece:
        """A node, in brackets where it binds less tightly than asked for."""
        piece = self.piece(node)
        if piece.binding >= binding:
            return piece
        return Piece(self.fenced(piece.text, "()", tall=piece.tall), tall=piece.tall)

    def numeral(self, text: str) -> Piece:
        """A number; one with an exponent is a product, and one with a stroke a fraction."""
        if text.startswith("-"):
            inner = self.numeral(text[1:])
            return Piece(self.row([self.sign("-"), inner.text]), ADDING, inner.tall)
        if "/" in text:
            top, bottom = map(self.digits, text.split("/"))
            return Piece(self.fraction(top, bottom), MULTIPLYING, tall=True)
        if text in ("inf", "nan"):
            return Piece(self.words("∞" if text == "inf" else "not a number"))
        digits, _, exponent = text.partition("e")
        if not exponent:
            return Piece(self.digits(digits))
        power = self.raised(self.digits("10"), self.numeral(str(int(exponent))).text)
        return Piece(self.row([self.digits(digits), self.sign("·"), power]), MULTIPLYING)

    def multiplication(self, factors: Sequence[Mathematics]) -> Piece:
        """A product; a fraction needs no brackets among its factors."""
        parts: list[str] = []
        is_tall = False
        for factor in factors:
            piece = self.piece(factor)
            if not (piece.binding == MULTIPLYING and piece.tall and _is_fraction(factor)):
                piece = self.bound(factor, RAISING)
            parts += [self.sign("·")] * bool(parts) + [piece.text]
            is_tall = is_tall or piece.tall
        return Piece(self.row(parts), MULTIPLYING, is_tall)

    def quotient(self, node: Fraction) -> Piece:
        """A fraction, or a reciprocal times a numerator that is too long to stand above a bar."""
        bottom = self.bound(node.bottom).text
        if _count_signs(node.top) > _MOST_ABOVE:
            top = self.bound(node.top, MULTIPLYING)
            reciprocal = self.fraction(self.digits("1"), bottom)
            return Piece(self.row([reciprocal, self.sign("·"), top.text]), MULTIPLYING, top.tall)
        return Piece(self.fraction(self.bound(node.top).text, bottom), MULTIPLYING, tall=True)

    def power(self, base: Mathematics, exponent: Mathematics) -> Piece:
        """A power."""
        below = self.bound(base, WHOLE)
        return Piece(self.raised(below.text, self.bound(exponent).text), RAISING, below.tall)

    def application(self, node: Application) -> Piece:
        """A function of its arguments; some have a form of their own."""
        if not node.arguments:
            return Piece(self.function(node.function))
        inner = [self.bound(one) for one in node.arguments]
        first, tall = inner[0].text, any(one.tall for one in inner)
        match node.function:
            case "exp":
                return Piece(self._exponential(first), RAISING, tall)
            case "expm1":
                parts = [self._exponential(first), self.sign("-"), self.digits("1")]
                return Piece(self.row(parts), ADDING, tall)
            case "sqrt":
                return Piece(self.root(first), WHOLE, tall=True)
            case "abs":
                return Piece(self.fenced(first, "||", tall=tall), WHOLE, tall)
            case "log1p":
                listed = self.row([self.digits("1"), self.sign("+"), first])
                name = "ln"
            case name:
                listed = self.row(list(self._listed([one.text for one in inner])))
        called = self.row([self.function(name), self.fenced(listed, "()", tall=tall)])
        return Piece(called, RAISING, tall)

    def _exponential(self, exponent: str) -> str:
        return self.raised(self.letter(Letter("e")), exponent)

    def _listed(self, texts: Sequence[str]) -> Iterator[str]:
        for at, text in enumerate(texts):
            if at:
                yield self.sign(",")
            yield text

    def side_by_side(self, parts: Sequence[Mathematics]) -> Piece:
        """The parts of a row."""
        pieces = [self.piece(part) for part in parts]
        return Piece(self.row([one.text for one in pieces]), tall=any(one.tall for one in pieces))

    def addition(self, node: Addition) -> Piece:
        """A sum."""
        parts: list[str] = []
        is_tall = False
        for sign, term in self.terms(node):
            parts += [*sign, term.text]
            is_tall = is_tall or term.tall
        return Piece(self.row(parts), ADDING, is_tall)

    def terms(self, node: Addition, *, apart: bool = False) -> Iterator[tuple[list[str], Piece]]:
        """For each term the sign before it, if any, and the term."""
        for at, term in enumerate(node.terms):
            minus = isinstance(term, Negation)
            inner = term.content if isinstance(term, Negation) else term
            signs = [self.sign("-" if minus else "+", infix=apart and at > 0)]
            sign = signs if at or minus else []
            yield sign, self.bound(inner, MULTIPLYING if sign else ADDING)


def _binding(letter: Letter) -> int:
    """How tightly a letter binds where its derivative is a fraction and its words are raised."""
    if letter.by is not None:
        return MULTIPLYING if letter.of is None else RAISING
    is_bare = not (letter.above or letter.words or letter.of or letter.prefix)
    return WHOLE if is_bare else RAISING


def _is_fraction(node: Mathematics) -> bool:
    """Whether a node is set as a fraction, whatever leads to or from it."""
    while isinstance(node, (Spelled, Link, Anchor)) and not isinstance(node.content, str):
        node = node.content
    return isinstance(node, (Fraction, Letter, Numeral))


def _count_signs(node: Mathematics) -> int:
    """How many letters and numbers a formula has, counted up to a little more than the limit."""
    match node:
        case Addition(parts) | Multiplication(parts) | Row(parts) | Application(_, parts):
            inner = parts
        case Fraction(one, other) | Superscript(one, other):
            inner = (one, other)
        case Negation(content) | Fenced(content) | Spelled(content) | Anchor(content):
            inner = (content,)
        case Link(content) if not isinstance(content, str):
            inner = (content,)
        case _:
            return 1
    count = 0
    for part in inner:
        count += _count_signs(part)
        if count > _MOST_ABOVE:
            break
    return count
