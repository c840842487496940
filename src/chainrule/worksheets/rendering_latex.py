"""Worksheets and their answers as LaTeX documents, which need nothing but amsmath."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from chainrule.ledger import DisplayOptions, section_equations
from chainrule.ledger.formulas import number_text
from chainrule.ledger.rendering import (
    Given,
    Latex,
    Setting,
    escaped,
    given_letter,
    given_numbers,
    number,
)
from chainrule.ledger.steps import Quantity
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
from chainrule.worksheets.worksheet import Worksheet

__all__ = ["answers_latex", "sheets_latex"]

_PREAMBLE = r"""\documentclass[a4paper]{article}
\usepackage{amsmath}
\setcounter{MaxMatrixCols}{%d}
\addtolength{\textwidth}{10em}
\addtolength{\oddsidemargin}{-5em}
\addtolength{\textheight}{12em}
\addtolength{\topmargin}{-6em}
\setlength{\parindent}{0pt}
\raggedright
\lineskiplimit=3pt
\lineskip=5pt
%% The top of a sheet: its title, and which one it is.
\newcommand{\sheettop}[2]{{\LARGE #1}\hfill #2\par\bigskip}
%% A line for the name, the date and the marks.
\newcommand{\person}[1]{Name \hrulefill\quad Date \makebox[8em]{\hrulefill}\quad
  Marks \makebox[3em]{\hrulefill} of #1\par\medskip}
%% A section: what it is, and what it is worth.
\newcommand{\block}[2]{\par\bigskip\textbf{#1}\strut\hfill #2\par
  \nopagebreak\hrule\par\nopagebreak\medskip}
%% A fact: what it is, and the fact.
\newcommand{\fact}[2]{\par\hangindent=8em\hangafter=1\makebox[8em][l]{\textit{#1}}#2\par}
%% A blank: its share of the line, what is asked, in words, and its address.
\newcommand{\blank}[4]{\begin{minipage}[t]{#1\textwidth}\raggedright\vspace{3ex}%%
  $#2 =$ \hrulefill\par{\scriptsize #3\hfill\texttt{#4}\par}\end{minipage}%%
  \hspace{0.02\textwidth}}
%% A number that is printed, by itself or in the place of a blank.
\newcommand{\known}[2]{\mbox{$#1 = #2$}\quad}
\newcommand{\filled}[3]{\begin{minipage}[t]{#1\textwidth}\vspace{3ex}$#2 = #3$\end{minipage}%%
  \hspace{0.02\textwidth}}
%% An answer: the number, from what, the answer, with more digits, its address.
\newcommand{\answer}[5]{\par\medskip\hangindent=2em\hangafter=1$\displaystyle #1 = #2$
  $\displaystyle = \mathbf{#3}$\hfill\mbox{\small $#4$\quad\texttt{#5}}\par}
\begin{document}
"""
_WIDTHS = {2: "0.47", 3: "0.31"}


def sheets_latex(sheets: Sequence[Worksheet]) -> str:
    """Worksheets as one document; each begins on a new page.

    Args:
        sheets: at least one.

    Returns: LaTeX in which no answer stands.
    """
    return _document(sheets, _sheet)


def answers_latex(sheets: Sequence[Worksheet]) -> str:
    """The answers to worksheets as one document, each with the numbers that lead to it.

    Args:
        sheets: at least one.
    """
    return _document(sheets, _answers)


def _document(sheets: Sequence[Worksheet], lines: Callable[[Worksheet], Iterator[str]]) -> str:
    columns = max(len(given.numbers[0]) for sheet in sheets for given in sheet_givens(sheet))
    pages = (
        "\n".join([r"\setcounter{page}{1}", *(line for line in lines(sheet))]) for sheet in sheets
    )
    body = "\n\\newpage\n".join(pages)
    return f"{_PREAMBLE % max(10, columns)}{body}\n\\end{{document}}\n"


def _setting(sheet: Worksheet, digits: int) -> Setting:
    return Setting(
        sheet.ledger, DisplayOptions(digits=digits, notation=sheet.options.notation), Latex()
    )


def _top(sheet: Worksheet, title: str) -> str:
    label = f"Sheet {escaped(sheet.label)}" if sheet.label else ""
    return rf"\sheettop{{{escaped(title)}}}{{{label}}}"


def _sheet(sheet: Worksheet) -> Iterator[str]:
    setting = _setting(sheet, GIVEN_DIGITS)
    yield _top(sheet, sheet.title)
    yield rf"\person{{{len(sheet.blanks)}}}"
    yield rf"{escaped(task_text(sheet))}\par\medskip"
    for fact in sheet_facts(sheet, setting):
        yield _fact(fact)
    yield r"\medskip"
    for given in sheet_givens(sheet):
        yield _array(setting, given)
    yield rf"\par\medskip{{\small {escaped(sheet_legend(sheet))}}}\par"
    for block in sheet_blocks(sheet):
        yield from _block(sheet, setting, block)
    yield rf"\par\bigskip{{\small {escaped(END_TEXT)}}}"


def _fact(fact: Fact) -> str:
    formulas = [rf"$\displaystyle {formula}$" for formula in fact.formulas]
    words = [escaped(fact.words)] if fact.words else []
    told = r"\quad ".join([*words, *formulas])
    return rf"\fact{{{escaped(fact.label)}}}{{{told}}}"


def _array(setting: Setting, given: Given) -> str:
    def cell(_: Quantity, text: str) -> str:
        return text

    matrix = Latex().matrix(given_numbers(setting, given, cell), given.cut)
    return rf"\mbox{{${given_letter(setting, given)} = {matrix}$}}\quad"


def _heading(block: SheetBlock) -> str:
    marks = marks_text(block.marks) if block.marks else ""
    return rf"\block{{{escaped(block.heading)}}}{{{marks}}}"


def _block(sheet: Worksheet, setting: Setting, block: SheetBlock) -> Iterator[str]:
    yield _heading(block)
    if sheet.options.hints:
        for equation, law in section_equations(
            sheet.ledger.example, block.section, setting.options.notation
        ):
            yield rf"{{\scriptsize {equation}}} ${setting.law(law)}$\quad"
        yield r"\par"
    for part in block.parts:
        heading = part_heading(sheet, part)
        if heading:
            yield rf"\par\medskip\textit{{{escaped(heading)}}}\par"
        width = _WIDTHS[block.columns] if any(map(sheet.is_blank, part.numbers)) else ""
        for quantity in part.numbers:
            yield _item(sheet, setting, quantity, width)
        yield r"\par"


def _item(sheet: Worksheet, setting: Setting, quantity: Quantity, width: str) -> str:
    """A blank, or a number: in the place of one where there is a width."""
    symbol = setting.symbol(quantity)
    if not sheet.is_blank(quantity):
        command = rf"\filled{{{width}}}" if width else r"\known"
        return rf"{command}{{{symbol}}}{{{_number(sheet.printed(quantity))}}}%"
    words, address = escaped(short_name(quantity)), escaped(str(quantity))
    return rf"\blank{{{width}}}{{{symbol}}}{{{words}}}{{{address}}}%"


def _number(text: str) -> str:
    return number(text, Latex()).text


def _answers(sheet: Worksheet) -> Iterator[str]:
    setting = _setting(sheet, sheet.options.digits)
    yield _top(sheet, f"Answers: {sheet.title}")
    yield rf"{escaped(answers_text(sheet))}\par"
    for block in sheet_blocks(sheet):
        if block.marks:
            yield _heading(block)
        for part in block.parts:
            for quantity in filter(sheet.is_blank, part.numbers):
                yield _answer(sheet, setting, quantity)


def _answer(sheet: Worksheet, setting: Setting, quantity: Quantity) -> str:
    texts = setting.entry(sheet.ledger.entry(quantity))
    value = float(sheet.ledger.value(quantity))
    more = _number(number_text(value, sheet.options.digits + MORE_DIGITS))
    working = " ".join(texts.substituted or texts.formula)
    parts = (texts.symbol, working, _number(sheet.answer(quantity)), more, escaped(str(quantity)))
    return r"\answer" + "".join(f"{{{part}}}" for part in parts)
