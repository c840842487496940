"""The exponential and the logarithm of the kernels against 50 digits, in float64."""

from __future__ import annotations

import math

import numpy as np
from mpmath import mp, mpf

from chainrule.kernels.elementary import exp, exp_parts, is_finite, log1p, probe


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
    assert _worst(_at(exp, places), mp.exp) < 1.1


def test_exp_less_1_keeps_its_digits_near_0():
    places = np.concatenate((-(10.0 ** np.linspace(-300, 0, 400)), np.linspace(-40, 0, 1000)[:-1]))

    def less_1(t):
        s, p = exp_parts(t)
        return s * p + (s - 1.0)

    assert _worst(_at(less_1, places), mp.expm1) < 1.6


def test_exp_ends_in_0_and_infinity_and_keeps_nan():
    with np.errstate(over="ignore"):
        ends = exp(np.array([-np.inf, -1e300, -710.0, 0.0, 710.0, np.inf, np.nan]))
    assert ends[:6].tolist() == [0, 0, 0, 1, np.inf, np.inf]
    assert math.isnan(ends[6])


def test_log1p_is_right_to_two_units_from_0_to_1():
    places = np.concatenate(([0.0, 1.0, 1e-300], 10.0 ** np.linspace(-20, 0, 500)))
    places = np.concatenate((places, np.linspace(0.4, 0.43, 301), np.linspace(0, 1, 1000)[1:]))
    assert _worst(_at(log1p, places), mp.log1p) < 2


def test_probes_and_finite_numbers():
    assert probe(2.0) == 0.0
    assert math.isnan(probe(math.inf))
    assert [is_finite(x) for x in (1e308, -math.inf, math.nan)] == [True, False, False]
