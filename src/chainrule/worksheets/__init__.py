"""Worksheets: exercises with blanks, their answers, and the claims files that go with them."""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.worksheets.blanks import patterns_of as patterns_of
    from chainrule.worksheets.browser import print_pdf as print_pdf
    from chainrule.worksheets.drawing import drawn as drawn
    from chainrule.worksheets.folder import FORMATS as FORMATS
    from chainrule.worksheets.folder import write_sheets as write_sheets
    from chainrule.worksheets.plan import WIDEST as WIDEST
    from chainrule.worksheets.plan import Plan as Plan
    from chainrule.worksheets.rendering_html import answers_html as answers_html
    from chainrule.worksheets.rendering_html import sheets_html as sheets_html
    from chainrule.worksheets.sheet import Manner as Manner
    from chainrule.worksheets.sheet import Sheet as Sheet
    from chainrule.worksheets.sheet import sheet_of as sheet_of

__all__ = [
    "FORMATS",
    "WIDEST",
    "Manner",
    "Plan",
    "Sheet",
    "answers_html",
    "drawn",
    "patterns_of",
    "print_pdf",
    "sheet_of",
    "sheets_html",
    "write_sheets",
]

__getattr__, __dir__ = attach(
    __name__,
    {
        "blanks": ["patterns_of"],
        "browser": ["print_pdf"],
        "drawing": ["drawn"],
        "folder": ["FORMATS", "write_sheets"],
        "plan": ["WIDEST", "Plan"],
        "rendering_html": ["answers_html", "sheets_html"],
        "sheet": ["Manner", "Sheet", "sheet_of"],
    },
)
