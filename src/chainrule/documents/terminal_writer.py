"""Documents as text for a terminal of 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from itertools import pairwise

from chainrule.documents.mathematics.formula_nodes import Mathematics
from chainrule.documents.mathematics.text_math import TIE, MathText, math_text
from chainrule.documents.nodes import (
    Beside,
    Blank,
    BlankGrid,
    Block,
    Calculation,
    CodeBlock,
    Definition,
    Definitions,
    DocumentNode,
    FormFields,
    Formula,
    Gallery,
    Heading,
    ItemList,
    Panel,
    Paragraph,
    Table,
    plain_text,
)
from chainrule.documents.pictures import picture_lines
from chainrule.visible_text import is_visible, make_visible

__all__ = ["terminal_text", "wrap"]

_WIDTH = 80
_MARGIN = 7
"""The column of formulas; their ids stand before it."""
_LABEL, _WIDEST_LABEL = 8, 16
"""The width of the column of terms, and the longest term for which it is widened."""
_STYLES = {"bold": "\x1b[1m", "dim": "\x1b[2m", "underlined": "\x1b[4m"}
_PARAGRAPHS = {"lead": "bold", "note": "dim", "quiet": "dim"}
_PLAIN = "\x1b[0m"
_DEEPEST = 30
"""Continued formulas begin no farther to the right than this."""


def terminal_text(document: DocumentNode, *, width: int = _WIDTH, styled: bool = False) -> str:
    """A document as plain text.

    Args:
        document: any.
        width: the longest line, wherever a line can be broken.
        styled: whether headings are bold and remarks dim, by the codes that terminals know; plain
            if there are control characters in the words, which are written out.

    Returns: lines, the last one ended.
    """
    writer = _Terminal(width, styled)
    text = writer.text(document)
    if text.count("\x1b") == writer.codes and is_visible(text.replace("\x1b", "")):
        return text
    # The codes of styles cannot be told from those in the words.
    return make_visible(_Terminal(width, styled=False).text(document))


def wrap(text: str, width: int = _WIDTH, first: str = "", later: str = "") -> list[str]:
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
    def __init__(self, width: int, styled: bool) -> None:
        self._width = width
        self._styled = styled
        self.codes = 0
        self._spell = MathText().write

    def text(self, document: DocumentNode) -> str:
        return "\n".join(line.rstrip() for line in self.lines(document)) + "\n"

    def _marked(self, style: str, lines: Iterable[str]) -> Iterator[str]:
        """Lines in a style, which changes none of their letters."""
        code = _STYLES.get(style, "") if self._styled else ""
        for line in lines:
            words = line.lstrip()
            indent = line[: len(line) - len(words)]
            if not code or not words:
                yield line
                continue
            self.codes += 2
            yield f"{indent}{code}{words}{_PLAIN}"

    def lines(self, document: DocumentNode) -> Iterator[str]:
        aside = f" ({document.aside})" if document.aside else ""
        yield from self._marked("bold", wrap(document.title + aside, self._width))
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
                line = f"{text} ({aside})" if aside else text
                yield from self._marked("bold", wrap(line, self._width))
            case Paragraph(content, style):
                is_indented = style == "note" and isinstance(before, Calculation)
                indent = " " * (_MARGIN * is_indented)
                lines = wrap(plain_text(content), self._width, indent, indent)
                yield from self._marked(_PARAGRAPHS.get(style, ""), lines)
            case ItemList(items, numbered):
                for at, item in enumerate(items, 1):
                    first = f"{at}. " if numbered else "- "
                    yield from wrap(plain_text(item), self._width, first, " " * len(first))
            case Definitions(items):
                yield from self._definitions(items)
            case CodeBlock(text):
                yield from (f"  {line}" for line in text.splitlines())
            case Table():
                yield from self._table(block)
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
            case FormFields(fields):
                shown = (f"{label} {'_' * 5 * width} {end}" for label, width, end in fields)
                yield "  ".join(one.rstrip() for one in shown)
            case Beside(blocks):
                yield from self._blocks(blocks)

    def _table(self, table: Table) -> Iterator[str]:
        lines = table.lines()
        for name, present in (("bold", table.title), ("underlined", table.header)):
            if present:
                yield from self._marked(name, [lines.pop(0)])
        note = [lines.pop()] if table.note else []
        yield from lines
        yield from self._marked("dim", note)

    def _definitions(self, items: tuple[Definition, ...]) -> Iterator[str]:
        """Terms in a column of their own, unless they are long."""
        terms = [plain_text(one.term) for one in items]
        widest = max(_LABEL, *map(len, terms)) if max(map(len, terms)) <= _WIDEST_LABEL else _LABEL
        for term, (_, meaning) in zip(terms, items, strict=True):
            later = " " * (widest + 1)
            yield from wrap(plain_text(meaning), self._width, f"{term:<{widest}} ", later)

    def _blank(self, item: Blank | Mathematics) -> str:
        if not isinstance(item, Blank):
            return " " * _MARGIN + math_text(item)
        return f"{'':{_MARGIN}}{math_text(item.symbol)} = ____________  {item.name}"

    def _formula(self, formula: Formula) -> Iterator[str]:
        margin = f"{formula.label:<{_MARGIN}}"
        yield from wrap(self._spell(formula.content), self._width, margin, " " * (_MARGIN + 4))

    def _calculation(self, block: Calculation) -> Iterator[str]:
        symbol = self._spell(block.symbol).replace(TIE, " ")
        first = f"{block.label:<{_MARGIN}}{symbol} = "
        indent = min(_MARGIN + len(symbol), _DEEPEST)
        if len(symbol) + _MARGIN > _DEEPEST:
            yield first.removesuffix(" = ")
            first = " " * indent + " = "
        for line in block.lines:
            text = self._spell(line.content)
            if line.conditions:
                text += f", as {' and '.join(map(self._spell, line.conditions))}"
            yield from wrap(text, self._width, first, " " * (indent + 5))
            first = " " * indent + " = "
        if block.remark:
            later = " " * (indent + 3)
            yield from wrap(plain_text(block.remark), self._width, later, later)


_BELOW_HEADINGS = (Table, Gallery, CodeBlock, Definitions, ItemList)
"""Blocks that stand apart from words by themselves, and so follow a heading at once."""


def _belongs(block: Block, before: Block) -> bool:
    """Whether a block follows the one before it without an empty line."""
    match before:
        case Heading():
            return isinstance(block, _BELOW_HEADINGS)
        case Calculation() if isinstance(block, Calculation):
            return bool(block.address) == bool(before.address)  # arrays stand apart
        case Calculation():
            return isinstance(block, Paragraph) and block.style == "note"
        case Formula():
            return isinstance(block, Formula)
    return False
