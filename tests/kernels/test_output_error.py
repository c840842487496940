"""Costs and errors of single rows, against the book."""

from __future__ import annotations

import math

import numpy as np
import pytest

from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.costs import COSTS
from chainrule.equations.output_error import FUSED, output_cost, output_error
from chainrule.kernels.activations import ACTIVATION_CODES
from chainrule.kernels.output_error import COST_CODES, OutputRow, row_cost_and_error

EXACT = [pytest.param(*pair, id="+".join(pair)) for pair in FUSED]


def _made(cost, activation, z, y):
    """Cost and error of a row by the kernel and by the book."""
    a, delta = ACTIVATIONS[activation].value(z[None])[0], np.zeros_like(z)
    codes, row = (COST_CODES[cost], ACTIVATION_CODES[activation]), OutputRow(z, a, y, delta)
    c = row_cost_and_error(*codes, 1.0, row, 1.0)
    pair = (COSTS[cost], ACTIVATIONS[activation], z[None], a[None], y[None])
    return c, delta, output_cost(*pair)[0], output_error(*pair)[0]


@pytest.mark.parametrize(("cost", "activation"), EXACT)
@pytest.mark.parametrize("z", [[20.0, 0.0], [-3.0, 40.0, 1.0], [0.5]], ids=str)
def test_confident_logits_keep_their_digits(cost, activation, z):
    y = np.zeros(len(z))
    y[0] = 1.0
    c, delta, want_c, want_delta = _made(cost, activation, np.array(z), y)
    assert c == pytest.approx(want_c, rel=1e-13)
    np.testing.assert_allclose(delta, want_delta, rtol=1e-12)


@pytest.mark.parametrize(("cost", "activation"), EXACT)
@pytest.mark.parametrize("width", [15, 16, 17, 40])
def test_rows_wider_than_sixteen_and_soft_targets(cost, activation, width):
    z, y = 5 * np.sin(np.arange(width)), np.cos(np.arange(width)) ** 2
    c, delta, want_c, want_delta = _made(cost, activation, z, y)
    assert c == pytest.approx(want_c, rel=1e-13)
    np.testing.assert_allclose(delta, want_delta, rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize(("cost", "activation"), EXACT)
def test_float32_differs_by_a_rounding_or_two(cost, activation):
    z = (5 * np.sin(np.arange(17))).astype("float32")
    y = np.eye(17, dtype="float32")[3]
    c, delta, want_c, want_delta = _made(cost, activation, z, y)
    assert c == pytest.approx(want_c, rel=2e-7)
    np.testing.assert_allclose(delta, want_delta, rtol=4e-7, atol=1e-8)


def test_two_greatest_logits_count_once_each():
    z, y = np.array([5.0, 5.0, -5.0]), np.array([0.0, 1.0, 0.0])
    c, delta, want_c, want_delta = _made("categorical_cross_entropy", "softmax", z, y)
    assert c == pytest.approx(want_c, rel=1e-15)
    np.testing.assert_allclose(delta, want_delta, rtol=1e-14)


def test_a_sure_class_of_one_that_is_wrong_costs_infinity():
    c, delta, _, _ = _made("binary_cross_entropy", "softmax", np.array([0.5]), np.array([0.0]))
    assert (c, delta[0]) == (math.inf, 0.0)
