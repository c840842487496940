"""The array type of the book, the choice between branches that complex numbers need, flat vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Array", "flatten", "rightward"]

Array: TypeAlias = NDArray[Any]


def rightward(z: Array) -> Array:
    """Where the real part is at least 0: which branch of a formula holds.

    A complex step moves z by an imaginary amount, which must not change the branch.
    """
    return np.real(z) >= 0


def flatten(
    weights: Sequence[Array],
    biases: Sequence[Array | None],
    gains: Sequence[Array | None] = (),
) -> Array:
    """The tensors of all layers as one flat vector: W, b, γ of the first layer, then of the next.

    Args:
        weights: one a layer, (fan_out, fan_in).
        biases: one a layer, (fan_out,); None for a layer without.
        gains: one a layer, (fan_out,); None, or nothing at all, for layers without.
    """
    parts: list[Array] = []
    for layer, (W, b) in enumerate(zip(weights, biases, strict=True)):
        gain = gains[layer] if layer < len(gains) else None
        parts.append(W.reshape(-1))
        parts += [extra for extra in (b, gain) if extra is not None]
    return np.concatenate(parts)
