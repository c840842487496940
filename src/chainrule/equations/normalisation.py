"""Batch normalisation: a layer's weighted sums, brought to mean 0 and deviation 1 over the batch.

A normalised layer computes u = x Wᵀ, brings each column of u to mean 0 and deviation 1, and stretches
and moves it by a gain γ and the bias b, which are learned: z = γ ⊙ û + b. Once training is over, mean
and deviation are constants, and the whole is one affine map again, which folds into W and b.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chainrule.equations.arrays import Array

__all__ = [
    "NORMALISATION_EPSILON",
    "NormalisedBatch",
    "fold_normalisation",
    "gain_gradient",
    "normalisation_gradient",
    "normalise",
    "scale_and_shift",
]

NORMALISATION_EPSILON = 1e-5
"""Added to the variance, so that a column that never changes divides by no 0."""


@dataclass(frozen=True)
class NormalisedBatch:
    """Weighted sums brought to one scale.

    Args:
        mean: μ of each column over the batch, (width,).
        deviation: σ = √(variance + ε) of each column, (width,).
        values: û = (u - μ) / σ, (batch, width).
    """

    mean: Array
    deviation: Array
    values: Array


def normalise(u: Array) -> NormalisedBatch:
    """[N1] Each column less its mean, divided by its deviation.

        μ = (1/B) Σ u      σ² = (1/B) Σ (u - μ)² + ε      û = (u - μ) / σ

    A batch of one row is its own mean: û is 0.

    Args:
        u: weighted sums without bias, (batch, width), at least one row.

    Returns:
        The Normal.

    Example:
        >>> normalise(np.array([[1.0], [3.0], [5.0]])).values.ravel().round(3).tolist()
        [-1.225, 0.0, 1.225]
    """
    mean = u.mean(axis=0)
    centred = u - mean
    variance = np.square(centred).mean(axis=0)
    deviation = np.sqrt(variance + u.dtype.type(NORMALISATION_EPSILON))
    return NormalisedBatch(mean, deviation, centred / deviation)


def scale_and_shift(normal: NormalisedBatch, gain: Array, b: Array) -> Array:
    """[N2] What the activation of a normalised layer gets.

        z = γ ⊙ û + b

    Args:
        normal: of the weighted sums.
        gain: γ, (width,).
        b: biases, (width,).

    Returns:
        z, (batch, width).
    """
    return gain * normal.values + b


def gain_gradient(normal: NormalisedBatch, delta: Array) -> Array:
    """[N3] The gradient of the cost with respect to the gains.

        dγ = Σ_batch δ ⊙ û

    Args:
        normal: of the weighted sums.
        delta: dC/dz, (batch, width).

    Returns:
        dC/dγ, (width,).
    """
    return np.asarray((delta * normal.values).sum(axis=0))


def normalisation_gradient(normal: NormalisedBatch, gain: Array, delta: Array) -> Array:
    """[N4] The error before normalising: mean and deviation depend on every row of the batch.

        du = γ/σ ⊙ (δ - (1/B) Σ δ - û ⊙ (1/B) Σ δ ⊙ û)

    Args:
        normal: of the weighted sums.
        gain: γ, (width,).
        delta: dC/dz, (batch, width).

    Returns:
        dC/du, (batch, width); each of its columns sums to 0.
    """
    share = 1 / len(delta)
    moved = delta.sum(axis=0) * delta.dtype.type(share)
    turned = gain_gradient(normal, delta) * delta.dtype.type(share)
    return gain / normal.deviation * (delta - moved - normal.values * turned)


def fold_normalisation(
    W: Array, b: Array, gain: Array, mean: Array, deviation: Array
) -> tuple[Array, Array]:
    """[N5] The plain layer that a normalised one is, once mean and deviation are constants.

        W' = (γ/σ) W (each neuron's row by its own)      b' = b - γ μ / σ

    Args:
        W: weights, (fan_out, fan_in).
        b: biases, (fan_out,).
        gain: γ, (fan_out,).
        mean: μ, (fan_out,).
        deviation: σ, (fan_out,).

    Returns:
        W' and b': x W'ᵀ + b' = γ ⊙ (x Wᵀ - μ) / σ + b, but for rounding.
    """
    factor = gain / deviation
    return factor[:, None] * W, b - factor * mean
