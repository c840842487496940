"""The small automatic differentiation: each function, shared ways, and long memories."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.proofs.tape import Scalar, add, apply, gradients, maximum, weighted_sum

FUNCTIONS = {
    (lambda x: apply("exp", x)): (math.exp, math.exp),
    (lambda x: apply("expm1", x)): (math.expm1, math.exp),
    (lambda x: apply("tanh", x)): (math.tanh, lambda x: 1 - math.tanh(x) ** 2),
    (lambda x: apply("sigmoid", x)): (
        lambda x: 1 / (1 + math.exp(-x)),
        lambda x: math.exp(-x) / (1 + math.exp(-x)) ** 2,
    ),
    (lambda x: apply("normal_cdf", x)): (
        lambda x: 0.5 * (1 + math.erf(x / math.sqrt(2))),
        lambda x: math.exp(-x * x / 2) / math.sqrt(2 * math.pi),
    ),
    (lambda x: apply("abs", x)): (abs, lambda x: math.copysign(1.0, x) if x else 0.0),
    (lambda x: apply("log1p", x * x)): (
        lambda x: math.log1p(x * x),
        lambda x: 2 * x / (1 + x * x),
    ),
    (lambda x: apply("ln", x * x + 1.0)): (
        lambda x: math.log(x * x + 1),
        lambda x: 2 * x / (1 + x * x),
    ),
    (lambda x: maximum(x, 0.0) + 0.0 * x): (lambda x: max(x, 0.0), lambda x: float(x > 0)),
    (lambda x: add([x, 2.0, x**2.0])): (lambda x: x + 2 + x * x, lambda x: 1 + 2 * x),
    (lambda x: 1.0 - x / 4.0): (lambda x: 1 - x / 4, lambda x: -0.25),
    (lambda x: Scalar(3.0) / (x * x + 1.0)): (
        lambda x: 3 / (x * x + 1),
        lambda x: -6 * x / (x * x + 1) ** 2,
    ),
    (lambda x: 3.0 / (x * x + 1.0)): (
        lambda x: 3 / (x * x + 1),
        lambda x: -6 * x / (x * x + 1) ** 2,
    ),
    (lambda x: 2.0 * x - x): (lambda x: x, lambda x: 1.0),
    (lambda x: 5.0 + -x): (lambda x: 5 - x, lambda x: -1.0),
}


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
@given(value=st.floats(-20, 20))
def test_each_function_and_its_slope(function, value) -> None:
    expected, slope = FUNCTIONS[function]
    x = Scalar(value)
    made = function(x)
    assert made.value == pytest.approx(expected(value), rel=1e-12, abs=1e-15)
    assert gradients(made)[x] == pytest.approx(slope(value), rel=1e-9, abs=1e-13)


def test_ways_are_added_up() -> None:
    x = Scalar(2.0)
    y = x * x
    z = y * x + y  # x³ + x²
    assert gradients(z)[x] == 3 * 4 + 2 * 2


def test_what_did_not_take_part_has_no_slope() -> None:
    x, y = Scalar(1.0), Scalar(1.0)
    assert y not in gradients(x + 1.0)
    assert gradients(x) == {x: 1.0}


def test_weighted_sums_of_scalars_and_of_numbers() -> None:
    weights, x = [Scalar(2.0), Scalar(3.0)], Scalar(5.0)
    total = weighted_sum(weights, [x, 7.0])
    found = gradients(total)
    assert total.value == 31.0
    assert (found[weights[0]], found[weights[1]], found[x]) == (5.0, 7.0, 2.0)


def test_a_long_memory_needs_no_deep_stack() -> None:
    x = Scalar(1.0)
    end = x
    for _ in range(50_000):
        end = end + x
    assert gradients(end)[x] == 50_001


def test_far_out_nothing_overflows() -> None:
    x = Scalar(1e200)
    assert gradients(apply("tanh", x))[x] == gradients(apply("normal_cdf", x))[x] == 0.0
    z = Scalar(-800.0)
    assert gradients(1.0 / (1.0 + apply("exp", -z)))[z] == 0.0


def test_plain_numbers_stay_plain() -> None:
    assert (add([1.0, 2.0]), apply("abs", -3.0), maximum(1.0, 0.0)) == (3.0, 3.0, 1.0)
