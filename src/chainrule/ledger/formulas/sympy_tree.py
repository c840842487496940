"""SymPy's expressions from formula trees, and formula trees from SymPy's expressions."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from chainrule.ledger.formulas.builders import HALF, ONE, add, multiply
from chainrule.ledger.formulas.expression import (
    OPPOSITES,
    RELATIONS,
    Arithmetic,
    Call,
    Case,
    Expression,
    Leaf,
    Negative,
    Number,
    Power,
    Quotient,
    Symbol,
    evaluate,
)

__all__ = ["evaluate_precisely", "from_sympy", "to_sympy"]

Node = Any
_Relation: TypeAlias = tuple[Expression, str, Expression]
_PI = Symbol("pi", "π", math.pi, rational=False)
_FUNCTIONS = {
    **{"exp": "exp", "log": "ln", "tanh": "tanh", "erf": "erf", "Abs": "abs", "sign": "sign"},
    **{"sin": "sin", "cos": "cos", "sigmoid": "sigmoid"},
}
_RELATIONS = {">": ">", ">=": "≥", "<": "<", "<=": "≤"}


def from_sympy(node: Node, symbols: Mapping[str, Leaf]) -> Expression:
    """An expression as a tree.

    Args:
        node: of SymPy's.
        symbols: what stands for each symbol's name. Branches are chosen by these numbers.
    """
    return _Reader(symbols).tree(node)


@dataclass(frozen=True)
class _Reader:
    symbols: Mapping[str, Leaf]

    def tree(self, node: Node) -> Expression:
        if node.is_Symbol:
            return self.symbols[node.name]
        kinds: dict[str, Callable[[Node], Expression]] = {
            "Add": self._sum,
            "Mul": self._product,
            "Pow": self._power,
            "Piecewise": self._case,
            "Pi": lambda _: _PI,
            "Exp1": lambda _: Call("exp", (ONE,)),
        }
        if node.is_Rational:
            return _rational(int(node.p), int(node.q))
        name = type(node).__name__
        return kinds[name](node) if name in kinds else self._call(_FUNCTIONS[name], node.args)

    def _call(self, function: str, arguments: Sequence[Node]) -> Call:
        return Call(function, tuple(map(self.tree, arguments)))

    def _sum(self, node: Node) -> Expression:
        """SymPy's order, but what is added before what is subtracted."""
        terms = [self._signed(term) for term in node.as_ordered_terms()]
        return add(sorted(terms, key=lambda term: isinstance(term, Negative)))

    def _signed(self, node: Node) -> Expression:
        """A term; one with a negative factor is subtracted."""
        coefficient = node.as_coeff_Mul()[0]
        return Negative(self.tree(-node)) if coefficient.is_negative else self.tree(node)

    def _product(self, node: Node) -> Expression:
        import sympy

        if node.as_coeff_Mul()[0].is_negative:
            return Negative(self.tree(-node))
        top, bottom = sympy.fraction(node, exact=True)
        if bottom == 1:
            return multiply(*map(self.tree, top.as_ordered_factors()))
        if bottom == 2:
            return multiply(HALF, *map(self.tree, top.as_ordered_factors()))
        return Quotient(self.tree(top), self.tree(bottom))

    def _power(self, node: Node) -> Expression:
        base, exponent = node.args
        if exponent.is_negative:
            return Quotient(ONE, self.tree(base**-exponent))
        if exponent.is_Rational and exponent.q == 2 and exponent.p == 1:
            return self._call("sqrt", (base,))
        return Power(self.tree(base), self.tree(exponent))

    def _case(self, node: Node) -> Expression:
        """The branch that holds, under the conditions that decide it."""
        known: list[_Relation] = []
        for value, condition in node.args:
            holds, reasons = self._decided(condition)
            known = [*known, *reasons] if not holds else reasons or known
            if holds:
                return _under(self.tree(value), known)
        raise ArithmeticError("no branch holds")

    def _decided(self, condition: Node) -> tuple[bool, list[_Relation]]:
        """Whether a condition holds, and the relations that say so."""
        if condition.is_Relational:
            left, right = map(self.tree, condition.args)
            sign = _RELATIONS[condition.rel_op]
            holds = RELATIONS[sign](evaluate(left), evaluate(right))
            return holds, [(left, sign if holds else OPPOSITES[sign], right)]
        parts = [self._decided(part) for part in condition.args]
        name = type(condition).__name__
        if name == "ITE":
            (_, reasons), meant = parts[0], parts[1 if parts[0][0] else 2]
            return meant[0], [*reasons, *meant[1]]
        if name in ("And", "Or"):
            stopping = name == "Or"  # one that holds decides an Or, one that does not an And
            found = [reasons for holds, reasons in parts if holds is stopping]
            if found:
                return stopping, found[0]
            return not stopping, [one for _, reasons in parts for one in reasons]
        return bool(condition), []  # SymPy's true or false


def _under(chosen: Expression, relations: Sequence[_Relation]) -> Expression:
    for left, sign, right in relations:
        chosen = Case(chosen, left, sign, right)
    return chosen


def _rational(top: int, bottom: int) -> Expression:
    if top < 0:
        return Negative(_rational(-top, bottom))
    if bottom == 1:
        return Number(float(top))
    return HALF if (top, bottom) == (1, 2) else Quotient(Number(float(top)), Number(float(bottom)))


def to_sympy(expression: Expression, leaf: Callable[[Leaf], Node]) -> Node:
    """A formula as SymPy's expression, with both branches of each Case.

    Args:
        expression: the tree.
        leaf: SymPy's node of a leaf.
    """
    import sympy

    def call(name: str, *arguments: Node) -> Node:
        return _sympy_functions()[name](*arguments)

    def branch(chosen: Node, left: Node, relation: str, right: Node, otherwise: Node) -> Node:
        return sympy.Piecewise((chosen, RELATIONS[relation](left, right)), (otherwise, True))

    return evaluate(expression, Arithmetic(leaf, call, lambda values: sympy.Add(*values), branch))


def _sympy_functions() -> dict[str, Callable[..., Node]]:
    """SymPy's functions by the names that formulas have for them."""
    import sympy as s

    return {
        **{"abs": s.Abs, "exp": s.exp, "ln": s.log, "tanh": s.tanh},
        "max": lambda x, y: s.Piecewise((x, x > y), (y, True)),
        # Not evaluated, since SymPy would multiply the half into the sum.
        "normal_cdf": lambda x: s.Mul(s.S.Half, 1 + s.erf(x / s.sqrt(2)), evaluate=False),
    }


def evaluate_precisely(expression: Expression, leaf: Callable[[Leaf], Any]) -> Any:
    """What a tree comes to in mpmath's numbers, in the precision that is set there.

    Args:
        expression: the tree.
        leaf: mpmath's number of a leaf.
    """
    import mpmath

    functions: dict[str, Callable[..., Any]] = {
        "abs": abs,
        "erf": mpmath.erf,
        "exp": mpmath.exp,
        "ln": mpmath.log,
        "sign": mpmath.sign,
        "sqrt": mpmath.sqrt,
        "tanh": mpmath.tanh,
    }

    def exact(one: Leaf) -> Any:
        return +mpmath.pi if one is _PI else leaf(one)

    def call(name: str, *arguments: Any) -> Any:
        return functions[name](*arguments)

    return evaluate(expression, Arithmetic(exact, call, mpmath.fsum))
