"""How much of a gradient is rounding, when somebody computes it in the plainest way."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.affine import affine, bias_gradient, input_gradient, weight_gradient
from chainrule.ledger.steps import Step
from chainrule.network import flatten

__all__ = ["gradient_rounding"]

Array = NDArray[Any]

_UNITS = 16.0
"""Roundings of one product and sum that are allowed for."""


def gradient_rounding(step: Step) -> Array:
    """What rounding may change in each number of a step's gradient, flat.

    A slope a (1 - a) is off by a rounding of 1 where a is nearly 1, and so is a - y; each weighted
    sum is off by its terms' roundings. This goes down through the layers as errors do, in absolute
    values, so that nothing cancels.
    """
    eps = _UNITS * float(np.finfo(np.float64).eps)
    trace, depth = step.trace, len(step.layers)
    inputs = [np.abs(trace.x), *map(np.abs, trace.a[:-1])]
    below = eps * (np.abs(trace.a[-1]) + np.abs(trace.y)) * step.shares[:, None]
    below = below + eps * np.abs(trace.delta[-1])
    weights: list[Array] = []
    biases: list[Array | None] = []
    for at in reversed(range(depth)):
        layer, delta = step.layers[at], np.abs(trace.delta[at])
        sums = affine(inputs[at], np.abs(layer.W), None if layer.b is None else np.abs(layer.b))
        error = below + eps * delta * (1 + sums)
        weights.insert(0, weight_gradient(inputs[at], error))
        biases.insert(0, None if layer.b is None else bias_gradient(error))
        # The slope of the layer below is at most about 1, and off by a rounding of that.
        below = input_gradient(np.abs(layer.W), error + eps * delta)
    return flatten(weights, biases)
