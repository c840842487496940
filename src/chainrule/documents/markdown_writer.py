"""Documents as Markdown with formulas between dollar signs, as GitHub shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest

from chainrule.documents.latex_writer import breakable_math, working_lines
from chainrule.documents.mathematics.formula_nodes import Link, Mathematics
from chainrule.documents.mathematics.latex_math import MathLatex
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
    FormFields,
    Formula,
    Gallery,
    Heading,
    Inline,
    ItemList,
    Panel,
    Paragraph,
    Picture,
    Strong,
    Table,
    parts_of,
)
from chainrule.documents.pictures import image_source, picture_lines

__all__ = ["markdown"]

# An underscore within a word, as in batch_size, is not emphasis.
_SPECIAL = re.compile(r"[\\`*\[\]#|<>~&]|(?<![^\W_])_|_(?![^\W_])")
_BREAK = "<br>"
_LATEX = MathLatex()


def markdown(document: DocumentNode) -> str:
    """A document as Markdown.

    Args:
        document: any.

    Returns: lines, the last one ended.
    """
    aside = f" ({_escaped(document.aside)})" if document.aside else ""
    lines = [f"# {_escaped(document.title)}{aside}", ""]
    for text in (document.about, document.legend):
        lines += [_escaped(text), ""] if text else []
    lines += _blocks(document.blocks)
    return "\n".join(lines).rstrip("\n") + "\n"


def _escaped(text: str) -> str:
    """Words that Markdown prints as they are."""
    escaped = _SPECIAL.sub(r"\\\g<0>", text.replace("\n", " "))
    return escaped.replace("$", "<span>$</span>")


def _inline(content: Content) -> str:
    return "".join(map(_part, parts_of(content)))


def _part(part: Inline) -> str:
    match part:
        case str():
            return _escaped(part)
        case Strong(text):
            return f"**{_escaped(text)}**"
        case Code(text):
            return _code(text)
        case Link(content, target) if isinstance(content, str):
            return f"[{_escaped(content)}]({target})" if "://" in target else _escaped(content)
    return f"${_LATEX.write(part)}$"


def _code(text: str) -> str:
    """Text between as many backquotes as it needs."""
    runs = re.findall(r"`+", text)
    quotes = "`" * (max(map(len, runs), default=0) + 1)
    room = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{quotes}{room}{text}{room}{quotes}"


def _blocks(blocks: tuple[Block, ...]) -> Iterator[str]:
    for block, after in zip_longest(blocks, blocks[1:]):
        yield from _block(block)
        if not (_is_item(block) and _is_item(after)):
            yield ""


def _is_item(block: Block | None) -> bool:
    """Whether a block is written as an item of a list, which the next item follows at once."""
    if isinstance(block, Calculation):
        return bool(block.address)
    return isinstance(block, Paragraph) and block.style == "note"


def _block(block: Block) -> Iterator[str]:  # a case for each kind of node
    match block:
        case Heading(text, level, _, _, aside):
            yield f"{'#' * level} {_escaped(text)}" + (f" ({_escaped(aside)})" if aside else "")
        case Paragraph(content, style):
            yield f"- {_inline(content)}" if style == "note" else _inline(content)
        case ItemList(items, numbered):
            for at, item in enumerate(items, 1):
                yield f"{at}. {_inline(item)}" if numbered else f"- {_inline(item)}"
        case Definitions(items):
            for term, meaning in items:
                yield f"- **{_inline(term)}**: {_inline(meaning)}"
        case CodeBlock(text, language):
            yield from _fenced(text.splitlines(), language)
        case Table():
            yield from _table(block)
        case Formula(content, label):
            yield from ([f"**{label}**", ""] if label else [])
            yield from _fenced([_LATEX.write(content)], "math")
        case Panel():
            yield from _panel(block)
        case Calculation():
            yield from _item(block) if block.address else _aligned(block)
        case Gallery(pictures):
            yield from _gallery(pictures)
        case BlankGrid(items):
            yield from map(_blank, items)
        case FormFields(fields):
            yield "  ".join(
                f"{label} \\_\\_\\_\\_\\_\\_ {end}".rstrip() for label, _, end in fields
            )
        case Beside(blocks):
            yield from _blocks(blocks)


def _blank(item: Blank | Mathematics) -> str:
    if not isinstance(item, Blank):
        return f"- ${_LATEX.write(item)}$"
    symbol = _LATEX.write(item.symbol)
    return f"- ${symbol} =$ \\_\\_\\_\\_\\_\\_ {_escaped(item.name)} {_code(item.address)}"


def _fenced(lines: list[str], language: str) -> Iterator[str]:
    fence = "```"
    while any(line.startswith(fence) for line in lines):
        fence += "`"
    yield from (f"{fence}{language}", *lines, fence)


def _table(table: Table) -> Iterator[str]:
    if table.title:
        yield from (f"**{_escaped(table.title)}**", "")
    header = table.header or ("",) * len(table.rows[0])
    rules = ("---:" if right else "---" for right in table.to_the_right)
    every = (map(_escaped, header), rules, *(map(_cell, row) for row in table.rows))
    yield from (f"| {' | '.join(row)} |" for row in every)
    if table.note:
        yield from ("", _escaped(table.note))


def _cell(content: Content) -> str:
    """A cell; a bar in code would end it there too."""
    text = _inline(content)
    return re.sub(r"(?<!\\)\|", r"\\|", text)


def _panel(panel: Panel) -> Iterator[str]:
    if panel.style == "inline":
        yield ", ".join(f"${_LATEX.write(one.content)}$" for one in panel.formulas)
        return
    if panel.style == "given":
        for at, formula in enumerate(panel.formulas):
            yield from [""] * bool(at)
            yield from _fenced([_LATEX.write(formula.content)], "math")
        return
    lines = [f"**{one.label}** ${_LATEX.write(one.content)}$" for one in panel.formulas]
    yield (_BREAK + "\n").join(lines)


def _item(block: Calculation) -> Iterator[str]:
    lines = list(working_lines(block))
    if block.remark:
        lines.append(_inline(block.remark))
    yield f"- **{block.label}** {_escaped(block.name)} {_code(block.address)}{_BREAK}"
    yield from (f"  {line}{_BREAK}" for line in lines[:-1])
    yield f"  {lines[-1]}"


def _aligned(block: Calculation) -> Iterator[str]:
    """A calculation with matrices, its equals signs below each other."""
    symbol = _LATEX.write(block.symbol)
    first, *others = (f"&= {breakable_math(line.content)}" for line in block.lines)
    body = " \\\\\n".join([f"{symbol} {first}", *others])
    yield from (f"**{block.label}** {_escaped(block.name)}", "")
    yield from _fenced([r"\begin{aligned}", body, r"\end{aligned}"], "math")


def _gallery(pictures: tuple[Picture, ...]) -> Iterator[str]:
    """Arrays in Braille, which every viewer shows; files as images."""
    files = [one for one in pictures if isinstance(one.image, bytes)]
    arrays = [one for one in pictures if not isinstance(one.image, bytes)]
    if arrays:
        yield from _fenced(list(picture_lines(arrays)), "")
    for at, one in enumerate(files):
        yield from [""] * bool(at or arrays)
        yield f"![{_escaped(one.alt or one.caption)}]({image_source(one).uri})"
