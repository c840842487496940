"""Dropout: in each step of a training, some neurons are silent, and the others louder."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.arrays import Array
from chainrule.equations.hashing import random_bits

__all__ = ["apply_mask", "dropout_mask", "dropout_threshold"]


def dropout_threshold(share: float) -> int:
    """[R1] The hashed number [H1] from which a neuron speaks: ⌊p 2^32⌋.

    Args:
        share: p, 0 to below 1.
    """
    return int(share * 2**32)


def dropout_mask(key: int, rows: NDArray[np.int64], width: int, share: float, dtype: Any) -> Array:
    """[R1] What each activation is multiplied by: inverted dropout.

        m = 0 where H1(key, i · width + j) < ⌊p 2^32⌋, else 1 / (1 - p)

    The counter is taken modulo 2^32. The expected value of m is 1, so that nothing has to change
    where there is no dropout, as in a network that has been trained.

    Args:
        key: of the step and the layer.
        rows: the rows' places i in the batch, (batch,).
        width: neurons of the layer.
        share: p, the share that is silent, 0 to below 1.
        dtype: number type of the computation.

    Returns:
        m, (batch, width).
    """
    counters = rows[:, None].astype(np.uint32) * np.uint32(width) + np.arange(width, dtype="uint32")
    speaks = random_bits(key, counters) >= dropout_threshold(share)
    return np.asarray(np.where(speaks, np.dtype(dtype).type(1 / (1 - share)), 0)).astype(dtype)


def apply_mask(a: Array, mask: Array) -> Array:
    """[R2] What a mask leaves: a ⊙ m, and on the way back da ⊙ m.

    Args:
        a: activations or their errors, (batch, width).
        mask: m, (batch, width).

    Returns:
        The product, (batch, width).
    """
    return a * mask
