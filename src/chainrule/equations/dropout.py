"""Dropout: in each training step some neurons output 0, and the others are scaled up."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.arrays import Array
from chainrule.equations.hashing import random_bits

__all__ = ["apply_mask", "dropout_mask", "dropout_threshold"]


def dropout_threshold(p: float) -> int:
    """[R1] The least random number [H1] for which a neuron is kept.

        threshold = ⌊p 2^32⌋

    Args:
        p: the probability that a neuron is dropped, 0 to below 1.
    """
    return int(p * 2**32)


def dropout_mask(key: int, rows: NDArray[np.int64], width: int, p: float, dtype: Any) -> Array:
    """[R1] The factors of the activations in inverted dropout.

        m = 0 where H1(key, i · width + j) < ⌊p 2^32⌋, else 1 / (1 - p)

    The counter is taken modulo 2^32. The expected value of m is 1, so the trained network computes
    without masks and without a correction.

    Args:
        key: the key [H2] of the step and the layer.
        rows: i, the positions of the examples in the batch, (batch,).
        width: number of neurons in the layer.
        p: the probability that a neuron is dropped, 0 to below 1.
        dtype: number type of the computation.

    Returns:
        m, (batch, width).

    Source: Srivastava et al. (2014) [srivastava2014]; Hinton et al. (2012) [hinton2012].
    """
    counters = rows[:, None].astype(np.uint32) * np.uint32(width) + np.arange(width, dtype="uint32")
    kept = random_bits(key, counters) >= dropout_threshold(p)
    return np.asarray(np.where(kept, np.dtype(dtype).type(1 / (1 - p)), 0)).astype(dtype)


def apply_mask(a: Array, mask: Array) -> Array:
    """[R2] Masked activations, and on the way back, masked errors.

        a' = a ⊙ m      da = da' ⊙ m

    Args:
        a: activations, or their errors, (batch, width).
        mask: m, (batch, width).

    Returns:
        The product, (batch, width).

    Source: Srivastava et al. (2014) [srivastava2014]; Wager, Wang & Liang (2013) [wager2013], for
    its effect as a penalty.
    """
    return a * mask
