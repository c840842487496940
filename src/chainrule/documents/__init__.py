"""Documents: one tree for all reports, and a writer for each format.

A producer makes a `Document` of blocks; `render` writes it as text, Markdown, LaTeX, HTML or JSON,
`write_document` into a file by its suffix, and a notebook shows it by itself:

    >>> from chainrule.documents import Code, Document, Heading, Paragraph, Table, render
    >>> marks = Table("", ("quantity", "verdict"), (("z[1][0]", "wrong"),), leftward=("verdict",))
    >>> found = Document(
    ...     "Marks",
    ...     (
    ...         Paragraph("0 of 1 marks", style="lead"),
    ...         Heading("Claims", anchor="claims"),
    ...         marks,
    ...         Paragraph(("See ", Code("chainrule explain"), ".")),
    ...     ),
    ...     values=lambda: {"marks": 0, "out_of": 1},
    ... )
    >>> print(render(found, "text"), end="")
    Marks
    <BLANKLINE>
    0 of 1 marks
    <BLANKLINE>
    Claims
      quantity  verdict
      z[1][0]   wrong
    <BLANKLINE>
    See chainrule explain.
    >>> print(render(found, "json"), end="")
    {
      "marks": 0,
      "out_of": 1
    }

Words are never escaped by a producer. A text is a string, or a tuple of strings, `Strong`, `Code`,
`Link` and formulas. Blocks are `Heading`, `Paragraph`, `ItemList`, `Definitions`, `Table`,
`CodeBlock`, `Formula`, `Panel` (formulas in a frame), `Calculation` (formula, numbers substituted,
result), and `Gallery` (of `Picture`: files, or arrays that a terminal shows in Braille).
`values` keeps the JSON of a command what it was.

Formulas are trees of the package `chainrule.documents.mathematics`; `parse_formula` makes one from
a line of text, such as "zˡ = wˡ aˡ⁻¹ + bˡ".
"""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.documents.document import FORMATS as FORMATS
    from chainrule.documents.document import Document as Document
    from chainrule.documents.document import render as render
    from chainrule.documents.document import render_all as render_all
    from chainrule.documents.document import write_document as write_document
    from chainrule.documents.markup import Markup as Markup
    from chainrule.documents.markup import element as element
    from chainrule.documents.markup import joined_markup as joined_markup
    from chainrule.documents.markup import source_digest as source_digest
    from chainrule.documents.mathematics.formula_nodes import Link as Link
    from chainrule.documents.mathematics.math_parser import parse_formula as parse_formula
    from chainrule.documents.mathematics.text_math import math_text as math_text
    from chainrule.documents.nodes import Beside as Beside
    from chainrule.documents.nodes import Blank as Blank
    from chainrule.documents.nodes import BlankGrid as BlankGrid
    from chainrule.documents.nodes import Block as Block
    from chainrule.documents.nodes import Calculation as Calculation
    from chainrule.documents.nodes import Code as Code
    from chainrule.documents.nodes import CodeBlock as CodeBlock
    from chainrule.documents.nodes import Content as Content
    from chainrule.documents.nodes import Definition as Definition
    from chainrule.documents.nodes import Definitions as Definitions
    from chainrule.documents.nodes import DocumentNode as DocumentNode
    from chainrule.documents.nodes import FormField as FormField
    from chainrule.documents.nodes import FormFields as FormFields
    from chainrule.documents.nodes import Formula as Formula
    from chainrule.documents.nodes import Gallery as Gallery
    from chainrule.documents.nodes import Heading as Heading
    from chainrule.documents.nodes import ItemList as ItemList
    from chainrule.documents.nodes import Panel as Panel
    from chainrule.documents.nodes import Paragraph as Paragraph
    from chainrule.documents.nodes import Picture as Picture
    from chainrule.documents.nodes import Strong as Strong
    from chainrule.documents.nodes import Table as Table
    from chainrule.documents.nodes import WorkingLine as WorkingLine
    from chainrule.documents.nodes import plain_text as plain_text
    from chainrule.documents.pictures import braille_rows as braille_rows
    from chainrule.documents.terminal_writer import terminal_text as terminal_text

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "document": "FORMATS Document render render_all write_document",
        "markup": "Markup element joined_markup source_digest",
        "mathematics.math_parser": "parse_formula",
        "mathematics.formula_nodes": "Link",
        "nodes": (
            "Beside Blank BlankGrid Block Calculation Code CodeBlock Content Definition "
            "Definitions DocumentNode FormField FormFields Formula Gallery Heading ItemList Panel "
            "Paragraph Picture Strong Table WorkingLine plain_text"
        ),
        "pictures": "braille_rows",
        "terminal_writer": "terminal_text",
        "mathematics.text_math": "math_text",
    },
)
