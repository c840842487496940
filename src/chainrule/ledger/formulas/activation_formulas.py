"""Activation functions and their derivatives as formulas [A1] to [A12]."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from chainrule.equations.activations import ACTIVATIONS, LEAK, SELU_ALPHA, SELU_SCALE
from chainrule.ledger.formulas.builders import (
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
    Negative,
    Number,
    Quotient,
    Sum,
    Symbol,
    Term,
)

__all__ = ["activation_forms", "derivative_forms", "softmax_forms"]

_FOUR = Number(4.0)
_LEAK = Number(LEAK)
_SCALE = Symbol("selu_scale", "s", SELU_SCALE, rational=False)
_STEEP = Symbol("selu_alpha", "α", SELU_ALPHA, rational=False)

_Forms = tuple[Expression, ...]


def exp(of: Expression) -> Expression:
    """e to the power of it."""
    return Call("exp", (of,))


def _split(z: Term, above: Expression, below: Expression, *, at_zero: bool = False) -> Case:
    """One expression to the right of 0 and another to its left; at 0 the right one if `at_zero`."""
    case = Case(above, z, "≥" if at_zero else ">", ZERO, below)
    return case if z.value > 0 or (at_zero and z.value == 0) else case.opposite


def _sigmoid(z: Term) -> _Forms:
    e = exp(z)
    return Quotient(ONE, Sum((ONE, exp(Negative(z))))), Quotient(e, Sum((ONE, e)))


def _bell(z: Term, steepness: Expression, height: Expression) -> Expression:
    """h e^-k|z| / (1 + e^-k|z|)², the derivative of sigmoid and tanh that keeps its digits."""
    e = exp(Negative(multiply(steepness, Call("abs", (z,)))))
    return Quotient(multiply(height, e), square(Sum((ONE, e))))


def _exponential(z: Term, *scale: Expression) -> tuple[Case, ...]:
    """[A7], [A8] on both sides of 0."""
    above = multiply(*scale[:1], z)
    forms = (subtract(exp(z), ONE), Call("expm1", (z,)))
    return tuple(_split(z, above, multiply(*scale, form)) for form in forms)


def _softplus(z: Term) -> _Forms:
    small = Call("log1p", (exp(Negative(Call("abs", (z,)))),))
    known = Call("ln", (Sum((ONE, exp(z))),))
    return known, Sum((Call("max", (z, ZERO)), small))


def _silu_slope(z: Term) -> Expression:
    s = Call("sigmoid", (z,))
    return Sum((s, multiply(z, s, Call("sigmoid", (Negative(z),)))))


def _gelu_slope(z: Term) -> Expression:
    return Sum((Call("normal_cdf", (z,)), multiply(z, Call("normal_pdf", (z,)))))


_VALUES: dict[str, Callable[[Term], Sequence[Expression]]] = {
    "step": lambda z: (_split(z, ONE, ZERO, at_zero=True),),
    "identity": lambda z: (z,),
    "sigmoid": _sigmoid,
    "tanh": lambda z: (Call("tanh", (z,)),),
    "relu": lambda z: (Call("max", (z, ZERO)),),
    "leaky_relu": lambda z: (_split(z, z, multiply(_LEAK, z)),),
    "elu": lambda z: _exponential(z),
    "selu": lambda z: _exponential(z, _SCALE, _STEEP),
    "gelu": lambda z: (multiply(z, Call("normal_cdf", (z,))),),
    "silu": lambda z: (Quotient(z, Sum((ONE, exp(Negative(z))))),),
    "softplus": _softplus,
}
_SLOPES: dict[str, Callable[[Term, Term], Sequence[Expression]]] = {
    "step": lambda z, a: (ZERO,),
    "identity": lambda z, a: (ONE,),
    "sigmoid": lambda z, a: (multiply(a, subtract(ONE, a)), _bell(z, ONE, ONE)),
    "tanh": lambda z, a: (subtract(ONE, square(a)), _bell(z, TWO, _FOUR)),
    "relu": lambda z, a: (_split(z, ONE, ZERO),),
    "leaky_relu": lambda z, a: (_split(z, ONE, _LEAK),),
    "elu": lambda z, a: (_split(z, ONE, exp(z), at_zero=True),),
    "selu": lambda z, a: (_split(z, _SCALE, multiply(_SCALE, _STEEP, exp(z))),),
    "gelu": lambda z, a: (_gelu_slope(z),),
    "silu": lambda z, a: (_silu_slope(z),),
    "softplus": lambda z, a: _sigmoid(z),
}


def activation_forms(name: str, z: Term) -> list[QuantityForm]:
    """Ways to write a = φ(z), for all functions but softmax.

    Args:
        name: of the activation function.
        z: the weighted sum.
    """
    return [QuantityForm(ACTIVATIONS[name].equation, tree) for tree in _VALUES[name](z)]


def derivative_forms(name: str, z: Term, a: Term) -> list[QuantityForm]:
    """Ways to write φ'(z), for all functions but softmax.

    Args:
        name: of the activation function.
        z: the weighted sum.
        a: φ(z).
    """
    return [QuantityForm(ACTIVATIONS[name].equation, tree) for tree in _SLOPES[name](z, a)]


def softmax_forms(row: Sequence[Term], at: int) -> list[QuantityForm]:
    """[A12] Ways to write one activation of a softmax.

    Args:
        row: the layer's weighted sums.
        at: the place of the activation among them.
    """
    known = Quotient(exp(row[at]), add([exp(z) for z in row]))
    top = max(row, key=lambda z: z.value)
    shifted = [exp(subtract(z, top)) for z in row]
    return [QuantityForm("A12", known), QuantityForm("A12", Quotient(shifted[at], add(shifted)))]
