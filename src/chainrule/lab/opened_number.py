"""One number opened: its name, its formula in letters and with figures, its largest terms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chainrule.attribution import formula_holds
from chainrule.documents import Calculation
from chainrule.documents.mathematics import Mathematics, MathML, math_element
from chainrule.lab.shown_step import ShownStep
from chainrule.ledger import DisplayOptions
from chainrule.ledger.formulas import Expression, Sum, Term, evaluate, leaves, number_text, parts
from chainrule.ledger.rendering import EntryFormulas, NumberPlaces
from chainrule.ledger.steps import Quantity

__all__ = ["math_lines", "math_markup", "open_number"]

_TERMS = 8
_FACTORS = 6
"""Numbers that are named beside a formula; a long sum has its largest terms instead."""
_MOST_SUMMED = 5000
"""Terms of a sum that are put in order of size; a longer sum is shown by its formula alone."""


@dataclass(frozen=True)
class _AddressPlaces(NumberPlaces):
    """Every number of a formula leads to its own address."""

    shown: ShownStep

    def find(self, quantity: Quantity) -> str:
        """Return the address."""
        return self.shown.address(quantity)


def open_number(shown: ShownStep, address: str, digits: int) -> dict[str, Any]:
    """Return all there is to say of a number, as plain values.

    Args:
        shown: the step that it belongs to.
        address: of one number, or of an array, whose first number is taken.
        digits: significant digits.

    Raises: InputError, UnknownNameError for an address that names nothing here.
    """
    ledger = shown.ledger
    quantity = shown.locate(address)
    if not quantity.is_number:
        quantity = next(ledger.elements(quantity))
    entry = ledger.entry(quantity)
    has_formula = formula_holds(entry)
    formulas = EntryFormulas(
        ledger, DisplayOptions(digits=digits), _AddressPlaces(frozenset(), shown)
    )
    return {
        "address": shown.address(quantity),
        "full_address": ledger.address_text(quantity),
        "name": entry.name,
        "section": entry.section,
        "equation": entry.equation if has_formula else "",
        "value": entry.value,
        "text": number_text(entry.value, digits),
        "made": "given" if entry.formula is None else "formula" if has_formula else "otherwise",
        "symbol": math_markup(formulas.symbol(quantity)),
        "lines": math_lines(formulas.calculation(entry)) if has_formula else [],
        "terms": list(_terms(shown, entry.formula, digits)) if has_formula else [],
        "factors": _factors(shown, entry.formula, digits) if has_formula else [],
        "provable": quantity.kind in ("dW", "db") and quantity.example is None,
    }


def math_markup(content: Mathematics) -> str:
    """Return a formula as one `math` element, which the page reads."""
    return math_element(_WRITER.write(content))


_WRITER = MathML(lambda _: None)
"""Writes links to addresses, and no anchors."""


def math_lines(calculation: Calculation) -> list[dict[str, Any]]:
    """Return the lines of a calculation, their formulas as `math` elements."""
    return [
        {
            "kind": line.kind,
            "parts": [math_element(part) for part in _WRITER.breakable(line.content)],
            "conditions": list(map(math_markup, line.conditions)),
        }
        for line in calculation.lines
    ]


def _terms(shown: ShownStep, formula: Expression | None, digits: int) -> Iterator[dict[str, Any]]:
    """The greatest terms of a sum, with the numbers that each is made of."""
    if not isinstance(formula, Sum) or len(parts(formula)) > _MOST_SUMMED:
        return
    valued = [(float(evaluate(part)), part) for part in parts(formula)]
    total = sum(abs(value) for value, _ in valued)
    valued = sorted((pair for pair in valued if pair[0]), key=lambda pair: -abs(pair[0]))
    for value, part in valued[:_TERMS]:
        yield {
            "value": value,
            "text": number_text(value, digits),
            "fraction": abs(value) / total,
            "factors": _factors(shown, part, digits),
        }


def _factors(shown: ShownStep, formula: Expression | None, digits: int) -> list[dict[str, str]]:
    """The first numbers of which a formula is made, each once."""
    if formula is None:
        return []
    found: dict[Quantity, str] = {}
    for leaf in leaves(formula):
        if isinstance(leaf, Term):
            found[leaf.quantity] = number_text(leaf.value, digits)
        if len(found) == _FACTORS:
            break
    return [
        {"address": shown.address(quantity), "name": shown.name(quantity), "text": text}
        for quantity, text in found.items()
    ]
