"""Batch normalisation: weighted sums with mean 0 and standard deviation 1 over the batch.

A normalised layer computes the sums u without bias, normalises each column of them, and applies a
gain γ and a bias b, both learned.

    u = x Wᵀ      z = γ ⊙ û + b

After training, mean and deviation are constants, and the layer is an affine map again, which is
folded into W and b.
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
"""Added to the variance, so that a constant column is not divided by 0. The usual value: Ioffe &
Szegedy (2015) give none, and common libraries take 1e-5."""


@dataclass(frozen=True)
class NormalisedBatch:
    """Normalised weighted sums, and the statistics they were normalised with.

    Args:
        mean: μ of each column over the batch, (width,).
        deviation: σ = √(variance + ε), of each column over the batch, (width,).
        values: û = (u - μ) / σ, (batch, width).
    """

    mean: Array
    deviation: Array
    values: Array


def normalise(u: Array) -> NormalisedBatch:
    """[N1] Each column minus its mean, divided by its standard deviation.

        μ = (1/B) Σ u      σ² = (1/B) Σ (u - μ)² + ε      û = (u - μ) / σ

    For a batch of one example û is 0.

    Args:
        u: weighted sums without bias, (batch, width), at least one row.

    Returns:
        û with μ and σ.

    Example:
        >>> normalise(np.array([[1.0], [3.0], [5.0]])).values.ravel().round(3).tolist()
        [-1.225, 0.0, 1.225]

    Source: Ioffe & Szegedy (2015) [ioffe2015], algorithm 1.
    """
    mean = u.mean(axis=0)
    centred = u - mean
    variance = np.square(centred).mean(axis=0)
    deviation = np.sqrt(variance + u.dtype.type(NORMALISATION_EPSILON))
    return NormalisedBatch(mean, deviation, centred / deviation)


def scale_and_shift(normalised: NormalisedBatch, gain: Array, b: Array) -> Array:
    """[N2] The weighted sums that the activation of a normalised layer receives.

        z = γ ⊙ û + b

    Args:
        normalised: û, μ and σ, from `normalise`.
        gain: γ, (width,).
        b: biases, (width,).

    Returns:
        z, (batch, width).

    Source: Ioffe & Szegedy (2015) [ioffe2015], algorithm 1.
    """
    return gain * normalised.values + b


def gain_gradient(normalised: NormalisedBatch, delta: Array) -> Array:
    """[N3] The gradient of the cost with respect to the gains.

        dγ = Σ_batch δ ⊙ û

    Args:
        normalised: û, μ and σ, from `normalise`.
        delta: dC/dz, (batch, width).

    Returns:
        dC/dγ, (width,).

    Source: Ioffe & Szegedy (2015) [ioffe2015], section 3.
    """
    return np.asarray((delta * normalised.values).sum(axis=0))


def normalisation_gradient(normalised: NormalisedBatch, gain: Array, delta: Array) -> Array:
    """[N4] The error before normalisation; μ and σ depend on every row of the batch.

        du = γ/σ ⊙ (δ - (1/B) Σ δ - û ⊙ (1/B) Σ δ ⊙ û)

    Args:
        normalised: û, μ and σ, from `normalise`.
        gain: γ, (width,).
        delta: dC/dz, (batch, width).

    Returns:
        dC/du, (batch, width); each column sums to 0.

    Source: Ioffe & Szegedy (2015) [ioffe2015], section 3; van Laarhoven (2017) [vanlaarhoven2017],
    for what it means for the norms of the weights.
    """
    per_row = delta.dtype.type(1 / len(delta))
    through_mean = delta.sum(axis=0) * per_row
    through_deviation = gain_gradient(normalised, delta) * per_row
    return (
        gain / normalised.deviation * (delta - through_mean - normalised.values * through_deviation)
    )


def fold_normalisation(
    W: Array, b: Array, gain: Array, mean: Array, deviation: Array
) -> tuple[Array, Array]:
    """[N5] The layer without normalisation that a normalised layer equals, for constant μ and σ.

        W'_jk = (γ_j/σ_j) W_jk      b' = b - γ ⊙ μ / σ

    Args:
        W: weights, (fan_out, fan_in).
        b: biases, (fan_out,).
        gain: γ, (fan_out,).
        mean: μ, (fan_out,).
        deviation: σ, (fan_out,).

    Returns:
        W' and b'. Up to rounding: x W'ᵀ + b' = γ ⊙ (x Wᵀ - μ) / σ + b.

    Source: Ioffe & Szegedy (2015) [ioffe2015], algorithm 2.
    """
    factor = gain / deviation
    return factor[:, None] * W, b - factor * mean
