"""Elementary functions in float32, correct to the last digit."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import numpy as np

from chainrule.equations.arrays import Array

__all__ = ["round_once"]

F = TypeVar("F", bound=Callable[..., Array])


def round_once(function: F) -> F:
    """Decorate an equation: compute it in float64, and round the result to the arguments' type.

    In float32 every operation of a formula rounds, and an exponential alone may be wrong by two
    units in the last place. The decorated function rounds once, by half a unit, and an increasing
    function stays increasing. Arguments of type float64 or complex128 are not converted.

    Args:
        function: takes arrays as positional arguments and returns an array.

    Returns:
        The function, for arrays of any number type.

    Example:
        >>> import numpy as np
        >>> third = round_once(lambda x: x / 3)
        >>> print(third(np.float32([1.0])), third(np.float64([1.0])))
        [0.33333334] [0.33333333]
    """

    @wraps(function)
    def rounded(*arrays: Array) -> Array:
        given = np.result_type(*arrays)
        wide = (array.astype(np.result_type(array, np.float64), copy=False) for array in arrays)
        return function(*wide).astype(given, copy=False)

    equation: Any = rounded
    return equation
