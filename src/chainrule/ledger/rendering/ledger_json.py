"""A ledger as JSON.

An array with an object for each number:

    quantity     its address, such as "step[2].delta[1][0]"
    equation     id of its equation in docs/derivation/, null for a number that is given
    name         what it is in words
    section      "forward", "cost", "errors", "gradients" or "update"
    step         from 1
    example      number of its example, null if there is only one, or for the batch
    value        the number with all its digits; null where it is not finite
    exact        the number as a fraction, such as "3/2", where fractions are asked for; else null
    formula      in symbols, as text; null for a number that is given
    substituted  the same with numbers, as text; null for a number that is given
    tree         the formula as nested objects; null for a number that is given

An object of a tree is one of

    {"term": address, "value": number}
    {"symbol": name, "value": number}
    {"number": number}
    {"sum" | "product" | "quotient" | "power": [trees], "negative": [tree]}
    {"call": function, "of": [trees]}
    {"case": tree, "left": tree, "relation": text, "right": tree}

Where gradients are derived by SymPy, each step's follow its other numbers with "symbolic" as their
section, "equation" null, the derivative as their formula, and one key more:

    symbolic     {"value": SymPy's number, "apart": how far the ledger's is from it,
                 "agrees": whether that is but rounding}

Nothing is shortened: every number of every array is there, and every term of every sum.
"""

from __future__ import annotations

import json
import math
from dataclasses import replace
from functools import partial
from itertools import groupby
from typing import Any

from chainrule.ledger.display_options import DisplayOptions
from chainrule.ledger.entries import LedgerEntries, LedgerEntry
from chainrule.ledger.formulas import (
    Call,
    Case,
    Expression,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
    Term,
    parts,
)
from chainrule.ledger.rendering.entry_formulas import entry_text
from chainrule.ledger.rendering.selection import select_sections
from chainrule.ledger.rendering.symbolic import SymbolicGradient, symbolic_gradients

__all__ = [
    "entry_record",
    "ledger_json",
    "ledger_values",
]

_NAMES = {
    Negative: "negative",
    Sum: "sum",
    Product: "product",
    Quotient: "quotient",
    Power: "power",
}


def ledger_json(ledger: LedgerEntries, options: DisplayOptions) -> str:
    """The ledger as JSON; the docstring of the module describes it.

    Args:
        ledger: of a worked example.
        options: what to show of it.

    Raises: DivergenceError; with `options.symbolic` also InputError, MissingLibraryError.
    """
    records = ledger_values(ledger, options)
    return json.dumps(records, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def ledger_values(ledger: LedgerEntries, options: DisplayOptions) -> list[dict[str, Any]]:
    """The records of a ledger; as `ledger_json`, which writes them."""
    options = replace(options, full=True)
    records: list[dict[str, Any]] = []
    derived_steps: set[int] = set()
    sections = select_sections(ledger, options)
    for step, parts_of_step in groupby(sections, key=lambda section: section.step):
        items = (item for section in parts_of_step for item in section.items)
        records += [
            entry_record(ledger, one, options) for one in items if isinstance(one, LedgerEntry)
        ]
        if options.symbolic and step not in derived_steps:
            derived_steps.add(step)
            gradients = symbolic_gradients(ledger, step, options)
            records += [_gradient_record(ledger, one, options) for one in gradients]
    return records


def _gradient_record(
    ledger: LedgerEntries, one: SymbolicGradient, options: DisplayOptions
) -> dict[str, Any]:
    found = {"value": _finite(one.value), "apart": _finite(one.apart), "agrees": one.agrees}
    return {**entry_record(ledger, one.entry, options), "symbolic": found}


def entry_record(
    ledger: LedgerEntries, entry: LedgerEntry, options: DisplayOptions
) -> dict[str, Any]:
    """One entry as plain values.

    Args:
        ledger: that it is of.
        entry: to be shown.
        options: digits of texts, fractions, notation.
    """
    texts, formula = entry_text(ledger, entry, options), entry.formula
    first = ledger.example.conventions.indices
    exact = ledger.exact_value(entry.quantity) if options.fractions else None
    return {
        "quantity": ledger.address_text(entry.quantity),
        "equation": entry.equation or None,
        "name": entry.name,
        "section": entry.section,
        "step": entry.quantity.step,
        "example": entry.quantity.counted_from(first).example,
        "value": _finite(entry.value),
        "exact": None if exact is None else str(exact),
        "formula": None if formula is None else texts.formula,
        "substituted": None if formula is None else texts.substituted or texts.result,
        "tree": None if formula is None else tree_record(formula, first),
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def tree_record(expression: Expression, first: int = 0) -> dict[str, Any]:
    """A formula as plain values, as the docstring of the module describes them.

    Args:
        expression: the formula.
        first: what the indices of its addresses count from.
    """
    record = partial(tree_record, first=first)
    match expression:
        case Term(quantity, value):
            return {"term": str(quantity.counted_from(first)), "value": _finite(value)}
        case Symbol(name, _, value):
            return {"symbol": name, "value": _finite(value)}
        case Number(value):
            return {"number": value}
        case Call(function):
            return {"call": function, "of": list(map(record, parts(expression)))}
        case Case(chosen, left, relation, right):
            taken, low, high = map(record, (chosen, left, right))
            return {"case": taken, "left": low, "relation": relation, "right": high}
    return {_NAMES[type(expression)]: list(map(record, parts(expression)))}
