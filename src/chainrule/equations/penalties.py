"""Penalties on the weights, and the objective, which training minimises.

Every function takes the flat parameters θ, (n,), and `is_weight`, (n,), 1 for a weight and 0 for a
bias.
"""

from __future__ import annotations

import numpy as np

from chainrule.equations.arrays import Array, nonnegative

__all__ = ["l1_gradient", "l1_penalty", "l2_gradient", "l2_penalty", "penalty", "penalty_gradient"]


def l1_penalty(theta: Array, is_weight: Array | float, strength: float) -> Array:
    """[P1] P₁ = strength · Σ|W|, over weights only.

    Source: Tibshirani (1996) [tibshirani1996].
    """
    return strength * (np.where(nonnegative(theta), theta, -theta) * is_weight).sum()


def l1_gradient(theta: Array, is_weight: Array | float, strength: float) -> Array:
    """[P1] dP₁/dW = strength · sign(W); 0 where a weight is 0, by convention."""
    return strength * np.sign(np.real(theta)).astype(theta.dtype) * is_weight


def l2_penalty(theta: Array, is_weight: Array | float, strength: float) -> Array:
    """[P2] P₂ = strength · ½ Σ W², over weights only.

    Source: matrix-based, L2 regularisation; Hoerl & Kennard (1970) [hoerl1970]; Krogh & Hertz (1992)
    [krogh1992], for the weights of a network.
    """
    return 0.5 * strength * (np.square(theta) * is_weight).sum()


def l2_gradient(theta: Array, is_weight: Array | float, strength: float) -> Array:
    """[P2] dP₂/dW = strength · W."""
    return strength * theta * is_weight


def penalty(theta: Array, is_weight: Array | float, l1: float, l2: float) -> Array | float:
    """[O1] The penalties of the objective.

        J = C + P₁ + P₂

    Args:
        theta: flat parameters, (n,).
        is_weight: 1 for a weight, 0 for a bias, (n,).
        l1: strength of [P1], at least 0.
        l2: strength of [P2], at least 0.

    Returns:
        P₁ + P₂.

    Source: Zou & Hastie (2005) [zou2005], the two penalties together.
    """
    total: Array | float = 0.0
    if l1:
        total = total + l1_penalty(theta, is_weight, l1)
    if l2:
        total = total + l2_penalty(theta, is_weight, l2)
    return total


def penalty_gradient(theta: Array, is_weight: Array | float, l1: float, l2: float) -> Array | float:
    """[O1] The gradient of the penalties, to be added to that of the cost.

        dJ/dθ = dC/dθ + dP₁/dθ + dP₂/dθ

    Arguments as in `penalty`; returns the last two terms, (n,).
    """
    total: Array | float = 0.0
    if l1:
        total = total + l1_gradient(theta, is_weight, l1)
    if l2:
        total = total + l2_gradient(theta, is_weight, l2)
    return total
