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
        b: biases, (fan_out,); None for a layer without.

    Returns:
        z, (batch, fan_out).

    Example:
        >>> import numpy as np
        >>> affine(np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]]), np.array([0.5]))
        array([[11.5]])

    Source: investigation, a^l = σ(w^l a^(l-1) + b^l); matrix-based, eq. (10), batch form.
    """
    z = x @ W.T
    return z if b is None else z + b


def input_gradient(W: Array, delta: Array) -> Array:
    """[BP2a] What an error at a layer's output means for the layer's input.

        dx = delta W

    Args:
        W: weights, (fan_out, fan_in).
        delta: dC/dz of the layer, (batch, fan_out).

    Returns:
        dC/dx, (batch, fan_in).

    Source: four-equations, section 2.2; approximator, v^(n) summed over paths.
    """
    return delta @ W


def weight_gradient(x: Array, delta: Array) -> Array:
    """[BP4] The gradient of the cost with respect to the weights.

        dW = deltaᵀ x

    The sum over the batch is in the product; the mean's 1/B is in delta already.

    Args:
        x: layer inputs, (batch, fan_in).
        delta: dC/dz of the layer, (batch, fan_out).

    Returns:
        dC/dW, (fan_out, fan_in): the shape of W.

    Source: four-equations, section 2.4. matrix-based prints the transpose, which does not fit W.
    """
    return delta.T @ x


def bias_gradient(delta: Array) -> Array:
    """[BP3] The gradient of the cost with respect to the biases.

        db = Σ_batch delta

    Args:
        delta: dC/dz of the layer, (batch, fan_out).

    Returns:
        dC/db, (fan_out,).

    Source: four-equations, section 2.3.
    """
    return delta.sum(axis=0)
