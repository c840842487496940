"""Claimed numbers: right, wrong, and by which slip."""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.marking.judging import MarkedClaims as MarkedClaims
    from chainrule.marking.judging import judge as judge
    from chainrule.marking.marks import marks_lines as marks_lines
    from chainrule.marking.marks import marks_record as marks_record
    from chainrule.marking.marks import marks_table as marks_table

__all__ = ["MarkedClaims", "judge", "marks_lines", "marks_record", "marks_table"]

__getattr__, __dir__ = attach(
    __name__,
    {
        "judging": ["MarkedClaims", "judge"],
        "marks": ["marks_lines", "marks_record", "marks_table"],
    },
)
