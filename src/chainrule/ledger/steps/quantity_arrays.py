"""The arrays of a step that hold the quantities, as the reference equations compute them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.affine import bias_gradient, weight_gradient
from chainrule.ledger.steps.example_step import Step
from chainrule.ledger.steps.quantity import Quantity

__all__ = ["quantity_array", "quantity_value"]

Array = NDArray[Any]


def quantity_value(step: Step, quantity: Quantity) -> float:
    """The number that a located quantity of this step names."""
    return float(quantity_array(step, quantity)[quantity.index])


def quantity_array(step: Step, quantity: Quantity) -> Array:
    """The array that a located quantity of this step belongs to, whatever its index.

    Args:
        step: the step that the quantity names.
        quantity: as `addressing.locate` returns it.

    Returns: the array of one example if the quantity names one; shape () for numbers.
    """
    if quantity.scope == "both":
        return _BOTH[quantity.kind](step, quantity)
    if quantity.scope == "batch":
        return _batch_array(step, quantity)
    rows = _PER_EXAMPLE[quantity.kind](step, quantity.layer or 0)
    array: Array = rows[_row(step, quantity)]
    return array


def _row(step: Step, quantity: Quantity) -> int:
    """The row of the quantity's example in the batch."""
    return 0 if quantity.example is None else step.rows.index(quantity.example)


_PER_EXAMPLE: dict[str, Callable[[Step, int], Any]] = {
    "a": lambda step, layer: step.a[layer - 1] if layer else step.x,
    "t": lambda step, layer: step.example.unsmoothed_targets(step.rows),
    "y": lambda step, layer: step.trace.y,
    "z": lambda step, layer: step.z[layer - 1],
    "slope": lambda step, layer: step.derivatives[layer - 1],
    "da": lambda step, layer: step.activation_gradients[layer - 1] if layer else step.dx,
    "delta": lambda step, layer: step.trace.delta[layer - 1],
    "share": lambda step, layer: step.shares,
    "c": lambda step, layer: step.output_costs,
}
"""Arrays with a row for each example of the batch."""


def _cost(step: Step, quantity: Quantity) -> Array:
    one = quantity.example is not None
    return np.asarray(step.trace.c[_row(step, quantity)] if one else step.trace.cost)


def _weight_gradient(step: Step, quantity: Quantity) -> Array:
    layer = quantity.layer or 0
    if quantity.example is None:
        return step.trace.dW[layer - 1]
    row = slice(_row(step, quantity), _row(step, quantity) + 1)
    x = step.a[layer - 2] if layer > 1 else step.x
    return weight_gradient(x[row], step.trace.delta[layer - 1][row])


def _bias_gradient(step: Step, quantity: Quantity) -> Array:
    layer = quantity.layer or 0
    if quantity.example is None:
        whole = step.trace.db[layer - 1]
        assert whole is not None, "addressing.locate comes first"
        return whole
    row = slice(_row(step, quantity), _row(step, quantity) + 1)
    return bias_gradient(step.trace.delta[layer - 1][row])


_BOTH: dict[str, Callable[[Step, Quantity], Array]] = {
    "cost": _cost,
    "dW": _weight_gradient,
    "db": _bias_gradient,
}
"""Arrays of the batch, or the part of one example in them."""

_NUMBERS: dict[str, Callable[[Step], Any]] = {
    "penalty": lambda step: step.result.penalty,
    "total_cost": lambda step: float(step.trace.cost) + step.result.penalty,
    "gradient_norm": lambda step: step.result.gradient_norm,
    "learning_rate": lambda step: step.result.settings.update_settings.eta,
}
"""Numbers of the batch."""


def _batch_array(step: Step, quantity: Quantity) -> Array:
    if quantity.kind in _NUMBERS:
        return np.asarray(_NUMBERS[quantity.kind](step))
    is_parameter = quantity.form == "parameter"
    name = quantity.tensor if is_parameter else f"{quantity.kind[0]}[{quantity.layer}]"
    slot = next(slot for slot in step.example.layout.slots if slot.name == name)
    return slot.view(_flat_array(step, quantity.kind))


def _flat_array(step: Step, kind: str) -> Array:
    """The flat array of a kind that has a number for each weight and bias."""
    if kind in ("W", "b"):
        return step.theta
    if kind.endswith("_old"):
        old: Array = step.state[step.example.slots.index(kind.removesuffix("_old"))]
        return old
    made = _FLAT.get(kind)
    return step.result.update.terms[kind] if made is None else made(step)


_FLAT: dict[str, Callable[[Step], Array]] = {
    "W_new": lambda step: step.result.update.theta,
    "b_new": lambda step: step.result.update.theta,
    "g": lambda step: step.result.gradient,
    "g_clipped": lambda step: step.result.clipped_gradient,
    "change": lambda step: step.result.update.terms["step"],
}
"""Flat arrays by kind; the others are terms of the update with the same name."""
