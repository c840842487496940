"""A function with its derivatives, as trees that can be shown and computed with."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.descent.formula_parser import ParsedFormula, parse_formula
from chainrule.documents import math_text
from chainrule.documents.mathematics import Letter, Mathematics, Numeral, Spelled
from chainrule.errors import InputError
from chainrule.ledger.formulas import (
    FUNCTIONS,
    Arithmetic,
    Expression,
    Leaf,
    Symbol,
    evaluate,
    formula_math,
    from_sympy,
    number_text,
)

__all__ = ["Function", "make_function"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Function:
    """A function of a few real variables.

    Args:
        text: the formula as it was typed.
        variables: names, in the order of the alphabet.
        value: the formula.
        derivatives: by each variable.
        curvatures: its second derivatives, row by row.
    """

    text: str
    variables: tuple[str, ...]
    value: Expression
    derivatives: tuple[Expression, ...]
    curvatures: tuple[tuple[Expression, ...], ...]

    def value_at(self, point: Array) -> float:
        """The value at a point, (variables,); NaN if there is none, infinite if huge."""
        return self._number(self.value, point)

    def gradient(self, point: Array) -> Array:
        """The derivatives at a point, (variables,)."""
        return np.array([self._number(derivative, point) for derivative in self.derivatives])

    def hessian(self, point: Array) -> Array:
        """The second derivatives at a point, (variables, variables)."""
        rows = self.curvatures
        return np.array([[self._number(one, point) for one in row] for row in rows])

    def values_at(self, points: Array) -> Array:
        """The values at many points.

        Args:
            points: (variables, …).

        Returns: as many numbers; NaN if there is no value.
        """
        flat = points.reshape(len(self.variables), -1).T
        return np.array([self.value_at(point) for point in flat]).reshape(points.shape[1:])

    def _number(self, tree: Expression, point: Array) -> float:
        known = dict(zip(self.variables, map(float, point), strict=True))
        arithmetic = Arithmetic(lambda leaf: _leaf(leaf, known), _call, _add)
        try:
            found = evaluate(tree, arithmetic)
        except OverflowError:
            return math.inf
        except (ArithmeticError, ValueError):
            return math.nan
        return math.nan if isinstance(found, complex) else float(found)

    def format(self, tree: Expression, point: Array | None = None, digits: int = 6) -> str:
        """A formula as text; its arguments are those of `typeset`."""
        return math_text(self.typeset(tree, point, digits))

    def typeset(self, tree: Expression, point: Array | None = None, digits: int = 6) -> Mathematics:
        """A formula as documents have it.

        Args:
            tree: the function's, or one of its derivatives.
            point: whose numbers stand for the variables; None for letters.
            digits: significant ones of numbers.
        """
        known = {} if point is None else dict(zip(self.variables, map(float, point), strict=True))

        def leaf(one: Leaf) -> Mathematics:
            if isinstance(one, Symbol) and one.name not in known:
                return Spelled(Letter(one.letter), one.letter)
            return Numeral(number_text(_leaf(one, known), digits))

        return formula_math(tree, leaf, full=True)

    @cached_property
    def notation(self) -> str:
        """The left side: f(x), or f(x, y)."""
        return f"f({', '.join(self.variables)})"


def _leaf(leaf: Leaf, known: Mapping[str, float]) -> float:
    return known.get(leaf.name, leaf.value) if isinstance(leaf, Symbol) else leaf.value


def _call(function: str, *arguments: float) -> float:
    return FUNCTIONS[function](*_require_real(arguments))


def _add(values: Iterable[float]) -> float:
    return math.fsum(_require_real(tuple(values)))


def _require_real(values: tuple[float, ...]) -> tuple[float, ...]:
    """The numbers; Python's power of a negative number, as in (-1)**1.5, is complex.

    Raises: ValueError.
    """
    if any(isinstance(value, complex) for value in values):
        raise ValueError("no real value")
    return values


def make_function(text: str, where: str = "formula") -> Function:
    """The function that a formula describes, derived by SymPy.

    Args:
        text: such as "x**2 - 2*x + 1.5".
        where: who asks, for error texts.

    Raises: InputError, UnknownNameError.

    Example:
        >>> f = make_function("x**2 - 2*x + 1.5")
        >>> f.format(f.derivatives[0]), f.value_at(np.array([3.0]))
        ('2·x - 2', 4.5)
    """
    formula = parse_formula(text, where)
    read = _reader(formula, where)
    first = [_differentiate(formula.node, name) for name in formula.variables]
    rows = [[_differentiate(one, name) for name in formula.variables] for one in first]
    return Function(
        text=formula.text.strip(),
        variables=formula.variables,
        value=read(formula.node),
        derivatives=tuple(map(read, first)),
        curvatures=tuple(tuple(map(read, row)) for row in rows),
    )


def _differentiate(node: Any, name: str) -> Any:
    """The derivative; the jump of a sign has none, and its place is left out."""
    import sympy

    found = sympy.diff(node, sympy.Symbol(name, real=True))
    return found.replace(sympy.DiracDelta, lambda *_: sympy.S.Zero)


def _reader(formula: ParsedFormula, where: str) -> Callable[[Any], Expression]:
    symbols = {name: Symbol(name, name, math.nan) for name in formula.variables}

    def read(node: Any) -> Expression:
        try:
            return from_sympy(node, symbols)
        except (KeyError, OverflowError, RecursionError):
            raise InputError(
                where,
                expected="a formula with derivatives in the same functions",
                got=repr(formula.text.strip()),
                argument="formula",
                value=formula.text,
            ) from None

    return read
