"""Worksheets: exercises with blanks, their answers, and the claims files that go with them."""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.worksheets.browser import BROWSERS as BROWSERS
    from chainrule.worksheets.browser import HEADLESS_FLAGS as HEADLESS_FLAGS
    from chainrule.worksheets.exercise_plan import MAX_WIDTH as MAX_WIDTH
    from chainrule.worksheets.exercise_plan import ExercisePlan as ExercisePlan
    from chainrule.worksheets.sheet import SheetOptions as SheetOptions
    from chainrule.worksheets.sheet import Worksheet as Worksheet
    from chainrule.worksheets.sheet import make_worksheet as make_worksheet
    from chainrule.worksheets.sheet_folder import FORMATS as FORMATS
    from chainrule.worksheets.sheet_rendering import render_answers as render_answers
    from chainrule.worksheets.sheet_rendering import render_sheets as render_sheets
    from chainrule.worksheets.sheet_rendering import sheet_document as sheet_document
    from chainrule.worksheets.worksheet_set import WORKSHEET_LIMITS as WORKSHEET_LIMITS
    from chainrule.worksheets.worksheet_set import WorksheetSet as WorksheetSet
    from chainrule.worksheets.worksheet_set import make_worksheets as make_worksheets

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "browser": "BROWSERS HEADLESS_FLAGS",
        "exercise_plan": "MAX_WIDTH ExercisePlan",
        "sheet_folder": "FORMATS",
        "sheet_rendering": "render_answers render_sheets sheet_document",
        "sheet": "SheetOptions Worksheet make_worksheet",
        "worksheet_set": "WORKSHEET_LIMITS WorksheetSet make_worksheets",
    },
)
