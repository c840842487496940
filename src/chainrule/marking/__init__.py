"""Marking of claimed numbers: verdicts, marks and likely slips."""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.marking.class_marks import ClassMarks as ClassMarks
    from chainrule.marking.class_marks import check_class as check_class
    from chainrule.marking.judging import VERDICTS as VERDICTS
    from chainrule.marking.judging import Judgement as Judgement
    from chainrule.marking.judging import MarkedClaims as MarkedClaims
    from chainrule.marking.judging import check_claims as check_claims
    from chainrule.marking.judging import judge as judge
    from chainrule.marking.judging import open_claims as open_claims
    from chainrule.marking.marks import correct_text as correct_text
    from chainrule.marking.marks import marks_document as marks_document

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "class_marks": "ClassMarks check_class",
        "judging": "VERDICTS Judgement MarkedClaims check_claims judge open_claims",
        "marks": "correct_text marks_document",
    },
)
