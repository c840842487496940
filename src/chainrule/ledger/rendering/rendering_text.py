"""A ledger as plain text for a terminal of 80 columns."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from chainrule.ledger.display_options import DisplayOptions
from chainrule.ledger.formulas import number_text
from chainrule.ledger.ledger import Entry, Ledger
from chainrule.ledger.quantity_text import section_equations
from chainrule.ledger.rendering.arrays import ArrayLaw, Group, Operand, array_laws, numbers_in
from chainrule.ledger.rendering.selection import Omission, Part, shown
from chainrule.ledger.rendering.showing import example_text, show
from chainrule.ledger.rendering.symbolic import SYMBOLIC_TEXT, agreement_text, derived

__all__ = ["WIDTH", "rendered"]

WIDTH = 80
_MARGIN = 7
_HEADING = 12
_TIE = "\N{NO-BREAK SPACE}"
_DEEPEST = 30
"""Formulas begin no farther to the right than this."""


def rendered(ledger: Ledger, options: DisplayOptions) -> str:
    """The ledger as text: for each number its equation's id, formula, numbers and result.

    Args:
        ledger: of a worked example.
        options: what to show of it.

    Returns: lines of at most 80 characters wherever they can be broken, the last one ended.
    Raises: DivergenceError; with `options.symbolic` also InputError, MissingLibraryError.
    """
    return "\n".join(line.rstrip() for line in _lines(ledger, options)) + "\n"


def _lines(ledger: Ledger, options: DisplayOptions) -> Iterator[str]:
    if ledger.example.title:
        yield from textwrap.wrap(ledger.example.title, WIDTH)
    yield from textwrap.wrap(example_text(ledger.example), WIDTH)
    derived_steps: set[int] = set()
    for step, parts in groupby(shown(ledger, options), key=lambda part: part.step):
        if ledger.example.steps > 1:
            yield from ("", _step_text(ledger, step))
        for part in parts:
            yield from _part(ledger, part, options)
        if options.symbolic and step not in derived_steps:
            derived_steps.add(step)
            yield from _symbolic(ledger, step, options)


def _step_text(ledger: Ledger, step: int) -> str:
    text = f"STEP {step} of {ledger.example.steps}"
    rows = ledger.example.batch(step)
    if not ledger.example.has_many:
        return text
    return f"{text}: example{'s' * (len(rows) > 1)} " + textwrap.shorten(
        ", ".join(map(str, rows)), WIDTH - 30, placeholder=" …"
    )


def _part(ledger: Ledger, part: Part, options: DisplayOptions) -> Iterator[str]:
    laws = section_equations(ledger.example, part.section, options.notation)
    tied = (f"{formula} [{equation}]".replace(" ", _TIE) for equation, formula in laws)
    name = f"{part.section.capitalize():<{_HEADING}}"
    yield from ("", *_wrapped(", ".join(tied), name, " " * _HEADING), "")
    laws_of_arrays = array_laws(ledger, part.step, part.section, options)
    for law in laws_of_arrays:
        yield from _arrays(ledger, law, options)
    if laws_of_arrays:
        yield ""
    for item in part.items:
        yield from _omitted(item) if isinstance(item, Omission) else _entry(ledger, item, options)


def _arrays(ledger: Ledger, law: ArrayLaw, options: DisplayOptions) -> Iterator[str]:
    """An equation of whole arrays with its numbers; a semicolon ends a row."""
    symbol, formula = law.law.split(" = ")
    first, indent = f"{law.equation:<{_MARGIN}}{symbol}", " " * (_MARGIN + len(symbol))
    texts = [formula, _side_by_side(ledger, law.formula, options)] if law.formula else [formula]
    for text in (*texts, _side_by_side(ledger, (law.result,), options)):
        yield from _wrapped(text, f"{first} = ", indent + " " * 5)
        first = indent


def _side_by_side(ledger: Ledger, parts: tuple[Operand, ...], options: DisplayOptions) -> str:
    return " ".join(_operand(ledger, part, options) for part in parts)


def _operand(ledger: Ledger, part: Operand, options: DisplayOptions) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, Group):
        return f"({_side_by_side(ledger, part.parts, options)})" + f"/{part.by}" * (part.by > 1)
    rows = numbers_in(ledger, part, lambda _, value: number_text(value, options.digits))
    return f"[{'; '.join(map(_TIE.join, rows))}]"


def _symbolic(ledger: Ledger, step: int, options: DisplayOptions) -> Iterator[str]:
    """The gradients derived by SymPy."""
    yield from ("", *_wrapped(SYMBOLIC_TEXT, f"{'Symbolic':<{_HEADING}}", " " * _HEADING), "")
    for one in derived(ledger, step, options):
        yield from _entry(ledger, replace(one.entry, equation="SymPy"), options)
        symbol = show(ledger, one.entry, options).symbol
        indent = " " * (min(_MARGIN + len(symbol), _DEEPEST) + 3)
        yield from _wrapped(agreement_text(one, options.digits), indent, indent)


def _omitted(omission: Omission) -> Iterator[str]:
    name = str(omission.after.at()) if omission.after.form != "parameter" else omission.after.kind
    yield f"{'':{_MARGIN}}… {omission.count} more of {name}: --full shows all"


def _entry(ledger: Ledger, entry: Entry, options: DisplayOptions) -> Iterator[str]:
    texts = show(ledger, entry, options)
    margin = f"{entry.equation or 'given':<{_MARGIN}}"
    indent = min(_MARGIN + len(texts.symbol), _DEEPEST)
    rest = [text for text in (texts.formula, texts.substituted, texts.result) if text]
    first = f"{margin}{texts.symbol} = "
    if len(texts.symbol) + _MARGIN > _DEEPEST:
        yield first.rstrip(" =")
        first = " " * indent + " = "
    for text in rest:
        yield from _wrapped(text, first, " " * (indent + 5))
        first = " " * indent + " = "


def _wrapped(text: str, first: str, later: str) -> Iterator[str]:
    """Lines of the width; "… 36 more …" stays together."""
    tied = re.sub(r"… (\d+) more …", f"…{_TIE}\\1{_TIE}more{_TIE}…", text)
    for line in textwrap.wrap(
        tied,
        WIDTH,
        initial_indent=first,
        subsequent_indent=later,
        break_long_words=False,
        break_on_hyphens=False,
    ):
        yield line.replace(_TIE, " ")
