"""Functions that a user types: parsed, derived, and descended."""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.descent.descent import LIMITS as LIMITS
    from chainrule.descent.descent import Descent as Descent
    from chainrule.descent.function import function_of as function_of
    from chainrule.descent.function_file import STEPS as STEPS
    from chainrule.descent.function_file import Asked as Asked
    from chainrule.descent.function_file import read_function as read_function
    from chainrule.descent.parsing import FUNCTIONS as FUNCTIONS
    from chainrule.descent.story import descent_record as descent_record
    from chainrule.descent.story import descent_table as descent_table
    from chainrule.descent.story import formula_lines as formula_lines
    from chainrule.descent.story import step_lines as step_lines

__all__ = [
    "FUNCTIONS",
    "LIMITS",
    "STEPS",
    "Asked",
    "Descent",
    "descent_record",
    "descent_table",
    "formula_lines",
    "function_of",
    "read_function",
    "step_lines",
]

__getattr__, __dir__ = attach(
    __name__,
    {
        "descent": ["LIMITS", "Descent"],
        "function": ["function_of"],
        "function_file": ["STEPS", "Asked", "read_function"],
        "parsing": ["FUNCTIONS"],
        "story": ["descent_record", "descent_table", "formula_lines", "step_lines"],
    },
)
