"""The restated functions are the book's, number by number."""

from __future__ import annotations

import math

import numpy as np
import pytest

from chainrule.equations.activations import ACTIVATIONS, pull_back
from chainrule.equations.costs import COSTS
from chainrule.equations.output_error import output_cost, output_error
from chainrule.kernels.codes import ACTIVATION_CODES
from chainrule.kernels.output import row_cost_and_error
from chainrule.kernels.rows import activate_row, greatest_of, probe_of, pull_back_row
from chainrule.kernels.scalars import pair_of, slope_of, value_of

PLACES = [-800.0, -20.0, -1.5, -1e-9, 0.0, 1e-9, 0.7, 3.0, 20.0, 800.0]
ELEMENTWISE = [a for a in ACTIVATIONS.values() if a.slope is not None]


@pytest.mark.parametrize("activation", ELEMENTWISE, ids=lambda a: a.name)
def test_values_and_slopes(activation):
    code, z = ACTIVATION_CODES[activation.name], np.array(PLACES)
    for got, want in (
        ([pair_of(code, x)[0] for x in PLACES], activation.value(z)),
        ([pair_of(code, x)[1] for x in PLACES], activation.slope(z)),
    ):
        if activation.name != "relu":
            np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-300)
    if activation.name not in ("relu", "identity"):
        assert [value_of(code, x) for x in PLACES] == pytest.approx(activation.value(z), rel=1e-12)
        assert [slope_of(code, x) for x in PLACES] == pytest.approx(activation.slope(z), rel=1e-12)


@pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=lambda a: a.name)
def test_rows_forward_and_back(activation):
    z = np.array([-2.0, 0.5, 1.0, 3.0])
    a, delta = np.zeros(4), np.array([1.0, -2.0, 0.5, 4.0])
    want = activation.value(z[None])[0]
    back = pull_back(activation, delta[None], z[None], want[None])[0]
    activate_row(ACTIVATION_CODES[activation.name], z, a)
    pull_back_row(ACTIVATION_CODES[activation.name], delta, z, a)
    np.testing.assert_allclose(a, want, rtol=1e-13)
    np.testing.assert_allclose(delta, back, rtol=1e-12, atol=1e-15)


def test_the_greatest_and_nan():
    assert greatest_of(np.array([1.0, 3.0, 3.0])) == 1
    assert greatest_of(np.array([1.0, math.nan, 3.0])) == 1
    assert probe_of(2.0) == 0.0
    assert math.isnan(probe_of(math.inf))


@pytest.mark.parametrize("cost", ["binary_cross_entropy", "categorical_cross_entropy"])
@pytest.mark.parametrize("activation", ["sigmoid", "softmax"])
@pytest.mark.parametrize("z", [[20.0, 0.0], [-3.0, 40.0, 1.0], [0.5]])
def test_confident_logits_keep_their_digits(cost, activation, z):
    row, y = np.array(z), np.zeros(len(z))
    y[0] = 1.0
    a = ACTIVATIONS[activation].value(row[None])[0]
    delta = np.zeros(len(z))
    codes = (list(COSTS).index(cost), ACTIVATION_CODES[activation])
    c = row_cost_and_error(codes, 1.0, (row, a, y), delta, 1.0)
    pair = (COSTS[cost], ACTIVATIONS[activation], row[None], a[None], y[None])
    assert c == pytest.approx(output_cost(*pair)[0], rel=1e-13)
    np.testing.assert_allclose(delta, output_error(*pair)[0], rtol=1e-12)
    if (cost, activation, len(z)) == ("binary_cross_entropy", "softmax", 1):
        assert row_cost_and_error(codes, 1.0, (row, a, 1 - y), delta, 1.0) == math.inf
