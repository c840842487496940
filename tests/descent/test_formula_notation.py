"""Formulas as people write them: powers with ^, products without a sign."""

from __future__ import annotations

import pytest

from chainrule.descent import descend_function
from chainrule.descent.formula_notation import to_python
from chainrule.descent.formula_parser import FUNCTIONS, parse_formula
from chainrule.errors import InputError

READ = {
    "x^2 - 2x + 1.5": "x**2 - 2*x + 1.5",
    "x ^ 2": "x**2",
    "2(x+1)(x-1)": "2*(x+1)*(x-1)",
    "x(x + 1)": "x*(x + 1)",
    "(x+1)2": "(x+1)*2",
    "2x^2 + 3y": "2*x**2 + 3*y",
    "x y": "x*y",
    "x²y": "x**2*y",
    "x² + 3/2 − 2·x": "x**2 + 3/2 - 2*x",
    "x⁻²": "x**(-2)",
    "x²(x + 1)": "x**2*(x + 1)",
    "x^(2)y": "x**2*y",
    "(x+1)^(2)(y-1)": "(x+1)**2*(y-1)",
    "sin(x)cos(x)": "sin(x)*cos(x)",
    "3sin(2x)": "3*sin(2*x)",
    "2π×x÷3": "2*pi*x/3",
    "√(x)σ(x)": "sqrt(x)*sigmoid(x)",
    "2e3x": "2000*x",
    "3x2": "3*x2",
    "2 beta b": "2*beta*b",
}


@pytest.mark.parametrize("text", READ)
def test_each_form_is_the_formula_that_is_meant(text) -> None:
    assert parse_formula(text).node == parse_formula(READ[text]).node


@pytest.mark.parametrize(
    "text", ["x**2 - 2*x", "sin(x)", "f(x)", "x + 1j", "2or x", "x.real", "xy", "0x10*y", "1 2", ""]
)
def test_what_is_written_in_full_is_left_alone(text) -> None:
    assert to_python(text, "f", FUNCTIONS) == text


ONE_WAY = "f: expected a formula that can be read in one way only, got"
TWO_WAYS = {
    "1/2x": "'/2x' at sign 2. Write /2*x or /(2*x).",
    "x^2y": "'^2y' at sign 2. Write ^2*y or ^(2*y).",
    "x^-2y": "'^-2y' at sign 2. Write ^2*y or ^(2*y).",
    "x**2(x+1)": "'**2(' at sign 2. Write **2*(…) or **(2*(…)).",
    "1/x²y": "'/x²y' at sign 2. Write /x²*y or /(x²*y).",
    "1/sin(x)y": "'/sin(x)y' at sign 2. Write /sin(x)*y or /(sin(x)*y).",
    "1/(x+1)y": "'/(x+1)y' at sign 2. Write /(x+1)*y or /((x+1)*y).",
    "sin x": "'sin x' at sign 1. Write sin(…).",
    "sin^2(x)": "'sin^' at sign 1. Write sin(…)^….",
    "sin²(x)": "'sin²' at sign 1. Write sin(…)^….",
    "x*y + xy": "'xy' at sign 7. Write x*y or another name for a variable.",
    "2xy": "'xy' at sign 2. Write x*y or another name for a variable.",
}


@pytest.mark.parametrize("text", TWO_WAYS)
def test_what_can_be_read_in_two_ways_is_refused(text) -> None:
    with pytest.raises(InputError) as caught:
        to_python(text, "f", FUNCTIONS)
    assert str(caught.value) == f"{ONE_WAY} {TWO_WAYS[text]}"


def test_brackets_that_do_not_fit_are_left_to_the_parser() -> None:
    assert to_python("x)y", "f", FUNCTIONS) == "x)*y"
    with pytest.raises(InputError, match="expected a formula such as"):
        parse_formula("¹0")
    with pytest.raises(InputError, match="expected a formula such as"):
        parse_formula("x)y")


def test_a_descent_on_it_is_that_of_pythons_notation() -> None:
    typed, plain = (
        descend_function(text, start=[-1.0], learning_rate=0.3, steps=5).path.points
        for text in ("x^2 - 2x + 1.5", "x**2 - 2*x + 1.5")
    )
    assert typed.tolist() == plain.tolist()
