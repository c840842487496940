"""Worksheets and their answers as pages of HTML that print well."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from html import escape

from chainrule.ledger import DisplayOptions, section_equations
from chainrule.ledger.formulas import number_text
from chainrule.ledger.rendering import (
    Given,
    MathML,
    Setting,
    framed_sheet,
    given_letter,
    given_numbers,
    math,
    number,
)
from chainrule.ledger.steps import Quantity
from chainrule.worksheets.network_svg import network_svg
from chainrule.worksheets.sheet_blocks import SheetBlock, marks_text, part_heading, sheet_blocks
from chainrule.worksheets.sheet_facts import (
    END_TEXT,
    GIVEN_DIGITS,
    MORE_DIGITS,
    Fact,
    answers_text,
    sheet_facts,
    sheet_givens,
    sheet_legend,
    short_name,
    task_text,
)
from chainrule.worksheets.worksheet import SheetPart, Worksheet

__all__ = ["answers_html", "sheets_html"]

_STYLE = "sheet.css"


def sheets_html(sheets: Sequence[Worksheet]) -> str:
    """Worksheets as one page; in print each begins on a new one.

    Args:
        sheets: at least one.

    Returns: HTML that loads nothing, and in which no answer stands.
    """
    return _page(sheets, sheets[0].title, _sheet)


def answers_html(sheets: Sequence[Worksheet]) -> str:
    """The answers to worksheets as one page, each with the numbers that lead to it.

    Args:
        sheets: at least one.
    """
    return _page(sheets, f"Answers: {sheets[0].title}", _answers)


def _page(
    sheets: Sequence[Worksheet], title: str, lines: Callable[[Worksheet], Iterator[str]]
) -> str:
    kind = "copies" if len(sheets) > 1 else "single"
    body = [f'<main class="{kind}">', *(line for one in sheets for line in lines(one)), "</main>"]
    return framed_sheet(title, "\n".join(body), _STYLE)


def _setting(sheet: Worksheet, digits: int) -> Setting:
    return Setting(
        sheet.ledger, DisplayOptions(digits=digits, notation=sheet.options.notation), MathML()
    )


def _top(sheet: Worksheet, title: str) -> Iterator[str]:
    label = f'<span class="label">Sheet {escape(sheet.label)}</span>' if sheet.label else ""
    yield f'<div class="top"><h1>{escape(title)}</h1>{label}</div>'


def _sheet(sheet: Worksheet) -> Iterator[str]:
    setting = _setting(sheet, GIVEN_DIGITS)
    yield '<article class="sheet">'
    yield from _top(sheet, sheet.title)
    yield (
        '<div class="person"><span class="name">Name</span><span class="date">Date</span>'
        f'<span class="score">Marks<span class="total">of {len(sheet.blanks)}</span></span></div>'
    )
    yield f"<p>{escape(task_text(sheet))}</p>"
    facts = "".join(map(_fact, sheet_facts(sheet, setting)))
    yield f'<div class="setup">{network_svg(sheet.ledger.example)}<dl>{facts}</dl></div>'
    yield from _given(sheet, setting)
    yield f'<p class="legend">{escape(sheet_legend(sheet))}</p>'
    for block in sheet_blocks(sheet):
        yield from _block(sheet, setting, block)
    yield f'<p class="end">{escape(END_TEXT)}</p></article>'


def _fact(fact: Fact) -> str:
    words = f"<span>{escape(fact.words)}</span>" if fact.words else ""
    return f"<dt>{escape(fact.label)}</dt><dd>{words}{''.join(map(math, fact.formulas))}</dd>"


def _given(sheet: Worksheet, setting: Setting) -> Iterator[str]:
    yield '<div class="given">'
    for given in sheet_givens(sheet):
        yield _array(setting, given)
    yield "</div>"


def _array(setting: Setting, given: Given) -> str:
    def cell(_: Quantity, text: str) -> str:
        return f"<mtd>{text}</mtd>"

    matrix = MathML().matrix(given_numbers(setting, given, cell), given.cut)
    letter = given_letter(setting, given)
    return f"<div>{math(MathML().row([letter, '<mo>=</mo>', matrix]))}</div>"


def _heading(block: SheetBlock) -> str:
    marks = f'<span class="marks">{marks_text(block.marks)}</span>' if block.marks else ""
    return f"<h2><span>{escape(block.heading)}</span>{marks}</h2>"


def _laws(sheet: Worksheet, setting: Setting, section: str) -> Iterator[str]:
    """The formulas of a section, where hints are asked for."""
    if not sheet.options.hints:
        return
    laws = section_equations(sheet.ledger.example, section, sheet.options.notation)
    if laws:
        lines = (
            f'<span><b class="id">{equation}</b>{math(setting.law(law))}</span>'
            for equation, law in laws
        )
        yield f'<div class="laws">{"".join(lines)}</div>'


def _block(sheet: Worksheet, setting: Setting, block: SheetBlock) -> Iterator[str]:
    yield f"<section>{_heading(block)}"
    yield from _laws(sheet, setting, block.section)
    for part in block.parts:
        heading = part_heading(sheet, part)
        if heading:
            yield f"<h3>{escape(heading)}</h3>"
        if any(map(sheet.is_blank, part.numbers)):
            yield from _list(sheet, setting, part, block.columns)
        else:
            known = "".join(f"<span>{_filled(sheet, setting, one)}</span>" for one in part.numbers)
            yield f'<p class="known">{known}</p>'
    yield "</section>"


def _list(sheet: Worksheet, setting: Setting, part: SheetPart, columns: int) -> Iterator[str]:
    yield f'<ol class="blanks by-{columns}">'
    for quantity in part.numbers:
        yield _item(sheet, setting, quantity)
    yield "</ol>"


def _item(sheet: Worksheet, setting: Setting, quantity: Quantity) -> str:
    if not sheet.is_blank(quantity):
        return f'<li class="filled">{_filled(sheet, setting, quantity)}</li>'
    left = math(MathML().row([setting.symbol(quantity), MathML().sign("=")]))
    meaning, address = escape(short_name(quantity)), escape(str(quantity))
    what = f'<span class="what"><span>{meaning}</span><code>{address}</code></span>'
    return f'<li>{left}<span class="space"></span>{what}</li>'


def _filled(sheet: Worksheet, setting: Setting, quantity: Quantity) -> str:
    equals = MathML().sign("=")
    return math(MathML().row([setting.symbol(quantity), equals, _number(sheet.printed(quantity))]))


def _number(text: str) -> str:
    return number(text, MathML()).text


def _answers(sheet: Worksheet) -> Iterator[str]:
    setting = _setting(sheet, sheet.options.digits)
    yield '<article class="sheet">'
    yield from _top(sheet, f"Answers: {sheet.title}")
    yield f"<p>{escape(answers_text(sheet))}</p>"
    for block in sheet_blocks(sheet):
        if block.marks:
            yield from _answer_table(sheet, setting, block)
    yield "</article>"


def _answer_table(sheet: Worksheet, setting: Setting, block: SheetBlock) -> Iterator[str]:
    yield f"<section>{_heading(block)}<table><thead><tr><th>number</th><th>from</th>"
    yield '<th class="answer">answer</th><th class="exact">more digits</th></tr></thead><tbody>'
    for part in block.parts:
        for quantity in part.numbers:
            if sheet.is_blank(quantity):
                yield _answer(sheet, setting, quantity)
    yield "</tbody></table></section>"


def _answer(sheet: Worksheet, setting: Setting, quantity: Quantity) -> str:
    texts = setting.entry(sheet.ledger.entry(quantity))
    first, *rest = texts.substituted or texts.formula
    rest = [chunk.replace("<mo>", '<mo form="infix">', 1) for chunk in rest]
    working = "<wbr>".join(map(math, [first, *rest]))
    value = float(sheet.ledger.value(quantity))
    more = number_text(value, sheet.options.digits + MORE_DIGITS)
    return (
        f"<tr><td>{math(texts.symbol)} <code>{escape(str(quantity))}</code></td><td>{working}</td>"
        f'<td class="answer">{math(_number(sheet.answer(quantity)))}</td>'
        f'<td class="exact">{math(_number(more))}</td></tr>'
    )
