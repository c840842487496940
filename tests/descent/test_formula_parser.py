"""Formulas that a user types: what is understood, and that nothing else is touched."""

from __future__ import annotations

import contextlib
import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.descent.formula_notation import to_python
from chainrule.descent.formula_parser import FUNCTIONS, parse_formula
from chainrule.descent.function import make_function
from chainrule.descent.python_expression import MAX_LENGTH
from chainrule.errors import ChainruleError, InputError, UnknownNameError

ALLOWED = "expected numbers, variables, + - * / **, brackets and functions, got"
POWER = "expected a power with a number up to 100 as its exponent, or as its base, got"
NAME = "expected a variable of at most 8 plain letters, none of a function, got"
DEPENDS = "expected a formula that depends on its variables and has a value, got"
REFUSED = {
    "x.real": f"{ALLOWED} an attribute access at sign 1: 'x.real'.",
    "2 + x.__class__": f"{ALLOWED} an attribute access at sign 5: 'x.__class__'.",
    "().__class__.__bases__": f"{ALLOWED} an attribute access at sign 1: '().__class__.__bases__'.",
    "__import__('os').system('ls')": f"{ALLOWED} an attribute access at sign 1: "
    "\"__import__('os').system\".",
    "__import__('os')": "expected a function, got '__import__' (str). This name is unknown. "
    "Valid names: abs, cos, exp, ln, log, sigmoid, sin, sqrt, tanh.",
    "sine(x)": "expected a function, got 'sine' (str). Did you mean 'sin'? "
    "Valid names: abs, cos, exp, ln, log, sigmoid, sin, sqrt, tanh.",
    "(lambda: x)()": f"{ALLOWED} lambda at sign 2: 'lambda: x'.",
    "x[0]": f"{ALLOWED} square brackets at sign 1: 'x[0]'.",
    "[x]": f"{ALLOWED} square brackets at sign 1: '[x]'.",
    "(x := 1)": f"{ALLOWED} an assignment at sign 2: 'x := 1'.",
    "x if x else 1": f"{ALLOWED} if … else at sign 1: 'x if x else 1'.",
    "x < 1": f"{ALLOWED} a comparison at sign 1: 'x < 1'.",
    "not x": f"{ALLOWED} not at sign 1: 'not x'.",
    "x @ x": f"{ALLOWED} the sign @ at sign 1: 'x @ x'.",
    "1,5*x": f"{ALLOWED} a comma at sign 1: '1,5*x'. The decimal point is a dot.",
    "f'{x}'": f"{ALLOWED} a string at sign 1: \"f'{{x}}'\".",
    "'a'*x": f"{ALLOWED} 'a' (str) at sign 1.",
    "True*x": f"{ALLOWED} True (bool) at sign 1.",
    "x + 1j": f"{ALLOWED} 1j (complex) at sign 5.",
    "x**9**9**9": f"{POWER} '9**9**9' at sign 4.",
    "x**1e9": f"{POWER} 'x**1e9' at sign 1.",
    "x**x": f"{POWER} 'x**x' at sign 1.",
    "(0-2)**x": f"{POWER} '(0-2)**x' at sign 1.",
    "1e400*x": "expected numbers between 1e-100 and 1e100, got '1e400' at sign 1.",
    "x*99**99": "expected numbers between 1e-100 and 1e100, got '99**99' at sign 3.",
    "x*exp(exp(99))": "expected numbers between 1e-100 and 1e100, got 'exp(exp(99))' at sign 3.",
    "x + exp(-10**9)": "expected numbers between 1e-100 and 1e100, got 'exp(-10**9)' at sign 5.",
    "x*exp(99)**99": "expected numbers between 1e-100 and 1e100, got 'exp(99)**99' at sign 3.",
    "x*abs(exp(200)*exp(99))": "expected numbers between 1e-100 and 1e100, "
    "got 'abs(exp(200)*exp(99))' at sign 3.",
    "e**x": f"{NAME} 'e' at sign 1. Write exp(1).",
    "sin*x": f"{NAME} 'sin' at sign 1.",
    "temperature": f"{NAME} 'temperature' at sign 1.",
    "exp(x, y)": "expected one number in the brackets of exp, got 'exp(x, y)' at sign 1.",
    "exp(x=1)": "expected one number in the brackets of exp, got 'exp(x=1)' at sign 1.",
    "exp(*x)": "expected one number in the brackets of exp, got 'exp(*x)' at sign 1.",
    "a+b+c+d+f": "expected at most 4 variables, got a, b, c, d, f.",
    "3*4": "expected a formula with a variable, such as x, got none.",
    "x - x": f"{DEPENDS} x - x.",
    "x/0": f"{DEPENDS} x/0.",
    "x*ln(0-1)": f"{DEPENDS} x*ln(0-1).",
    "": "expected a formula such as 'x**2 - 2*x', got '' (str).",
    "x +": "expected a formula such as 'x^2 - 2x' or 'x**2 - 2*x', got 'x +'.",
    "3 4*x": "expected a formula such as 'x^2 - 2x' or 'x**2 - 2*x', got '3 4*x'.",
    "x" + "+x" * 5_000_000: "expected a formula of at most 400 characters, got 10000001.",
    "-" * 350 + "x": "expected a formula of at most 80 numbers, variables, signs and functions, "
    "got 351.",
    "sin(" * 7 + "x" + ")" * 7: "expected at most 6 functions, powers and quotients within each "
    "other, got 7.",
    "abs(ln(x))": "expected a formula with derivatives in the same functions, got 'abs(ln(x))'.",
}


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: text[:24])
def test_what_is_refused_is_told_in_a_line(text) -> None:
    with pytest.raises(ChainruleError) as caught:
        make_function(text, "f.toml, line 3")
    assert str(caught.value) == f"f.toml, line 3: {REFUSED[text]}"
    is_unknown = REFUSED[text].startswith("expected a function, got")
    kind = UnknownNameError if is_unknown else InputError
    assert type(caught.value) is kind


@given(st.text(max_size=MAX_LENGTH + 5))
def test_any_text_is_parsed_or_refused(text) -> None:
    with contextlib.suppress(InputError):
        assert 1 <= len(parse_formula(text).variables) <= 4


@given(st.text(alphabet="xy0123456789.+-*/() ", min_size=1, max_size=40))
def test_arithmetic_is_pythons(text) -> None:
    try:
        function = make_function(text)
    except InputError:
        return
    at = {"x": 0.75, "y": -1.25}
    if not set(function.variables) <= set(at):
        return
    point = np.array([at[name] for name in function.variables])
    with mpmath.workdps(40):
        try:
            law = plainly(text, {name: mpmath.mpf(value) for name, value in at.items()})
        except (ZeroDivisionError, OverflowError):
            return
        if isinstance(law, mpmath.mpc) or not 1e-9 < abs(law) < 1e9:
            return
        found = function.value_at(point)
        assert math.isnan(found) or math.isclose(found, law, rel_tol=1e-6)


def plainly(text: str, known: dict[str, object]) -> object:
    """What a formula without functions comes to, from left to right by the usual rules."""
    import ast
    import operator

    signs = {
        ast.Add: operator.add,
        ast.Sub: operator.sub,
        ast.Mult: operator.mul,
        ast.Div: operator.truediv,
        ast.Pow: operator.pow,
    }

    def value(node: ast.AST) -> object:
        if isinstance(node, ast.Constant):
            return mpmath.mpf(str(node.value))
        if isinstance(node, ast.Name):
            return known[node.id]
        if isinstance(node, ast.UnaryOp):
            one = value(node.operand)
            return -one if isinstance(node.op, ast.USub) else one
        return signs[type(node.op)](value(node.left), value(node.right))

    return value(ast.parse(to_python(text, "formula", FUNCTIONS), mode="eval").body)


@pytest.mark.parametrize(
    ("text", "shown", "slope"),
    [
        ("x**2 - 2*x + 1.5", "x² + 3/2 - 2·x", "2·x - 2"),
        ("2**x", "e^(x·ln(2))", "e^(x·ln(2))·ln(2)"),
        ("sigmoid(x)", "σ(x)", "(1 - σ(x))·σ(x)"),
        ("abs(x - 1)", "|x - 1|", "sign(x - 1)"),
        ("sqrt(x)", "√(x)", "1/(2·√(x))"),
        ("sin(pi*x)", "sin(π·x)", "π·cos(π·x)"),
        ("exp(1)*x", "e^(1)·x", "e^(1)"),
        ("tanh(x)", "tanh(x)", "1 - tanh(x)²"),
        ("0.1*x", "x/10", "1/10"),
    ],
)
def test_derivatives(text, shown, slope) -> None:
    function = make_function(text)
    assert function.format(function.value) == shown
    assert [function.format(one) for one in function.derivatives] == [slope]


FORMULAS = (
    "x**2 + y**3",
    "sigmoid(x*y) + x**3",
    "exp(-x**2)*cos(y)",
    "ln(x**2 + 1)/sqrt(y + 3)",
    "abs(x)*tanh(y) + 3**x",
    "x**2.5 - y/x",
    "log(y + 2)*sin(x) - abs(y)",
)


@pytest.mark.parametrize("text", FORMULAS)
def test_derivatives_are_differences(text) -> None:
    function, point, step = make_function(text), np.array([0.7, 0.4]), 1e-6
    for place in range(2):
        beside = np.eye(2)[place] * step
        difference = (function.value_at(point + beside) - function.value_at(point - beside)) / (
            2 * step
        )
        assert function.gradient(point)[place] == pytest.approx(difference, rel=1e-7)
        rise = (function.gradient(point + beside) - function.gradient(point - beside)) / (2 * step)
        assert function.hessian(point)[place] == pytest.approx(rise, rel=1e-6, abs=1e-8)


def test_constants_are_the_numbers_that_they_are() -> None:
    text = "x + sin(0) + tanh(cos(pi))*sigmoid(-2) + ln(abs(1 - 3))/sqrt(4)**2 + x*log(2)"
    law = 1 + math.tanh(-1) / (1 + math.exp(2)) + math.log(2) / 4 + math.log(2)
    assert make_function(text).value_at(np.array([1.0])) == pytest.approx(law, rel=1e-15)
    assert math.isnan(make_function("x*exp(sqrt(0 - 1*x))").value_at(np.array([1.0])))


@pytest.mark.parametrize("text", ["x**1.5 + x", "sigmoid(x**1.5)", "x**0.5*x"])
def test_a_complex_value_is_none(text) -> None:
    function = make_function(text)
    assert math.isnan(function.value_at(np.array([-0.7])))
    assert math.isfinite(function.value_at(np.array([0.7])))


@pytest.mark.parametrize(
    "text",
    [
        "tanh((((exp(x) + (pi)**(1/3)) + (ln(x))**99.99))**(-1))",
        "sqrt(tanh((tanh(((1e20 - 6) + (0.5 * 0.5))) / ((ln(y) - (y)**(1/3)))**99)))",
        "sin((x + y + z + w + 1)**99)",
    ],
)
def test_powers_of_sums_are_not_multiplied_out(text) -> None:
    """It would take minutes, or all memory."""
    function = make_function(text)
    assert len(function.derivatives) == len(function.variables)


def test_where_there_is_no_value() -> None:
    function = make_function("sqrt(x)/y + exp(x)")
    assert math.isnan(function.value_at(np.array([-1.0, 1.0])))
    assert math.isnan(function.value_at(np.array([1.0, 0.0])))
    assert function.value_at(np.array([1000.0, 1.0])) == math.inf
    assert math.isnan(make_function("x**0.3").value_at(np.array([-1.0])))
    grid = function.values_at(np.ones((2, 3, 4)))
    assert grid.shape == (3, 4)
    assert (grid == 1 + math.e).all()
