"""Worksheets and their answers as documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from chainrule.documents import (
    Beside,
    Blank,
    BlankGrid,
    Block,
    Calculation,
    Content,
    Definition,
    Definitions,
    Document,
    FormField,
    FormFields,
    Formula,
    Gallery,
    Heading,
    Panel,
    Paragraph,
    Picture,
    WorkingLine,
    parse_formula,
    render_all,
)
from chainrule.documents.mathematics import Mathematics, Numeral, equation
from chainrule.ledger import DisplayOptions, section_equations
from chainrule.ledger.formulas import number_text
from chainrule.ledger.rendering import EntryFormulas
from chainrule.ledger.steps import Quantity
from chainrule.worksheets.network_svg import network_svg
from chainrule.worksheets.sheet import SheetPart, Worksheet
from chainrule.worksheets.sheet_facts import (
    END_TEXT,
    GIVEN_DIGITS,
    MORE_DIGITS,
    answers_text,
    sheet_facts,
    sheet_givens,
    sheet_legend,
    short_name,
    task_text,
)

__all__ = ["render_answers", "render_sheets", "sheet_document"]

_TITLES = {
    "forward": "Forward pass",
    "cost": "Cost",
    "errors": "Errors, from the last layer back",
    "gradients": "Gradients",
    "update": "New weights and biases",
}
_PAIRS = ("forward", "cost")
"""Sections in which z stands beside a; in the others the factors of δ stand beside δ."""


def render_sheets(sheets: Sequence[Worksheet], format_name: str) -> str:
    """Worksheets in one text, in which no answer stands; on paper each begins on a new page.

    Args:
        sheets: at least one.
        format_name: as `chainrule.documents.render_all` has it.
    """
    return render_all([sheet_document(one) for one in sheets], format_name)


def render_answers(sheets: Sequence[Worksheet], format_name: str) -> str:
    """The answers to worksheets in one text, each with the numbers that lead to it.

    Args:
        sheets: at least one.
        format_name: as `chainrule.documents.render_all` has it.
    """
    return render_all([answers_document(one) for one in sheets], format_name)


def sheet_document(sheet: Worksheet) -> Document:
    """A worksheet, in which no answer stands."""
    writer = _SheetWriter(sheet, _formulas(sheet, GIVEN_DIGITS))
    return Document(sheet.title, tuple(writer.blocks()), aside=_label(sheet))


def answers_document(sheet: Worksheet) -> Document:
    """The answers to a worksheet: each number, from what it comes, and with more digits."""
    formulas = _formulas(sheet, sheet.options.digits)
    blocks: list[Block] = [Paragraph(answers_text(sheet))]
    for section in _sections(sheet):
        if section.marks:
            blocks.append(section.heading(sheet))
            numbers = (one for part in section.parts for one in part.numbers)
            blocks += (_answer(sheet, formulas, one) for one in numbers if sheet.is_blank(one))
    return Document(f"Answers: {sheet.title}", tuple(blocks), aside=_label(sheet))


def _formulas(sheet: Worksheet, digits: int) -> EntryFormulas:
    options = DisplayOptions(digits=digits, notation=sheet.options.notation)
    return EntryFormulas(sheet.ledger, options)


def _label(sheet: Worksheet) -> str:
    return f"Sheet {sheet.label}" if sheet.label else ""


@dataclass(frozen=True)
class _Section:
    """A section of a step: its parts in order, and how many of their numbers are left blank."""

    step: int
    name: str
    marks: int
    parts: tuple[SheetPart, ...]

    def heading(self, sheet: Worksheet) -> Heading:
        title = _TITLES[self.name]
        if sheet.ledger.example.recipe is None:
            title = "Forward pass"
        elif sheet.ledger.example.steps > 1:
            title = f"Step {self.step}: {title[0].lower()}{title[1:]}"
        marks = f"{self.marks} mark{'s' * (self.marks != 1)}" if self.marks else ""
        return Heading(title, aside=marks)


def _sections(sheet: Worksheet) -> Iterator[_Section]:
    for (step, name), group in groupby(sheet.parts(), key=lambda part: (part.step, part.section)):
        parts = tuple(group)
        marks = sum(sheet.is_blank(one) for part in parts for one in part.numbers)
        yield _Section(step, name, marks, parts)


@dataclass(frozen=True)
class _SheetWriter:
    """Writes the blocks of one worksheet."""

    sheet: Worksheet
    formulas: EntryFormulas

    def blocks(self) -> Iterator[Block]:
        sheet = self.sheet
        marks = FormField("Marks", 2, f"of {len(sheet.blanks)}")
        yield FormFields((FormField("Name", 5), FormField("Date", 3), marks))
        yield Paragraph(task_text(sheet))
        yield Beside(tuple(self._setup()))
        yield Panel(tuple(map(self.formulas.given, sheet_givens(sheet))), "given")
        yield Paragraph(sheet_legend(sheet), "quiet")
        for section in _sections(sheet):
            yield section.heading(sheet)
            yield from self._hints(section.name)
            for part in section.parts:
                yield from self._part(part)
        yield Paragraph(END_TEXT, "quiet")

    def _setup(self) -> Iterator[Block]:
        """The network as a picture where it is small, and the facts."""
        example = self.sheet.ledger.example
        picture = network_svg(example)
        if picture:
            alt = "-".join(map(str, example.architecture.layers)) + " network"
            yield Gallery((Picture("", picture.encode(), alt=alt),))
        facts = sheet_facts(self.sheet, self.formulas)
        yield Definitions(
            tuple(Definition(one.label, _spaced(one.words, one.formulas)) for one in facts)
        )

    def _hints(self, section: str) -> Iterator[Block]:
        """The equations of a section, where hints are asked for."""
        sheet = self.sheet
        found = section_equations(sheet.ledger.example, section, sheet.options.notation)
        if sheet.options.hints and found:
            yield Panel(tuple(Formula(parse_formula(one.text), one.label) for one in found))

    def _part(self, part: SheetPart) -> Iterator[Block]:
        """The numbers of one example: blanks among printed ones, or printed ones alone."""
        sheet = self.sheet
        if sheet.ledger.example.has_many and part.section not in ("gradients", "update"):
            yield Heading(_example_title(sheet, part.example), 3)
        if any(map(sheet.is_blank, part.numbers)):
            columns = 2 if part.section in _PAIRS else 3
            yield BlankGrid(tuple(map(self._item, part.numbers)), columns)
        else:
            yield Panel(tuple(Formula(self._printed(one)) for one in part.numbers), "inline")

    def _item(self, quantity: Quantity) -> Blank | Mathematics:
        if not self.sheet.is_blank(quantity):
            return self._printed(quantity)
        address = self.sheet.ledger.address_text(quantity)
        return Blank(self.formulas.symbol(quantity), short_name(quantity), address)

    def _printed(self, quantity: Quantity) -> Mathematics:
        return equation(self.formulas.symbol(quantity), Numeral(self.sheet.printed(quantity)))


def _example_title(sheet: Worksheet, row: int | None) -> str:
    first = sheet.ledger.example.conventions.indices
    return "The batch" if row is None else f"Example {row + first}"


def _spaced(words: str, formulas: Sequence[Mathematics]) -> Content:
    """Words and formulas with room between them."""
    parts: list[str | Mathematics] = [words] if words else []
    for at, formula in enumerate(formulas):
        parts += [", " if at else " ", formula] if parts else [formula]
    return tuple(parts)


def _answer(sheet: Worksheet, formulas: EntryFormulas, quantity: Quantity) -> Calculation:
    """An answer with the numbers that lead to it, and with more digits."""
    entry = sheet.ledger.entry(quantity)
    more = number_text(entry.value, sheet.options.digits + MORE_DIGITS)
    return Calculation(
        formulas.symbol(quantity),
        (
            WorkingLine(formulas.in_numbers(entry), "substituted"),
            WorkingLine(Numeral(sheet.answer(quantity)), "result"),
        ),
        label=entry.equation,
        name=short_name(quantity),
        address=sheet.ledger.address_text(quantity),
        remark=("with more digits ", Numeral(more)),
    )
