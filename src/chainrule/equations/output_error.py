"""The error of the last layer for every pair of cost and output activation.

Four pairs have an exact form in z, which loses no digits where a rounds to 0 or 1. All other pairs
are computed from dc/da. Shapes: z, a and y are (batch, n), c is (batch,), delta is (batch, n).
"""

from __future__ import annotations

import numpy as np

from chainrule.equations.activations import Activation, pull_back, sigmoid, softmax, softplus
from chainrule.equations.arrays import Array, nonnegative
from chainrule.equations.costs import Cost, Pair
from chainrule.equations.precision import round_once

__all__ = ["FUSED", "output_cost", "output_error"]


def output_cost(cost: Cost, activation: Activation, z: Array, a: Array, y: Array) -> Array:
    """[D1] The cost of each example, in the exact form of the pair if it has one.

    Args:
        cost: c.
        activation: φ of the last layer.
        z: weighted sums of the last layer, (batch, n).
        a: φ(z), (batch, n).
        y: targets, (batch, n).

    Returns:
        c, (batch,).

    Source: own, because it only chooses between the forms [D2] to [D5] and the cost itself.
    """
    fused = FUSED.get((cost.name, activation.name))
    return fused[0](z, y) if fused else cost.value(a, y)


def output_error(cost: Cost, activation: Activation, z: Array, a: Array, y: Array) -> Array:
    """[BP1] The error of the last layer, for each example separately.

        δ = dc/da ⊙ φ'(z)      or      Jᵀ dc/da      or the exact form of the pair

    Args: as in `output_cost`.

    Returns:
        dc/dz, (batch, n).

    Source: four-equations, section 2.1; Rumelhart, Hinton & Williams (1986) [rumelhart1986].
    """
    fused = FUSED.get((cost.name, activation.name))
    if fused:
        return fused[1](z, y)
    return pull_back(activation, cost.gradient(a, y), z, a)


@round_once
def binary_with_sigmoid(z: Array, y: Array) -> Array:
    """[D2] c = Σ_i (z_i (1[z_i ≥ 0] - y_i) + ln(1 + e^-|z_i|)).

    For a confident, correct output the first term is exactly 0, so no digits of the second are
    lost.

    Source: Cox (1958) [cox1958], the likelihood of logistic regression and its derivative.
    """
    right = nonnegative(z)
    log_term = np.log1p(np.exp(np.where(right, -z, z)))
    return (z * (right - y) + log_term).sum(axis=-1)


@round_once
def binary_with_sigmoid_error(z: Array, y: Array) -> Array:
    """[D2] δ_i = σ(z_i) - y_i, computed as (1 - y_i) - σ(-z_i) where z_i ≥ 0."""
    right = nonnegative(z)
    small = sigmoid(np.where(right, -z, z))
    return np.where(right, (1 - y) - small, small - y)


def _greatest(z: Array) -> Array:
    """Return a mask that is True at the first greatest element of each row."""
    return np.arange(z.shape[-1]) == np.real(z).argmax(axis=-1)[:, None]


@round_once
def categorical_with_softmax(z: Array, y: Array) -> Array:
    """[D3] c = Σ_i y_i ((z_m - z_i) + ln(1 + Σ_{j≠m} e^(z_j - z_m))), z_m the greatest of the row.

    The logarithm is computed as log1p of the sum; added to 1, a small sum would be rounded away.

    Source: Bridle (1990) [bridle1990]; Blanchard, Higham & Higham (2021) [blanchard2021], for the
    form that is computed.
    """
    greatest = _greatest(z)
    drop = z - z[greatest][:, None]
    rest = np.where(greatest, 0, np.exp(drop)).sum(axis=-1, keepdims=True)
    return (y * (np.log1p(rest) - drop)).sum(axis=-1)


@round_once
def categorical_with_softmax_error(z: Array, y: Array) -> Array:
    """[D3] δ_i = a_i Σ_j y_j - y_i; for the greatest z_m, 1 - a_m is summed from the other outputs.

    A row of errors therefore sums to 0 even where a_m rounds to 1.
    """
    return _softmax_excess(z, y, y.sum(axis=-1, keepdims=True))


def _softmax_excess(z: Array, y: Array, total: Array) -> Array:
    """Return total · softmax(z) - y, losing no digits where one class takes nearly all."""
    greatest = _greatest(z)
    a = softmax(z)
    others = np.where(greatest, 0, a).sum(axis=-1, keepdims=True)
    return np.where(greatest, (total - y) - total * others, total * a - y)


@round_once
def categorical_with_sigmoid(z: Array, y: Array) -> Array:
    """[D4] c = Σ_i y_i ln(1 + e^-z_i).

    Source: own, because the pair is unusual: [C5] of [A3], in which no wrong class has an error.
    """
    return (y * softplus(-z)).sum(axis=-1)


@round_once
def categorical_with_sigmoid_error(z: Array, y: Array) -> Array:
    """[D4] δ_i = -y_i σ(-z_i)."""
    return -y * sigmoid(-z)


def _without_each(z: Array) -> Array:
    """Return logits, (batch, n, n), whose row k leaves out class k."""
    n = z.shape[-1]
    return np.where(np.eye(n, dtype=bool), -np.inf, z[:, None, :])


def _log_odds(z: Array) -> Array:
    """Return ln(a_i / (1 - a_i)) of the softmax; from differences, so that an offset costs no digits."""
    others = _without_each(z)
    highest = np.real(others).max(axis=-1)
    rest = np.exp(others - highest[..., None]).sum(axis=-1)
    return (z - highest) - np.log(rest)


@round_once
def binary_with_softmax(z: Array, y: Array) -> Array:
    """[D5] Binary cross-entropy on a softmax.

        c = -Σ_i (y_i (z_i - L) + (1 - y_i) (L_i - L))
        L = ln Σ_j e^z_j      L_i = ln Σ_{j≠i} e^z_j

    L - L_i is computed as ln(1 + e^(z_i - L_i)), and -ln a_i as ln(1 + e^(L_i - z_i)), which loses
    no digits.

    Source: own, because the pair is unusual: [C4] of [A12].
    """
    if z.shape[-1] == 1:  # a softmax of one class is always 1
        return np.where(np.real(y) == 1, 0 * z, np.inf).sum(axis=-1)
    odds = _log_odds(z)
    return (y * softplus(-odds) + (1 - y) * softplus(odds)).sum(axis=-1)


@round_once
def binary_with_softmax_error(z: Array, y: Array) -> Array:
    """[D5] Its error; p_{·,k} is the softmax without class k.

        δ_i = a_i - y_i + Σ_{k≠i} (y_k a_i - (1 - y_k) a_k p_{i,k})
        p_{i,k} = e^z_i / Σ_{j≠k} e^z_j

    For a single class, which is certain, the error is 0.
    """
    if z.shape[-1] == 1:
        return np.zeros_like(z)
    a = softmax(z)
    p = softmax(_without_each(z))
    spread = ((1 - y) * a)[:, None, :] @ p
    others = y.sum(axis=-1, keepdims=True) - y
    return _softmax_excess(z, y, np.ones_like(others)) + others * a - spread[:, 0, :]


# fmt: off
FUSED: dict[tuple[str, str], tuple[Pair, Pair]] = {
    ("binary_cross_entropy", "sigmoid"):      (binary_with_sigmoid,      binary_with_sigmoid_error),
    ("categorical_cross_entropy", "softmax"): (categorical_with_softmax, categorical_with_softmax_error),
    ("categorical_cross_entropy", "sigmoid"): (categorical_with_sigmoid, categorical_with_sigmoid_error),
    ("binary_cross_entropy", "softmax"):      (binary_with_softmax,      binary_with_softmax_error),
}
# fmt: on
"""(cost, output activation) -> the exact cost and the exact error, as functions of (z, y)."""
