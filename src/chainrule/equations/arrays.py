"""The array type of the equations, and operations on arrays that many of them need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Array", "flatten", "nonnegative", "scale_inputs"]

Array: TypeAlias = NDArray[Any]


def nonnegative(z: Array) -> Array:
    """Where the real part of z is at least 0: the condition that chooses a branch of a formula.

    A complex step moves z by an imaginary amount only, which must not change the branch.
    """
    return np.real(z) >= 0


def flatten(
    weights: Sequence[Array],
    biases: Sequence[Array | None],
    gains: Sequence[Array | None] = (),
) -> Array:
    """The tensors of all layers as one flat vector: W, b, γ of the first layer, then of the next.

    Args:
        weights: one per layer, (fan_out, fan_in).
        biases: one per layer, (fan_out,); None for a layer without.
        gains: one per layer, (fan_out,); None for a layer without. Empty if no layer has any.
    """
    parts: list[Array] = []
    for layer, (W, b) in enumerate(zip(weights, biases, strict=True)):
        gain = gains[layer] if layer < len(gains) else None
        parts.append(W.reshape(-1))
        parts += [extra for extra in (b, gain) if extra is not None]
    return np.concatenate(parts)


def scale_inputs(stored: Array, scale: float, dtype: Any) -> Array:
    """Inputs as the network sees them: stored values times a scale, in the type of the computation.

    Args:
        stored: as a data set stores them, such as bytes.
        scale: the factor, such as 1/255.
        dtype: float32 or float64.

    Returns:
        A new array.
    """
    x = stored.astype(dtype)
    if scale != 1.0:
        x *= x.dtype.type(scale)
    return x
