"""A formula as a tree: what is added, multiplied and divided, each number with its address.

A tree shows the arithmetic of the reference equations and does not replace it: an entry's value is
computed by the equations, and tests compare it with what the tree evaluates to.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, overload

from chainrule.ledger.steps import Quantity

__all__ = [
    "FLOATS",
    "FUNCTIONS",
    "OPPOSITES",
    "RELATIONS",
    "Arithmetic",
    "Call",
    "Case",
    "Expression",
    "LazyTerms",
    "Leaf",
    "Negative",
    "Number",
    "Power",
    "Product",
    "Quotient",
    "Sum",
    "Symbol",
    "Term",
    "evaluate",
    "leaves",
    "parts",
]


@dataclass(frozen=True)
class Term:
    """A number with an address: `quantity` names one number, `value` is its reference value."""

    quantity: Quantity
    value: float


@dataclass(frozen=True)
class Symbol:
    """A setting, such as the momentum.

    Args:
        name: as docs/notation.md has it in code, such as "mu".
        letter: as formulas have it, such as "μ".
        value: in this step.
        rational: whether the shortest decimal that is `value` is the number meant.
    """

    name: str
    letter: str
    value: float
    rational: bool = True


@dataclass(frozen=True)
class Number:
    """A number of the formula itself, such as 2; `text` is how it is written, "" for its digits."""

    value: float
    text: str = ""


@dataclass(frozen=True)
class Negative:
    """Minus what it holds; as a term of a Sum it is subtracted."""

    of: Expression


@dataclass(frozen=True)
class Sum:
    """The sum of its terms, two or more; a long one makes them when they are looked at."""

    terms: Sequence[Expression]


@dataclass(frozen=True)
class Product:
    """The product of its factors, two or more."""

    factors: Sequence[Expression]


@dataclass(frozen=True)
class Quotient:
    """`top` divided by `bottom`."""

    top: Expression
    bottom: Expression


@dataclass(frozen=True)
class Power:
    """`base` to the power of `exponent`."""

    base: Expression
    exponent: Expression


@dataclass(frozen=True)
class Call:
    """A function of FUNCTIONS with its arguments."""

    function: str
    arguments: tuple[Expression, ...]


RELATIONS: dict[str, Callable[[float, float], bool]] = {
    ">": lambda left, right: left > right,
    "≥": lambda left, right: left >= right,
    "<": lambda left, right: left < right,
    "≤": lambda left, right: left <= right,
}
"""The relations that decide between two branches."""

OPPOSITES = {">": "≤", "≥": "<", "<": "≥", "≤": ">"}
"""The relation that holds if another one does not."""


@dataclass(frozen=True)
class Case:
    """One of two branches: `chosen` holds because `left` stands in `relation` to `right`.

    Args:
        chosen: the branch that holds.
        left: left side of the condition.
        relation: of RELATIONS.
        right: right side of the condition.
        otherwise: the branch that holds under the opposite condition; None if it is not known.
    """

    chosen: Expression
    left: Expression
    relation: str
    right: Expression
    otherwise: Expression | None = None

    @property
    def opposite(self) -> Case:
        """The other branch under the opposite condition; the same branch if there is no other."""
        if self.otherwise is None:
            return self
        relation = OPPOSITES[self.relation]
        return Case(self.otherwise, self.left, relation, self.right, self.chosen)


Leaf: TypeAlias = Term | Symbol | Number
Expression: TypeAlias = Leaf | Negative | Sum | Product | Quotient | Power | Call | Case


class LazyTerms(Sequence[Expression]):
    """Terms of a long sum, made when they are looked at.

    Args:
        count: how many there are.
        make: called with a term's place, from 0.
    """

    def __init__(self, count: int, make: Callable[[int], Expression]) -> None:
        self._places = range(count)
        self._make = make

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, place: int) -> Expression: ...
    @overload
    def __getitem__(self, place: slice) -> list[Expression]: ...
    def __getitem__(self, place: int | slice) -> Expression | list[Expression]:
        if isinstance(place, slice):
            return [self._make(one) for one in self._places[place]]
        return self._make(self._places[place])


def parts(expression: Expression) -> Sequence[Expression]:
    """What an expression is made of, in order; the condition of a Case is not part of its value."""
    match expression:
        case Sum(terms):
            return terms
        case Product(factors):
            return factors
        case Quotient(top, bottom):
            return (top, bottom)
        case Power(base, exponent):
            return (base, exponent)
        case Call(_, arguments):
            return arguments
        case Negative(of) | Case(of):
            return (of,)
    return ()


def leaves(expression: Expression) -> Iterator[Leaf]:
    """All numbers of an expression, from left to right."""
    if isinstance(expression, (Term, Symbol, Number)):
        yield expression
    for part in parts(expression):
        yield from leaves(part)


@dataclass(frozen=True)
class Arithmetic:
    """How to compute with some kind of number: float, Fraction, or any with + * / ** and minus.

    Args:
        leaf: the number that a leaf stands for.
        call: (function's name, arguments) -> number.
        total: the sum of numbers.
        branch: (chosen, left, relation, right, otherwise) -> number, for arithmetic that keeps both
            branches of a Case; None takes the chosen one.
    """

    leaf: Callable[[Leaf], Any]
    call: Callable[..., Any]
    total: Callable[[Iterable[Any]], Any] = sum
    branch: Callable[[Any, Any, str, Any, Any], Any] | None = None


def _exp(x: float) -> float:
    return math.exp(x) if x < 709.78 else math.inf


def _sigmoid(x: float) -> float:
    return 1 / (1 + _exp(-x))


FUNCTIONS: dict[str, Callable[..., float]] = {
    "abs": abs,
    "cos": math.cos,
    "erf": math.erf,
    "exp": _exp,
    "expm1": math.expm1,
    "ln": math.log,
    "log1p": math.log1p,
    "max": max,
    "min": min,
    "normal_cdf": lambda x: 0.5 * math.erfc(-x / math.sqrt(2)),
    "normal_pdf": lambda x: math.exp(-0.5 * x * x) / math.sqrt(2 * math.pi),
    "sigmoid": _sigmoid,
    "sin": math.sin,
    "sign": lambda x: math.copysign(1.0, x) if x else 0.0,
    "sqrt": math.sqrt,
    "tanh": math.tanh,
}
"""The functions of formulas, as floats compute them."""


def _call(function: str, *arguments: float) -> float:
    return FUNCTIONS[function](*arguments)


FLOATS = Arithmetic(leaf=lambda leaf: leaf.value, call=_call, total=math.fsum)
"""The arithmetic of floats."""


def evaluate(expression: Expression, arithmetic: Arithmetic = FLOATS) -> Any:
    """What an expression comes to.

    Args:
        expression: the tree.
        arithmetic: what to compute with.

    Returns: a number of the arithmetic's kind.
    Raises: ArithmeticError or ValueError if it has no value, such as a quotient by 0.

    Example:
        >>> evaluate(Sum((Number(2), Negative(Quotient(Number(1), Number(4))))))
        1.75
    """
    if isinstance(expression, (Term, Symbol, Number)):
        return arithmetic.leaf(expression)
    if isinstance(expression, Case):
        return _evaluate_case(expression, arithmetic)
    values = (evaluate(part, arithmetic) for part in parts(expression))
    match expression:
        case Sum():
            return arithmetic.total(values)
        case Product():
            return math.prod(values)
        case Quotient():
            top, bottom = values
            return top / bottom
        case Power():
            base, exponent = values
            return base**exponent
        case Call(function):
            return arithmetic.call(function, *values)
    return -next(values)


def _evaluate_case(case: Case, arithmetic: Arithmetic) -> Any:
    chosen = evaluate(case.chosen, arithmetic)
    if arithmetic.branch is None or case.otherwise is None:
        return chosen
    left, right = evaluate(case.left, arithmetic), evaluate(case.right, arithmetic)
    return arithmetic.branch(
        chosen, left, case.relation, right, evaluate(case.otherwise, arithmetic)
    )
