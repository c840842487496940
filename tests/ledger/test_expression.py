from __future__ import annotations

import pytest

from chainrule.documents import math_text
from chainrule.documents.mathematics import Numeral, Spelled
from chainrule.ledger.formulas.expression import (
    FUNCTIONS,
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
    evaluate,
    leaves,
)
from chainrule.ledger.formulas.text_formula import conditions, formula_math

ONE, TWO, MINUS = Number(1.0), Number(2.0), Number(-3.0)
X, MU = Symbol("x", "x", 3.0), Symbol("mu", "μ", 0.5)


def formula_text(tree, leaf, *, full=False) -> str:
    return math_text(formula_math(tree, leaf, full=full))


def letter(leaf) -> Spelled:
    return Spelled(Numeral(""), leaf.letter if isinstance(leaf, Symbol) else f"{leaf.value:g}")


@pytest.mark.parametrize(
    ("tree", "text", "value"),
    [
        (Sum((X, Negative(MU))), "x - μ", 2.5),
        (Sum((X, MINUS)), "x + (-3)", 0.0),
        (Sum((Negative(X), ONE)), "-x + 1", -2.0),
        (Sum((X, Negative(Sum((ONE, TWO))))), "x - (1 + 2)", 0.0),
        (Product((X, Sum((ONE, Negative(X))))), "x·(1 - x)", -6.0),
        (Product((MINUS, X)), "(-3)·x", -9.0),
        (Negative(Product((TWO, X))), "-2·x", -6.0),
        (Negative(Negative(X)), "-(-x)", 3.0),
        (Quotient(Sum((ONE, X)), TWO), "(1 + x)/2", 2.0),
        (Quotient(ONE, Quotient(X, TWO)), "1/(x/2)", 2 / 3),
        (Power(X, TWO), "x²", 9.0),
        (Power(MINUS, TWO), "(-3)²", 9.0),
        (Power(Sum((X, Negative(ONE))), TWO), "(x - 1)²", 4.0),
        (Power(TWO, X), "2^x", 8.0),
        (Call("exp", (Negative(Number(0.0)),)), "e^(-0)", 1.0),
        (Call("abs", (MINUS,)), "|-3|", 3.0),
        (Call("sqrt", (Sum((X, ONE)),)), "√(x + 1)", 2.0),
        (Call("max", (MINUS, Number(0.0))), "max(-3, 0)", 0.0),
        (Product((TWO, Number(0.5, "½"))), "2·½", 1.0),
        (Case(Product((MU, X)), X, ">", ONE), "μ·x", 1.5),
    ],
)
def test_text_and_value(tree, text, value) -> None:
    assert formula_text(tree, letter) == text
    assert evaluate(tree) == pytest.approx(value)


def test_the_text_means_the_tree() -> None:
    tree = Negative(Quotient(Sum((X, MINUS)), Product((MU, Power(Sum((ONE, MU)), TWO)))))
    assert formula_text(tree, letter) == "-(x + (-3))/(μ·(1 + μ)²)"


def test_long_sums_are_lazy_and_shortened() -> None:
    made = []

    def make(at: int) -> Number:
        made.append(at)
        return Number(float(at))

    tree = Sum(LazyTerms(1000, make))
    assert formula_text(tree, letter) == "0 + 1 + 2 + … 996 more … + 999"
    assert made == [0, 1, 2, 999]
    assert evaluate(tree) == 499500
    assert formula_text(Sum(LazyTerms(10, make)), letter, full=True).count("+") == 9
    assert [leaf.value for leaf in leaves(Sum(LazyTerms(3, make)))] == [0, 1, 2]
    assert tree.terms[-1] == Number(999.0)
    assert tree.terms[1:3] == [Number(1.0), Number(2.0)]
    with pytest.raises(IndexError):
        tree.terms[1000]


def test_conditions_are_found_in_the_terms_shown() -> None:
    case = Case(ONE, X, "≤", TWO)
    assert list(conditions(Sum((case, Product((TWO, case)))))) == [case, case]


def test_no_value() -> None:
    with pytest.raises(ZeroDivisionError):
        evaluate(Quotient(ONE, Number(0.0)))
    with pytest.raises(ValueError, match="domain"):
        evaluate(Call("ln", (MINUS,)))


def test_functions_at_far_places() -> None:
    assert FUNCTIONS["sigmoid"](-1000.0) == 0
    assert FUNCTIONS["exp"](1000.0) == float("inf")
    assert FUNCTIONS["sign"](0.0) == 0
