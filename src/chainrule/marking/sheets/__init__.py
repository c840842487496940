"""Worksheets: exercises with blanks, their answers, and the claims files that go with them."""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.marking.sheets.blanks import patterns_of as patterns_of
    from chainrule.marking.sheets.browser import print_pdf as print_pdf
    from chainrule.marking.sheets.drawing import drawn as drawn
    from chainrule.marking.sheets.folder import FORMATS as FORMATS
    from chainrule.marking.sheets.folder import write_sheets as write_sheets
    from chainrule.marking.sheets.plan import WIDEST as WIDEST
    from chainrule.marking.sheets.plan import Plan as Plan
    from chainrule.marking.sheets.rendering_html import answers_html as answers_html
    from chainrule.marking.sheets.rendering_html import sheets_html as sheets_html
    from chainrule.marking.sheets.sheet import Manner as Manner
    from chainrule.marking.sheets.sheet import Sheet as Sheet
    from chainrule.marking.sheets.sheet import sheet_of as sheet_of

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
