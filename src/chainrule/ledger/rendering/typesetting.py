"""Entries of a ledger set in a markup: formula, numbers substituted, result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction

from chainrule.ledger.display_options import DisplayOptions
from chainrule.ledger.formulas import Case, Expression, Leaf, Number, Term, conditions, number_text
from chainrule.ledger.ledger import Entry, Ledger
from chainrule.ledger.quantity_text import activation_letter
from chainrule.ledger.rendering.letters import Letter, letter_of
from chainrule.ledger.rendering.typeset import (
    MULTIPLYING,
    RAISING,
    WHOLE,
    Markup,
    Piece,
    chunks,
    number,
    typeset,
)
from chainrule.ledger.rendering.typeset_law import typeset_law
from chainrule.ledger.steps import Quantity

__all__ = ["Setting", "Typeset"]


@dataclass(frozen=True)
class Typeset:
    """An entry in a markup; each list holds parts between which a line can be broken.

    Args:
        symbol: what it is.
        formula: in symbols; empty for a number that is given.
        substituted: the same with the numbers; empty where that is the result itself.
        result: the number, a fraction before it where one was asked for.
        conditions: under which the formula is the one that holds.
    """

    symbol: str
    formula: list[str]
    substituted: list[str]
    result: list[str]
    conditions: list[str]


def _unmarked(quantity: Quantity, text: str) -> str:
    return text


@dataclass(frozen=True)
class Setting:
    """Sets the entries of one ledger.

    Args:
        ledger: that they are of.
        options: digits, fractions, notation, and whether long sums are written out.
        markup: the language.
        marked: (quantity, its letter in markup) -> the markup that says what it is.
    """

    ledger: Ledger
    options: DisplayOptions
    markup: Markup
    marked: Callable[[Quantity, str], str] = field(default=_unmarked)

    def entry(self, entry: Entry) -> Typeset:
        """An entry in the markup."""
        symbol, result = self.symbol(entry.quantity), self._result(entry)
        if entry.formula is None:
            return Typeset(symbol, [], [], result, [])
        formula = self._chunks(entry.formula, lambda leaf: self._letter(leaf, entry.quantity))
        substituted = self._chunks(entry.formula, self._digits)
        given = [] if substituted == result[-1:] else substituted
        return Typeset(symbol, formula, given, result, self._conditions(entry))

    def symbol(self, quantity: Quantity) -> str:
        """The letter of a quantity, for the left of a formula of its own step."""
        own = replace(quantity, example=None)
        return self.markup.letter(self._named(quantity, own))

    def value(self, value: float) -> str:
        """A number in the digits asked for."""
        return number(number_text(value, self.options.digits), self.markup).text

    def law(self, text: str) -> str:
        """A law of `quantity_text.section_equations`."""
        return typeset_law(text, self.markup)

    def _chunks(self, formula: Expression, leaf: Callable[[Leaf], Piece]) -> list[str]:
        return chunks(formula, leaf, self.markup, full=self.options.full)

    def _named(self, quantity: Quantity, within: Quantity) -> Letter:
        notation = self.options.notation
        sign = activation_letter(self.ledger.example, notation, quantity.layer)
        return letter_of(quantity, notation, within, sign)

    def _letter(self, leaf: Leaf, within: Quantity) -> Piece:
        if isinstance(leaf, Term):
            letter = self._named(leaf.quantity, within)
            text = self.marked(leaf.quantity, self.markup.letter(letter))
            return Piece(text, _tightness(letter), letter.by is not None)
        if isinstance(leaf, Number):
            return number(number_text(leaf.value, self.options.digits), self.markup)
        if leaf.letter[0].isdigit():
            return Piece(self.markup.digits(leaf.letter))
        return Piece(self.law(leaf.letter))

    def _digits(self, leaf: Leaf) -> Piece:
        value: float | Fraction = leaf.value
        if self.options.fractions and isinstance(leaf, Term):
            exact = self.ledger.exact_value(leaf.quantity)
            value = leaf.value if exact is None else exact
        piece = number(number_text(value, self.options.digits), self.markup)
        if isinstance(leaf, Term):
            return replace(piece, text=self.marked(leaf.quantity, piece.text))
        return piece

    def _result(self, entry: Entry) -> list[str]:
        text = number_text(entry.value, self.options.digits)
        exact = self.ledger.exact_value(entry.quantity) if self.options.fractions else None
        texts = [text] if exact is None or str(exact) == text else [str(exact), text]
        return [number(one, self.markup).text for one in texts]

    def _conditions(self, entry: Entry) -> list[str]:
        assert entry.formula is not None
        found = (self._condition(case, entry.quantity) for case in conditions(entry.formula))
        return list(dict.fromkeys(found))

    def _condition(self, case: Case, within: Quantity) -> str:
        sides = (
            typeset(side, lambda leaf: self._letter(leaf, within), self.markup).text
            for side in (case.left, case.right)
        )
        left, right = sides
        return self.markup.row([left, self.markup.sign(case.relation), right])


def _tightness(letter: Letter) -> int:
    if letter.by is not None:
        return MULTIPLYING if letter.of is None else RAISING
    bare = not (letter.above or letter.words or letter.of or letter.prefix)
    return WHOLE if bare else RAISING
