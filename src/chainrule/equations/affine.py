"""The affine map of a layer and its three gradients."""

from __future__ import annotations

from chainrule.equations.arrays import Array

__all__ = ["affine", "bias_gradient", "input_gradient", "weight_gradient"]


def affine(x: Array, W: Array, b: Array | None) -> Array:
    """[F1] The weighted sums of a layer.

        z = x Wᵀ + b

    Args:
        x: layer inputs, (batch, fan_in).
        W: weights, (fan_out, fan_in).
        b: biases, (fan_out,), or None for a layer without biases.

    Returns:
        z, (batch, fan_out).

    Example:
        >>> import numpy as np
        >>> affine(np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]]), np.array([0.5]))
        array([[11.5]])

    Source: investigation, a^l = σ(w^l a^(l-1) + b^l); matrix-based, eq. (10), for a batch;
    Rumelhart, Hinton & Williams (1986) [rumelhart1986].
    """
    z = x @ W.T
    return z if b is None else z + b


def input_gradient(W: Array, delta: Array) -> Array:
    """[BP2a] The gradient of the cost with respect to the inputs of a layer.

        dx = delta W

    Args:
        W: weights, (fan_out, fan_in).
        delta: dC/dz of the layer, (batch, fan_out).

    Returns:
        dC/dx, (batch, fan_in).

    Source: four-equations, section 2.2; approximator, v^(n) summed over paths;
    Rumelhart, Hinton & Williams (1986) [rumelhart1986].
    """
    return delta @ W


def weight_gradient(x: Array, delta: Array) -> Array:
    """[BP4] The gradient of the cost with respect to the weights.

        dW = deltaᵀ x

    The matrix product sums over the batch; the 1/B of the mean is already in delta.

    Args:
        x: layer inputs, (batch, fan_in).
        delta: dC/dz of the layer, (batch, fan_out).

    Returns:
        dC/dW, (fan_out, fan_in): the shape of W.

    Source: four-equations, section 2.4 (matrix-based prints the transpose, which does not have the
    shape of W); Rumelhart, Hinton & Williams (1986) [rumelhart1986].
    """
    return delta.T @ x


def bias_gradient(delta: Array) -> Array:
    """[BP3] The gradient of the cost with respect to the biases.

        db = Σ_batch delta

    Args:
        delta: dC/dz of the layer, (batch, fan_out).

    Returns:
        dC/db, (fan_out,).

    Source: four-equations, section 2.3; Rumelhart, Hinton & Williams (1986) [rumelhart1986].
    """
    return delta.sum(axis=0)
