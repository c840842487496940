"""The array type of the equations, and a branch condition that complex numbers need."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Array", "nonnegative"]

Array: TypeAlias = NDArray[Any]


def nonnegative(z: Array) -> Array:
    """Where the real part of z is at least 0: the condition that chooses a branch of a formula.

    A complex step moves z by an imaginary amount only, which must not change the branch.
    """
    return np.real(z) >= 0
