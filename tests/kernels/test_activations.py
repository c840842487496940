"""Activations of numbers, vectors and rows of every width, against the book."""

from __future__ import annotations

import math
import os
import subprocess
import sys

import numpy as np
import pytest

from chainrule.equations.activations import ACTIVATIONS, pull_back
from chainrule.kernels.activations import (
    ACTIVATION_CODES,
    activate_lanes,
    activate_number,
    activate_row,
    activate_with_derivative,
    argmax,
    pull_back_row,
    softplus,
    softplus_lanes,
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
def test_value_and_derivative_together(activation, width):
    z = _row(width)
    a, slope, alone = np.zeros(width), np.zeros(width), np.zeros(width)
    activate_with_derivative(ACTIVATION_CODES[activation.name], z, a, slope)
    activate_row(ACTIVATION_CODES[activation.name], z, alone)
    np.testing.assert_array_equal(a, alone)
    np.testing.assert_allclose(slope, activation.derivative(z), rtol=1e-12)


@pytest.mark.parametrize("activation", SINGLE)
def test_a_value_does_not_depend_on_its_place(activation):
    code, z = ACTIVATION_CODES[activation.name], _row(40, "float32")
    a, slope, one = np.zeros_like(z), np.zeros_like(z), np.zeros(1, "float32")
    activate_with_derivative(code, z, a, slope)
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
        activate_with_derivative(ACTIVATION_CODES[activation.name], z, a, slope)
        np.testing.assert_array_equal(a, activation.value(z))
        np.testing.assert_allclose(
            slope[[0, 1, 3, 4]], activation.derivative(z[[0, 1, 3, 4]]), 1e-15
        )


def test_softmax_of_a_row_with_nan_is_nan():
    z, a = np.array([1.0, np.nan, 2.0]), np.zeros(3)
    activate_row(ACTIVATION_CODES["softmax"], z, a)
    assert np.isnan(a).all()


def test_argmax_and_nan():
    assert argmax(np.array([1.0, 3.0, 3.0])) == 1
    assert argmax(np.array([1.0, math.nan, 3.0])) == 1


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
def test_values_and_derivatives_of_piecewise_linear_functions(name, z, pair):
    assert activate_number(ACTIVATION_CODES[name], z) == pair


@pytest.mark.parametrize("name", ["step", "leaky_relu", "identity"])
def test_nan_stays_nan_number_by_number(name):
    assert math.isnan(activate_number(ACTIVATION_CODES[name], math.nan)[0])


@pytest.mark.parametrize(
    ("z", "value"),
    [(0.0, math.log(2)), (800.0, 800.0), (-40.0, math.exp(-40)), (math.log(3), 2 * math.log(2))],
)
def test_softplus_of_a_number(z, value):
    assert softplus(z) == pytest.approx(value, rel=1e-15)


STRAIGHT = {"step", "identity", "relu", "leaky_relu"}
CURVED = [name for name in ACTIVATIONS if name not in {*STRAIGHT, "softmax"}]


@pytest.mark.parametrize("name", CURVED)
def test_curves_are_the_books_in_float64(name):
    z = np.concatenate((np.linspace(-30, 30, 2001), [-800.0, -1e-9, -1e-300, 1e-300, 1e-9, 800.0]))
    value, slope = activate_lanes(ACTIVATION_CODES[name], z)
    book = ACTIVATIONS[name]
    rtol = 1e-12 if name == "gelu" else 2e-15  # its tail is e^-450
    np.testing.assert_allclose(value, book.value(z), rtol=rtol, atol=1e-300)
    np.testing.assert_allclose(slope, book.derivative(z), rtol=max(rtol, 4e-15), atol=1e-16)


def test_softplus_lanes_is_the_activation():
    z = np.linspace(-30, 30, 101)
    np.testing.assert_array_equal(
        softplus_lanes(z), activate_lanes(ACTIVATION_CODES["softplus"], z)
    )


COMPILED = """
import numpy as np
from chainrule.kernels.activations import ACTIVATION_CODES, activate_with_derivative
from chainrule.kernels.compiling import entry

@entry
def row(code, z, a, s):
    activate_with_derivative(code, z, a, s)

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


@pytest.mark.parametrize("size", [3, 20])
def test_softmax_keeps_what_is_below_the_least_normal_number(size):
    z = np.linspace(-730.0, -690.0, size)
    z[size // 2], a = 0.0, np.zeros(size)
    activate_row(ACTIVATION_CODES["softmax"], z, a)
    expected = np.exp(z) / np.exp(z).sum()
    assert (expected[expected < 2e-308] > 0).any()
    np.testing.assert_allclose(a, expected, rtol=4e-13, atol=1e-323)
    assert (a[expected > 1e-322] > 0).all()
