"""Formulas as trees, and their writers: plain text, LaTeX and MathML.

A tree says what stands where; `equation` joins two sides, and `parse_formula` of
`chainrule.documents` reads a tree from a line of text.
"""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.documents.mathematics.formula_nodes import Addition as Addition
    from chainrule.documents.mathematics.formula_nodes import Anchor as Anchor
    from chainrule.documents.mathematics.formula_nodes import Application as Application
    from chainrule.documents.mathematics.formula_nodes import Fenced as Fenced
    from chainrule.documents.mathematics.formula_nodes import Fraction as Fraction
    from chainrule.documents.mathematics.formula_nodes import Letter as Letter
    from chainrule.documents.mathematics.formula_nodes import Link as Link
    from chainrule.documents.mathematics.formula_nodes import Mathematics as Mathematics
    from chainrule.documents.mathematics.formula_nodes import Matrix as Matrix
    from chainrule.documents.mathematics.formula_nodes import Multiplication as Multiplication
    from chainrule.documents.mathematics.formula_nodes import Negation as Negation
    from chainrule.documents.mathematics.formula_nodes import Numeral as Numeral
    from chainrule.documents.mathematics.formula_nodes import Row as Row
    from chainrule.documents.mathematics.formula_nodes import Sign as Sign
    from chainrule.documents.mathematics.formula_nodes import Spelled as Spelled
    from chainrule.documents.mathematics.formula_nodes import Superscript as Superscript
    from chainrule.documents.mathematics.formula_nodes import Words as Words
    from chainrule.documents.mathematics.formula_nodes import equation as equation
    from chainrule.documents.mathematics.mathml import MathML as MathML
    from chainrule.documents.mathematics.mathml import math_element as math_element

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "formula_nodes": (
            "Addition Anchor Application Fenced Fraction Letter Link Mathematics Matrix "
            "Multiplication Negation Numeral Row Sign Spelled Superscript Words equation"
        ),
        "mathml": "MathML math_element",
    },
)
