"""Parser of formulas: from text to SymPy expressions, by a list of allowed elements.

The text, in Python's notation, is only ever read by Python's parser, which runs nothing. Each node
of its tree is looked at before anything is made of it: numbers, variables, + - * / **, brackets,
and a few functions. So neither `sympify` nor `parse_expr`, which evaluate what they read, is
needed.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from typing import Any

from chainrule.descent.constant_size import is_far_constant
from chainrule.descent.formula_notation import to_python
from chainrule.descent.python_expression import formula_error, parse_expression
from chainrule.errors import InputError, UnknownNameError, describe, unknown_name

__all__ = ["FUNCTIONS", "ParsedFormula", "parse_formula"]

MAX_POWER = 100
MAX_VARIABLES = 4
_LARGEST = 1e100
_LONGEST_NAME = 8

Node = Any

FUNCTIONS = ("abs", "cos", "exp", "ln", "log", "sigmoid", "sin", "sqrt", "tanh")
"""What may be called; log is ln."""

_WORDS = {
    "Attribute": "an attribute access",
    "BoolOp": "and, or",
    "Compare": "a comparison",
    "Dict": "braces",
    "FloorDiv": "the sign //",
    "GeneratorExp": "a loop",
    "IfExp": "if … else",
    "JoinedStr": "a string",
    "Lambda": "lambda",
    "List": "square brackets",
    "ListComp": "a loop",
    "MatMult": "the sign @",
    "Mod": "the sign %",
    "NamedExpr": "an assignment",
    "Not": "not",
    "Set": "braces",
    "Subscript": "square brackets",
    "Tuple": "a comma",
}
_REMEDIES = {"Tuple": "The decimal point is a dot"}
_ALLOWED = "numbers, variables, + - * / **, brackets and functions"


@dataclass(frozen=True)
class ParsedFormula:
    """A formula as SymPy has it.

    Args:
        text: as it was typed.
        node: SymPy's expression, with real symbols.
        variables: their names, in the order of the alphabet.
    """

    text: str
    node: Node
    variables: tuple[str, ...]


def parse_formula(text: str, where: str = "formula") -> ParsedFormula:
    """A formula, read.

    Args:
        text: such as "x**2 - 2*x + 1.5" or "x^2 - 2x + 1.5".
        where: who asks, for error texts.

    Raises: InputError, UnknownNameError for whatever is not in the list.

    Example:
        >>> parse_formula("x**2 + y**3").variables
        ('x', 'y')
    """
    python = to_python(text, where, FUNCTIONS)
    builder = _Builder(where, python)
    node = builder.build(parse_expression(python, where))
    if not builder.symbols:
        raise formula_error(where, text, "a formula with a variable, such as x", "none")
    if len(builder.symbols) > MAX_VARIABLES:
        expected = f"at most {MAX_VARIABLES} variables"
        raise formula_error(where, text, expected, ", ".join(sorted(builder.symbols)))
    if node.is_Rational or node.has(*_undefined_values()):
        raise formula_error(
            where, text, "a formula that depends on its variables and has a value", text
        )
    return ParsedFormula(text, node, tuple(sorted(builder.symbols)))


def _undefined_values() -> tuple[Node, ...]:
    """What SymPy makes of what has no real value."""
    import sympy

    return (sympy.zoo, sympy.nan, sympy.oo, sympy.S.NegativeInfinity, sympy.I)


@dataclass
class _Builder:
    """Makes SymPy's nodes of Python's; `symbols` are the variables met."""

    where: str
    text: str
    symbols: dict[str, Node] = field(default_factory=dict)

    def build(self, node: ast.AST) -> Node:
        """The node's meaning.

        Raises: InputError, UnknownNameError.
        """
        kinds: dict[type[ast.AST], Callable[[Any], Node]] = {
            ast.BinOp: self._pair,
            ast.UnaryOp: self._signed,
            ast.Constant: self._number,
            ast.Name: self._variable,
            ast.Call: self._call,
        }
        if type(node) not in kinds:
            raise self._foreign(node, node)
        return kinds[type(node)](node)

    def _foreign(self, node: Any, kind: ast.AST) -> InputError:
        name = type(kind).__name__
        got = f"{_WORDS.get(name, name)} at sign {node.col_offset + 1}: {self._source(node)}"
        return formula_error(self.where, self.text, _ALLOWED, got, _REMEDIES.get(name, ""))

    def _source(self, node: ast.AST) -> str:
        return repr(ast.get_source_segment(self.text.strip(), node) or "")

    def _pair(self, node: ast.BinOp) -> Node:
        if type(node.op) not in (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow):
            raise self._foreign(node, node.op)
        left, right = self.build(node.left), self.build(node.right)
        match node.op:
            case ast.Add():
                return left + right
            case ast.Sub():
                return left - right
            case ast.Mult():
                return left * right
            case ast.Div():
                return left / right
        return self._power(node, left, right)

    def _power(self, node: ast.BinOp, base: Node, exponent: Node) -> Node:
        """A power: of a fixed small exponent, or of a fixed base above 0."""
        import sympy

        if exponent.is_Rational and abs(exponent) <= MAX_POWER:
            self._check_power(node, base, exponent)
            return base**exponent
        if exponent.free_symbols and base.is_Rational and base > 0:
            return sympy.exp(exponent * sympy.log(base))
        raise formula_error(
            self.where,
            self.text,
            f"a power with a number up to {MAX_POWER} as its exponent, or as its base",
            f"{self._source(node)} at sign {node.col_offset + 1}",
        )

    def _check_power(self, node: ast.BinOp, base: Node, exponent: Node) -> None:
        """Refuse a power of numbers that has more digits than anybody needs."""
        if not base.is_Rational:
            self._check_constant(node)
        if not base.is_Rational or base == 0:
            return
        size = math.log(max(abs(int(base.p)), int(base.q)))
        if size * abs(float(exponent)) > math.log(_LARGEST):
            raise self._too_large(node)

    def _check_constant(self, node: ast.expr) -> None:
        """Refuse a number that SymPy would work out for ever."""
        if is_far_constant(node, _LARGEST):
            raise self._too_large(node)

    def _too_large(self, node: Any) -> InputError:
        return formula_error(
            self.where,
            self.text,
            "numbers between 1e-100 and 1e100",
            f"{self._source(node)[:60]} at sign {node.col_offset + 1}",
        )

    def _signed(self, node: ast.UnaryOp) -> Node:
        if type(node.op) not in (ast.UAdd, ast.USub):
            raise self._foreign(node, node.op)
        made = self.build(node.operand)
        return -made if isinstance(node.op, ast.USub) else made

    def _number(self, node: ast.Constant) -> Node:
        import sympy

        value = node.value
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            got = f"{describe(value)} at sign {node.col_offset + 1}"
            raise formula_error(self.where, self.text, _ALLOWED, got)
        if value and not 1 / _LARGEST <= abs(value) <= _LARGEST:
            raise self._too_large(node)
        exact = Fraction(repr(value))  # 1.5 is meant as 3/2, and 0.1 as 1/10
        return sympy.Rational(exact.numerator, exact.denominator)

    def _variable(self, node: ast.Name) -> Node:
        import sympy

        name = node.id
        if name == "pi":
            return sympy.pi
        if name in FUNCTIONS or name == "e" or len(name) > _LONGEST_NAME or not name.isascii():
            remedy = "Write exp(1)" if name == "e" else ""
            expected = f"a variable of at most {_LONGEST_NAME} plain letters, none of a function"
            got = f"{name!r} at sign {node.col_offset + 1}"
            raise formula_error(self.where, self.text, expected, got, remedy)
        if name not in self.symbols:
            self.symbols[name] = sympy.Symbol(name, real=True)
        return self.symbols[name]

    def _call(self, node: ast.Call) -> Node:
        if not isinstance(node.func, ast.Name):
            raise self._foreign(node.func, node.func)
        name = node.func.id
        if name not in FUNCTIONS:
            raise self._unknown(name)
        if len(node.args) != 1 or node.keywords or isinstance(node.args[0], ast.Starred):
            expected = f"one number in the brackets of {name}"
            got = f"{self._source(node)} at sign {node.col_offset + 1}"
            raise formula_error(self.where, self.text, expected, got)
        of = self.build(node.args[0])
        self._check_constant(node)
        return _apply_function(name, of)

    def _unknown(self, name: str) -> UnknownNameError:
        return unknown_name(self.where, "a function", name, FUNCTIONS, argument="formula")


def _apply_function(name: str, of: Node) -> Node:
    import sympy

    others: dict[str, Any] = {"abs": sympy.Abs, "ln": sympy.log, **_plain_functions()}
    return others[name](of) if name in others else getattr(sympy, name)(of)


@cache
def _plain_functions() -> dict[str, type]:
    """Functions with their derivatives and without SymPy's simplification of their arguments.

    SymPy looks for multiples of pi in what sin, cos and tanh are applied to, and may multiply out
    powers of sums for it, which has no end that anybody would wait for.
    """
    slopes: dict[str, Callable[[Node], Node]] = {
        "sigmoid": lambda of: made["sigmoid"](of) * (1 - made["sigmoid"](of)),  # [A3]
        "tanh": lambda of: 1 - made["tanh"](of) ** 2,
        "sin": lambda of: made["cos"](of),
        "cos": lambda of: -made["sin"](of),
    }
    made: dict[str, Any] = {name: _plain_function(name, one) for name, one in slopes.items()}
    return made


def _plain_function(name: str, slope: Callable[[Node], Node]) -> type:
    import sympy

    def fdiff(self: Node, argindex: int = 1) -> Node:
        return slope(self.args[0])

    return type(name, (sympy.Function,), {"fdiff": fdiff, "is_real": True})
