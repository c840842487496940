"""Which numbers of a large tensor are proved."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.network import Slot
from chainrule.randomness import generator

__all__ = ["sample_places"]

Array = NDArray[Any]


def sample_places(slot: Slot, gradient: Array, most: int, seed: int) -> list[int]:
    """Where in the flat parameters the numbers of a tensor are that are proved.

    All of a small tensor. Of a large one half is drawn among the numbers whose gradient is not 0,
    for most of an image's edge has none, and the rest among all others.

    Args:
        slot: the tensor.
        gradient: to be proved, flat.
        most: how many are drawn.
        seed: of the lot.

    Returns: ascending places.
    """
    every = np.arange(slot.start, slot.stop)
    if len(every) <= most:
        return [int(at) for at in every]
    lot = generator(seed, "proof", slot.start)
    moving = every[gradient[slot.start : slot.stop] != 0]
    first = lot.choice(moving, min(len(moving), (most + 1) // 2), replace=False)
    others = np.setdiff1d(every, first)
    rest = lot.choice(others, most - len(first), replace=False)
    return sorted(int(at) for at in (*first, *rest))
