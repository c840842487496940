"""The pairs of cost and output activation with exact forms, as formulas [D2] to [D5].

The error's first form is the one that everybody knows, such as a - y.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from chainrule.ledger.formulas.builders import ONE, ZERO, Form, add, multiply, subtract
from chainrule.ledger.formulas.expression import Call, Expression, Negative, Quotient, Sum, Term
from chainrule.ledger.formulas.outputs import Outputs

__all__ = ["PAIR_COSTS", "PAIR_ERRORS"]

Pair: TypeAlias = tuple[str, str]


def _sigmoid(of: Expression) -> Call:
    return Call("sigmoid", (of,))


def _softplus(of: Expression, value: float) -> Expression:
    """ln(1 + e^x), by its greater part and the rest."""
    if value < 0:
        return Call("log1p", (Call("exp", (of,)),))
    return Sum((of, Call("log1p", (Call("exp", (Negative(of),)),))))


def _d2_cost(o: Outputs) -> Form:
    terms: list[Expression] = []
    for z, y in zip(o.z, o.y, strict=True):
        slack = subtract(ONE, y) if z.value >= 0 else Negative(y)
        small = Call("log1p", (Call("exp", (Negative(Call("abs", (z,))),)),))
        terms += [multiply(z, slack), small]
    return Form("D2", add(terms))


def _d2_error(o: Outputs, at: int) -> list[Expression]:
    z, y = o.z[at], o.y[at]
    exact = (
        subtract(subtract(ONE, y), _sigmoid(Negative(z)))
        if z.value >= 0
        else subtract(_sigmoid(z), y)
    )
    return [o.miss(at), exact]


def _top(o: Outputs) -> int:
    return max(range(len(o.z)), key=lambda i: o.z[i].value)


def _d3_cost(o: Outputs) -> Form:
    top = o.z[_top(o)]
    rest = add([Call("exp", (subtract(z, top),)) for i, z in enumerate(o.z) if i != _top(o)])
    log = Call("log1p", (rest,))
    pairs = zip(o.z, o.y, strict=True)
    terms = [multiply(y, Sum((subtract(top, z), log))) for z, y in pairs if y.value != 0]
    return Form("D3", add(terms))


def _whole(o: Outputs) -> Expression:
    """The sum of the targets, 1 for classes."""
    return ONE if sum(y.value for y in o.y) == 1 else add(tuple(o.y))


def _d3_error(o: Outputs, at: int) -> list[Expression]:
    return [subtract(multiply(_whole(o), o.a[at]), o.y[at]), *_excess(o, at, _whole(o))]


def _excess(o: Outputs, at: int, total: Expression) -> list[Expression]:
    """total · a - y where a is nearly 1: by the others, which sum to 1 - a."""
    if at != _top(o):
        return []
    others = add([a for i, a in enumerate(o.a) if i != at])
    return [subtract(subtract(total, o.y[at]), multiply(total, others))]


def _d4_cost(o: Outputs) -> Form:
    pairs = zip(o.z, o.y, strict=True)
    terms = [multiply(y, _softplus(Negative(z), -z.value)) for z, y in pairs if y.value != 0]
    return Form("D4", add(terms))


def _d4_error(o: Outputs, at: int) -> list[Expression]:
    rest = subtract(ONE, o.a[at]), _sigmoid(Negative(o.z[at]))
    return [Negative(multiply(o.y[at], one)) for one in rest]


def _rest_of(o: Outputs, at: int) -> Expression:
    """The sum of the other outputs, which is 1 - a."""
    return add([a for i, a in enumerate(o.a) if i != at])


def _d5_cost(o: Outputs) -> Form:
    """The logarithms with 1 - a summed from the others."""
    terms: list[Expression] = []
    for i, (a, y) in enumerate(zip(o.a, o.y, strict=True)):
        rest = _rest_of(o, i)
        known: Expression = Negative(Call("ln", (a,)))
        if a.value > 0.5:
            known = Call("log1p", (Quotient(rest, a),))
        if y.value != 0:
            terms.append(multiply(y, known))
        if y.value != 1:
            wrong: Expression = Negative(Call("ln", (rest,)))
            if a.value <= 0.5:
                wrong = Call("log1p", (Quotient(a, rest),))
            terms.append(multiply(subtract(ONE, y) if y.value != 0 else ONE, wrong))
    return Form("D5", add(terms))


def _d5_error(o: Outputs, at: int) -> list[Expression]:
    if len(o.a) == 1:  # a softmax of one class is always 1
        return [ZERO]
    terms: list[Expression] = []
    for k, (a, y) in enumerate(zip(o.a, o.y, strict=True)):
        if k != at:
            terms += _d5_other(o, k, a, y, at)
    known = Sum((o.miss(at), *terms))
    return [known, *(Sum((start, *terms)) for start in _excess(o, at, ONE))]


def _d5_other(o: Outputs, k: int, a: Term, y: Term, at: int) -> list[Expression]:
    """What class k adds to the error of class `at`, without the terms that are 0."""
    terms: list[Expression] = []
    if y.value != 0:
        terms.append(multiply(y, o.a[at]))
    if y.value != 1:
        share = Quotient(o.a[at], _rest_of(o, k))
        terms.append(Negative(multiply(subtract(ONE, y) if y.value != 0 else ONE, a, share)))
    return terms


PAIR_COSTS: dict[Pair, Callable[[Outputs], Form]] = {
    ("binary_cross_entropy", "sigmoid"): _d2_cost,
    ("categorical_cross_entropy", "softmax"): _d3_cost,
    ("categorical_cross_entropy", "sigmoid"): _d4_cost,
    ("binary_cross_entropy", "softmax"): _d5_cost,
}
"""(cost, output activation) -> the exact form of the cost of one example."""

PAIR_ERRORS: dict[Pair, tuple[str, Callable[[Outputs, int], list[Expression]]]] = {
    ("binary_cross_entropy", "sigmoid"): ("D2", _d2_error),
    ("categorical_cross_entropy", "softmax"): ("D3", _d3_error),
    ("categorical_cross_entropy", "sigmoid"): ("D4", _d4_error),
    ("binary_cross_entropy", "softmax"): ("D5", _d5_error),
}
"""(cost, output activation) -> the id, and ways to write the error of one output."""
