"""The numbers of a worked example as rows of a spreadsheet, each with its formula.

A formula may not depend on the numbers that it was made with: where the ledger shows a shorter one,
such as a cost without the terms of targets that are 0, the whole one stands here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from chainrule.documents import math_text
from chainrule.errors import InputError
from chainrule.exchange.spreadsheet_formulas import (
    MOST_CHARACTERS,
    number_literal,
    spreadsheet_formula,
)
from chainrule.ledger import DisplayOptions, Ledger, LedgerEntry, section_of
from chainrule.ledger.formulas import (
    Case,
    Expression,
    Leaf,
    QuantityForm,
    Symbol,
    Term,
    quantity_forms,
)
from chainrule.ledger.rendering import EntryFormulas
from chainrule.ledger.steps import Quantity, Step, WorkedExample, describe_quantity, quantity_value

__all__ = ["GIVEN", "NumberRow", "list_rows"]

MOST_NUMBERS = 20_000
GIVEN = "Given"
"""The sheet of the numbers that may be changed."""

_GENERIC_TARGET = 0.371
"""No sum of such targets is 1, and none is 0 or 1: no term of a formula is left out."""

_SETTINGS = {
    "eta0": "learning rate",
    "factor": "factor of the schedule",
    "final": "final factor of the schedule",
    "mu": "momentum",
    "rho": "decay of the mean square",
    "beta1": "decay of the mean",
    "beta2": "decay of the mean square",
    "epsilon": "epsilon",
    "decay": "weight decay",
    "l1": "strength of the L1 penalty",
    "l2": "strength of the L2 penalty",
    "smoothing": "label smoothing",
    "h": "Huber's threshold",
    "longest": "longest gradient",
}
"""The settings that may be changed; others decide which formula holds, and are numbers in it."""

_CLIPPED = ("g", "dW", "db")
_UPDATE = ("velocity", "mean", "mean_square", "change", "W_new", "b_new")


@dataclass(frozen=True)
class NumberRow:
    """A number of a sheet.

    Args:
        sheet: its name.
        line: from 0.
        address: of the number.
        name: what it is.
        value: of chainrule.
        equation: its id; empty for a number that is given.
        formula: of the spreadsheet; empty for a number that is given.
        symbols: the formula in symbols.
    """

    sheet: str
    line: int
    address: str
    name: str
    value: float
    equation: str = ""
    formula: str = ""
    symbols: str = ""

    @property
    def cell(self) -> str:
        """The number's cell, for formulas of any sheet."""
        return f"'{self.sheet}'!$D${self.line + 1}"


def list_rows(example: WorkedExample) -> list[NumberRow]:
    """Return the rows of all sheets, each after those that it is computed from.

    Args:
        example: a small one.

    Raises: InputError for one that is too large; DivergenceError.
    """
    return list(_Calculation(Ledger(example)).rows.values())


class _Calculation:
    """The rows of all sheets, each after those that it is computed from."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.example = ledger, ledger.example
        self.rows: dict[Quantity | str, NumberRow] = {}
        self._lines: dict[str, int] = {}
        self._generic: dict[int, Step] = {}
        self._formulas = EntryFormulas(ledger, DisplayOptions())
        for row in self.example.rows:
            self._give(Quantity("a", 0, example=row))
            if self.example.recipe is not None:
                self._give(
                    Quantity("t" if self.example.recipe.label_smoothing else "y", example=row)
                )
        for layer in range(1, self.example.architecture.depth + 1):
            self._give(Quantity("W", layer))
            if self.example.architecture.biases:
                self._give(Quantity("b", layer))
        for step in range(1, self.example.steps + 1):
            for quantity in ledger.quantities(step):
                self.place(quantity)

    def _give(self, array: Quantity) -> None:
        """Place a given array, if the first step has it."""
        rows = self.ledger.step(1).rows
        if array.example is None or array.example in rows:
            for quantity in self.ledger.elements(array):
                self.place(quantity)

    def place(self, quantity: Quantity) -> NumberRow:
        """Return the row of a number, after those that it needs."""
        step = self.ledger.step(quantity.step)
        value = quantity_value(step, quantity)
        form = self._whole_form(step, quantity)
        if form is None and quantity.kind in ("a", "t", "y"):
            quantity = replace(quantity, step=1)  # the same in all steps
        if quantity in self.rows:
            return self.rows[quantity]
        if form is None:
            return self._add(quantity, GIVEN, quantity, value)
        tree = form.expression
        formula = spreadsheet_formula(tree, lambda leaf: self._reference(leaf, quantity))
        if len(formula) > MOST_CHARACTERS:
            raise _too_large(self.example, f"a sum of {len(formula):,} characters")
        return self._add(
            quantity,
            f"Step {quantity.step}",
            quantity,
            value,
            equation=form.equation,
            formula=f"={formula}",
            symbols=self._in_symbols(quantity, form, value),
        )

    def _whole_form(self, step: Step, quantity: Quantity) -> QuantityForm | None:
        """Return the best known formula of a number, whatever the targets are."""
        if step.number not in self._generic:
            self._generic[step.number] = _with_generic_targets(step)
        forms = quantity_forms(self._generic[step.number], quantity)
        return forms[0] if forms else None

    def _add(
        self, key: Quantity | str, sheet: str, quantity: Quantity, value: float, **texts: str
    ) -> NumberRow:
        name = describe_quantity(self.example, quantity)
        return self._append(key, sheet, self.ledger.address_text(quantity), name, value, **texts)

    def _append(
        self, key: Quantity | str, sheet: str, address: str, name: str, value: float, **texts: str
    ) -> NumberRow:
        if len(self.rows) >= MOST_NUMBERS:
            raise _too_large(self.example, "more")
        line = self._lines.get(sheet, 1)
        self._lines[sheet] = line + 1
        row = NumberRow(sheet, line, address, name, value, **texts)
        self.rows[key] = row
        return row

    def _reference(self, leaf: Leaf, within: Quantity) -> str:
        """Return the cell of a number of a formula, or the number itself."""
        if isinstance(leaf, Term):
            quantity, recipe = leaf.quantity, self.example.recipe
            is_clipped = recipe is not None and recipe.clip_norm is not None
            if is_clipped and within.kind in _UPDATE and quantity.kind in _CLIPPED:
                quantity = replace(quantity, kind="g_clipped")
            return self.place(quantity).cell
        if isinstance(leaf, Symbol) and leaf.name in _SETTINGS:
            found = self.rows.get(leaf.name) or self._append(
                leaf.name, GIVEN, leaf.letter, _SETTINGS[leaf.name], leaf.value
            )
            return found.cell
        return number_literal(leaf.value)

    def _in_symbols(self, quantity: Quantity, form: QuantityForm, value: float) -> str:
        def text(tree: Expression) -> str:
            entry = LedgerEntry(
                quantity=quantity,
                equation=form.equation,
                name="",
                section=section_of(quantity),
                value=value,
                formula=tree,
            )
            held = [math_text(one) for one in self._formulas.conditions(entry)]
            whole = math_text(self._formulas.in_symbols(entry))
            return whole + (f" if {' and '.join(held)}" if held else "")

        tree = form.expression
        if isinstance(tree, Case) and tree.otherwise is not None:
            return f"{text(tree)}; {text(tree.opposite)}"
        return text(tree)


def _with_generic_targets(step: Step) -> Step:
    """Return a step whose targets are not special numbers."""
    if step.training is None:
        return step
    trace = step.trace
    changed = replace(trace, y=np.full_like(trace.y, _GENERIC_TARGET))
    return replace(
        step, training=replace(step.training, passes=(changed, *step.training.passes[1:]))
    )


def _too_large(example: WorkedExample, got: str) -> InputError:
    return InputError(
        example.where,
        expected=f"at most {MOST_NUMBERS:,} numbers, none of them a longer sum than a cell holds",
        got=got,
        why="Each number of a worked example is a cell",
        remedy="Take fewer examples or steps, or a smaller network",
    )
