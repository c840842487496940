"""The restated functions are the book's, number by number."""

from __future__ import annotations

import math

import pytest

from chainrule.kernels.codes import ACTIVATION_CODES
from chainrule.kernels.scalars import bent_of, softplus


@pytest.mark.parametrize(
    ("name", "z", "pair"),
    [
        ("step", 2.0, (1.0, 0.0)),
        ("step", 0.0, (1.0, 0.0)),
        ("step", -0.5, (0.0, 0.0)),
        ("leaky_relu", 3.0, (3.0, 1.0)),
        ("leaky_relu", 0.0, (0.0, 0.01)),
        ("leaky_relu", -2.0, (-0.02, 0.01)),
        ("identity", -2.5, (-2.5, 1.0)),
    ],
)
def test_values_and_slopes(name, z, pair):
    assert bent_of(ACTIVATION_CODES[name], z) == pair


@pytest.mark.parametrize("name", ["step", "leaky_relu", "identity"])
def test_nan_stays_nan(name):
    assert math.isnan(bent_of(ACTIVATION_CODES[name], math.nan)[0])


@pytest.mark.parametrize(
    ("z", "value"),
    [(0.0, math.log(2)), (800.0, 800.0), (-40.0, math.exp(-40)), (math.log(3), 2 * math.log(2))],
)
def test_softplus(z, value):
    assert softplus(z) == pytest.approx(value, rel=1e-15)
