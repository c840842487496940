"""Documents as LaTeX, which needs nothing but amsmath."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from chainrule.documents.math_latex import MathLatex, escape_latex
from chainrule.documents.mathematics import Link, Mathematics, Matrix
from chainrule.documents.nodes import (
    Block,
    Calculation,
    Code,
    CodeBlock,
    Content,
    Definitions,
    Details,
    DocumentNode,
    Formula,
    Gallery,
    Heading,
    Inline,
    ItemList,
    Panel,
    Paragraph,
    Strong,
    Table,
    WorkingLine,
    parts_of,
)

__all__ = ["latex", "latex_inline"]

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
_LEVELS = {2: "section", 3: "subsection"}
_COLUMNS = 10
"""As many columns a matrix of amsmath may have without being asked."""
_LATEX = MathLatex()


def latex(document: DocumentNode) -> str:
    """A document as LaTeX.

    Args:
        document: any; of pictures the captions are printed.

    Returns: a whole document, lines, the last one ended.
    """
    columns = max((len(one.rows[0]) + 1 for one in _matrices(document.blocks)), default=_COLUMNS)
    lines = [
        _PREAMBLE % columns,
        rf"{{\LARGE {escape_latex(document.title)}\par}}",
        r"\bigskip",
        "",
    ]
    if document.about:
        lines += [escape_latex(document.about), ""]
    if document.legend:
        lines += [rf"{{\small {escape_latex(document.legend)}\par}}", ""]
    lines += _blocks(document.blocks)
    return "\n".join([*lines, r"\end{document}"]) + "\n"


def _matrices(node: Any) -> Iterator[Matrix]:
    """All matrices below a node."""
    if isinstance(node, Matrix):
        yield node
    elif isinstance(node, tuple):
        for part in node:
            yield from _matrices(part)
    elif dataclasses.is_dataclass(node):
        for field in dataclasses.fields(node):
            yield from _matrices(getattr(node, field.name))


def latex_inline(content: Content) -> str:
    """A text in LaTeX."""
    return "".join(map(_part, parts_of(content)))


def _part(part: Inline) -> str:
    match part:
        case str():
            return escape_latex(part)
        case Strong(text):
            return rf"\textbf{{{escape_latex(text)}}}"
        case Code(text):
            return rf"\texttt{{{_unligatured(text)}}}"
        case Link(content, target) if isinstance(content, str):
            address = rf" (\texttt{{{_unligatured(target)}}})" if "://" in target else ""
            return escape_latex(content) + address
    return f"${_LATEX.write(part)}$"


def _unligatured(text: str) -> str:
    """Words in which two hyphens stay two."""
    return escape_latex(text).replace("--", "-{}-")


def _blocks(blocks: tuple[Block, ...]) -> Iterator[str]:
    for at, block in enumerate(blocks):
        yield from _block(block)
        after = blocks[at + 1] if at + 1 < len(blocks) else None
        if not (isinstance(block, _TIGHT) and isinstance(after, _TIGHT)):
            yield ""


_TIGHT = (Calculation, Panel)


def _block(block: Block) -> Iterator[str]:  # a case for each kind of node
    match block:
        case Heading(text, level, _, _, aside):
            command = _LEVELS.get(level, "subsubsection")
            end = rf" \hfill {escape_latex(aside)}" if aside else ""
            yield rf"\{command}*{{{escape_latex(text)}{end}}}"
        case Paragraph(content, style):
            yield _paragraph(latex_inline(content), style)
        case ItemList(items, numbered):
            yield from _list([latex_inline(one) for one in items], numbered)
        case Definitions(items):
            for term, meaning in items:
                yield rf"\textbf{{{latex_inline(term)}}}\quad {latex_inline(meaning)}\par"
        case CodeBlock(text):
            for line in text.splitlines():
                yield rf"\texttt{{{_unligatured(line).replace(' ', '~')}}}\par"
        case Table():
            yield from _table(block)
        case Formula():
            yield _formula(block)
        case Panel():
            yield from _panel(block)
        case Calculation():
            yield _entry(block)
        case Gallery(pictures):
            yield from (rf"\textit{{{escape_latex(one.caption)}}}\par" for one in pictures)
        case Details(summary, blocks):
            yield rf"\textbf{{{escape_latex(summary)}}}\par"
            yield from _blocks(blocks)


def _paragraph(text: str, style: str) -> str:
    match style:
        case "note":
            return rf"\par\medskip\textit{{{text}}}\par"
        case "quiet":
            return rf"{{\small {text}\par}}"
        case "lead":
            return rf"{{\large\textbf{{{text}}}\par}}"
    return text


def _list(items: list[str], numbered: bool) -> Iterator[str]:
    kind = "enumerate" if numbered else "itemize"
    yield rf"\begin{{{kind}}}"
    yield from (rf"\item {item}" for item in items)
    yield rf"\end{{{kind}}}"


def _table(table: Table) -> Iterator[str]:
    sentences = [name in table.leftward for name in table.header or table.rows[0]]
    columns = "".join(
        "p{14em}" if wide else "r" if right else "l"
        for wide, right in zip(sentences, table.to_the_right, strict=True)
    )
    if table.title:
        yield rf"\textbf{{{escape_latex(table.title)}}}\par"
    yield rf"\begin{{tabular}}{{{columns}}}"
    if table.header:
        yield " & ".join(map(escape_latex, table.header)) + r" \\ \hline"
    yield from (" & ".join(map(latex_inline, row)) + r" \\" for row in table.rows)
    yield r"\end{tabular}\par"
    if table.note:
        yield rf"{{\small {escape_latex(table.note)}\par}}"


def _formula(formula: Formula) -> str:
    label = rf"\makebox[3.6em][l]{{\textbf{{{formula.label}}}}}" if formula.label else ""
    return rf"{label}$\displaystyle {_LATEX.write(formula.content)}$\par"


def _panel(panel: Panel) -> Iterator[str]:
    if panel.style == "laws":
        yield from map(_formula, panel.formulas)
        return
    for formula in panel.formulas:
        yield from (rf"$\displaystyle {_LATEX.write(formula.content)}$\par\medskip", "")


def _entry(block: Calculation) -> str:
    lines = list(_working(block))
    if block.remark:
        lines.append(escape_latex(block.remark))
    body = "\\newline\n  ".join(lines)
    name, address = escape_latex(block.name), escape_latex(block.address)
    return rf"\entry{{{escape_latex(block.label)}}}{{{name}}}{{{address}}}{{{body}}}"


def _working(block: Calculation) -> Iterator[str]:
    symbol = f"{_LATEX.write(block.symbol)} "
    for line in block.lines:
        yield rf"$\displaystyle {symbol}= {_chunks(line.content)}${_conditions(line)}"
        symbol = ""


def _chunks(formula: Mathematics) -> str:
    return " ".join(_LATEX.breakable(formula))


def _conditions(line: WorkingLine) -> str:
    listed = " and ".join(f"${_LATEX.write(one)}$" for one in line.conditions)
    return f", as {listed}" if listed else ""
