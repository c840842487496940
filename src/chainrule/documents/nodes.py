"""The nodes of a document: blocks, and the inline parts of their texts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from chainrule.documents.mathematics.formula_nodes import Link, Mathematics
from chainrule.documents.mathematics.text_math import math_text
from chainrule.visible_text import cut_text

__all__ = [
    "Beside",
    "Blank",
    "BlankGrid",
    "Block",
    "Calculation",
    "Code",
    "CodeBlock",
    "Content",
    "Definition",
    "Definitions",
    "DocumentNode",
    "FormField",
    "FormFields",
    "Formula",
    "Gallery",
    "Heading",
    "Inline",
    "ItemList",
    "Panel",
    "Paragraph",
    "Picture",
    "Strong",
    "Table",
    "WorkingLine",
    "parts_of",
    "plain_text",
]


@dataclass(frozen=True)
class Strong:
    """Words that stand out."""

    text: str


@dataclass(frozen=True)
class Code:
    """Something to type, or the address of a number."""

    text: str


Inline: TypeAlias = str | Strong | Code | Link | Mathematics
"""A part of a text; a formula stands among words."""
Content: TypeAlias = Inline | tuple[Inline, ...]
"""A text: one part, or several in a row. Words may hold any characters: writers escape them."""


def parts_of(content: Content) -> tuple[Inline, ...]:
    """The parts of a text."""
    return content if isinstance(content, tuple) else (content,)


def plain_text(content: Content) -> str:
    """A text without any marks.

    >>> plain_text(("Run ", Code("chainrule check"), "."))
    'Run chainrule check.'
    """
    return "".join(map(_plain_part, parts_of(content)))


def _plain_part(part: Inline) -> str:
    match part:
        case str():
            return part
        case Strong(text) | Code(text):
            return text
        case Link(content) if isinstance(content, str):
            return content
    return math_text(part)


@dataclass(frozen=True)
class Heading:
    """A heading.

    Args:
        text: one line.
        level: 2 for a section of the document, 3 for a section of that, up to 6; the title is 1.
        anchor: the name by which links lead here.
        short: what the table of contents says instead of the text.
        aside: words at the other end of the line.
    """

    text: str
    level: int = 2
    anchor: str = ""
    short: str = ""
    aside: str = ""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph.

    Args:
        content: the text.
        style: "quiet" for what a reader may skip, "note" for a remark on what is left out, "lead"
            for the result above all.
    """

    content: Content
    style: Literal["", "quiet", "note", "lead"] = ""


@dataclass(frozen=True)
class ItemList:
    """A list of texts, with numbers from 1 where it is `numbered`."""

    items: tuple[Content, ...]
    numbered: bool = False


class Definition(NamedTuple):
    """A term and what it means."""

    term: Content
    meaning: Content


@dataclass(frozen=True)
class Definitions:
    """Terms, each with its meaning."""

    items: tuple[Definition, ...]


@dataclass(frozen=True)
class CodeBlock:
    """Lines that keep their columns; `language` names their syntax for Markdown."""

    text: str
    language: str = ""


@dataclass(frozen=True)
class Table:
    """A table of texts.

    Args:
        title: what it shows; may be empty.
        header: the columns' names; empty if each row names itself in its first cell.
        rows: one text per column. The first column is aligned to the left, others to the right.
        note: how to read it; may be empty.
        leftward: names of other columns that are aligned to the left, such as one of sentences.
        row_styles: empty, or for each row the verdict by which a page colours it: "wrong" or
            "carried"; others have no colour.
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Content, ...], ...]
    note: str = ""
    leftward: tuple[str, ...] = ()
    row_styles: tuple[str, ...] = ()

    @property
    def to_the_right(self) -> tuple[bool, ...]:
        """Whether each column is aligned to the right."""
        if not self.header:
            return (False,) * len(self.rows[0])
        return (False, *(name not in self.leftward for name in self.header[1:]))

    def lines(self) -> list[str]:
        """The table as plain lines, columns two spaces apart.

        Example:
            >>> Table("Sizes", ("what", "n"), (("ants", "12"), ("bees", "7"))).lines()
            ['Sizes', '  what   n', '  ants  12', '  bees   7']
        """
        rows = [tuple(cut_text(plain_text(cell)) for cell in row) for row in self.rows]
        every = [self.header, *rows] if self.header else rows
        widths = [max(map(len, column)) for column in zip(*every, strict=True)]
        body = ["  " + _padded(row, widths, self.to_the_right) for row in every]
        title = [self.title] if self.title else []
        return [*title, *body, *([f"  {self.note}"] if self.note else [])]


def _padded(row: tuple[str, ...], widths: list[int], to_the_right: tuple[bool, ...]) -> str:
    cells = (
        text.rjust(width) if right else text.ljust(width)
        for text, width, right in zip(row, widths, to_the_right, strict=True)
    )
    return "  ".join(cells).rstrip()


@dataclass(frozen=True)
class Formula:
    """A formula in a line of its own.

    Args:
        content: the formula.
        label: the number or id of an equation, such as "BP2".
    """

    content: Mathematics
    label: str = ""


@dataclass(frozen=True)
class Panel:
    """Formulas that belong together: equations, arrays that are given, or numbers in a line."""

    formulas: tuple[Formula, ...]
    style: Literal["equations", "given", "inline"] = "equations"


@dataclass(frozen=True)
class WorkingLine:
    """One of the expressions that a quantity is equal to.

    Args:
        content: the expression; a line can be broken between the terms of an `Addition`.
        kind: "formula" in symbols, "substituted" with numbers, or "result".
        conditions: the conditions under which the formula holds.
    """

    content: Mathematics
    kind: Literal["formula", "substituted", "result"] = "result"
    conditions: tuple[Mathematics, ...] = ()


@dataclass(frozen=True)
class Calculation:
    """How a quantity comes to its value: formula, numbers substituted, result.

    Args:
        symbol: the quantity, on the left of all equals signs.
        lines: what it is equal to, one below the other.
        label: the id of its equation, such as "F1".
        name: what it is in words.
        address: how it is named in files and on the command line.
        anchor: the name by which links lead here.
        remark: a few words below the lines.
        agrees: whether the remark is good news; None for one that is neither.
    """

    symbol: Mathematics
    lines: tuple[WorkingLine, ...]
    label: str = ""
    name: str = ""
    address: str = ""
    anchor: str = ""
    remark: Content = ""
    agrees: bool | None = None


@dataclass(frozen=True)
class Blank:
    """A number to be filled in: its symbol before the line, its name and address below it."""

    symbol: Mathematics
    name: str
    address: str


@dataclass(frozen=True)
class BlankGrid:
    """Blanks in columns; formulas among them are printed in the place of a blank."""

    items: tuple[Blank | Mathematics, ...]
    columns: int


class FormField(NamedTuple):
    """Something to write by hand: a label, the part of the line, and words behind it."""

    label: str
    width: int
    suffix: str = ""


@dataclass(frozen=True)
class FormFields:
    """Fields in one line."""

    fields: tuple[FormField, ...]


@dataclass(frozen=True)
class Beside:
    """Blocks beside each other, as far as there is room."""

    blocks: tuple[Block, ...]


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture with a caption.

    Args:
        caption: what it shows.
        image: the bytes of a PNG or SVG file, or an array (height, width) of brightness or of
            contributions.
        signed: whether an array holds contributions: above 0 is drawn red, below 0 blue.
        alt: a description for readers who do not see it; empty takes the caption.
    """

    caption: str
    image: bytes | NDArray[Any]
    signed: bool = False
    alt: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.image, bytes):  # a picture does not change with its source
            image = np.array(self.image)
            image.flags.writeable = False
            object.__setattr__(self, "image", image)


@dataclass(frozen=True)
class Gallery:
    """Pictures beside each other; arrays among them have one shape."""

    pictures: tuple[Picture, ...]


Block: TypeAlias = (
    Heading
    | Paragraph
    | ItemList
    | Definitions
    | CodeBlock
    | Table
    | Formula
    | Panel
    | Calculation
    | Gallery
    | BlankGrid
    | FormFields
    | Beside
)


@dataclass(frozen=True)
class DocumentNode:
    """The root of a document, for writers; `Document` is one that shows itself.

    Args:
        title: one line.
        blocks: in the order in which they are read.
        aside: words at the other end of the title's line.
        about: a line below the title on what the document is about.
        legend: how to read the letters of formulas; plain text, which spells them, leaves it out.
        contents: whether a page has a table of contents, made of the headings with anchors.
        language: the language of its words, such as "en".
        values: makes the same as plain values (dicts, lists, numbers, texts, None); JSON is these
            values where there are some, and else the tree itself.
    """

    title: str
    blocks: tuple[Block, ...] = ()
    aside: str = ""
    about: str = ""
    legend: str = ""
    contents: bool = False
    language: str = "en"
    values: Callable[[], Any] | None = None
