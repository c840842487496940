"""For the tests of the book: overflow is an error, and the truth has 50 digits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpf

from chainrule.equations.arrays import Array

Ulps = Callable[[Array, Iterable[Any]], float]


@pytest.fixture(autouse=True)
def loud_and_exact() -> Iterator[None]:
    with np.errstate(over="raise", invalid="raise", divide="raise"), mp.workdps(50):
        yield


@pytest.fixture
def ulps() -> Ulps:
    """The greatest error of `got`, in units of the last place of the true numbers.

    Nothing is promised within a factor 1024 of the least normal number: there the units stop
    shrinking, for numbers on the way to the result may be subnormal already.
    """

    def worst(got: Array, truth: Iterable[Any]) -> float:
        info = np.finfo(got.dtype)
        floor = 1024 * mpf(float(info.tiny))
        errors = [mpf(0)]
        for value, exact in zip(got.ravel(), truth, strict=True):
            exponent = int(mp.floor(mp.log(max(abs(exact), floor), 2)))
            errors.append(abs(mpf(float(value)) - exact) / mp.ldexp(1, exponent - info.nmant))
        return float(max(errors))

    return worst
