"""Worked examples as text, Markdown, LaTeX, HTML, JSON and notebook cells."""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.ledger.rendering.document import LEGENDS as LEGENDS
    from chainrule.ledger.rendering.formats import FORMATS as FORMATS
    from chainrule.ledger.rendering.formats import render as render
    from chainrule.ledger.rendering.given import Given as Given
    from chainrule.ledger.rendering.given import examples_of as examples_of
    from chainrule.ledger.rendering.given import given_arrays as given_arrays
    from chainrule.ledger.rendering.latex_markup import Latex as Latex
    from chainrule.ledger.rendering.latex_markup import escaped as escaped
    from chainrule.ledger.rendering.letters import Letter as Letter
    from chainrule.ledger.rendering.mathml_markup import MathML as MathML
    from chainrule.ledger.rendering.mathml_markup import math as math
    from chainrule.ledger.rendering.page_frame import framed_sheet as framed_sheet
    from chainrule.ledger.rendering.showing import example_text as example_text
    from chainrule.ledger.rendering.showing import show as show
    from chainrule.ledger.rendering.typeset import Piece as Piece
    from chainrule.ledger.rendering.typeset import number as number
    from chainrule.ledger.rendering.typeset_parts import given_letter as given_letter
    from chainrule.ledger.rendering.typeset_parts import given_numbers as given_numbers
    from chainrule.ledger.rendering.typesetting import Setting as Setting

__all__ = [
    "FORMATS",
    "LEGENDS",
    "Given",
    "Latex",
    "Letter",
    "MathML",
    "Piece",
    "Setting",
    "escaped",
    "example_text",
    "examples_of",
    "framed_sheet",
    "given_arrays",
    "given_letter",
    "given_numbers",
    "math",
    "number",
    "render",
    "show",
]

__getattr__, __dir__ = attach(
    __name__,
    {
        "document": ["LEGENDS"],
        "formats": ["FORMATS", "render"],
        "given": ["Given", "examples_of", "given_arrays"],
        "latex_markup": ["Latex", "escaped"],
        "letters": ["Letter"],
        "mathml_markup": ["MathML", "math"],
        "page_frame": ["framed_sheet"],
        "showing": ["example_text", "show"],
        "typeset": ["Piece", "number"],
        "typeset_parts": ["given_letter", "given_numbers"],
        "typesetting": ["Setting"],
    },
)
