"""The exponential and the logarithm of the kernels against 50 digits, in float64."""

from __future__ import annotations

import math

import numpy as np
import pytest
from mpmath import mp, mpf

from chainrule.equations.activations import ACTIVATIONS
from chainrule.kernels.codes import ACTIVATION_CODES
from chainrule.kernels.curves import curve_of, exp_of, exp_parts, log1p_of, softplus_of

CURVED = ["sigmoid", "tanh", "elu", "selu", "gelu", "silu", "softplus"]


def _worst(got, truth):
    """The greatest error in units of the last place."""
    with mp.workdps(50):
        pairs = zip(got.tolist(), (truth(mpf(v)) for v in got.places), strict=True)
        return max(float(abs(g - t) / math.ulp(float(t))) for g, t in pairs)


class _At(np.ndarray):
    """Results that know their places."""

    places: list[float]


def _at(function, places):
    made = np.asarray(function(np.array(places))).view(_At)
    made.places = list(places)
    return made


def test_exp_is_right_to_a_unit_from_end_to_end():
    places = np.concatenate((np.linspace(-708, 709, 3001), np.linspace(-1, 1, 1001)))
    assert _worst(_at(exp_of, places), mp.exp) < 1.1


def test_exp_less_1_keeps_its_digits_near_0():
    places = np.concatenate((-(10.0 ** np.linspace(-300, 0, 400)), np.linspace(-40, 0, 1000)[:-1]))

    def less_1(t):
        s, p = exp_parts(t)
        return s * p + (s - 1.0)

    assert _worst(_at(less_1, places), mp.expm1) < 1.6


def test_exp_ends_in_0_and_infinity_and_keeps_nan():
    with np.errstate(over="ignore"):
        ends = exp_of(np.array([-np.inf, -1e300, -710.0, 0.0, 710.0, np.inf, np.nan]))
    assert ends[:6].tolist() == [0, 0, 0, 1, np.inf, np.inf]
    assert math.isnan(ends[6])


def test_log1p_is_right_to_two_units_from_0_to_1():
    places = np.concatenate(([0.0, 1.0, 1e-300], 10.0 ** np.linspace(-20, 0, 500)))
    places = np.concatenate((places, np.linspace(0.4, 0.43, 301), np.linspace(0, 1, 1000)[1:]))
    assert _worst(_at(log1p_of, places), mp.log1p) < 2


@pytest.mark.parametrize("name", CURVED)
def test_curves_are_the_books_in_float64(name):
    z = np.concatenate((np.linspace(-30, 30, 2001), [-800.0, -1e-9, -1e-300, 1e-300, 1e-9, 800.0]))
    value, slope = curve_of(ACTIVATION_CODES[name], z)
    book = ACTIVATIONS[name]
    rtol = 1e-12 if name == "gelu" else 2e-15  # its tail is e^-450
    np.testing.assert_allclose(value, book.value(z), rtol=rtol, atol=1e-300)
    np.testing.assert_allclose(slope, book.derivative(z), rtol=max(rtol, 4e-15), atol=1e-16)


def test_softplus_of_is_the_curve():
    z = np.linspace(-30, 30, 101)
    np.testing.assert_array_equal(softplus_of(z), curve_of(ACTIVATION_CODES["softplus"], z))
