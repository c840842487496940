"""Documents as text for a terminal of 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from itertools import pairwise

from chainrule.documents.mathematics import Mathematics
from chainrule.documents.nodes import (
    Beside,
    Blank,
    BlankGrid,
    Block,
    Calculation,
    CodeBlock,
    Definitions,
    Details,
    DocumentNode,
    Form,
    Formula,
    Gallery,
    Heading,
    ItemList,
    Panel,
    Paragraph,
    Table,
    plain,
)
from chainrule.documents.pictures import picture_lines
from chainrule.documents.text_math import TIE, MathText, math_text

__all__ = ["WIDTH", "terminal", "wrap"]

WIDTH = 80
_MARGIN = 7
"""The column of formulas; their ids stand before it."""
_DEEPEST = 30
"""Continued formulas begin no farther to the right than this."""


def terminal(document: DocumentNode, *, width: int = WIDTH) -> str:
    """A document as plain text.

    Args:
        document: any.
        width: the longest line, wherever a line can be broken.

    Returns: lines, the last one ended.
    """
    writer = _Terminal(width)
    return "\n".join(line.rstrip() for line in writer.lines(document)) + "\n"


def wrap(text: str, width: int = WIDTH, first: str = "", later: str = "") -> list[str]:
    """Lines of at most `width` characters; words are not broken, and ties hold.

    Args:
        text: one paragraph.
        width: the longest line.
        first: what the first line begins with.
        later: what all others begin with.
    """
    lines = textwrap.wrap(
        text,
        width,
        initial_indent=first,
        subsequent_indent=later,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace(TIE, " ") for line in lines]


class _Terminal:
    def __init__(self, width: int) -> None:
        self._width = width
        self._math = MathText()

    def lines(self, document: DocumentNode) -> Iterator[str]:
        aside = f" ({document.aside})" if document.aside else ""
        yield from wrap(document.title + aside, self._width)
        if document.about:
            yield from wrap(document.about, self._width)
        if document.blocks:
            yield ""
            yield from self._blocks(document.blocks)

    def _blocks(self, blocks: tuple[Block, ...]) -> Iterator[str]:
        yield from self._block(blocks[0])
        for before, block in pairwise(blocks):
            if not _belongs(block, before):
                yield ""
            yield from self._block(block, before)

    def _block(self, block: Block, before: Block | None = None) -> Iterator[str]:
        match block:
            case Heading(text, _, _, _, aside):
                yield from wrap(f"{text} ({aside})" if aside else text, self._width)
            case Paragraph(content, style):
                is_indented = style == "note" and isinstance(before, Calculation)
                indent = " " * (_MARGIN * is_indented)
                yield from wrap(plain(content), self._width, indent, indent)
            case ItemList(items, numbered):
                for at, item in enumerate(items, 1):
                    first = f"{at}. " if numbered else "- "
                    yield from wrap(plain(item), self._width, first, " " * len(first))
            case Definitions(items):
                for term, meaning in items:
                    yield from wrap(f"{plain(term)}: {plain(meaning)}", self._width, "", "  ")
            case CodeBlock(text):
                yield from (f"  {line}" for line in text.splitlines())
            case Table():
                yield from block.lines()
            case Formula():
                yield from self._formula(block)
            case Panel(formulas):
                for formula in formulas:
                    yield from self._formula(formula)
            case Calculation():
                yield from self._calculation(block)
            case Gallery(pictures):
                yield from (f"  {line}" if line else "" for line in picture_lines(pictures))
            case BlankGrid(items):
                yield from map(self._blank, items)
            case Form(fields):
                shown = (f"{label} {'_' * 5 * width} {end}" for label, width, end in fields)
                yield "  ".join(one.rstrip() for one in shown)
            case Beside(blocks):
                yield from self._blocks(blocks)
            case Details(summary, blocks):
                yield from wrap(summary, self._width)
                yield from (f"  {line}" if line else "" for line in self._blocks(blocks))

    def _blank(self, item: Blank | Mathematics) -> str:
        if not isinstance(item, Blank):
            return " " * _MARGIN + math_text(item)
        return f"{'':{_MARGIN}}{math_text(item.symbol)} = ____________  {item.name}"

    def _formula(self, formula: Formula) -> Iterator[str]:
        margin = f"{formula.label:<{_MARGIN}}"
        yield from wrap(self._spelled(formula.content), self._width, margin, " " * (_MARGIN + 4))

    def _spelled(self, formula: Mathematics) -> str:
        return self._math.write(formula)

    def _calculation(self, block: Calculation) -> Iterator[str]:
        symbol = self._spelled(block.symbol).replace(TIE, " ")
        first = f"{block.label:<{_MARGIN}}{symbol} = "
        indent = min(_MARGIN + len(symbol), _DEEPEST)
        if len(symbol) + _MARGIN > _DEEPEST:
            yield first.removesuffix(" = ")
            first = " " * indent + " = "
        for line in block.lines:
            text = self._spelled(line.content)
            if line.conditions:
                text += f", as {' and '.join(map(self._spelled, line.conditions))}"
            yield from wrap(text, self._width, first, " " * (indent + 5))
            first = " " * indent + " = "
        if block.remark:
            later = " " * (indent + 3)
            yield from wrap(block.remark, self._width, later, later)


def _belongs(block: Block, before: Block) -> bool:
    """Whether a block follows the one before it without an empty line."""
    if isinstance(before, Heading):
        return isinstance(block, (Table, Gallery, CodeBlock))  # which are indented
    if isinstance(before, Calculation):
        if isinstance(block, Calculation):
            return bool(block.address) == bool(before.address)  # arrays stand apart
        return isinstance(block, Paragraph) and block.style == "note"
    return isinstance(block, Formula) and isinstance(before, Formula)
