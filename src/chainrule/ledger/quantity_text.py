"""The plain text of quantities, in each notation."""

from __future__ import annotations

from dataclasses import replace

from chainrule.documents import math_text
from chainrule.ledger.rendering.letters import letter_of
from chainrule.ledger.steps import Quantity, WorkedExample

__all__ = ["NOTATIONS", "activation_letter", "quantity_letter", "superscript"]

NOTATIONS = ("papers", "column", "row")
"""papers: letters with raised layers and derivatives written out, an example is a column. column:
the letters of docs/notation.md, an example is a column and the last index. row: the same, but a
batch is a matrix with an example a row, which is the first index. In plain text, column and row
write addresses instead of letters."""

_RAISED = str.maketrans("0123456789lL+-", "⁰¹²³⁴⁵⁶⁷⁸⁹ˡᴸ⁺⁻")


def superscript(text: str) -> str:
    """A layer as the papers raise it.

    Args:
        text: a number, or a layer's name such as "l-1" or "L".
    """
    return text.translate(_RAISED)


def activation_letter(example: WorkedExample, notation: str, layer: int | None = None) -> str:
    """The sign of an activation function: the papers write σ for a sigmoid.

    Args:
        example: the worked example.
        notation: of NOTATIONS.
        layer: from 1; None for that of all layers.
    """
    names = example.architecture.activations
    meant = names if not layer else names[layer - 1 : layer]
    return "σ" if notation == "papers" and set(meant) == {"sigmoid"} else "φ"


def quantity_letter(
    quantity: Quantity, notation: str, within: Quantity | None = None, function: str = "φ"
) -> str:
    """A quantity as formulas have it.

    Args:
        quantity: any.
        notation: of NOTATIONS.
        within: the quantity whose formula it is; what they have in common, step and example, is
            left out.
        function: the sign of its layer's activation function.

    Example:
        >>> weight = Quantity.parse("W_new[2][0,13]")
        >>> quantity_letter(weight, "row"), quantity_letter(weight, "papers")
        ('W_new[2][0,13]', 'new w²₀,₁₃')
    """
    prefix, example = "", quantity.example
    if within is not None:
        prefix = "" if quantity.step == within.step else f"step[{quantity.step}]."
        example = None if quantity.example == within.example else quantity.example
        quantity = replace(quantity, step=1, example=example)
    if notation != "papers":
        return prefix + str(quantity)
    step = "" if quantity.step == 1 else f"step[{quantity.step}]."
    row = "" if quantity.example is None else f"({quantity.example})"
    letter = letter_of(replace(quantity, step=1, example=None), notation, function=function)
    return f"{prefix}{step}{math_text(letter)}{row}"
