"""The penalties and their gradients: by hand and by complex step."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from chainrule.equations.penalties import (
    l1_gradient,
    l1_penalty,
    l2_gradient,
    l2_penalty,
    penalty,
    penalty_gradient,
)

THETA = np.array([1.0, -2.0, 0.0, 0.5, -8.0])
IS_WEIGHT = np.array([1.0, 1.0, 1.0, 1.0, 0.0])


def test_l1_by_hand() -> None:
    assert l1_penalty(THETA, IS_WEIGHT, 0.25) == 0.25 * 3.5
    assert_array_equal(l1_gradient(THETA, IS_WEIGHT, 0.25), [0.25, -0.25, 0, 0.25, 0])


def test_l2_by_hand() -> None:
    assert l2_penalty(THETA, IS_WEIGHT, 0.5) == 0.25 * 5.25
    assert_array_equal(l2_gradient(THETA, IS_WEIGHT, 0.5), [0.5, -1, 0, 0.25, 0])


def test_both_add_up() -> None:
    assert penalty(THETA, IS_WEIGHT, 0.25, 0.5) == 0.25 * 3.5 + 0.25 * 5.25
    both = penalty_gradient(THETA, IS_WEIGHT, 0.25, 0.5)
    assert_array_equal(both, [0.75, -1.25, 0, 0.5, 0])


@pytest.mark.parametrize(
    ("l1", "l2", "value", "gradient"),
    [(0.0, 0.0, 0.0, 0.0), (2.0, 0.0, 7.0, [2, -2, 0, 2, 0]), (0.0, 2.0, 5.25, [2, -4, 0, 1, 0])],
)
def test_a_strength_of_0_leaves_a_penalty_out(
    l1: float, l2: float, value: float, gradient: object
) -> None:
    assert penalty(THETA, IS_WEIGHT, l1, l2) == value
    assert_array_equal(penalty_gradient(THETA, IS_WEIGHT, l1, l2), gradient)


@pytest.mark.parametrize(("l1", "l2"), [(0.3, 0.0), (0.0, 0.7), (0.3, 0.7)])
def test_gradient_is_the_derivative_by_complex_step(l1: float, l2: float) -> None:
    theta = np.where(THETA == 0, 1e-3, THETA)
    steps = theta + 1e-30j * np.eye(5)
    moved = np.array([penalty(step, IS_WEIGHT, l1, l2) for step in steps])
    by_step = moved.imag / 1e-30
    assert_allclose(penalty_gradient(theta, IS_WEIGHT, l1, l2), by_step, rtol=1e-14)


def test_the_sign_of_a_complex_weight_is_that_of_its_real_part() -> None:
    theta = np.array([1 + 1j, -2 + 1j, 0, 0.5 - 1j, -8])
    assert_array_equal(l1_gradient(theta, IS_WEIGHT, 0.25), [0.25, -0.25, 0, 0.25, 0])
    assert l1_gradient(theta, IS_WEIGHT, 0.25).dtype == np.complex128


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex128])
def test_type_is_kept_and_nothing_is_written_to(dtype: Any) -> None:
    theta, is_weight = THETA.astype(dtype), IS_WEIGHT.astype(np.float32)
    assert np.asarray(penalty(theta, is_weight, 0.1, 0.1)).dtype == dtype
    gradient = penalty_gradient(theta, is_weight, 0.1, 0.1)
    assert np.asarray(gradient).dtype == dtype
    assert_array_equal(theta, THETA)
