"""Entries of a ledger as calculations of a document: formula, numbers substituted, result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

from chainrule.documents import Calculation, Formula, WorkingLine, math_text, parse_formula
from chainrule.documents.mathematics import (
    Anchor,
    Fenced,
    Link,
    Mathematics,
    Matrix,
    Numeral,
    Row,
    Sign,
    Spelled,
    equation,
)
from chainrule.ledger.display_options import DisplayOptions
from chainrule.ledger.entries import LedgerEntries, LedgerEntry
from chainrule.ledger.formulas import (
    Case,
    Expression,
    Leaf,
    Number,
    Term,
    conditions,
    formula_math,
    number_text,
)
from chainrule.ledger.quantity_text import activation_letter, quantity_letter
from chainrule.ledger.rendering.array_equations import ArrayEquation, Bracketed, Operand
from chainrule.ledger.rendering.given import Given
from chainrule.ledger.rendering.letters import letter_of
from chainrule.ledger.rendering.places import NO_PLACES, NumberPlaces
from chainrule.ledger.rendering.symbolic import SymbolicGradient, agreement_text
from chainrule.ledger.steps import Quantity, quantity_value

__all__ = ["EntryFormulas", "entry_text"]


@dataclass(frozen=True)
class EntryText:
    """An entry in plain text.

    Args:
        symbol: the quantity, such as "z[1][0]", without its step.
        formula: in symbols; empty for a number that is given. What names no step or example is of
            the entry's own step and example.
        substituted: the formula with numbers; empty if it is the result itself.
        result: the number; a fraction first where one was asked for, as in "3/2 = 1.5".
    """

    symbol: str
    formula: str
    substituted: str
    result: str


def entry_text(ledger: LedgerEntries, entry: LedgerEntry, options: DisplayOptions) -> EntryText:
    """An entry in plain text.

    Args:
        ledger: of the entry.
        entry: what is written.
        options: digits, fractions, notation, and whether long sums are written out.
    """
    formulas = EntryFormulas(ledger, options)
    symbol = math_text(formulas.symbol(entry.quantity))
    result = " = ".join(math_text(one) for one in formulas.results(entry))
    if entry.formula is None:
        return EntryText(symbol, "", "", result)
    held = [math_text(one) for one in formulas.conditions(entry)]
    formula = math_text(formulas.in_symbols(entry))
    substituted = math_text(formulas.in_numbers(entry))
    return EntryText(
        symbol,
        formula + (f", as {' and '.join(held)}" if held else ""),
        "" if substituted == result else substituted,
        result,
    )


@dataclass(frozen=True)
class EntryFormulas:
    """Writes the entries of one ledger as formulas.

    Args:
        ledger: of the entries.
        options: digits, fractions, notation, and whether long sums are written out.
        places: the numbers to which formulas lead; none by default.
    """

    ledger: LedgerEntries
    options: DisplayOptions
    places: NumberPlaces = NO_PLACES

    def calculation(self, item: LedgerEntry | SymbolicGradient, anchor: str = "") -> Calculation:
        """An entry as a block; that of a gradient by SymPy says whether the numbers agree.

        Args:
            item: the entry.
            anchor: the name by which formulas lead here.
        """
        is_symbolic = isinstance(item, SymbolicGradient)
        entry = item.entry if isinstance(item, SymbolicGradient) else item
        return Calculation(
            symbol=self.symbol(entry.quantity),
            lines=tuple(self._lines(entry)),
            label=entry.equation or ("SymPy" if is_symbolic else "given"),
            name=entry.name,
            address=self.ledger.address_text(entry.quantity),
            anchor=anchor,
            remark=agreement_text(item, self.options.digits)
            if isinstance(item, SymbolicGradient)
            else "",
            agrees=item.agrees if isinstance(item, SymbolicGradient) else None,
        )

    def _lines(self, entry: LedgerEntry) -> list[WorkingLine]:
        """The lines of a calculation; substituted numbers that are the result are left out."""
        results = [WorkingLine(one, "result") for one in self.results(entry)]
        if entry.formula is None:
            return results
        lines = [WorkingLine(self.in_symbols(entry), "formula", self.conditions(entry))]
        substituted = self.in_numbers(entry)
        if math_text(substituted) != math_text(results[-1].content):
            lines.append(WorkingLine(substituted, "substituted"))
        return lines + results

    def symbol(self, quantity: Quantity) -> Mathematics:
        """The letter of a quantity, for the left of a formula of its own step."""
        return self._letter(quantity, replace(quantity, example=None))

    def number(self, value: float) -> Numeral:
        """A number in the digits asked for."""
        return Numeral(number_text(value, self.options.digits))

    def in_symbols(self, entry: LedgerEntry) -> Mathematics:
        """The formula of an entry in symbols."""
        return self._convert(_formula(entry), lambda leaf: self._symbol(leaf, entry.quantity))

    def in_numbers(self, entry: LedgerEntry) -> Mathematics:
        """The formula of an entry with numbers substituted."""
        return self._convert(_formula(entry), self._substitute)

    def results(self, entry: LedgerEntry) -> list[Numeral]:
        """The number of an entry; a fraction before it where one was asked for."""
        result = self.number(entry.value)
        exact = self.ledger.exact_value(entry.quantity) if self.options.fractions else None
        if exact is None or str(exact) == result.text:
            return [result]
        return [Numeral(str(exact)), result]

    def conditions(self, entry: LedgerEntry) -> tuple[Mathematics, ...]:
        """The conditions under which the formula of an entry holds."""
        found = (self._condition(one, entry.quantity) for one in conditions(_formula(entry)))
        return tuple(dict.fromkeys(found))

    def given(self, given: Given) -> Formula:
        """A given array as an equation, with a place for each of its numbers."""
        rows = tuple(tuple(map(self._placed_number, row)) for row in given.numbers)
        matrix = Matrix(rows, given.cut_below, given.cut_right)
        return Formula(equation(self._array_letter(given), matrix))

    def array_calculation(self, array: ArrayEquation) -> Calculation:
        """An equation of whole arrays with the numbers in them."""
        left, right = map(parse_formula, array.text.split(" = "))
        lines = [WorkingLine(right, "formula")]
        if array.formula:
            lines.append(WorkingLine(self._side_by_side(array.formula), "substituted"))
        lines.append(WorkingLine(self._operand(array.result), "result"))
        return Calculation(left, tuple(lines), label=array.label, name=array.name)

    def _convert(self, formula: Expression, leaf: Callable[[Leaf], Mathematics]) -> Mathematics:
        return formula_math(formula, leaf, full=self.options.full)

    def _letter(self, quantity: Quantity, within: Quantity) -> Mathematics:
        notation, example = self.options.notation, self.ledger.example
        function = activation_letter(example, notation, quantity.layer)
        quantity, within = (
            one.counted_from(example.conventions.indices) for one in (quantity, within)
        )
        letter = letter_of(quantity, notation, within, function)
        return Spelled(letter, quantity_letter(quantity, notation, within, function))

    def _array_letter(self, given: Given) -> Mathematics:
        """The letter of a whole array."""
        notation = self.options.notation
        letter = letter_of(given.numbers[0][0], notation)
        if letter.by is None:
            letter = replace(letter, below="", of=None)
        array = given.array
        if array.form == "parameter":  # which has no address of its own
            tensor = "W" if len(array.index) == 2 else "b"
            return Spelled(letter, f"{array.kind} of {tensor}[{array.layer}]")
        return Spelled(letter, quantity_letter(array.at(), notation, array))

    def _symbol(self, leaf: Leaf, within: Quantity) -> Mathematics:
        if isinstance(leaf, Term):
            return self._linked(self._letter(leaf.quantity, within), leaf.quantity)
        if isinstance(leaf, Number):
            return self.number(leaf.value)
        return Numeral(leaf.letter) if leaf.letter[0].isdigit() else parse_formula(leaf.letter)

    def _substitute(self, leaf: Leaf) -> Mathematics:
        value: float | Fraction = leaf.value
        if self.options.fractions and isinstance(leaf, Term):
            exact = self.ledger.exact_value(leaf.quantity)
            value = leaf.value if exact is None else exact
        numeral = Numeral(number_text(value, self.options.digits))
        return self._linked(numeral, leaf.quantity) if isinstance(leaf, Term) else numeral

    def _linked(self, content: Mathematics, quantity: Quantity) -> Mathematics:
        place = self.places.find(quantity)
        return Link(content, place) if place else content

    def _condition(self, case: Case, within: Quantity) -> Mathematics:
        left, right = (
            formula_math(side, lambda leaf: self._symbol(leaf, within))
            for side in (case.left, case.right)
        )
        return Row((left, Sign(case.relation), right))

    def _value(self, quantity: Quantity) -> Numeral:
        return self.number(quantity_value(self.ledger.step(quantity.step), quantity))

    def _placed_number(self, quantity: Quantity) -> Mathematics:
        place = self.places.find(quantity)
        return Anchor(self._value(quantity), place) if place else self._value(quantity)

    def _side_by_side(self, parts: tuple[Operand, ...]) -> Row:
        return Row(tuple(map(self._operand, parts)))

    def _operand(self, part: Operand) -> Mathematics:
        if isinstance(part, str):
            return Sign(part)
        if isinstance(part, Bracketed):
            inner = Fenced(self._side_by_side(part.parts))
            count = Numeral(str(part.divisor))
            return inner if part.divisor == 1 else Row((inner, Sign("/"), count))
        rows = ((self._linked(self._value(one), one) for one in row) for row in part.rows)
        return Matrix(tuple(map(tuple, rows)))


def _formula(entry: LedgerEntry) -> Expression:
    assert entry.formula is not None, "a number that is given has no formula"
    return entry.formula
