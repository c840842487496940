"""A ledger as Markdown with formulas between dollar signs, as GitHub shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chainrule.ledger.display_options import DisplayOptions
from chainrule.ledger.ledger import Entry, Ledger
from chainrule.ledger.rendering.arrays import ArrayLaw
from chainrule.ledger.rendering.document import Document, Item, Note, Section, StepPart, document_of
from chainrule.ledger.rendering.given import Given
from chainrule.ledger.rendering.latex_markup import Latex
from chainrule.ledger.rendering.symbolic import SYMBOLIC_TEXT, Derived, agreement_text
from chainrule.ledger.rendering.typeset_arrays import array_lines
from chainrule.ledger.rendering.typeset_parts import (
    given_letter,
    given_numbers,
    heading_of,
)
from chainrule.ledger.rendering.typesetting import Setting

__all__ = ["rendered"]

_SPECIAL = re.compile(r"[\\`*_\[\]#|<>~&]")
_BREAK = "<br>"


def rendered(ledger: Ledger, options: DisplayOptions) -> str:
    """The ledger as Markdown.

    Args:
        ledger: of a worked example.
        options: what to show of it.

    Raises: DivergenceError; with `options.symbolic` also InputError, MissingLibraryError.
    """
    setting = Setting(ledger, options, Latex())
    return "\n".join(_lines(setting, document_of(ledger, options))).rstrip("\n") + "\n"


def _escaped(text: str) -> str:
    """Words that Markdown takes as they are."""
    escaped = _SPECIAL.sub(r"\\\g<0>", " ".join(text.split()))
    return escaped.replace("$", "<span>$</span>")


def _lines(setting: Setting, document: Document) -> Iterator[str]:
    yield from (f"# {_escaped(document.title)}", "")
    if document.about:
        yield from (_escaped(document.about), "")
    yield from (_escaped(document.legend), "")
    for step in document.steps:
        yield from _step(setting, step)
    if document.rest:
        yield f"… {document.rest} more steps: `--full` shows all"


def _step(setting: Setting, step: StepPart) -> Iterator[str]:
    if step.heading:
        yield from (f"## {step.heading}", "")
    if step.given:
        yield from ("### Given", "")
    for given in step.given:
        yield from _given(setting, given)
    for section in step.sections:
        yield from _section(setting, section)


def _given(setting: Setting, given: Given) -> Iterator[str]:
    numbers = given_numbers(setting, given, lambda _, text: text)
    matrix = Latex().matrix(numbers, given.cut)
    yield from ("```math", f"{given_letter(setting, given)} = {matrix}", "```", "")


def _section(setting: Setting, section: Section) -> Iterator[str]:
    yield from (f"### {heading_of(section)}", "")
    if section.name == "symbolic":
        yield from (SYMBOLIC_TEXT, "")
    laws = [f"**{equation}** ${setting.law(law)}$" for equation, law in section.laws]
    if laws:
        yield from ((_BREAK + "\n").join(laws), "")
    for law in section.arrays:
        yield from _arrays(setting, law)
    for item in section.items:
        yield from _item(setting, item)
    yield ""


def _arrays(setting: Setting, law: ArrayLaw) -> Iterator[str]:
    symbol, (first, *others) = array_lines(setting, law, Latex())
    body = " \\\\\n".join([f"{symbol} &= {first}", *(f"&= {line}" for line in others)])
    yield from (f"**{law.equation}** {law.name}", "")
    yield from ("```math", r"\begin{aligned}", body, r"\end{aligned}", "```", "")


def _item(setting: Setting, item: Item) -> Iterator[str]:
    if isinstance(item, Note):
        yield f"- {item.text.replace('--full', '`--full`')}"
        return
    entry = item.entry if isinstance(item, Derived) else item
    lines = list(_entry(setting, entry))
    if isinstance(item, Derived):
        lines.append(agreement_text(item, setting.options.digits))
    equation = entry.equation or ("SymPy" if isinstance(item, Derived) else "given")
    yield f"- **{equation}** {_escaped(entry.name)} `{entry.quantity}`{_BREAK}"
    yield from (f"  {line}{_BREAK}" for line in lines[:-1])
    yield f"  {lines[-1]}"


def _entry(setting: Setting, entry: Entry) -> Iterator[str]:
    texts = setting.entry(entry)
    first = texts.symbol
    for line in (texts.formula, texts.substituted, *([one] for one in texts.result)):
        if line:
            end = "" if line is not texts.formula else _conditions(texts.conditions)
            yield f"${first} = {' '.join(line)}$".replace("$ =", "$=") + end
            first = ""


def _conditions(conditions: list[str]) -> str:
    return ", as " + " and ".join(f"${one}$" for one in conditions) if conditions else ""
