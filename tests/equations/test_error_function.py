"""Φ and its density against 50 digits; the series is computed anew."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpc, mpf

from chainrule.equations import error_function
from chainrule.equations.error_function import normal_cdf, normal_pdf


def _cdf(z: Any) -> Any:
    return mp.erfc(-z / mp.sqrt(2)) / 2


def _pdf(z: Any) -> Any:
    return mp.exp(-z * z / 2) / mp.sqrt(2 * mp.pi)


def _smooth(t: Any) -> Any:
    """(1 + 2x) exp(x²) erfc(x), where t = (x - 3)/(x + 3)."""
    x = 3 * (1 + t) / (1 - t)
    return (1 + 2 * x) * mp.exp(x * x) * mp.erfc(x)


def test_series_is_the_chebyshev_series() -> None:
    nodes = 90
    angles = [mp.pi * (2 * j + 1) / (2 * nodes) for j in range(nodes)]
    values = [_smooth(mp.cos(angle)) for angle in angles]
    terms = [
        2 * mp.fsum(v * mp.cos(k * angle) for v, angle in zip(values, angles, strict=True)) / nodes
        for k in range(len(error_function.SERIES) + 1)
    ]
    terms[0] /= 2
    # The last term is so small that its own last digits no longer matter.
    for term, stored in zip(terms, error_function.SERIES, strict=False):
        assert stored == pytest.approx(float(term), rel=1e-15, abs=1e-24)
    assert abs(terms[-1]) < 1e-16, "one term more would still count"


def test_cdf_keeps_its_digits_down_to_minus_37() -> None:
    z = np.concatenate((np.linspace(-37, 9, 500), 10.0 ** np.linspace(-20, 0, 21)))
    got = normal_cdf(z)
    worst = max(abs(mpf(g) / _cdf(mpf(v)) - 1) for g, v in zip(got, z, strict=True))
    assert worst < 3e-13


def test_cdf_is_exact_to_4_ulps_in_the_middle(ulps: Any) -> None:
    z = np.linspace(-1, 9, 400)
    assert ulps(normal_cdf(z), [_cdf(mpf(v)) for v in z]) < 4


def test_cdf_in_float32_is_rounded_once(ulps: Any) -> None:
    z = np.linspace(-12, 6, 400).astype(np.float32)
    got = normal_cdf(z)
    assert got.dtype == np.float32
    assert ulps(got, [_cdf(mpf(float(v))) for v in z]) < 0.501


@pytest.mark.parametrize(("dtype", "huge"), [(np.float32, 1e38), (np.float64, 1e308)])
def test_far_out_it_is_0_or_1_without_overflow(dtype: Any, huge: float) -> None:
    z = np.array([-huge, -1e4, -1e3, 1e3, 1e4, huge], dtype)
    assert normal_cdf(z).tolist() == [0, 0, 0, 1, 1, 1]
    assert normal_pdf(z).tolist() == [0] * 6


def test_cdf_never_sinks_and_mirrors() -> None:
    z = np.linspace(0, 40, 10_001)
    assert (np.diff(normal_cdf(np.concatenate((-z[:0:-1], z)))) >= 0).all()
    np.testing.assert_allclose(normal_cdf(z) + normal_cdf(-z), 1, rtol=0, atol=2.3e-16)


@pytest.mark.parametrize("z", [0.3 + 0.4j, -2 + 0.1j, 5 - 0.2j, 0 + 0.1j])
def test_cdf_and_pdf_take_complex_numbers_near_the_real_axis(z: complex) -> None:
    array = np.array([z])
    assert normal_cdf(array)[0] == pytest.approx(complex(_cdf(mpc(z))), rel=1e-14)
    assert normal_pdf(array)[0] == pytest.approx(complex(_pdf(mpc(z))), rel=1e-14)


def test_pdf_against_50_digits(ulps: Any) -> None:
    z = np.linspace(-8, 8, 401)
    assert ulps(normal_pdf(z), [_pdf(mpf(v)) for v in z]) < 32
    small = z.astype(np.float32)
    assert normal_pdf(small).dtype == np.float32
    assert ulps(normal_pdf(small), [_pdf(mpf(float(v))) for v in small]) < 0.501


def test_pdf_is_the_derivative_of_cdf() -> None:
    z = np.linspace(-8, 8, 101)
    slope = normal_cdf(z + 1e-30j).imag / 1e-30
    np.testing.assert_allclose(slope, normal_pdf(z), rtol=1e-13)


def test_nan_stays_nan() -> None:
    z = np.array([np.nan, 0.0])
    assert np.isnan(normal_cdf(z)).tolist() == [True, False]
    assert np.isnan(normal_pdf(z)).tolist() == [True, False]


def test_any_shape_is_kept() -> None:
    assert normal_cdf(np.zeros((2, 3, 4))).shape == (2, 3, 4)
    assert float(normal_cdf(np.array(0.0))) == 0.5
