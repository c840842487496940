"""Documents as LaTeX, which needs nothing but amsmath."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any

from chainrule.documents.mathematics.formula_nodes import Link, Mathematics, Matrix
from chainrule.documents.mathematics.latex_math import MathLatex, escape_latex
from chainrule.documents.nodes import (
    Beside,
    Blank,
    BlankGrid,
    Block,
    Calculation,
    Code,
    CodeBlock,
    Content,
    Definitions,
    DocumentNode,
    FormField,
    FormFields,
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
    plain_text,
)

__all__ = ["breakable_math", "latex", "latex_pages", "working_lines"]

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
%s\begin{document}
%s
\end{document}
"""
_COMMANDS = {
    "entry": r"""% An entry: the id of its equation, what it is, its address, its lines.
\newcommand{\entry}[4]{\par\medskip\hangindent=3.6em\hangafter=1\interlinepenalty=500
  \makebox[3.6em][l]{\textbf{#1}}{\small #2\quad\texttt{#3}}\newline#4\par}
""",
    "fact": r"""% A term and its meaning.
\newcommand{\fact}[2]{\par\hangindent=8em\hangafter=1\makebox[8em][l]{\textit{#1}}#2\par}
""",
    "block": r"""% A heading with words at the other end of its line.
\newcommand{\block}[2]{\par\bigskip\textbf{#1}\strut\hfill #2\par
  \nopagebreak\hrule\par\nopagebreak\medskip}
""",
    "blank": r"""% A blank: its fraction of the line, its symbol, its name, its address.
\newcommand{\blank}[4]{\begin{minipage}[t]{#1\textwidth}\raggedright\vspace{3ex}%
  $#2 =$ \hrulefill\par{\scriptsize #3\hfill\texttt{#4}\par}\end{minipage}%
  \hspace{0.02\textwidth}}
""",
    "filled": r"""% A formula in the place of a blank.
\newcommand{\filled}[2]{\begin{minipage}[t]{#1\textwidth}\vspace{3ex}$#2$\end{minipage}%
  \hspace{0.02\textwidth}}
""",
}
"""Commands of the document's own, each defined where it is used."""
_LEVELS = {2: "section", 3: "subsection"}
_COLUMNS = 10
"""As many columns a matrix of amsmath may have without being asked."""
_MOST_ROWS = 30
"""Longer tables are divided, since plain LaTeX breaks none between pages."""
_LONG_CELL = 28
"""Longer sentences in a column are broken into lines of about this many characters."""
_LATEX = MathLatex()


def latex(document: DocumentNode) -> str:
    """A document as LaTeX.

    Args:
        document: any; of pictures the captions are printed.

    Returns: a whole document, lines, the last one ended.
    """
    return latex_pages((document,))


def latex_pages(documents: Sequence[DocumentNode]) -> str:
    """Documents as one LaTeX document, in which each begins on a new page."""
    pages = ["\n".join(_lines(one)) for one in documents]
    body = "\n\\newpage\n\\setcounter{page}{1}\n".join(pages)
    matrices = (one for document in documents for one in _matrices(document.blocks))
    columns = max((len(one.rows[0]) + 1 for one in matrices), default=_COLUMNS)
    commands = (text for name, text in _COMMANDS.items() if f"\\{name}{{" in body)
    return _PREAMBLE % (columns, "".join(commands), body)


def _lines(document: DocumentNode) -> Iterator[str]:
    aside = rf"\hfill\normalsize {escape_latex(document.aside)}" if document.aside else ""
    yield from (rf"{{\LARGE {escape_latex(document.title)}{aside}\par}}", r"\bigskip", "")
    if document.about:
        yield from (escape_latex(document.about), "")
    if document.legend:
        yield from (rf"{{\small {escape_latex(document.legend)}\par}}", "")
    yield from _blocks(document.blocks)


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


def _inline(content: Content) -> str:
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
    for block, after in zip_longest(blocks, blocks[1:]):
        yield from _block(block)
        if not (isinstance(block, _TIGHT) and isinstance(after, _TIGHT)):
            yield ""


_TIGHT = (Calculation, Panel)


def _block(block: Block) -> Iterator[str]:  # a case for each kind of node
    match block:
        case Heading():
            yield _heading(block)
        case Paragraph(content, style):
            yield _paragraph(_inline(content), style)
        case ItemList(items, numbered):
            yield from _list([_inline(one) for one in items], numbered)
        case Definitions(items):
            for term, meaning in items:
                yield rf"\fact{{{_inline(term)}}}{{{_inline(meaning)}}}"
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
        case BlankGrid():
            yield from _blank_grid(block)
        case FormFields(fields):
            yield r"\quad ".join(map(_field, fields)) + r"\par\medskip"
        case Beside(blocks):
            yield from _blocks(blocks)


def _heading(heading: Heading) -> str:
    text = escape_latex(heading.text)
    if heading.aside:
        return rf"\block{{{text}}}{{{escape_latex(heading.aside)}}}"
    return rf"\{_LEVELS.get(heading.level, 'subsubsection')}*{{{text}}}"


def _blank_grid(grid: BlankGrid) -> Iterator[str]:
    """Blanks side by side, each in its fraction of the line."""
    width = f"{1 / grid.columns - 0.025:.3f}"
    for item in grid.items:
        if isinstance(item, Blank):
            symbol, name = _LATEX.write(item.symbol), escape_latex(item.name)
            address = escape_latex(item.address)
            yield rf"\blank{{{width}}}{{{symbol}}}{{{name}}}{{{address}}}%"
        else:
            yield rf"\filled{{{width}}}{{{_LATEX.write(item)}}}%"
    yield r"\par"


def _field(field: FormField) -> str:
    suffix = f" {escape_latex(field.suffix)}" if field.suffix else ""
    return rf"{escape_latex(field.label)} \makebox[{3 * field.width}em]{{\hrulefill}}{suffix}"


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
    """A table, in parts that fit on a page."""
    if table.title:
        yield rf"\textbf{{{escape_latex(table.title)}}}\par"
    kinds = ["r" if right else "l" for right in table.to_the_right]
    for at, name in enumerate(table.header):
        longest = max(len(plain_text(row[at])) for row in table.rows)
        if name in table.leftward and longest > _LONG_CELL:
            kinds[at] = "p{14em}"
    columns = "".join(kinds)
    for start in range(0, len(table.rows), _MOST_ROWS):
        yield rf"\begin{{tabular}}{{{columns}}}"
        if table.header:
            yield " & ".join(map(escape_latex, table.header)) + r" \\ \hline"
        for row in table.rows[start : start + _MOST_ROWS]:
            yield " & ".join(map(_inline, row)) + r" \\"
        yield r"\end{tabular}\par\medskip"
    if table.note:
        yield rf"{{\small {escape_latex(table.note)}\par}}"


def _formula(formula: Formula) -> str:
    label = rf"\makebox[3.6em][l]{{\textbf{{{formula.label}}}}}" if formula.label else ""
    return rf"{label}$\displaystyle {_LATEX.write(formula.content)}$\par"


def _panel(panel: Panel) -> Iterator[str]:
    if panel.style == "equations":
        yield from map(_formula, panel.formulas)
        return
    if panel.style == "inline":
        yield r"\quad ".join(rf"\mbox{{${_LATEX.write(one.content)}$}}" for one in panel.formulas)
        return
    for formula in panel.formulas:
        yield from (rf"$\displaystyle {_LATEX.write(formula.content)}$\par\medskip", "")


def _entry(block: Calculation) -> str:
    lines = list(working_lines(block, r"\displaystyle "))
    if block.remark:
        lines.append(_inline(block.remark))
    body = "\\newline\n  ".join(lines)
    name, address = escape_latex(block.name), escape_latex(block.address)
    return rf"\entry{{{escape_latex(block.label)}}}{{{name}}}{{{address}}}{{{body}}}"


def working_lines(block: Calculation, style: str = "") -> Iterator[str]:
    """The lines of a calculation between dollar signs, each with its conditions.

    Args:
        block: the calculation.
        style: a command at the beginning of each formula.
    """
    symbol = f"{_LATEX.write(block.symbol)} "
    for line in block.lines:
        yield f"${style}{symbol}= {breakable_math(line.content)}${_conditions(line)}"
        symbol = ""


def breakable_math(formula: Mathematics) -> str:
    """A formula with a space wherever its line can be broken."""
    return " ".join(_LATEX.breakable(formula))


def _conditions(line: WorkingLine) -> str:
    listed = " and ".join(f"${_LATEX.write(one)}$" for one in line.conditions)
    return f", as {listed}" if listed else ""
