from __future__ import annotations

import pytest

from chainrule.documents.mathematics.latex_math import MathLatex
from chainrule.documents.mathematics.math_parser import parse_formula
from chainrule.documents.mathematics.mathml import MathML
from chainrule.documents.mathematics.text_math import math_text


@pytest.mark.parametrize(
    ("law", "latex"),
    [
        ("zˡ = wˡ aˡ⁻¹ + bˡ", "z^{l} = w^{l} a^{l-1} + b^{l}"),
        ("dW[l] = δ[l]ᵀ a[l-1]", "dW^{[l]} = \\delta^{[l]T} a^{[l-1]}"),
        ("δᴸ = ∇ₐC ⊙ σ′(zᴸ)", "\\delta^{L} = \\nabla_{a} C \\odot \\sigma' ( z^{L} )"),
        ("((wˡ⁺¹)ᵀ δˡ⁺¹)", "( ( w^{l+1} )^{T} \\delta^{l+1} )"),
        ("∂C/∂a[L]", "\\frac{\\partial C}{\\partial a^{[L]}}"),
        ("½ Σ (a_i - y_i)²", "\\frac{1}{2} \\sum ( a_{i} - y_{i} )^{2}"),
        ("-Σ y_i ln a_i", "- \\sum y_{i} \\ln a_{i}"),
        ("|d| <= h, else ½d²", "| d | \\leq h , \\text{ else } \\frac{1}{2} d^{2}"),
        ("θ - η m̂ / (√v̂ + ε)", "\\theta - \\eta \\hat{m} / ( \\sqrt{\\hat{v}} + \\varepsilon )"),
        ("β₂", "\\beta_{2}"),
        ("a Σy", "a \\sum y"),
    ],
)
def test_laws(law, latex) -> None:
    assert math_text(parse_formula(law)) == law
    assert MathLatex().write(parse_formula(law)) == latex


def test_mathml() -> None:
    assert MathML().write(parse_formula("a_i - (√v̂)²")) == (
        "<mrow><msub><mi>a</mi><mtext>i</mtext></msub><mo>−</mo>"
        '<mo stretchy="false">(</mo><msqrt><mover accent="true"><mi>v</mi><mo>^</mo></mover>'
        '</msqrt><msup><mo stretchy="false">)</mo><mi>2</mi></msup></mrow>'
    )
