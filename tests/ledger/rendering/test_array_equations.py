"""Whole arrays: each equation holds for its numbers, and lies as its notation has it."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.costs import COSTS
from chainrule.ledger.display_options import DisplayOptions
from chainrule.ledger.files.worked_file import parse_worked
from chainrule.ledger.ledger import Ledger
from chainrule.ledger.quantity_text import NOTATIONS
from chainrule.ledger.rendering.array_equations import (
    MAX_SIDE,
    ArrayEquation,
    Bracketed,
    Operand,
    QuantityMatrix,
    array_equations,
)

PAIRS = list(itertools.product(ACTIVATIONS, COSTS))
SECTIONS = ("forward", "cost", "errors", "gradients", "update")
BATCH = """
[network]
layers = [3, 2, 1]
activations = "identity"
weights = [[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], [[1.0, -1.0]]]
biases = [[0.5, 0.25], [1.0]]
[training]
cost = "half_squared_error"
learning_rate = 0.5
[[examples]]
inputs = [1.0, 0.0, 2.0]
targets = [0.0]
[[examples]]
inputs = [0.0, 1.0, 0.0]
targets = [1.0]
"""


def numbers(ledger: Ledger, matrix: QuantityMatrix) -> np.ndarray:
    return np.array([[ledger.value(one) for one in row] for row in matrix.rows])


def comes_to(ledger: Ledger, parts: tuple[Operand, ...]) -> np.ndarray:
    """What parts come to by the rules of matrices: products first, then each sign."""
    total, product, sign = None, None, "+"
    for part in (*parts, "end"):
        if isinstance(part, str):
            signs = {"+": np.add, "-": np.subtract, "⊙": np.multiply}
            if total is not None:
                assert total.shape == product.shape
            total = product if total is None else signs[sign](total, product)
            product, sign = None, part
            continue
        value = numbers(ledger, part) if isinstance(part, QuantityMatrix) else grouped(ledger, part)
        product = value if product is None else product @ value
    return total


def grouped(ledger: Ledger, group: Bracketed) -> np.ndarray:
    return comes_to(ledger, group.parts) / group.divisor


def laws(ledger: Ledger, notation: str, section: str) -> tuple[ArrayEquation, ...]:
    return array_equations(ledger, 1, section, DisplayOptions(notation=notation))


@pytest.mark.parametrize(("activation", "cost"), PAIRS)
def test_every_equation_holds_for_its_numbers(make, activation, cost) -> None:
    at = PAIRS.index((activation, cost))
    shape, examples = ((2, 3, 2), (3, 2, 3))[at % 2], (1, 2, 3)[at % 3]
    example = make(activation, cost=cost, seed=at, layers=shape, examples=examples)
    ledger, found = Ledger(example), []
    for notation, section in itertools.product(NOTATIONS, SECTIONS):
        for law in laws(ledger, notation, section):
            found.append((notation, law.label))
            result = numbers(ledger, law.result)
            if law.formula:
                np.testing.assert_allclose(
                    comes_to(ledger, law.formula), result, rtol=1e-9, atol=1e-12
                )
    for notation in ("row", "column"):
        assert {"F1", "F2", "BP3", "BP4"} <= {id_ for name, id_ in found if name == notation}
    assert any(name == "papers" for name, _ in found) == (examples == 1)


def test_rows() -> None:
    ledger = Ledger(parse_worked(BATCH))
    first, _, *_ = laws(ledger, "row", "forward")
    assert first.text == "z[1] = a[0] W[1]ᵀ + b[1]"
    a, w, plus, b = first.formula
    assert plus == "+"
    assert numbers(ledger, a).tolist() == [[1, 0, 2], [0, 1, 0]]
    assert numbers(ledger, w).tolist() == [[1, 4], [2, 5], [3, 6]]
    assert numbers(ledger, b).tolist() == [[0.5, 0.25], [0.5, 0.25]]
    assert numbers(ledger, first.result).tolist() == [[7.5, 16.25], [2.5, 5.25]]


def test_columns() -> None:
    ledger = Ledger(parse_worked(BATCH))
    first, _, *_ = laws(ledger, "column", "forward")
    assert first.text == "z[1] = W[1] a[0] + b[1]"
    w, a, _, b = first.formula
    assert numbers(ledger, w).tolist() == [[1, 2, 3], [4, 5, 6]]
    assert numbers(ledger, a).tolist() == [[1, 0], [0, 1], [2, 0]]
    assert numbers(ledger, b).tolist() == [[0.5, 0.5], [0.25, 0.25]]
    assert numbers(ledger, first.result).tolist() == [[7.5, 2.5], [16.25, 5.25]]


@pytest.mark.parametrize(
    ("notation", "told"),
    [
        ("row", ["δ[2] = ∂C/∂a[2] ⊙ φ′(z[2])", "δ[1] = (δ[2] W[2]) ⊙ φ′(z[1])"]),
        ("column", ["δ[2] = ∂C/∂a[2] ⊙ φ′(z[2])", "δ[1] = (W[2]ᵀ δ[2]) ⊙ φ′(z[1])"]),
    ],
)
def test_errors_go_back_through_the_weights(notation, told) -> None:
    ledger = Ledger(parse_worked(BATCH))
    found = laws(ledger, notation, "errors")
    assert [law.text for law in found] == told
    delta = numbers(ledger, found[1].result)
    assert delta.shape == (2, 2)
    standing = delta if notation == "column" else delta.T
    assert standing.tolist() == [[-3.875, -1.375], [3.875, 1.375]]


def test_gradients_lie_as_the_weights_in_every_notation() -> None:
    ledger = Ledger(parse_worked(BATCH))
    told = {"row": "dW[1] = δ[1]ᵀ a[0]", "column": "dW[1] = δ[1] a[0]ᵀ"}
    for notation, law in told.items():
        found = {one.text: one for one in laws(ledger, notation, "gradients")}
        assert numbers(ledger, found[law].result).shape == (2, 3)
        db = numbers(ledger, found["db[1] = Σ δ[1]"].result)
        assert db.shape == ((1, 2) if notation == "row" else (2, 1))


def test_the_papers_name_one_example() -> None:
    assert laws(Ledger(parse_worked(BATCH)), "papers", "forward") == ()
    alone = Ledger(parse_worked(BATCH.rpartition("[[examples]]")[0]))
    found = [law.text for name in SECTIONS for law in laws(alone, "papers", name)]
    assert found == [
        *("z¹ = w¹ a⁰ + b¹", "a¹ = φ(z¹)", "z² = w² a¹ + b²"),
        "δ¹ = ((w²)ᵀ δ²) ⊙ φ′(z¹)",
        *("∂C/∂w² = δ² (a¹)ᵀ", "∂C/∂w¹ = δ¹ (a⁰)ᵀ", "∂C/∂b¹ = δ¹"),
    ]


@pytest.mark.parametrize(
    ("last", "cost", "told"),
    [
        ("sigmoid", "binary_cross_entropy", "δ[2] = (a - y)/B"),
        ("softmax", "categorical_cross_entropy", None),  # its targets do not sum to 1
        ("sigmoid", "categorical_cross_entropy", None),
        ("softmax", "squared_error", None),
    ],
)
def test_the_outputs_error(make, last, cost, told) -> None:
    found = laws(Ledger(make("tanh", last, cost=cost)), "row", "errors")
    assert [law.text for law in found if law.text.startswith("δ[2]")] == ([told] if told else [])
    assert laws(Ledger(make("tanh", last, cost=cost, weighted=True)), "row", "errors")[-1].text == (
        "δ[1] = (δ[2] W[2]) ⊙ φ′(z[1])"
    )


def test_what_is_left_to_single_numbers(make) -> None:
    chain = Ledger(make(layers=(1, 1, 1), examples=1))
    assert [laws(chain, "row", name) for name in SECTIONS] == [()] * 5
    wide = Ledger(make(layers=(MAX_SIDE + 1, 2, 2)))
    assert [law.text for law in laws(wide, "column", "forward")] == [
        *("a[1] = φ(z[1])", "z[2] = W[2] a[1] + b[2]", "a[2] = φ(z[2])")
    ]
    asked = DisplayOptions(quantities=(wide.locate("db[1]"),))
    assert array_equations(wide, 1, "gradients", asked) == ()


def test_text() -> None:
    ledger = Ledger(parse_worked(BATCH))
    row, column = (
        ledger.render("text", DisplayOptions(notation=name))
        .partition("F2     a[l] = φ(z[l])\n\n")[2]
        .partition("\n\n")[0]
        for name in ("row", "column")
    )
    assert row == (
        "F1     z[1] = a[0] W[1]ᵀ + b[1]\n"
        "            = [1 0 2; 0 1 0] [1 4; 2 5; 3 6] + [0.5 0.25; 0.5 0.25]\n"
        "            = [7.5 16.25; 2.5 5.25]\n"
        "F2     a[1] = φ(z[1])\n"
        "            = [7.5 16.25; 2.5 5.25]\n"
        "F1     z[2] = a[1] W[2]ᵀ + b[2]\n"
        "            = [7.5 16.25; 2.5 5.25] [1; -1] + [1; 1]\n"
        "            = [-7.75; -1.75]\n"
        "F2     a[2] = φ(z[2])\n"
        "            = [-7.75; -1.75]"
    )
    assert column == (
        "F1     z[1] = W[1] a[0] + b[1]\n"
        "            = [1 2 3; 4 5 6] [1 0; 0 1; 2 0] + [0.5 0.5; 0.25 0.25]\n"
        "            = [7.5 2.5; 16.25 5.25]\n"
        "F2     a[1] = φ(z[1])\n"
        "            = [7.5 2.5; 16.25 5.25]\n"
        "F1     z[2] = W[2] a[1] + b[2]\n"
        "            = [1 -1] [7.5 2.5; 16.25 5.25] + [1 1]\n"
        "            = [-7.75 -1.75]\n"
        "F2     a[2] = φ(z[2])\n"
        "            = [-7.75 -1.75]"
    )


def test_markups() -> None:
    ledger = Ledger(parse_worked(BATCH))
    latex = ledger.render("latex", DisplayOptions(notation="column"))
    matrices = (
        "\\begin{pmatrix} 1 & 2 & 3 \\\\ 4 & 5 & 6 \\end{pmatrix} "
        "\\begin{pmatrix} 1 & 0 \\\\ 0 & 1 \\\\ 2 & 0 \\end{pmatrix} + "
        "\\begin{pmatrix} 0.5 & 0.5 \\\\ 0.25 & 0.25 \\end{pmatrix}"
    )
    assert (
        "\\entry{F1}{weighted sums of layer 1}{}{$\\displaystyle "
        "z^{[1]} = W^{[1]} a^{[0]} + b^{[1]}$\\newline\n  "
        f"$\\displaystyle = {matrices}$"
    ) in latex
    markdown = ledger.render("markdown", DisplayOptions(notation="column"))
    assert (
        "**F1** weighted sums of layer 1\n\n```math\n\\begin{aligned}\n"
        f"z^{{[1]}} &= W^{{[1]}} a^{{[0]}} + b^{{[1]}} \\\\\n&= {matrices} \\\\\n"
    ) in markdown
    page = ledger.render("html", DisplayOptions(notation="column"))
    assert '<mtd><mrow data-to="example-1-z-1-1"><mn>5.25</mn></mrow></mtd>' in page
    assert '<b class="id">BP2</b> <span>errors of layer 1</span>' in page
