from __future__ import annotations

import pytest

from chainrule.documents.mathematics.formula_nodes import Letter, Numeral
from chainrule.documents.mathematics.latex_math import MathLatex
from chainrule.ledger.formulas.builders import HALF
from chainrule.ledger.formulas.expression import (
    Call,
    Case,
    LazyTerms,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
)
from chainrule.ledger.formulas.text_formula import formula_math, number_text

x, y = Symbol("x", "x", 0.5), Symbol("y", "y", -2.0)
LATEX = MathLatex()


def letter(leaf):
    if isinstance(leaf, Number):
        return Numeral(number_text(leaf.value, 6))
    return Letter(leaf.letter)


def digits(leaf) -> Numeral:
    return Numeral(number_text(leaf.value, 6))


def latex(tree, leaf, *, full: bool = False) -> str:
    return LATEX.write(formula_math(tree, leaf, full=full))


@pytest.mark.parametrize(
    ("tree", "symbols", "numbers"),
    [
        (Sum((x, Negative(y))), "x - y", "0.5 - (- 2)"),
        (Sum((x, y)), "x + y", "0.5 + (- 2)"),
        (Negative(Sum((x, y))), "- (x + y)", "- (0.5 + (- 2))"),
        (Product((x, Sum((y, x)))), "x \\cdot (y + x)", "0.5 \\cdot (- 2 + 0.5)"),
        (Quotient(Sum((x, y)), y), "\\frac{x + y}{y}", "\\frac{0.5 + (- 2)}{- 2}"),
        (Power(y, x), "y^{x}", "(- 2)^{0.5}"),
        (Power(Quotient(x, y), x), *["\\left(\\frac{%s}{%s}\\right)^{%s}"] * 2),
        (Product((HALF, x)), "\\frac{1}{2} \\cdot x", "\\frac{1}{2} \\cdot 0.5"),
        (Call("exp", (Negative(y),)), "e^{- y}", "e^{- (- 2)}"),
        (Call("sqrt", (x,)), "\\sqrt{x}", "\\sqrt{0.5}"),
        (Call("abs", (y,)), "\\lvert y\\rvert", "\\lvert - 2\\rvert"),
        (Call("max", (x, y)), "\\max (x , y)", "\\max (0.5 , - 2)"),
        (Call("log1p", (x,)), "\\ln (1 + x)", "\\ln (1 + 0.5)"),
        (Product((x, Call("expm1", (y,)))), "x \\cdot (e^{y} - 1)", "0.5 \\cdot (e^{- 2} - 1)"),
        (Call("normal_pdf", (x,)), "\\Phi' (x)", "\\Phi' (0.5)"),
        (Case(x, y, "≤", x), "x", "0.5"),
        (Product((Number(1e-7), x)), *["(1 \\cdot 10^{- 7}) \\cdot %s"] * 2),
    ],
)
def test_trees(tree, symbols, numbers) -> None:
    fill = {"x": "0.5", "y": "- 2"}
    if "%" in symbols:
        names = ("x", "y", "x")[: symbols.count("%s")]
        symbols, numbers = symbols % names, numbers % tuple(fill[name] for name in names)
    assert latex(tree, letter) == symbols
    assert latex(tree, digits) == numbers


def test_long_sums() -> None:
    long = Sum(LazyTerms(12, lambda at: Number(float(at))))
    assert latex(long, digits) == ("0 + 1 + 2 + \\dots \\text{ 8 more } \\dots + 11")
    assert latex(long, digits, full=True) == " + ".join(map(str, range(12)))
    assert latex(Quotient(long, x), digits).startswith("\\frac{0 + 1 + ")
    wide = Quotient(Sum(LazyTerms(13, lambda at: Number(float(at)))), x)
    assert latex(wide, digits).startswith("\\frac{0 + 1 + 2 + \\dots")
    whole = latex(wide, digits, full=True)
    assert whole.startswith("\\frac{1}{0.5} \\cdot (0 + 1 + ")


def test_lines_are_broken_between_terms() -> None:
    tree = Sum((x, Negative(y), Product((x, y))))
    assert LATEX.breakable(formula_math(tree, letter)) == ["x", "- y", "+ x \\cdot y"]
    assert LATEX.breakable(formula_math(Negative(tree), letter)) == ["- (x - y + x \\cdot y)"]


@pytest.mark.parametrize(
    ("text", "set_text"),
    [
        ("-0.5", "- 0.5"),
        ("-3/4", "- \\frac{3}{4}"),
        ("1.25e-05", "1.25 \\cdot 10^{- 5}"),
        ("1e+20", "1 \\cdot 10^{20}"),
        ("inf", "\\infty"),
        ("nan", "\\text{not a number}"),
    ],
)
def test_numbers(text, set_text) -> None:
    assert LATEX.write(Numeral(text)) == set_text
