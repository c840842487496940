"""float32 by way of float64, and nothing else changed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chainrule.equations.arrays import Array
from chainrule.equations.precision import round_once


def _spread(x: Array, y: Array) -> Array:
    """What it computes."""
    return (x + 1.0) - y


@pytest.mark.parametrize(
    ("given", "computed"),
    [
        (np.float32, np.float64),
        (np.float64, np.float64),
        (np.complex64, np.complex128),
        (np.complex128, np.complex128),
    ],
)
def test_computed_in_64_bits_and_given_back_in_the_type_of_the_arguments(
    given: Any, computed: Any
) -> None:
    seen = []

    @round_once
    def spy(x: Array) -> Array:
        seen.append(x.dtype)
        return x / 3

    assert spy(np.ones(2, given)).dtype == given
    assert seen == [computed]


def test_digits_that_float32_would_lose_are_kept() -> None:
    tiny, one = np.float32([2.0**-30]), np.float32([1.0])
    assert _spread(tiny, one) == 0
    assert round_once(_spread)(tiny, one) == tiny


def test_float64_arrays_are_passed_as_they_are() -> None:
    x = np.array([1.0])
    assert round_once(lambda given: given)(x) is x


def test_a_mixture_is_of_the_wider_type() -> None:
    assert round_once(_spread)(np.ones(1, np.float32), np.ones(1)).dtype == np.float64


def test_name_and_docstring_stay() -> None:
    wrapped = round_once(_spread)
    assert (wrapped.__name__, wrapped.__doc__) == ("_spread", "What it computes.")
