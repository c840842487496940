"""Averages of parameters: by hand, and their weights written out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from chainrule.equations.arrays import Array
from chainrule.equations.averaging import AVERAGES, blend, ema_weight, swa_weight

THETAS = st.lists(st.floats(-100, 100), min_size=1, max_size=30)


def _averaged(thetas: list[float], shares: list[float]) -> Array:
    average = np.zeros(1)
    for theta, share in zip(thetas, shares, strict=True):
        average = blend(average, np.array([theta]), share)
    return average


def test_averages_by_name() -> None:
    assert AVERAGES == ("none", "ema", "swa")


def test_blend_by_hand() -> None:
    average, theta = np.array([1.0, -2.0]), np.array([5.0, 2.0])
    assert blend(average, theta, 0.25).tolist() == [2, -1]
    assert blend(average, theta, 0.0).tolist() == [1, -2]
    assert blend(average, theta, 1.0).tolist() == [5, 2]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_type_is_kept_and_nothing_is_written_to(dtype: Any) -> None:
    average, theta = np.array([1, -2], dtype), np.array([4, 2], dtype)
    assert blend(average, theta, 1 / 3).dtype == dtype
    assert_array_equal(average, [1, -2])
    assert_array_equal(theta, [4, 2])


def test_ema_weight_takes_the_first_step_whole() -> None:
    assert [ema_weight(steps, 0.75) for steps in (0, 1, 2, 1000)] == [1, 0.25, 0.25, 0.25]
    assert [ema_weight(steps, 0.0) for steps in (0, 1, 2)] == [1, 1, 1]


def test_the_exponential_average_by_hand() -> None:
    shares = [ema_weight(steps, 0.5) for steps in range(4)]
    # 8, ½ (8 + 4) = 6, ½ (6 + 2) = 4, ½ (4 + 6) = 5
    assert _averaged([8.0, 4.0, 2.0, 6.0], shares).tolist() == [5]


@given(thetas=THETAS, decay=st.floats(0, 0.999))
def test_the_exponential_average_written_out(thetas: list[float], decay: float) -> None:
    last = len(thetas) - 1
    weights = (1 - decay) * decay ** np.arange(last, -1, -1.0)
    weights[0] = decay**last
    assert_allclose(weights.sum(), 1, rtol=1e-12)
    shares = [ema_weight(steps, decay) for steps in range(len(thetas))]
    assert_allclose(_averaged(thetas, shares), [weights @ thetas], rtol=0, atol=1e-10)


def test_swa_weight_by_hand() -> None:
    assert [swa_weight(epochs) for epochs in (0, 1, 3, 99)] == [1, 0.5, 0.25, 0.01]


@given(thetas=THETAS)
def test_the_average_of_the_epochs_is_their_mean(thetas: list[float]) -> None:
    shares = [swa_weight(epochs) for epochs in range(len(thetas))]
    assert_allclose(_averaged(thetas, shares), [np.mean(thetas)], rtol=0, atol=1e-10)
