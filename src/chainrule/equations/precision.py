"""How float32 networks get elementary functions that are right to the last digit."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import numpy as np

from chainrule.equations.arrays import Array

__all__ = ["round_once"]

F = TypeVar("F", bound=Callable[..., Array])


def round_once(function: F) -> F:
    """An equation that is computed in float64 and whose result is rounded to its arguments' type.

    In float32 every operation of a formula rounds, and an exponential by itself is up to two units
    of the last place wrong. Computed this way the result is wrong by half a unit, and a function
    that never sinks never sinks in float32. Arguments of type float64 or complex128 pass as they
    are.

    Args:
        function: takes arrays by position, and returns one.

    Returns:
        The function, for arrays of any type.

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
