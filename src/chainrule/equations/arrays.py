"""The array type of the book, and the choice between branches that complex numbers need."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Array", "nonnegative"]

Array: TypeAlias = NDArray[Any]


def nonnegative(z: Array) -> Array:
    """Where the real part is at least 0: which branch of a formula holds.

    A complex step moves z by an imaginary amount, which must not change the branch.
    """
    return np.real(z) >= 0
