"""Worksheets: exercises with blanks, their answers, and the claims files that go with them."""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.worksheets.blanks import parse_patterns as parse_patterns
    from chainrule.worksheets.browser import print_pdf as print_pdf
    from chainrule.worksheets.exercise_generator import generate_exercise as generate_exercise
    from chainrule.worksheets.exercise_plan import MAX_WIDTH as MAX_WIDTH
    from chainrule.worksheets.exercise_plan import ExercisePlan as ExercisePlan
    from chainrule.worksheets.sheet_folder import FORMATS as FORMATS
    from chainrule.worksheets.sheet_folder import write_sheets as write_sheets
    from chainrule.worksheets.sheet_rendering import answers_document as answers_document
    from chainrule.worksheets.sheet_rendering import render_answers as render_answers
    from chainrule.worksheets.sheet_rendering import render_sheets as render_sheets
    from chainrule.worksheets.sheet_rendering import sheet_document as sheet_document
    from chainrule.worksheets.worksheet import SheetOptions as SheetOptions
    from chainrule.worksheets.worksheet import Worksheet as Worksheet
    from chainrule.worksheets.worksheet import make_worksheet as make_worksheet

__all__ = [
    "FORMATS",
    "MAX_WIDTH",
    "ExercisePlan",
    "SheetOptions",
    "Worksheet",
    "answers_document",
    "generate_exercise",
    "make_worksheet",
    "parse_patterns",
    "print_pdf",
    "render_answers",
    "render_sheets",
    "sheet_document",
    "write_sheets",
]

__getattr__, __dir__ = attach(
    __name__,
    {
        "blanks": ["parse_patterns"],
        "browser": ["print_pdf"],
        "exercise_generator": ["generate_exercise"],
        "sheet_folder": ["FORMATS", "write_sheets"],
        "exercise_plan": ["MAX_WIDTH", "ExercisePlan"],
        "sheet_rendering": [
            "answers_document",
            "render_answers",
            "render_sheets",
            "sheet_document",
        ],
        "worksheet": ["SheetOptions", "Worksheet", "make_worksheet"],
    },
)
