"""The plain text of quantities, in each notation."""

from __future__ import annotations

from dataclasses import replace

from chainrule.ledger.steps import Quantity, WorkedExample

__all__ = ["NOTATIONS", "activation_letter", "quantity_letter", "superscript"]

NOTATIONS = ("papers", "column", "row")
"""papers: letters with raised layers and derivatives written out, an example is a column. column:
the letters of docs/notation.md, an example is a column and the last index. row: the same, but a
batch is a matrix with an example a row, which is the first index. In plain text, column and row
write addresses instead of letters."""

_RAISED = str.maketrans("0123456789lL+-", "⁰¹²³⁴⁵⁶⁷⁸⁹ˡᴸ⁺⁻")
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_LETTERS = {
    "a": "a",
    "z": "z",
    "delta": "δ",
    "W": "w",
    "b": "b",
    "t": "t",
    "y": "y",
    "share": "s",
    "c": "c",
    "cost": "C",
    "penalty": "P",
    "total_cost": "J",
    "dW": "∂C/∂w",
    "db": "∂C/∂b",
    "da": "∂C/∂a",
    "slope": "φ′(z)",
    "g": "g",
    "gradient_norm": "‖g‖",
    "g_clipped": "g clipped",
    "learning_rate": "η",
    "velocity": "v",
    "mean": "m",
    "mean_square": "q",
    "change": "Δ",
    "decay": "decay",
    "W_new": "new w",
    "b_new": "new b",
}


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
    return prefix + _raised(quantity).replace("φ", function)


def _raised(quantity: Quantity) -> str:
    """The papers' letter, with the layer raised and the indices lowered."""
    kind = quantity.kind.removesuffix("_old")
    letter, old = _LETTERS[kind], "old " if quantity.kind.endswith("_old") else ""
    place = "" if quantity.layer is None else superscript(str(quantity.layer))
    place += ",".join(str(at).translate(_LOWERED) for at in quantity.index)
    example = "" if quantity.example is None else f"({quantity.example})"
    step = "" if quantity.step == 1 else f"step[{quantity.step}]."
    inner = letter.endswith(")")  # the place belongs to the z within
    name = f"{letter[:-1]}{place})" if inner else f"{letter}{place}"
    return f"{step}{old}{name}{example}"
