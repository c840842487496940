"""Laws over the table of activations, hand-computed values, and digits against 50 of them."""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpf
from numpy.testing import assert_allclose, assert_array_equal

from chainrule.equations import activations
from chainrule.equations.activations import ACTIVATIONS, Activation, activate, pull_back
from chainrule.equations.arrays import Array

NAMES = ["step", "identity", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "selu"]
NAMES += ["gelu", "silu", "softplus", "softmax"]
ALL = [pytest.param(activation, id=name) for name, activation in ACTIVATIONS.items()]
SINGLE = [pytest.param(a, id=n) for n, a in ACTIVATIONS.items() if a.derivative is not None]
REAL_TYPES = [np.float32, np.float64]
SELU_SCALE = mpf("1.0507009873554804934193349852946")
SELU_ALPHA = mpf("1.6732632423543772848170429916717")
LN2, LN3 = math.log(2), math.log(3)


def _sigmoid(z: Any) -> Any:
    return 1 / (1 + mp.exp(-z))


def _cdf(z: Any) -> Any:
    return mp.erfc(-z / mp.sqrt(2)) / 2


def _gelu_slope(z: Any) -> Any:
    return _cdf(z) + z * mp.exp(-z * z / 2) / mp.sqrt(2 * mp.pi)


# Each function and its slope, written anew; LEAK is the float64 nearest to 0.01.
TRUTH: dict[str, tuple[Any, Any]] = {
    "step": (lambda z: mpf(z >= 0), lambda z: mpf(0)),
    "identity": (lambda z: z, lambda z: mpf(1)),
    "sigmoid": (_sigmoid, lambda z: _sigmoid(z) * _sigmoid(-z)),
    "tanh": (mp.tanh, lambda z: mp.sech(z) ** 2),
    "relu": (lambda z: max(z, mpf(0)), lambda z: mpf(z > 0)),
    "leaky_relu": (lambda z: z if z > 0 else z / 100, lambda z: mpf(1) if z > 0 else mpf(1) / 100),
    "elu": (lambda z: z if z > 0 else mp.expm1(z), lambda z: mpf(1) if z > 0 else mp.exp(z)),
    "selu": (
        lambda z: SELU_SCALE * (z if z > 0 else SELU_ALPHA * mp.expm1(z)),
        lambda z: SELU_SCALE * (mpf(1) if z > 0 else SELU_ALPHA * mp.exp(z)),
    ),
    "gelu": (lambda z: z * _cdf(z), _gelu_slope),
    "silu": (
        lambda z: z * _sigmoid(z),
        lambda z: _sigmoid(z) * (1 + z * _sigmoid(-z)),
    ),
    "softplus": (lambda z: mp.log1p(mp.exp(z)), _sigmoid),
}

# Measured in float64, rounded up a little: the worst error of value and slope in units of the last
# place. In float32 all are rounded once.
ULPS: dict[str, tuple[float, float]] = {
    "step": (0, 0),
    "identity": (0, 0),
    "sigmoid": (3, 5),
    "tanh": (2, 5),
    "relu": (0, 0),
    "leaky_relu": (1.5, 0.5),
    "elu": (2, 2.5),
    "selu": (3, 3),
    "gelu": (80, 80),
    "silu": (5, 20),
    "softplus": (3, 3),
}
ROUNDED_ONCE = 0.501


def _allowed(name: str, part: int, dtype: Any) -> float:
    return min(ULPS[name][part], ROUNDED_ONCE if dtype == np.float32 else np.inf)


def _wide(dtype: Any) -> Array:
    """Numbers of all sizes from 1e-20 to 1e4, both signs, and the ends of the exponential."""
    small = np.concatenate((10.0 ** np.linspace(-20, 4, 97), [88.5, 104, 709.5, 746]))
    return np.concatenate((np.linspace(-12, 12, 480), small, -small)).astype(dtype)


def _slope_zero(name: str, z: Array) -> Array:
    """Where the slope crosses 0, so that no relative error is meant."""
    return np.abs(z - {"gelu": -0.7518, "silu": -1.2785}.get(name, np.inf)) < 0.25


def test_table_names_the_functions_in_the_order_of_their_ids() -> None:
    assert list(ACTIVATIONS) == NAMES
    assert [a.equation for a in ACTIVATIONS.values()] == [f"A{i}" for i in range(1, len(NAMES) + 1)]
    assert all(a.name == name and a.formula for name, a in ACTIVATIONS.items())
    assert all((a.derivative is None) != (a.jacobian is None) for a in ACTIVATIONS.values())


@pytest.mark.parametrize(
    ("name", "z", "value", "slope"),
    [
        ("step", -2.0, 0, 0),
        ("step", 0.0, 1, 0),
        ("step", 3.0, 1, 0),
        ("identity", -2.5, -2.5, 1),
        ("sigmoid", 0.0, 0.5, 0.25),
        ("sigmoid", LN3, 0.75, 0.1875),
        ("sigmoid", -LN3, 0.25, 0.1875),
        ("tanh", LN3 / 2, 0.5, 0.75),
        ("tanh", -LN3 / 2, -0.5, 0.75),
        ("relu", -2.0, 0, 0),
        ("relu", 0.0, 0, 0),
        ("relu", 3.0, 3, 1),
        ("leaky_relu", -2.0, -0.02, 0.01),
        ("leaky_relu", 0.0, 0, 0.01),
        ("leaky_relu", 3.0, 3, 1),
        ("elu", -LN2, -0.5, 0.5),
        ("elu", 0.0, 0, 1),
        ("elu", 2.0, 2, 1),
        ("selu", -LN2, -0.8790496704, 0.8790496704),
        ("selu", 0.0, 0, 1.7580993408),
        ("selu", 2.0, 2.1014019747, 1.0507009874),
        ("gelu", 1.0, 0.8413447461, 1.0833154706),
        ("gelu", -1.0, -0.1586552539, -0.0833154706),
        ("gelu", 0.0, 0, 0.5),
        ("silu", LN3, 0.75 * LN3, 0.75 + 0.1875 * LN3),
        ("silu", 0.0, 0, 0.5),
        ("softplus", 0.0, LN2, 0.5),
        ("softplus", LN3, 2 * LN2, 0.75),
    ],
)
def test_by_hand(name: str, z: float, value: float, slope: float) -> None:
    activation = ACTIVATIONS[name]
    assert activation.derivative is not None
    assert activate(activation, np.array([[z]]))[0, 0] == pytest.approx(value, rel=1e-9)
    assert activation.derivative(np.array([[z]]))[0, 0] == pytest.approx(slope, rel=1e-9)


@pytest.mark.parametrize("activation", ALL)
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex128])
def test_type_and_shape_are_kept_and_z_is_not_written_to(
    activation: Activation, dtype: Any
) -> None:
    z = np.linspace(-3, 3, 12).reshape(3, 4).astype(dtype)
    before, da = z.copy(), np.ones_like(z)
    a = activation.value(z)
    for made in (a, pull_back(activation, da, z, a)):
        assert (made.dtype, made.shape) == (z.dtype, z.shape)
    assert_array_equal(z, before)


@pytest.mark.parametrize("dtype", REAL_TYPES)
@pytest.mark.parametrize("activation", SINGLE)
def test_value_keeps_its_digits_at_every_size(
    activation: Activation, dtype: Any, ulps: Any
) -> None:
    z = _wide(dtype)
    z = z[(activation.name != "gelu") | (z > -8)]  # its tail is measured below
    truth = [TRUTH[activation.name][0](mpf(float(v))) for v in z]
    assert ulps(activation.value(z), truth) <= _allowed(activation.name, 0, dtype)


@pytest.mark.parametrize("dtype", REAL_TYPES)
@pytest.mark.parametrize("activation", SINGLE)
def test_derivative_keeps_its_digits_at_every_size(
    activation: Activation, dtype: Any, ulps: Any
) -> None:
    assert activation.derivative is not None
    z = _wide(dtype)
    z = z[(activation.name != "gelu") | (z > -8)]  # its tail is measured below
    crossing = _slope_zero(activation.name, z)
    truth = np.array([TRUTH[activation.name][1](mpf(float(v))) for v in z])
    got = activation.derivative(z)
    assert ulps(got[~crossing], truth[~crossing]) <= _allowed(activation.name, 1, dtype)
    assert max([0, *abs(got[crossing] - truth[crossing])]) <= np.finfo(dtype).eps


@pytest.mark.parametrize("part", [0, 1], ids=["value", "slope"])
def test_gelu_keeps_twelve_digits_of_its_tail(part: int) -> None:
    z = np.linspace(-37, -8, 200)
    got = (activations.gelu, activations.gelu_derivative)[part](z)
    truth = [TRUTH["gelu"][part](mpf(v)) for v in z]
    assert max(abs(mpf(g) / t - 1) for g, t in zip(got, truth, strict=True)) < 4e-13


@pytest.mark.parametrize("dtype", REAL_TYPES)
@pytest.mark.parametrize("activation", ALL)
def test_nothing_overflows_for_huge_sums(activation: Activation, dtype: Any) -> None:
    huge = 1e200 if dtype == np.float64 else 1e30
    z = np.array([[-huge, -1e4, -1e3, -1.0], [huge, 1e4, 1e3, 1.0]], dtype)
    a = activation.value(z)
    dz = pull_back(activation, np.ones_like(z), z, a)
    assert np.isfinite(a).all()
    assert np.isfinite(dz).all()


@pytest.mark.parametrize("activation", SINGLE)
def test_derivative_agrees_with_the_complex_step(activation: Activation) -> None:
    assert activation.derivative is not None
    z = np.linspace(-6, 6, 200)  # 0, where some have a kink, is not among them
    by_step = activation.value(z + 1e-30j).imag / 1e-30
    assert_allclose(by_step, activation.derivative(z), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("activation", SINGLE)
def test_the_side_of_a_complex_step_does_not_choose_the_branch(activation: Activation) -> None:
    assert activation.derivative is not None
    up, down = np.array([1e-30j]), np.array([-1e-30j])
    assert_array_equal(activation.value(up), np.conj(activation.value(down)))
    assert_array_equal(activation.derivative(up), np.conj(activation.derivative(down)))


@pytest.mark.parametrize("dtype", REAL_TYPES)
@pytest.mark.parametrize("activation", ALL)
def test_nan_stays_nan(activation: Activation, dtype: Any) -> None:
    a = activation.value(np.array([[np.nan, 1.0]], dtype))
    assert np.isnan(a[0]).tolist() == [True, activation.name == "softmax"]


# The limits of value and slope to the left and to the right.
LIMITS: dict[str, tuple[tuple[float, float], tuple[float, float]]] = {
    "step": ((0, 1), (0, 0)),
    "identity": ((-np.inf, np.inf), (1, 1)),
    "sigmoid": ((0, 1), (0, 0)),
    "tanh": ((-1, 1), (0, 0)),
    "relu": ((0, np.inf), (0, 1)),
    "leaky_relu": ((-np.inf, np.inf), (0.01, 1)),
    "elu": ((-1, np.inf), (0, 1)),
    "selu": ((-float(SELU_SCALE * SELU_ALPHA), np.inf), (0, float(SELU_SCALE))),
    "gelu": ((0, np.inf), (0, 1)),
    "silu": ((0, np.inf), (0, 1)),
    "softplus": ((0, np.inf), (0, 1)),
}


@pytest.mark.parametrize("dtype", REAL_TYPES)
@pytest.mark.parametrize("activation", SINGLE)
def test_infinity_gives_the_limits(activation: Activation, dtype: Any) -> None:
    assert activation.derivative is not None
    z = np.array([-np.inf, np.inf], dtype)
    values, slopes = LIMITS[activation.name]
    assert_allclose(activation.value(z), np.array(values, dtype), rtol=1e-15)
    assert_allclose(activation.derivative(z), np.array(slopes, dtype), rtol=1e-15)


def test_an_activation_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        ACTIVATIONS["tanh"].name = "other"  # type: ignore[misc]


@pytest.mark.parametrize("activation", SINGLE)
def test_kinks_are_where_the_derivative_jumps(activation: Activation) -> None:
    assert activation.derivative is not None
    # The step's slope is 0 on both sides; there it is the value that jumps.
    jumping = activation.value if activation.name == "step" else activation.derivative
    places = np.arange(-300, 301) / 100
    jump = np.abs(jumping(places + 1e-9) - jumping(places - 1e-9))
    assert tuple(places[jump > 0.01]) == activation.kinks


@pytest.mark.parametrize("activation", ALL)
def test_bounds_are_kept_and_nearly_reached(activation: Activation) -> None:
    z = np.linspace(-1000, 1000, 200_001)
    a = activation.value(np.stack((z, -z), axis=1))
    assert activation.low <= a.min() <= max(activation.low, -9) + 1e-3
    assert min(activation.high, 900) - 1e-3 <= a.max() <= activation.high


@pytest.mark.parametrize("dtype", REAL_TYPES)
@pytest.mark.parametrize("activation", SINGLE)
def test_all_but_gelu_and_silu_never_sink(activation: Activation, dtype: Any) -> None:
    sinks = (np.diff(activation.value(np.sort(_wide(dtype)))) < 0).any()
    assert sinks == (activation.name in ("gelu", "silu"))


def test_selu_constants_keep_mean_0_and_variance_1() -> None:
    scale, alpha = mpf(activations.SELU_SCALE), mpf(activations.SELU_ALPHA)

    def selu(x: Any) -> Any:
        return scale * (x if x > 0 else alpha * mp.expm1(x))

    def expected(power: int) -> Any:
        density: Any = lambda x: mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)  # noqa: E731
        return mp.quad(lambda x: selu(x) ** power * density(x), [-40, -10, -3, 0, 3, 10, 40])

    assert abs(expected(1)) < 1e-15
    assert abs(expected(2) - 1) < 1e-15


def test_softmax_by_hand() -> None:
    z = np.array([[0.0, LN2, math.log(5)], [7.0, 7.0, 7.0]])
    a = activations.softmax(z)
    assert_allclose(a, [[0.125, 0.25, 0.625], [1 / 3, 1 / 3, 1 / 3]], rtol=1e-15)


@pytest.mark.parametrize("dtype", REAL_TYPES)
@pytest.mark.parametrize("offset", [0, 1000, -1e4])
def test_softmax_keeps_its_digits(dtype: Any, offset: float, ulps: Any) -> None:
    z = (np.sin(np.arange(120.0)).reshape(30, 4) * 12 + offset).astype(dtype)
    exact = [[mp.exp(mpf(float(v))) for v in row] for row in z]
    truth = [v / mp.fsum(row) for row in exact for v in row]
    allowed = ROUNDED_ONCE if dtype == np.float32 else 40  # z - max loses half a unit of 24
    assert ulps(activations.softmax(z), truth) <= allowed
    assert_allclose(activations.softmax(z).sum(axis=1), 1, rtol=4 * float(np.finfo(dtype).eps))


def test_softmax_jacobian_is_the_derivative_by_complex_step() -> None:
    z = np.array([[0.3, -1.2, 2.0], [5.0, -4.0, 4.9]])
    da = np.array([[1.0, -2.0, 0.5], [0.25, 3.0, -1.0]])
    by_step = np.empty_like(z)
    for j in range(3):
        moved = activations.softmax(z + 1e-30j * np.eye(3)[j])
        by_step[:, j] = (da * moved.imag).sum(axis=1) / 1e-30
    softmax = ACTIVATIONS["softmax"]
    assert_allclose(pull_back(softmax, da, z, softmax.value(z)), by_step, rtol=1e-13)


def test_softmax_jacobian_by_hand() -> None:
    a, da = np.array([[0.125, 0.25, 0.625]]), np.array([[8.0, 0.0, 1.6]])
    by_hand = [[0.125 * (8 - 2), 0.25 * -2, 0.625 * (1.6 - 2)]]  # Σ da a = 1 + 0 + 1
    assert_allclose(activations.softmax_jacobian(da, a), by_hand, rtol=1e-15)


def test_pull_back_multiplies_by_the_derivative() -> None:
    z, da = np.array([[LN3, 0.0]]), np.array([[4.0, -2.0]])
    sigmoid = ACTIVATIONS["sigmoid"]
    assert_allclose(pull_back(sigmoid, da, z, sigmoid.value(z)), [[0.75, -0.5]], rtol=1e-15)
