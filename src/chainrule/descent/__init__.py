"""Gradient descent on functions given as formulas."""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.descent.descent_report import derivative_symbol as derivative_symbol
    from chainrule.descent.descent_report import descent_document as descent_document
    from chainrule.descent.descent_report import worked_step as worked_step
    from chainrule.descent.formula_parser import FUNCTIONS as FUNCTIONS
    from chainrule.descent.function import make_function as make_function
    from chainrule.descent.function_file import DEFAULT_RATE as DEFAULT_RATE
    from chainrule.descent.function_file import DEFAULT_STEPS as DEFAULT_STEPS
    from chainrule.descent.function_file import descend_function as descend_function
    from chainrule.descent.function_file import read_descent as read_descent
    from chainrule.descent.gradient_descent import DESCENT_LIMITS as DESCENT_LIMITS
    from chainrule.descent.gradient_descent import Descent as Descent
    from chainrule.descent.gradient_descent import descend as descend

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "gradient_descent": "DESCENT_LIMITS Descent descend",
        "function": "make_function",
        "function_file": "DEFAULT_RATE DEFAULT_STEPS descend_function read_descent",
        "formula_parser": "FUNCTIONS",
        "descent_report": "derivative_symbol descent_document worked_step",
    },
)
