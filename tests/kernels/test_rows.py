"""Rows of every width through the activations, against the book."""

from __future__ import annotations

import math
import os
import subprocess
import sys

import numpy as np
import pytest

from chainrule.equations.activations import ACTIVATIONS, pull_back
from chainrule.kernels.codes import ACTIVATION_CODES
from chainrule.kernels.rows import (
    activate_row,
    activate_with_slope,
    greatest_of,
    is_finite_number,
    probe_of,
    pull_back_row,
)

ALL = [pytest.param(a, id=a.name) for a in ACTIVATIONS.values()]
SINGLE = [pytest.param(a, id=a.name) for a in ACTIVATIONS.values() if a.derivative is not None]
WIDTHS = [1, 4, 15, 16, 17, 33]


def _row(width, dtype="float64"):
    return (4 * np.sin(1.0 + np.arange(width))).astype(dtype)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("activation", ALL)
def test_rows_forward_and_back(activation, width):
    code, z = ACTIVATION_CODES[activation.name], _row(width)
    a, delta = np.zeros(width), np.cos(np.arange(width))
    want = activation.value(z[None])[0]
    back = pull_back(activation, delta[None], z[None], want[None])[0]
    activate_row(code, z, a)
    pull_back_row(code, delta, z, a)
    np.testing.assert_allclose(a, want, rtol=1e-13)
    np.testing.assert_allclose(delta, back, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("activation", SINGLE)
def test_value_and_slope_together(activation, width):
    z = _row(width)
    a, slope, alone = np.zeros(width), np.zeros(width), np.zeros(width)
    activate_with_slope(ACTIVATION_CODES[activation.name], z, a, slope)
    activate_row(ACTIVATION_CODES[activation.name], z, alone)
    np.testing.assert_array_equal(a, alone)
    np.testing.assert_allclose(slope, activation.derivative(z), rtol=1e-12)


@pytest.mark.parametrize("activation", SINGLE)
def test_a_value_does_not_depend_on_its_place(activation):
    code, z = ACTIVATION_CODES[activation.name], _row(40, "float32")
    a, slope, one = np.zeros_like(z), np.zeros_like(z), np.zeros(1, "float32")
    activate_with_slope(code, z, a, slope)
    for j in range(z.size):
        activate_row(code, z[j : j + 1], one)
        assert one[0] == a[j]


@pytest.mark.parametrize("activation", ALL)
def test_float32_is_the_book_rounded_once(activation):
    z = _row(21, "float32")
    a = np.zeros_like(z)
    activate_row(ACTIVATION_CODES[activation.name], z, a)
    np.testing.assert_array_equal(a, activation.value(z[None])[0])


@pytest.mark.parametrize("activation", SINGLE)
def test_infinity_and_nan_are_the_books(activation):
    z = np.array([-np.inf, np.inf, np.nan, -1e30, 1e30])
    a, slope = np.zeros_like(z), np.zeros_like(z)
    with np.errstate(all="ignore"):
        activate_with_slope(ACTIVATION_CODES[activation.name], z, a, slope)
        np.testing.assert_array_equal(a, activation.value(z))
        np.testing.assert_allclose(
            slope[[0, 1, 3, 4]], activation.derivative(z[[0, 1, 3, 4]]), 1e-15
        )


def test_softmax_of_a_row_with_nan_is_nan():
    z, a = np.array([1.0, np.nan, 2.0]), np.zeros(3)
    activate_row(ACTIVATION_CODES["softmax"], z, a)
    assert np.isnan(a).all()


def test_the_greatest_and_nan():
    assert greatest_of(np.array([1.0, 3.0, 3.0])) == 1
    assert greatest_of(np.array([1.0, math.nan, 3.0])) == 1
    assert probe_of(2.0) == 0.0
    assert math.isnan(probe_of(math.inf))
    assert [is_finite_number(x) for x in (1e308, -math.inf, math.nan)] == [True, False, False]


COMPILED = """
import numpy as np
from chainrule.kernels.codes import ACTIVATION_CODES
from chainrule.kernels.compiling import entry
from chainrule.kernels.rows import activate_with_slope

@entry
def row(code, z, a, s):
    activate_with_slope(code, z, a, s)

for dtype in ("float32", "float64"):
    z = (4 * np.sin(1.0 + np.arange(50))).astype(dtype)
    for name, code in ACTIVATION_CODES.items():
        if name == "softmax":
            continue
        whole, slopes = np.zeros_like(z), np.zeros_like(z)
        row(code, z[:48], whole[:48], slopes[:48])
        for width in range(1, 40):
            a, s = np.full_like(z, 7), np.full_like(z, 7)
            row(code, z[5 : 5 + width], a[:width], s[:width])
            assert (a[:width] == whole[5 : 5 + width]).all(), (dtype, name, width)
            assert (s[:width] == slopes[5 : 5 + width]).all(), (dtype, name, width)
            assert (a[width:] == 7).all() and (s[width:] == 7).all(), (dtype, name, width)
print("same")
"""


def test_compiled_rows_of_every_width_hold_the_same_values_and_end_where_they_end(tmp_path):
    kept = {key: value for key, value in os.environ.items() if key != "NUMBA_DISABLE_JIT"}
    script = tmp_path / "script.py"
    script.write_text(COMPILED)
    done = subprocess.run(
        [sys.executable, str(script)],
        env=kept | {"CHAINRULE_CACHE": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("same\n", 0), done.stderr
