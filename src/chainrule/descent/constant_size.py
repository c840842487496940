"""The size of a formula's constants, found in floats before SymPy works them out to the last digit.

exp(exp(99)) is a short formula, and a number with more digits than any computer holds: SymPy tries
all the same, for it wants to know its sign.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping

__all__ = ["is_far_constant"]

_PAIRS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: math.pow,
}
_CALLS: Mapping[str, Callable[[float], float]] = {
    "abs": abs,
    "cos": math.cos,
    "exp": math.exp,
    "ln": math.log,
    "log": math.log,
    "sigmoid": lambda x: (1 + math.tanh(x / 2)) / 2,
    "sin": math.sin,
    "sqrt": math.sqrt,
    "tanh": math.tanh,
}


def is_far_constant(node: ast.expr, largest: float) -> bool:
    """Return whether a part of a formula is a number out of range.

    Args:
        node: the part; one with variables is not a number.
        largest: number that is in range; the smallest besides 0 is 1 / largest.
    """
    try:
        number = _constant(node)
    except OverflowError:
        return True
    except (ValueError, ZeroDivisionError):  # no number at all, of which others will speak
        return False
    if number is None or (number == 0 and not _is_exponential(node)):
        return False
    return not 1 / largest <= abs(number) <= largest


def _is_exponential(node: ast.expr) -> bool:
    """Whether a result of 0 was too small for a float."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "exp"


def _constant(node: ast.expr) -> float | None:
    """The number of a part without variables; None for one with them, and for no formula.

    Raises: ArithmeticError, ValueError.
    """
    match node:
        case ast.Constant(value=int() | float() as value):
            return float(value)
        case ast.Name(id="pi"):
            return math.pi
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            number = _constant(inner)
            return None if number is None else -number
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _PAIRS:
            first, second = _constant(left), _constant(right)
            return None if first is None or second is None else _PAIRS[type(sign)](first, second)
        case ast.Call(func=ast.Name(id=name), args=[only]) if name in _CALLS:
            number = _constant(only)
            return None if number is None else _CALLS[name](number)
    return None
