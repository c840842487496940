"""How quantities and equations are written in plain text, in each of the notations."""

from __future__ import annotations

import re
from dataclasses import replace

from chainrule.equations.costs import COSTS
from chainrule.equations.output_error import FUSED
from chainrule.equations.updates import UPDATES
from chainrule.ledger.steps import Quantity, WorkedExample

__all__ = ["NOTATIONS", "activation_letter", "quantity_letter", "section_equations", "superscript"]

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

_ROW = {
    "forward": (("F1", "z[l] = a[l-1] W[l]ᵀ + b[l]"), ("F2", "a[l] = φ(z[l])")),
    "errors": (
        ("BP1", "δ[L] = ∂C/∂a[L] ⊙ φ′(z[L])"),
        ("BP2", "δ[l] = (δ[l+1] W[l+1]) ⊙ φ′(z[l])"),
    ),
    "gradients": (("BP4", "dW[l] = δ[l]ᵀ a[l-1]"), ("BP3", "db[l] = Σ δ[l]")),
}
_COLUMN = {
    "forward": (("F1", "z[l] = W[l] a[l-1] + b[l]"), ("F2", "a[l] = φ(z[l])")),
    "errors": (
        ("BP1", "δ[L] = ∂C/∂a[L] ⊙ φ′(z[L])"),
        ("BP2", "δ[l] = (W[l+1]ᵀ δ[l+1]) ⊙ φ′(z[l])"),
    ),
    "gradients": (("BP4", "dW[l] = δ[l] a[l-1]ᵀ"), ("BP3", "db[l] = Σ δ[l]")),
}
_PAPERS = {
    "forward": (("F1", "zˡ = wˡ aˡ⁻¹ + bˡ"), ("F2", "aˡ = φ(zˡ)")),
    "errors": (
        ("BP1", "δᴸ = ∇ₐC ⊙ φ′(zᴸ)"),
        ("BP2", "δˡ = ((wˡ⁺¹)ᵀ δˡ⁺¹) ⊙ φ′(zˡ)"),
    ),
    "gradients": (("BP4", "∂C/∂wˡ = Σ δˡ (aˡ⁻¹)ᵀ"), ("BP3", "∂C/∂bˡ = Σ δˡ")),
}
_LAWS = {"papers": _PAPERS, "column": _COLUMN, "row": _ROW}
_BIAS = re.compile(r" \+ b\S*")
_SMOOTHED = ("C9", "y = (1 - s) t + s/n")
_MADE_OF = {"lion": "c = β₁ m + (1 - β₁) g"}
"""What a letter in an update's law is made of, where it is no quantity."""
_EXACT_ERRORS = {
    "D2": "δ = a - y",
    "D3": "δ = a Σy - y",
    "D4": "δ = -y (1 - a)",
    "D5": "δᵢ = aᵢ - yᵢ + Σ (yₖ aᵢ - (1 - yₖ) aₖ pᵢₖ)",
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


def section_equations(
    example: WorkedExample, section: str, notation: str
) -> tuple[tuple[str, str], ...]:
    """The equations of a section for whole arrays: (id, formula) each.

    Args:
        example: the worked example.
        section: of a step.
        notation: of NOTATIONS.
    """
    recipe = example.recipe
    if section in _ROW and (section != "errors" or recipe is None):
        return _signed(_fitting(_LAWS[notation][section], example), example, notation)
    if recipe is None:
        return ()
    if section == "errors":
        laws = _error_laws(recipe.cost, example.architecture.activations[-1], notation)
        return _signed(laws, example, notation)
    if section == "cost":
        cost = COSTS[recipe.cost]
        law = (cost.equation, f"c = {cost.formula}")
        return (_SMOOTHED, law) if recipe.label_smoothing else (law,)
    update = UPDATES[recipe.optimiser]
    within = [(update.equation, _MADE_OF[update.name])] if update.name in _MADE_OF else []
    return (*within, (update.equation, f"θ ← {update.formula}"))


def _fitting(
    laws: tuple[tuple[str, str], ...], example: WorkedExample
) -> tuple[tuple[str, str], ...]:
    """Without biases where the network has none."""
    if example.architecture.biases:
        return laws
    kept = (law for law in laws if law[0] != "BP3")
    return tuple((equation, _BIAS.sub("", formula)) for equation, formula in kept)


def _signed(
    laws: tuple[tuple[str, str], ...], example: WorkedExample, notation: str
) -> tuple[tuple[str, str], ...]:
    """With the sign of the network's activation function."""
    sign = activation_letter(example, notation)
    return tuple((equation, formula.replace("φ", sign)) for equation, formula in laws)


def _error_laws(cost: str, last: str, notation: str) -> tuple[tuple[str, str], ...]:
    laws = _LAWS[notation]["errors"]
    if (cost, last) not in FUSED:
        return laws
    from chainrule.ledger.formulas import PAIR_ERRORS

    equation = PAIR_ERRORS[cost, last][0]
    return ((equation, _EXACT_ERRORS[equation]), *laws[1:])
