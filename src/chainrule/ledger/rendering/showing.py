"""An entry in words and digits: formula, numbers substituted, result, the same for every format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

from chainrule.ledger.display_options import DisplayOptions
from chainrule.ledger.formulas import (
    Expression,
    Leaf,
    Number,
    Term,
    conditions,
    formula_text,
    number_text,
)
from chainrule.ledger.ledger import Entry, Ledger
from chainrule.ledger.quantity_text import activation_letter, quantity_letter
from chainrule.ledger.steps import Quantity, WorkedExample

__all__ = ["Shown", "example_text", "show"]


@dataclass(frozen=True)
class Shown:
    """An entry in plain text.

    Args:
        symbol: what it is, such as "z[1][0]"; its step is left out.
        formula: in symbols; empty for a number that is given. What has no step or example of its
            own is of the same step and example as the entry.
        substituted: the same with the numbers; empty where that is the result itself.
        result: the number; a fraction first where one was asked for: "3/2 = 1.5".
    """

    symbol: str
    formula: str
    substituted: str
    result: str


def show(ledger: Ledger, entry: Entry, options: DisplayOptions) -> Shown:
    """An entry in plain text.

    Args:
        ledger: that it is of.
        entry: to be shown.
        options: digits, fractions, notation, and whether long sums are written out.
    """
    own = replace(entry.quantity, example=None)  # of its step, but with its example
    symbol = _lettered(ledger, entry.quantity, own, options)
    result = _result(ledger, entry, options)
    if entry.formula is None:
        return Shown(symbol, "", "", result)

    def letters(leaf: Leaf) -> str:
        if isinstance(leaf, Term):
            return _lettered(ledger, leaf.quantity, entry.quantity, options)
        return number_text(leaf.value, options.digits) if isinstance(leaf, Number) else leaf.letter

    def digits(leaf: Leaf) -> str:
        return _digits(ledger, leaf, options)

    formula = formula_text(entry.formula, letters, full=options.full) + _branches(
        entry.formula, letters
    )
    substituted = formula_text(entry.formula, digits, full=options.full)
    return Shown(symbol, formula, "" if substituted == result else substituted, result)


def _lettered(ledger: Ledger, quantity: Quantity, within: Quantity, options: DisplayOptions) -> str:
    sign = activation_letter(ledger.example, options.notation, quantity.layer)
    return quantity_letter(quantity, options.notation, within, sign)


def _digits(ledger: Ledger, leaf: Leaf, options: DisplayOptions) -> str:
    value: float | Fraction = leaf.value
    if options.fractions and isinstance(leaf, Term):
        exact = ledger.exact_value(leaf.quantity)
        value = leaf.value if exact is None else exact
    return number_text(value, options.digits)


def _result(ledger: Ledger, entry: Entry, options: DisplayOptions) -> str:
    text = number_text(entry.value, options.digits)
    exact = ledger.exact_value(entry.quantity) if options.fractions else None
    return text if exact is None or str(exact) == text else f"{exact} = {text}"


def _branches(formula: Expression, letters: Callable[[Leaf], str]) -> str:
    """The conditions under which the formula is the one that holds."""
    texts = [
        f"{formula_text(case.left, letters)} {case.relation} {formula_text(case.right, letters)}"
        for case in conditions(formula)
    ]
    return f", as {' and '.join(dict.fromkeys(texts))}" if texts else ""


def example_text(example: WorkedExample) -> str:
    """What a worked example is, in a line.

    Args:
        example: with or without training.
    """
    architecture, recipe = example.architecture, example.recipe
    names = tuple(dict.fromkeys(architecture.activations))
    same = names if len(names) == 1 else architecture.activations
    network = "-".join(map(str, architecture.layers)) + " network, " + ", ".join(same)
    if not architecture.biases:
        network += ", no biases"
    if recipe is None:
        return network
    return f"{network}; {recipe.cost}; {recipe.optimiser}, learning rate {recipe.learning_rate:g}"
