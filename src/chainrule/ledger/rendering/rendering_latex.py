"""A ledger as a LaTeX document, which needs nothing but amsmath."""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.ledger.display_options import DisplayOptions
from chainrule.ledger.ledger import Entry, Ledger
from chainrule.ledger.rendering.arrays import ArrayLaw
from chainrule.ledger.rendering.document import Document, Item, Note, Section, StepPart, document_of
from chainrule.ledger.rendering.latex_markup import Latex, escaped
from chainrule.ledger.rendering.symbolic import SYMBOLIC_TEXT, Derived, agreement_text
from chainrule.ledger.rendering.typeset_arrays import array_lines
from chainrule.ledger.rendering.typeset_parts import (
    given_letter,
    given_numbers,
    heading_of,
)
from chainrule.ledger.rendering.typesetting import Setting

__all__ = ["rendered"]

_PREAMBLE = r"""\documentclass[a4paper]{article}
\usepackage{amsmath}
\setcounter{MaxMatrixCols}{%d}
\addtolength{\textwidth}{6em}
\addtolength{\oddsidemargin}{-3em}
\addtolength{\textheight}{8em}
\addtolength{\topmargin}{-4em}
\setlength{\parindent}{0pt}
\raggedright
\lineskiplimit=3pt
\lineskip=5pt
%% An entry: the id of its equation, what it is, its address, its lines.
\newcommand{\entry}[4]{\par\medskip\hangindent=3.6em\hangafter=1\interlinepenalty=500
  \makebox[3.6em][l]{\textbf{#1}}{\small #2\quad\texttt{#3}}\newline#4\par}
\begin{document}
"""


def rendered(ledger: Ledger, options: DisplayOptions) -> str:
    """The ledger as LaTeX.

    Args:
        ledger: of a worked example.
        options: what to show of it.

    Returns: a whole document.
    Raises: DivergenceError; with `options.symbolic` also InputError, MissingLibraryError.
    """
    setting, document = Setting(ledger, options, Latex()), document_of(ledger, options)
    return "\n".join([_PREAMBLE % _columns(document), *_lines(setting, document)]) + "\n"


def _columns(document: Document) -> int:
    """The columns of the widest matrix."""
    widths = (len(given.numbers[0]) + 1 for step in document.steps for given in step.given)
    return max(widths, default=10)


def _lines(setting: Setting, document: Document) -> Iterator[str]:
    yield from (rf"{{\LARGE {escaped(document.title)}\par}}", r"\bigskip", "")
    if document.about:
        yield from (escaped(document.about), "")
    yield from (rf"{{\small {escaped(document.legend)}\par}}", "")
    for step in document.steps:
        yield from _step(setting, step)
    if document.rest:
        yield _note(f"… {document.rest} more steps: --full shows all")
    yield r"\end{document}"


def _step(setting: Setting, step: StepPart) -> Iterator[str]:
    if step.heading:
        yield from (rf"\section*{{{escaped(step.heading)}}}", "")
    if step.given:
        yield from (r"\subsection*{Given}", "")
    for given in step.given:
        matrix = Latex().matrix(given_numbers(setting, given, lambda _, text: text), given.cut)
        yield from (rf"$\displaystyle {given_letter(setting, given)} = {matrix}$\par\medskip", "")
    for section in step.sections:
        yield from _section(setting, section)


def _section(setting: Setting, section: Section) -> Iterator[str]:
    yield from (rf"\subsection*{{{heading_of(section)}}}", "")
    if section.name == "symbolic":
        yield from (SYMBOLIC_TEXT, "")
    for equation, law in section.laws:
        yield rf"\makebox[3.6em][l]{{\textbf{{{equation}}}}}$\displaystyle {setting.law(law)}$\par"
    for one in section.arrays:
        yield _arrays(setting, one)
    for item in section.items:
        yield _item(setting, item)
    yield ""


def _arrays(setting: Setting, law: ArrayLaw) -> str:
    symbol, lines = array_lines(setting, law, Latex())
    body = "\\newline\n  ".join(rf"$\displaystyle = {line}$" for line in lines)
    symbol = rf"$\displaystyle {symbol}$"
    return rf"\entry{{{law.equation}}}{{{escaped(law.name)}}}{{}}{{{symbol} {body}}}"


def _note(text: str) -> str:
    return rf"\par\medskip\textit{{{escaped(text).replace('--full', '-{}-full')}}}\par"


def _item(setting: Setting, item: Item) -> str:
    if isinstance(item, Note):
        return _note(item.text)
    entry = item.entry if isinstance(item, Derived) else item
    lines = list(_entry(setting, entry))
    if isinstance(item, Derived):
        lines.append(escaped(agreement_text(item, setting.options.digits)))
    equation = entry.equation or ("SymPy" if isinstance(item, Derived) else "given")
    body = "\\newline\n  ".join(lines)
    name, address = escaped(entry.name), escaped(str(entry.quantity))
    return rf"\entry{{{equation}}}{{{name}}}{{{address}}}{{{body}}}"


def _entry(setting: Setting, entry: Entry) -> Iterator[str]:
    texts = setting.entry(entry)
    first = texts.symbol + " "
    for line in (texts.formula, texts.substituted, *([one] for one in texts.result)):
        if line:
            end = _conditions(texts.conditions) if line is texts.formula else ""
            yield rf"$\displaystyle {first}= {' '.join(line)}${end}"
            first = ""


def _conditions(conditions: list[str]) -> str:
    return ", as " + " and ".join(f"${one}$" for one in conditions) if conditions else ""
