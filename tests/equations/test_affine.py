"""The affine map and its three gradients, each against sums written out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from chainrule.equations.affine import affine, bias_gradient, input_gradient, weight_gradient

X = np.array([[1.0, 2.0], [-3.0, 0.5], [0.0, 4.0]])
W = np.array([[3.0, 4.0], [-1.0, 2.0]])
B = np.array([0.5, -10.0])
DELTA = np.array([[1.0, 10.0], [2.0, -20.0], [-4.0, 0.25]])


def test_weighted_sums_by_hand() -> None:
    by_hand = [[3 + 8 + 0.5, -1 + 4 - 10], [-9 + 2 + 0.5, 3 + 1 - 10], [16 + 0.5, 8 - 10]]
    assert_array_equal(affine(X, W, B), by_hand)


def test_a_layer_without_biases_adds_nothing() -> None:
    assert_array_equal(affine(X, W, None), [[11, 3], [-7, 4], [16, 8]])


def test_input_gradient_sums_over_the_paths() -> None:
    by_hand = [[3 - 10, 4 + 20], [6 + 20, 8 - 40], [-12 - 0.25, -16 + 0.5]]
    assert_array_equal(input_gradient(W, DELTA), by_hand)


def test_weight_gradient_has_the_shape_of_the_weights() -> None:
    x = np.column_stack((X, [1.0, 1.0, 1.0]))
    by_hand = [[1 - 6, 2 + 1 - 16, 1 + 2 - 4], [10 + 60, 20 - 10 + 1, 10 - 20 + 0.25]]
    assert_array_equal(weight_gradient(x, DELTA), by_hand)


def test_bias_gradient_sums_over_the_batch() -> None:
    assert_array_equal(bias_gradient(DELTA), [-1, -9.75])


def test_a_complex_step_of_the_biases_alone_reaches_the_sums() -> None:
    assert_array_equal(affine(X, W, B + 1e-30j).imag, np.full((3, 2), 1e-30))


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex128])
def test_the_type_is_kept_and_nothing_is_written_to(dtype: Any) -> None:
    x, w, b, delta = (array.astype(dtype) for array in (X, W, B, DELTA))
    made = (
        affine(x, w, b),
        input_gradient(w, delta),
        weight_gradient(x, delta),
        bias_gradient(delta),
    )
    assert {array.dtype for array in made} == {np.dtype(dtype)}
    for array, before in ((x, X), (w, W), (b, B), (delta, DELTA)):
        assert_array_equal(array, before)
