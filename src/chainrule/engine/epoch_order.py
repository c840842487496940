"""The order in which an epoch takes the examples, kept while it is needed."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from chainrule.data import epoch_order

__all__ = ["order_of"]


@lru_cache(maxsize=2)
def order_of(seed: int | None, epoch: int, n: int) -> NDArray[np.int64]:
    """The rows in an epoch's order, (n,), read-only; that of the last two epochs is kept.

    Args:
        seed: the run's; None for the rows as they stand.
        epoch: from 0.
        n: examples.
    """
    order = np.arange(n) if seed is None else epoch_order(seed, epoch, n)
    order.flags.writeable = False
    return order
