from __future__ import annotations

import pytest

from chainrule.documents.mathematics.latex_math import MathLatex
from chainrule.documents.mathematics.mathml import MathML
from chainrule.ledger.rendering.letters import letter_of
from chainrule.ledger.steps.quantity import Quantity


def latex(address: str, notation: str, within: str = "", function: str = "φ") -> str:
    own = Quantity.parse(within) if within else None
    return MathLatex().letter(letter_of(Quantity.parse(address), notation, own, function))


@pytest.mark.parametrize(
    ("address", "row", "column", "papers"),
    [
        ("z[1][2]", "z_{2}^{[1]}", "z_{2}^{[1]}", "z_{2}^{1}"),
        ("example[3].z[1][2]", "z_{3,2}^{[1]}", "z_{2,3}^{[1]}", "z_{2}^{1}(x_{3})"),
        ("W[2][0,13]", "W_{0,13}^{[2]}", "W_{0,13}^{[2]}", "w_{0,13}^{2}"),
        ("W_new[2][0,1]", *["W_{0,1}^{[2]\\text{ new}}"] * 2, "w_{0,1}^{2\\text{ new}}"),
        ("cost", "C", "C", "C"),
        ("example[3].cost", "c_{3}", "c_{3}", "C(x_{3})"),
        ("y[1]", "y_{1}", "y_{1}", "y_{1}"),
        ("gradient_norm", *["\\lVert g\\rVert"] * 3),
        ("learning_rate", *["\\eta"] * 3),
        ("g_clipped[1][0]", *["g_{0}^{[1]\\text{ clipped}}"] * 2, "g_{0}^{1\\text{ clipped}}"),
        ("velocity_old[1][0]", *["v_{0}^{[1]\\text{ old}}"] * 2, "v_{0}^{1\\text{ old}}"),
        ("decay[1][0]", *["\\text{decay}_{0}^{[1]}"] * 2, "\\text{decay}_{0}^{1}"),
        (
            "example[3].dW[1][0,2]",
            *["dW_{0,2}^{[1] (3)}"] * 2,
            "\\frac{\\partial C}{\\partial w_{0,2}^{1}}(x_{3})",
        ),
        (
            "slope[1][0]",
            *["\\varphi'(z_{0}^{[1]})"] * 2,
            "\\varphi'(z_{0}^{1})",
        ),
        ("da[2][0]", *["da_{0}^{[2]}"] * 2, "\\frac{\\partial C}{\\partial a_{0}^{2}}"),
    ],
)
def test_letters_of_every_notation(address, row, column, papers) -> None:
    assert latex(address, "row") == row
    assert latex(address, "column") == column
    assert latex(address, "papers") == papers


def test_another_step_is_named() -> None:
    assert latex("W_new[1][0,0]", "row", "step[2].W[1][0,0]") == (
        "W_{0,0}^{[1]\\text{ new, step 1}}"
    )
    assert latex("step[2].dW[1][0,0]", "papers", "W[1][0,0]") == (
        "{\\frac{\\partial C}{\\partial w_{0,0}^{1}}}^{\\text{ step 2}}"
    )
    assert latex("step[2].z[1][0]", "row", "step[2].a[1][0]") == "z_{0}^{[1]}"


def test_the_papers_leave_out_the_formulas_own_example() -> None:
    assert latex("example[1].a[1][0]", "papers", "example[1].z[2][0]") == "a_{0}^{1}"
    assert latex("example[1].a[1][0]", "papers", "dW[2][0,0]") == "a_{0}^{1}(x_{1})"
    assert latex("example[1].slope[1][0]", "papers", function="σ") == "\\sigma'(z_{0}^{1}(x_{1}))"


def test_mathml() -> None:
    letter = letter_of(Quantity.parse("dW[1][0,2]"), "papers")
    assert MathML().letter(letter) == (
        '<mfrac><mrow><mo form="prefix" rspace="0">∂</mo><mi>C</mi></mrow>'
        '<mrow><mo form="prefix" rspace="0">∂</mo><msubsup><mi>w</mi><mtext>0,2</mtext>'
        "<mtext>1</mtext></msubsup></mrow></mfrac>"
    )
    new = letter_of(Quantity.parse("b_new[1][0]"), "row")
    assert MathML().letter(new) == (
        "<msubsup><mi>b</mi><mtext>0</mtext><mtext>[1] new</mtext></msubsup>"
    )
