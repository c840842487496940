"""A network and its objective written in Scalars, number by number, from the definitions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.activations import LEAK, SELU_ALPHA, SELU_SCALE
from chainrule.proofs.objective import Objective
from chainrule.proofs.tape import (
    Scalar,
    absolute,
    exp,
    gradients,
    log1p,
    normal_cdf,
    tanh,
    weighted_sum,
)

__all__ = ["MAX_TAPE_LENGTH", "tape_gradient", "tape_length"]

Array = NDArray[Any]
Row = Sequence[Scalar]

MAX_TAPE_LENGTH = 4_000_000
"""More steps of memory than this are not kept: it would take seconds and hundreds of megabytes."""


def tape_length(objective: Objective) -> int:
    """About how many steps the memory of one pass has."""
    return 2 * objective.layout.size * len(objective.rows)


def tape_gradient(objective: Objective, theta: Array) -> Array:
    """The gradient of J by automatic differentiation, flat.

    Args:
        objective: J.
        theta: weights and biases, flat, float64.
    """
    numbers = np.array([Scalar(value) for value in theta.tolist()], dtype=object)
    total = _penalty(objective, numbers)
    for x, y, share in zip(
        objective.x.tolist(), objective.y.tolist(), objective.shares.tolist(), strict=True
    ):
        total = total + share * _cost_of(objective, numbers, x, y)
    found = gradients(total)
    return np.array([found.get(number, 0.0) for number in numbers])


def _cost_of(objective: Objective, numbers: Array, x: list[Any], y: list[float]) -> Scalar:
    """The cost of one example."""
    a: Sequence[Any] = x
    z: Row = ()
    for layer in objective.layers(numbers):
        z = [weighted_sum(weights, a) for weights in layer.W.tolist()]
        if layer.b is not None:
            z = [one + bias for one, bias in zip(z, layer.b.tolist(), strict=True)]
        a = _activated(layer.activation.name, z)
    fused = _OF_SUMS.get((objective.cost.name, objective.architecture.activations[-1]))
    if fused is not None and not _is_settled(objective):
        return _added([fused(z, y[i], i) for i in range(len(y))])
    return _added([_of_output(objective, *pair) for pair in zip(a, y, strict=True)])


def _is_settled(objective: Objective) -> bool:
    """Whether the output is a softmax of one class, which is 1 whatever its weighted sum."""
    layers = objective.architecture
    return layers.activations[-1] == "softmax" and layers.layers[-1] == 1


def _penalty(objective: Objective, numbers: Array) -> Scalar:
    weights = numbers[objective.layout.is_weight == 1].tolist()
    total = Scalar(0.0)
    if objective.l1:
        total = total + objective.l1 * _added([absolute(w) for w in weights])
    if objective.l2:
        total = total + 0.5 * objective.l2 * _added([w * w for w in weights])
    return total


def _added(terms: Row) -> Scalar:
    return Scalar(sum(term.value for term in terms), [(term, 1.0) for term in terms])


def _activated(name: str, z: Row) -> Row:
    if name == "softmax":
        return _softmax(z)
    return [_ACTIVATIONS[name](one) for one in z]


def _sigmoid(z: Scalar) -> Scalar:
    """1 / (1 + e^-z) without overflow."""
    if z.value >= 0:
        return Scalar(1.0) / (exp(-z) + 1.0)
    return exp(z) / (exp(z) + 1.0)


def _softplus(z: Scalar) -> Scalar:
    """Ln(1 + e^z) without overflow."""
    return z + log1p(exp(-z)) if z.value > 0 else log1p(exp(z))


def _softmax(z: Row) -> Row:
    highest = max(one.value for one in z)
    powers = [exp(one - highest) for one in z]
    total = _added(powers)
    return [power / total for power in powers]


def _log_total(z: Row) -> Scalar:
    """Ln Σ e^z without overflow."""
    highest = max(range(len(z)), key=lambda i: z[i].value)
    rest = [exp(one - z[highest]) for i, one in enumerate(z) if i != highest]
    return z[highest] + log1p(_added(rest))


def _lead(z: Row, i: int) -> Scalar:
    """Ln (a_i / (1 - a_i)) of the softmax: how far a class is ahead of all others together."""
    return z[i] - _log_total([one for j, one in enumerate(z) if j != i])


def _binary(lead: Scalar, y: float) -> Scalar:
    """-y ln a - (1 - y) ln (1 - a) of a = 1 / (1 + e^-lead)."""
    return y * _softplus(-lead) + (1 - y) * _softplus(lead)


_ACTIVATIONS: dict[str, Callable[[Scalar], Scalar]] = {
    "step": lambda z: Scalar(1.0 if z.value >= 0 else 0.0, ((z, 0.0),)),
    "identity": lambda z: z,
    "sigmoid": _sigmoid,
    "tanh": tanh,
    "relu": lambda z: z if z.value > 0 else z * 0.0,
    "leaky_relu": lambda z: z if z.value > 0 else z * LEAK,
    "elu": lambda z: z if z.value > 0 else exp(z) - 1.0,
    "selu": lambda z: SELU_SCALE * (z if z.value > 0 else SELU_ALPHA * (exp(z) - 1.0)),
    "gelu": lambda z: z * normal_cdf(z),
    "silu": lambda z: z * _sigmoid(z),
    "softplus": _softplus,
}
"""Each activation but softmax, of one number."""

_OF_SUMS: dict[tuple[str, str], Callable[[Row, float, int], Scalar]] = {
    ("binary_cross_entropy", "sigmoid"): lambda z, y, i: _binary(z[i], y),
    ("binary_cross_entropy", "softmax"): lambda z, y, i: _binary(_lead(z, i), y),
    ("categorical_cross_entropy", "sigmoid"): lambda z, y, i: y * _softplus(-z[i]),
    ("categorical_cross_entropy", "softmax"): lambda z, y, i: y * _softplus(-_lead(z, i)),
}
"""The part of one output in a cost of logarithms, from the weighted sums: no 0 is logged."""


def _of_output(objective: Objective, a: Scalar, y: float) -> Scalar:
    """The part of one output in the cost of an example."""
    name, distance = objective.cost.name, a - y
    if name == "absolute_error":
        return absolute(distance)
    if name == "huber":
        return _huber(distance, objective.threshold)
    if name.endswith("cross_entropy"):
        return _entropy(a, y, both=name.startswith("binary"))
    n = objective.y.shape[1]
    factor: dict[str, float] = {"mean_squared_error": 1 / n, "half_squared_error": 0.5}
    return distance * distance * factor.get(name, 1.0)


def _huber(distance: Scalar, threshold: float) -> Scalar:
    size = absolute(distance)
    near = size.value <= threshold
    return distance * distance * 0.5 if near else (size - 0.5 * threshold) * threshold


def _entropy(a: Scalar, y: float, *, both: bool) -> Scalar:
    """-y ln a, and -(1 - y) ln (1 - a) where both count; 0 ln 0 is 0."""
    total = Scalar(0.0)
    if y:
        total = total - y * log1p(a - 1.0)
    if both and y != 1:
        total = total - (1 - y) * log1p(-a)
    return total
