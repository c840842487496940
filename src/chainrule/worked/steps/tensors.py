"""The array of a step in which a quantity stands; every one is the law's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.affine import bias_gradient, input_gradient, weight_gradient
from chainrule.worked.steps.quantity import Quantity
from chainrule.worked.steps.step import Back, Step

__all__ = ["number", "tensor"]

Array = NDArray[Any]


def number(step: Step, quantity: Quantity) -> float:
    """The one number that a located quantity of this step names."""
    return float(tensor(step, quantity)[quantity.index])


def tensor(step: Step, quantity: Quantity) -> Array:
    """The array in which a located quantity of this step stands, without its index.

    Args:
        step: the step that the quantity names.
        quantity: as `addressing.located` gives it.

    Returns: of the example, where the quantity has one; () for numbers.
    """
    if quantity.scope == "both":
        return _BOTH[quantity.kind](step, quantity)
    if quantity.scope == "batch":
        return _of_batch(step, quantity)
    key = (quantity.kind, quantity.layer or 0)
    if key not in step.memo:
        with np.errstate(all="ignore"):  # a gradient in a fused pair may be infinite
            step.memo[key] = _OF_EXAMPLES[quantity.kind](step, quantity.layer or 0)
    array: Array = step.memo[key][_row(step, quantity)]
    return array


def _row(step: Step, quantity: Quantity) -> int:
    """The place of the quantity's example in the batch."""
    return 0 if quantity.example is None else step.rows.index(quantity.example)


def _slope(step: Step, layer: int) -> Array:
    slope = step.activation(layer).derivative
    assert slope is not None, "addressing.located comes first"
    return slope(step.z[layer - 1])


def _activation_gradient(step: Step, layer: int) -> Array:
    """∂C/∂a of a layer: of the last one from the cost [BP1], of others from the next [BP2a]."""
    back = step.trained
    if layer == len(step.layers):
        return back.cost.gradient(step.a[-1], back.trace.y) * back.shares[:, None]
    return input_gradient(step.layers[layer].W, back.trace.delta[layer])


_OF_EXAMPLES: dict[str, Callable[[Step, int], Array]] = {
    "a": lambda step, layer: step.a[layer - 1] if layer else step.x,
    "t": lambda step, layer: step.example.given_targets(step.rows),
    "y": lambda step, layer: step.trained.trace.y,
    "z": lambda step, layer: step.z[layer - 1],
    "slope": _slope,
    "da": _activation_gradient,
    "delta": lambda step, layer: step.trained.trace.delta[layer - 1],
    "share": lambda step, layer: step.trained.shares,
}
"""Arrays with a row for each example of the batch."""


def _cost(step: Step, quantity: Quantity) -> Array:
    trace = step.trained.trace
    return np.asarray(trace.cost if quantity.example is None else trace.c[_row(step, quantity)])


def _of_weights(step: Step, quantity: Quantity) -> Array:
    trace, layer = step.trained.trace, quantity.layer or 0
    if quantity.example is None:
        return trace.dW[layer - 1]
    row = slice(_row(step, quantity), _row(step, quantity) + 1)
    x = step.a[layer - 2] if layer > 1 else step.x
    return weight_gradient(x[row], trace.delta[layer - 1][row])


def _of_biases(step: Step, quantity: Quantity) -> Array:
    trace, layer = step.trained.trace, quantity.layer or 0
    if quantity.example is None:
        whole = trace.db[layer - 1]
        assert whole is not None, "addressing.located comes first"
        return whole
    row = slice(_row(step, quantity), _row(step, quantity) + 1)
    return bias_gradient(trace.delta[layer - 1][row])


_BOTH: dict[str, Callable[[Step, Quantity], Array]] = {
    "cost": _cost,
    "dW": _of_weights,
    "db": _of_biases,
}
"""Arrays of the batch, or of what one example adds to them."""

_NUMBERS: dict[str, Callable[[Step], Any]] = {
    "penalty": lambda step: step.trained.penalty,
    "total_cost": lambda step: float(step.trained.trace.cost) + step.trained.penalty,
    "gradient_norm": lambda step: step.trained.length,
    "learning_rate": lambda step: step.trained.settings.eta,
}


def _of_batch(step: Step, quantity: Quantity) -> Array:
    if quantity.kind in _NUMBERS:
        return np.asarray(_NUMBERS[quantity.kind](step))
    of_parameter = quantity.form == "parameter"
    name = quantity.tensor if of_parameter else f"{quantity.kind[0]}[{quantity.layer}]"
    slot = next(slot for slot in step.example.layout.slots if slot.name == name)
    return slot.view(_flat(step, quantity.kind))


def _flat(step: Step, kind: str) -> Array:
    """The flat array of a kind that has a number for each weight and bias."""
    if kind in ("W", "b"):
        return step.theta
    back = step.trained
    if kind.endswith("_old"):
        old: Array = step.state[step.example.slots.index(kind.removesuffix("_old"))]
        return old
    made = _FLAT.get(kind)
    return back.stepped.terms[kind] if made is None else made(back)


_FLAT: dict[str, Callable[[Back], Array]] = {
    "W_new": lambda back: back.stepped.theta,
    "b_new": lambda back: back.stepped.theta,
    "g": lambda back: back.gradient,
    "g_clipped": lambda back: back.used,
    "change": lambda back: back.stepped.terms["step"],
}
"""Flat arrays by kind; others are terms of the update of the same name."""
