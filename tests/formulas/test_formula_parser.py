"""Both notations give the same trees, and what is ambiguous is refused."""

from __future__ import annotations

import numpy as np
import pytest

from formula_evaluation import Environment, Evaluator
from formula_parser import parse_latex, parse_text
from formula_tree import FormulaError, Node
from named_arrays import NamedArray, combine, contract, label, lift, number

INDICES = {"i": "out", "j": "out", "k": "in"}
A = np.array([[0.5, -1.5, 2.0], [1.0, 0.25, -0.75]])
NAMES = {
    **{"x": number(2.0), "y": number(-3.0), "n": number(4)},
    **{"a": label(A[0], "out"), "W": label(A, "in out"), "S": label(A[:, :2], "plane plane")},
    "σ": number(0.5),
}
WORLD = Environment(NAMES, indices=INDICES, functions={"f": lift(np.square)})


def value(node: Node) -> NamedArray:
    assert node.kind == "expression"
    return Evaluator(WORLD).compute(node.parts[0])


def both(latex: str, text: str) -> tuple[NamedArray, NamedArray]:
    return value(parse_latex(latex)[0]), value(parse_text(text)[0])


@pytest.mark.parametrize(
    ("latex", "text", "expected"),
    [
        ("1 - x y", "1 - x y", 7.0),
        (r"\frac12 x + \frac{y}{x}", "½ x + y/x", -0.5),
        (r"\frac xn", "x / n", 0.5),
        ("-x^2", "-x²", -4.0),
        (r"e^{-\lvert y \rvert} e^3", "e^-|y| e^3", 1.0),
        (r"e^{-x/2 n} e^{1/4}", "e^(-x/2n) e^(1/4)", 1.0),
        (r"\sqrt x \sqrt{2}", "√x √2", 2.0),
        (r"\lfloor \frac{y}{2} \rfloor", "⌊y/2⌋", -2.0),
        (r"\max(x, y) - \min(x, y)", "max(x, y) - min(x, y)", 5.0),
        (r"\ln e^x + \cos 0", "ln e^x + cos 0", 3.0),
        (r"\cos^2 y + \sin^2 y", "cos² y + sin² y", 1.0),
        (r"\sum_i a_i", "Σ_i a_i", 1.0),
        (r"\sum_i a_i^2 + 1", "Σ a² + 1", 7.5),
        (r"\sum_{k=1}^n k", "Σ_{k=1}^n k", 10.0),
        (r"\sum_{k \ge 1} \left(\frac12\right)^k", "Σ_{k≥1} ½^k", 1.0),
        (r"\lVert a \rVert^2", "‖a‖²", 6.5),
        (r"a_0 + a_2", "a_0 + a₂", 2.5),
        (r"a_{n-2}", "a_{n-2}", 2.0),
        (r"[x \ge y] + [x \lt y]", "1[x ≥ y] + 1[x < y]", 1.0),
        (r"f(y)", "f(y)", 9.0),
        (r"\int_0^x 3 t^2 dt", r"x³", 8.0),
        (r"x \cdot y \bmod n", "x · y mod n", 2.0),
        ("f(x) y", "f(x) y", -12.0),
        (r"x(y - 1)", "x(y - 1)", -8.0),
        (r"\sum_i \sum_{j \ne i} a_i a_j", "Σ_i Σ_{j≠i} a_i a_j", -5.5),
    ],
)
def test_both_notations_mean_the_same(latex: str, text: str, expected: float) -> None:
    first, second = both(latex, text)
    assert float(first.array) == pytest.approx(expected)
    assert float(second.array) == pytest.approx(expected)


def test_a_case_distinction_is_computed_and_its_ways_are_noted() -> None:
    for node in (
        parse_latex(r"q = x \text{ for } a_i \gt 0, \text{ else } a_i")[0],
        parse_text("q = x for a_i > 0, else a_i")[0],
        parse_text("q = x if a_i > 0 else a_i")[0],
    ):
        evaluator = Evaluator(WORLD)
        assert evaluator.compute(node.parts[1]).array.tolist() == [2.0, -1.5, 2.0]
        assert list(evaluator.branches.values()) == [{0, 1}]


def test_matrices_are_multiplied_transposed_and_inverted() -> None:
    product, _ = both(r"a W^{\mathsf T}", "a Wᵀ")
    assert np.allclose(product.array, A[0] @ A.T)
    assert product.axes == ("in",)
    inverse, _ = both("S^{-1} S", "S⁻¹ S")
    assert np.allclose(inverse.array, np.eye(2))
    whole, _ = both(r"a \odot a", "a ⊙ a")
    assert np.allclose(whole.array, A[0] ** 2)


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("x / y n", "Brackets are missing"),
        ("x = (y", "expected ')'"),
        ("x = ", "ends too early|unexpected"),
        ("x = y )", "unexpected"),
        ("x = y for y > 0", "without 'else'"),
        ("|x", "expected '|'"),
    ],
)
def test_what_cannot_be_read_is_refused(source: str, problem: str) -> None:
    with pytest.raises(FormulaError) as caught:
        parse_text(source)
    assert any(one in str(caught.value) for one in problem.split("|") if one)


@pytest.mark.parametrize("source", [r"\unknown x", r"\int_0^1 x", r"\frac{1}{2"])
def test_latex_that_cannot_be_read_is_refused(source: str) -> None:
    with pytest.raises(FormulaError):
        parse_latex(source)


@pytest.mark.parametrize(
    "text", ["a W", "Wᵀ Wᵀ", "a a", "a_k", "a_i_j", "xᵀ", "q", "x(y)²", "‖x‖", "a_9", "Wᵀ a"]
)
def test_what_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(FormulaError):
        value(parse_text(text)[0])


def test_arrays_are_aligned_by_the_names_of_their_dimensions() -> None:
    one = NamedArray(np.arange(3.0), ("i",))
    two = NamedArray(np.arange(2.0), ("j",))
    both_ways = combine(np.add, one, two)
    assert both_ways.dims == ("i", "j")
    assert both_ways.array.tolist() == [[0, 1], [1, 2], [2, 3]]
    assert both_ways.sum_over("i").array.tolist() == [3, 6]
    with pytest.raises(FormulaError):
        one.sum_over("k")
    with pytest.raises(FormulaError, match="axes"):
        combine(np.add, label([1, 2], "in"), label([1, 2], "out"))
    with pytest.raises(FormulaError, match="other sizes"):
        contract(label([1, 2], "in"), label([[1.0], [1], [1]], "in out"))
    with pytest.raises(ValueError, match="axes for the labels"):
        label([1, 2], "in out")
