"""The name of a quantity in words."""

from __future__ import annotations

from chainrule.ledger.steps.quantity import KINDS, Quantity
from chainrule.ledger.steps.worked_example import WorkedExample

__all__ = ["describe_quantity"]


def describe_quantity(example: WorkedExample, quantity: Quantity) -> str:
    """What one number, or an array, is in words.

    Args:
        example: the worked example.
        quantity: located.
    """
    meaning = KINDS[quantity.kind].meaning
    quantity = quantity.counted_from(example.conventions.indices)
    if quantity.layer == 0:
        words = "input" if quantity.kind == "a" else "gradient of the cost by input"
        return words + _number(quantity.index) + _of_example(quantity)
    if quantity.kind == "a" and quantity.layer == example.architecture.depth:
        meaning = "output"
    if quantity.kind == "y" and example.recipe is not None and example.recipe.label_smoothing:
        meaning = "smoothed target"
    return meaning + _place(quantity) + _of_example(quantity)


def _number(index: tuple[int, ...]) -> str:
    return f" {index[0]}" if index else "s"


def _place(quantity: Quantity) -> str:
    """Where in the network it stands."""
    if quantity.form == "number":
        return ""
    if quantity.form == "target":
        return f" of output {quantity.index[0]}" if quantity.index else " of all outputs"
    layer = f"layer {quantity.layer}"
    if not quantity.index:
        return f", all of {layer}"
    if quantity.form == "parameter":
        place = ",".join(map(str, quantity.index))
        return f" of {quantity.tensor}[{place}]"
    if quantity.form == "matrix":
        neuron, source = quantity.index
        what = "input" if quantity.layer == 1 else "neuron"
        return f" to neuron {neuron} of {layer} from {what} {source}"
    return f" of neuron {quantity.index[0]} in {layer}"


def _of_example(quantity: Quantity) -> str:
    if quantity.example is None:
        return ""
    part = "part of " if quantity.kind in ("dW", "db") else ""
    return f", {part}example {quantity.example}"
