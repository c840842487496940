"""The equations of a step's sections for whole arrays, in each of the notations."""

from __future__ import annotations

from typing import NamedTuple

from chainrule.equations.costs import COSTS
from chainrule.equations.output_error import FUSED
from chainrule.equations.updates import UPDATES
from chainrule.ledger.formulas import PAIR_FORMULAS
from chainrule.ledger.quantity_text import activation_letter, superscript
from chainrule.ledger.steps import WorkedExample

__all__ = ["layer_equation", "section_equations"]


class SectionEquation(NamedTuple):
    """An equation for whole arrays: its id, and a line of text for `parse_formula`."""

    label: str
    text: str


# {own}, {before}, {after} and {last} are layers as the notation writes them, {phi} the activation
# function, {bias} the added bias, {sum} the sum over the examples of a batch.
_EQUATIONS = {
    "row": {
        "F1": "z{own} = a{before} W{own}ᵀ{bias}",
        "F2": "a{own} = {phi}(z{own})",
        "BP1": "δ{last} = ∂C/∂a{last} ⊙ {phi}′(z{last})",
        "BP2": "δ{own} = (δ{after} W{after}) ⊙ {phi}′(z{own})",
        "BP4": "dW{own} = δ{own}ᵀ a{before}",
        "BP3": "db{own} = {sum}δ{own}",
    },
    "column": {
        "F1": "z{own} = W{own} a{before}{bias}",
        "F2": "a{own} = {phi}(z{own})",
        "BP1": "δ{last} = ∂C/∂a{last} ⊙ {phi}′(z{last})",
        "BP2": "δ{own} = (W{after}ᵀ δ{after}) ⊙ {phi}′(z{own})",
        "BP4": "dW{own} = δ{own} a{before}ᵀ",
        "BP3": "db{own} = {sum}δ{own}",
    },
    "papers": {
        "F1": "z{own} = w{own} a{before}{bias}",
        "F2": "a{own} = {phi}(z{own})",
        "BP1": "δ{last} = ∇ₐC ⊙ {phi}′(z{last})",
        "BP2": "δ{own} = ((w{after})ᵀ δ{after}) ⊙ {phi}′(z{own})",
        "BP4": "∂C/∂w{own} = {sum}δ{own} (a{before})ᵀ",
        "BP3": "∂C/∂b{own} = {sum}δ{own}",
    },
}
_SECTIONS = {"forward": ("F1", "F2"), "errors": ("BP1", "BP2"), "gradients": ("BP4", "BP3")}
_EXACT_ERRORS = {
    "D2": "δ = a - y",
    "D3": "δ = a Σy - y",
    "D4": "δ = -y (1 - a)",
    "D5": "δᵢ = aᵢ - yᵢ + Σ (yₖ aᵢ - (1 - yₖ) aₖ pᵢₖ)",
}
_SMOOTHED = SectionEquation("C9", "y = (1 - s) t + s/n")
_MADE_OF = {"lion": "c = β₁ m + (1 - β₁) g"}
"""What a letter in an update's equation is made of, where it is not a quantity."""


def section_equations(
    example: WorkedExample, section: str, notation: str
) -> tuple[SectionEquation, ...]:
    """The equations of a section.

    Args:
        example: the worked example.
        section: of a step.
        notation: of NOTATIONS.
    """
    if section in _SECTIONS:
        return _array_equations(example, section, notation)
    recipe = example.recipe
    if recipe is None:
        return ()
    if section == "cost":
        cost = COSTS[recipe.cost]
        equation = SectionEquation(cost.equation, f"c = {cost.formula}")
        return (_SMOOTHED, equation) if recipe.label_smoothing else (equation,)
    update = UPDATES[recipe.optimiser]
    step = SectionEquation(update.equation, f"θ ← {update.formula}")
    if update.name in _MADE_OF:
        return (SectionEquation(update.equation, _MADE_OF[update.name]), step)
    return (step,)


def _array_equations(
    example: WorkedExample, section: str, notation: str
) -> tuple[SectionEquation, ...]:
    """The equations of layers, of which an exact error of the outputs replaces the general one."""
    biased = example.architecture.biases
    labels = [label for label in _SECTIONS[section] if label != "BP3" or biased]
    found = [SectionEquation(one, layer_equation(example, one, notation)) for one in labels]
    recipe = example.recipe
    pair = ("", "") if recipe is None else (recipe.cost, example.architecture.activations[-1])
    if section == "errors" and pair in FUSED:
        label = PAIR_FORMULAS[pair].equation
        found[0] = SectionEquation(label, _EXACT_ERRORS[label])
    return tuple(found)


def layer_equation(
    example: WorkedExample, label: str, notation: str, layer: int | None = None
) -> str:
    """An equation of one layer, or of any.

    Args:
        example: the worked example.
        label: the equation's id: F1, F2, BP1, BP2, BP3 or BP4.
        notation: of NOTATIONS.
        layer: from 1; None for the letters l and L, and for sums over a batch of any size.
    """
    depth = example.architecture.depth
    names = ("l", "l-1", "l+1", "L")
    if layer is not None:
        names = (str(layer), str(layer - 1), str(layer + 1), str(depth))
    own, before, after, last = (_place(name, notation) for name in names)
    return _EQUATIONS[notation][label].format(
        own=own,
        before=before,
        after=after,
        last=last,
        phi=activation_letter(example, notation),
        bias=f" + b{own}" if example.architecture.biases else "",
        sum="Σ " if layer is None or example.has_many else "",
    )


def _place(name: str, notation: str) -> str:
    return superscript(name) if notation == "papers" else f"[{name}]"
