"""Costs, their gradients, and the exact pairs of cost and output activation, as formulas.

[C1] to [C8] are costs and gradients by their definitions; [D2] to [D5] are the pairs with exact
forms, whose first form is the one that everybody knows, such as a - y for the error.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from chainrule.equations.costs import COSTS
from chainrule.ledger.formulas.builders import (
    HALF,
    ONE,
    TWO,
    ZERO,
    QuantityForm,
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
    Sum,
    Symbol,
    Term,
)

__all__ = ["PAIR_FORMULAS", "Outputs", "cost_forms", "cost_tree", "gradient_forms"]


@dataclass(frozen=True)
class Outputs:
    """What a cost looks at.

    Args:
        a: outputs.
        y: targets.
        z: weighted sums of the last layer.
        h: Huber's threshold.
        only: the place of the one output that is counted; None for all.
    """

    a: Sequence[Term]
    y: Sequence[Term]
    z: Sequence[Term]
    h: Symbol
    only: int | None = None

    @property
    def places(self) -> Sequence[int]:
        """The places of the outputs that are counted."""
        return range(len(self.a)) if self.only is None else (self.only,)

    @property
    def n(self) -> Symbol:
        """The number of outputs."""
        return Symbol("n", "n", float(len(self.a)))

    def miss(self, at: int) -> Expression:
        """How far an output is above its target."""
        return subtract(self.a[at], self.y[at])

    def excess(self, at: int) -> float:
        """The same as a number."""
        return self.a[at].value - self.y[at].value


Pair: TypeAlias = tuple[str, str]


def _sigmoid(of: Expression) -> Call:
    return Call("sigmoid", (of,))


def _softplus(of: Expression, value: float) -> Expression:
    """ln(1 + e^x), by its greater part and the rest."""
    if value < 0:
        return Call("log1p", (Call("exp", (of,)),))
    return Sum((of, Call("log1p", (Call("exp", (Negative(of),)),))))


def _d2_cost(o: Outputs) -> Expression:
    terms: list[Expression] = []
    for z, y in ((o.z[i], o.y[i]) for i in o.places):
        slack = subtract(ONE, y) if z.value >= 0 else Negative(y)
        small = Call("log1p", (Call("exp", (Negative(Call("abs", (z,))),)),))
        terms += [multiply(z, slack), small]
    return add(terms)


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


def _d3_cost(o: Outputs) -> Expression:
    top = o.z[_top(o)]
    rest = add([Call("exp", (subtract(z, top),)) for i, z in enumerate(o.z) if i != _top(o)])
    log = Call("log1p", (rest,))
    pairs = ((o.z[i], o.y[i]) for i in o.places)
    terms = [multiply(y, Sum((subtract(top, z), log))) for z, y in pairs if y.value != 0]
    return add(terms)


def _whole(o: Outputs) -> Expression:
    """The sum of the targets, 1 for classes."""
    return ONE if sum(y.value for y in o.y) == 1 else add(tuple(o.y))


def _d3_error(o: Outputs, at: int) -> list[Expression]:
    return [subtract(multiply(_whole(o), o.a[at]), o.y[at]), *_excess(o, at, _whole(o))]


def _excess(o: Outputs, at: int, total: Expression) -> list[Expression]:
    """total · a - y where a is nearly 1: by the others, which sum to 1 - a."""
    if at != _top(o):
        return []
    return [subtract(subtract(total, o.y[at]), multiply(total, _rest_of(o, at)))]


def _d4_cost(o: Outputs) -> Expression:
    pairs = ((o.z[i], o.y[i]) for i in o.places)
    terms = [multiply(y, _softplus(Negative(z), -z.value)) for z, y in pairs if y.value != 0]
    return add(terms)


def _d4_error(o: Outputs, at: int) -> list[Expression]:
    rest = subtract(ONE, o.a[at]), _sigmoid(Negative(o.z[at]))
    return [Negative(multiply(o.y[at], one)) for one in rest]


def _complement(y: Term) -> Expression:
    """1 - y, which is written 1 where y is 0."""
    return subtract(ONE, y) if y.value != 0 else ONE


def _rest_of(o: Outputs, at: int) -> Expression:
    """The sum of the other outputs, which is 1 - a."""
    return add([a for i, a in enumerate(o.a) if i != at])


def _d5_cost(o: Outputs) -> Expression:
    """The logarithms with 1 - a summed from the others."""
    terms: list[Expression] = []
    for i in o.places:
        a, y, rest = o.a[i], o.y[i], _rest_of(o, i)
        known: Expression = Negative(Call("ln", (a,)))
        if a.value > 0.5:
            known = Call("log1p", (Quotient(rest, a),))
        if y.value != 0:
            terms.append(multiply(y, known))
        if y.value != 1:
            wrong: Expression = Negative(Call("ln", (rest,)))
            if a.value <= 0.5:
                wrong = Call("log1p", (Quotient(a, rest),))
            terms.append(multiply(_complement(y), wrong))
    return add(terms)


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
        fraction = Quotient(o.a[at], _rest_of(o, k))
        terms.append(Negative(multiply(_complement(y), a, fraction)))
    return terms


class PairFormulas(NamedTuple):
    """A pair's equation, the exact form of one example's cost, and ways to write an output's error.

    `error` takes the outputs and the place of the one whose error is asked for.
    """

    equation: str
    cost: Callable[[Outputs], Expression]
    error: Callable[[Outputs, int], list[Expression]]


PAIR_FORMULAS: dict[Pair, PairFormulas] = {
    ("binary_cross_entropy", "sigmoid"): PairFormulas("D2", _d2_cost, _d2_error),
    ("categorical_cross_entropy", "softmax"): PairFormulas("D3", _d3_cost, _d3_error),
    ("categorical_cross_entropy", "sigmoid"): PairFormulas("D4", _d4_cost, _d4_error),
    ("binary_cross_entropy", "softmax"): PairFormulas("D5", _d5_cost, _d5_error),
}
"""(cost, output activation) -> the exact formulas of the pair."""


def _ln(of: Expression) -> Call:
    return Call("ln", (of,))


def _size(of: Expression) -> Call:
    return Call("abs", (of,))


def _squares(o: Outputs) -> Expression:
    return add(LazyTerms(len(o.places), lambda at: square(o.miss(o.places[at]))))


def _binary(o: Outputs) -> Expression:
    """[C4] without the terms that are 0."""
    terms: list[Expression] = []
    for a, y in ((o.a[i], o.y[i]) for i in o.places):
        if y.value != 0:
            terms.append(multiply(y, _ln(a)))
        if y.value != 1:
            terms.append(multiply(_complement(y), _ln(subtract(ONE, a))))
    return Negative(add(terms))


def _categorical(o: Outputs) -> Expression:
    """[C5] without the terms that are 0."""
    pairs = ((o.a[i], o.y[i]) for i in o.places)
    terms = [multiply(y, _ln(a)) for a, y in pairs if y.value != 0]
    return Negative(add(terms)) if terms or o.only is None else ZERO


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
    "absolute_error": lambda o: add([_size(o.miss(i)) for i in o.places]),
    "huber": lambda o: add([_huber(o, i) for i in o.places]),
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


def cost_forms(cost: str, activation: str, outputs: Outputs) -> list[QuantityForm]:
    """Ways to write the cost of one example.

    Args:
        cost: its name.
        activation: name of the output activation.
        outputs: of the example.
    """
    forms = [QuantityForm(COSTS[cost].equation, cost_tree(cost, outputs))]
    pair = PAIR_FORMULAS.get((cost, activation))
    return forms if pair is None else [*forms, QuantityForm(pair.equation, pair.cost(outputs))]


def gradient_forms(cost: str, outputs: Outputs, at: int) -> list[QuantityForm]:
    """Ways to write ∂c/∂a of one output, for one example by itself.

    Args:
        cost: its name.
        outputs: of the example.
        at: the output's place.
    """
    return [QuantityForm(COSTS[cost].equation, _GRADIENTS[cost](outputs, at))]
