"""Costs and their gradients as formulas [C1] to [C8], and the exact forms of pairs [D2] to [D5]."""

from __future__ import annotations

from collections.abc import Callable

from chainrule.equations.costs import COSTS
from chainrule.ledger.formulas.builders import (
    HALF,
    ONE,
    TWO,
    ZERO,
    Form,
    add,
    multiply,
    square,
    subtract,
)
from chainrule.ledger.formulas.expression import (
    Call,
    Case,
    Expression,
    LazyTerms,
    Negative,
    Quotient,
)
from chainrule.ledger.formulas.outputs import Outputs
from chainrule.ledger.formulas.pair_formulas import PAIR_COSTS

__all__ = ["cost_forms", "cost_tree", "gradient_forms"]


def _ln(of: Expression) -> Call:
    return Call("ln", (of,))


def _size(of: Expression) -> Call:
    return Call("abs", (of,))


def _squares(o: Outputs) -> Expression:
    return add(LazyTerms(len(o.a), lambda i: square(o.miss(i))))


def _binary(o: Outputs) -> Expression:
    """[C4] without the terms that are 0."""
    terms: list[Expression] = []
    for a, y in zip(o.a, o.y, strict=True):
        if y.value != 0:
            terms.append(multiply(y, _ln(a)))
        if y.value != 1:
            rest: Expression = subtract(ONE, y) if y.value != 0 else ONE
            terms.append(multiply(rest, _ln(subtract(ONE, a))))
    return Negative(add(terms))


def _categorical(o: Outputs) -> Expression:
    """[C5] without the terms that are 0."""
    pairs = zip(o.a, o.y, strict=True)
    return Negative(add([multiply(y, _ln(a)) for a, y in pairs if y.value != 0]))


def _huber(o: Outputs, at: int) -> Expression:
    size = _size(o.miss(at))
    far = multiply(o.h, subtract(size, multiply(HALF, o.h)))
    case = Case(multiply(HALF, square(o.miss(at))), size, "≤", o.h, far)
    return case if abs(o.excess(at)) <= o.h.value else case.opposite


_COSTS: dict[str, Callable[[Outputs], Expression]] = {
    "squared_error": _squares,
    "mean_squared_error": lambda o: Quotient(_squares(o), o.n),
    "half_squared_error": lambda o: multiply(HALF, _squares(o)),
    "binary_cross_entropy": _binary,
    "categorical_cross_entropy": _categorical,
    "absolute_error": lambda o: add([_size(o.miss(i)) for i in range(len(o.a))]),
    "huber": lambda o: add([_huber(o, i) for i in range(len(o.a))]),
}


def _binary_gradient(o: Outputs, at: int) -> Expression:
    a, y = o.a[at], o.y[at]
    wrong = Quotient(subtract(ONE, y), subtract(ONE, a))
    right = Quotient(y, a)
    if y.value == 0:
        return Quotient(ONE, subtract(ONE, a))
    return Negative(right) if y.value == 1 else subtract(wrong, right)


def _categorical_gradient(o: Outputs, at: int) -> Expression:
    return ZERO if o.y[at].value == 0 else Negative(Quotient(o.y[at], o.a[at]))


def _huber_gradient(o: Outputs, at: int) -> Expression:
    size, miss = _size(o.miss(at)), o.miss(at)
    case = Case(miss, size, "≤", o.h, multiply(o.h, Call("sign", (miss,))))
    return case if abs(o.excess(at)) <= o.h.value else case.opposite


_GRADIENTS: dict[str, Callable[[Outputs, int], Expression]] = {
    "squared_error": lambda o, at: multiply(TWO, o.miss(at)),
    "mean_squared_error": lambda o, at: multiply(Quotient(TWO, o.n), o.miss(at)),
    "half_squared_error": lambda o, at: o.miss(at),
    "binary_cross_entropy": _binary_gradient,
    "categorical_cross_entropy": _categorical_gradient,
    "absolute_error": lambda o, at: Call("sign", (o.miss(at),)),
    "huber": _huber_gradient,
}


def cost_tree(cost: str, outputs: Outputs) -> Expression:
    """The cost of one example by its definition.

    Args:
        cost: its name.
        outputs: of the example.
    """
    return _COSTS[cost](outputs)


def cost_forms(cost: str, activation: str, outputs: Outputs) -> list[Form]:
    """Ways to write the cost of one example.

    Args:
        cost: its name.
        activation: name of the output activation.
        outputs: of the example.
    """
    forms = [Form(COSTS[cost].equation, cost_tree(cost, outputs))]
    pair = PAIR_COSTS.get((cost, activation))
    return forms if pair is None else [*forms, pair(outputs)]


def gradient_forms(cost: str, outputs: Outputs, at: int) -> list[Form]:
    """Ways to write ∂c/∂a of one output, for one example by itself.

    Args:
        cost: its name.
        outputs: of the example.
        at: the output's place.
    """
    return [Form(COSTS[cost].equation, _GRADIENTS[cost](outputs, at))]
