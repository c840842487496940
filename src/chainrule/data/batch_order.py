"""The order of the examples in an epoch, and where its batches begin and end."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from chainrule.randomness import generator

__all__ = ["batch_bounds", "epoch_order"]


def epoch_order(seed: int | None, epoch: int, n: int) -> NDArray[np.int64]:
    """Return the order in which an epoch takes the examples: all of them, each once.

    Args:
        seed: the run's seed; None for the rows in their own order.
        epoch: the epoch's number, from 0.
        n: how many examples there are.

    Returns: the row numbers, (n,), read-only; the same for the same arguments.

    Example:
        >>> sorted(epoch_order(seed=0, epoch=3, n=4).tolist())
        [0, 1, 2, 3]
    """
    if seed is None:
        order = np.arange(n)
    else:
        order = generator(seed, "order", epoch).permutation(n).astype(np.int64, copy=False)
    order.flags.writeable = False
    return order


def batch_bounds(n: int, batch_size: int) -> list[tuple[int, int]]:
    """Return the first row and the row after the last of every batch; the last may be smaller.

    Example:
        >>> batch_bounds(n=10, batch_size=4)
        [(0, 4), (4, 8), (8, 10)]
    """
    return [(first, min(first + batch_size, n)) for first in range(0, n, batch_size)]
