"""The last layer's error for all 84 pairs; the four exact pairs keep their digits."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpf
from numpy.testing import assert_allclose, assert_array_equal

from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.arrays import Array
from chainrule.equations.costs import COSTS
from chainrule.equations.output_error import FUSED, output_cost, output_error

PAIRS = [(c, a) for c in COSTS for a in ACTIVATIONS]
EXACT = list(FUSED)
TYPES = [np.float32, np.float64]
ROUNDED_ONCE = 0.501
CONFIDENT = [[20, 0], [0, 20], [100, 0], [-100, 0], [1e4, -1e4], [-1e4, 1e4], [20, 0, 0], [0, 0]]
CONFIDENT += [[5, 5, 5], [30, 30, 0], [1000.5, 1000.25, 999], [-1e4, 0, 1e4], [0.5, -0.25, 0.75]]


def _row(values: list[float], dtype: Any = np.float64) -> Array:
    return np.array([values], dtype)


def _pair(names: tuple[str, str], z: Array, y: Array) -> tuple[Array, Array]:
    cost, activation = COSTS[names[0]], ACTIVATIONS[names[1]]
    a = activation.value(z)
    return output_cost(cost, activation, z, a, y), output_error(cost, activation, z, a, y)


def _truth(names: tuple[str, str], z: Array, y: Array) -> tuple[Any, list[Any]]:
    return _true_pair(names, tuple(map(float, z[0])), tuple(map(float, y[0])))


@lru_cache
def _true_pair(
    names: tuple[str, str], z: tuple[float, ...], y: tuple[float, ...]
) -> tuple[Any, list[Any]]:
    """Cost and error of one row from the definitions alone, in digits enough for 1 - p."""
    with mp.workdps(int(100 + max(map(abs, z)))):
        e = [mp.exp(mpf(v)) for v in z]
        t = [mpf(v) for v in y]
        total = mp.fsum(e)
        p = [v / total for v in e] if names[1] == "softmax" else [v / (1 + v) for v in e]
        binary = names[0].startswith("binary")
        c = -mp.fsum(t_i * mp.log(p_i) for t_i, p_i in zip(t, p, strict=True) if t_i)
        da = [-t_i / p_i for t_i, p_i in zip(t, p, strict=True)]
        if binary:
            c -= mp.fsum((1 - t_i) * mp.log(1 - p_i) for t_i, p_i in zip(t, p, strict=True))
            da = [d + (1 - t_i) / (1 - p_i) for d, t_i, p_i in zip(da, t, p, strict=True)]
        mean = mp.fsum(d * p_i for d, p_i in zip(da, p, strict=True))
        inner = [mean if names[1] == "softmax" else d * p_i for d, p_i in zip(da, p, strict=True)]
        return c, [p_i * (d - i) for p_i, d, i in zip(p, da, inner, strict=True)]


def _targets(n: int) -> list[list[float]]:
    """Each class by itself, and soft ones."""
    one_hot = [[float(i == k) for i in range(n)] for k in range(n)]
    return [*one_hot, [0.25 + 0.5 * (i == 0) for i in range(n)], [1.0] * n, [0.0] * n]


def test_four_pairs_are_exact() -> None:
    crosses = ("binary_cross_entropy", "categorical_cross_entropy")
    assert set(FUSED) == {(c, a) for c in crosses for a in ("sigmoid", "softmax")}


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("names", EXACT, ids="+".join)
@pytest.mark.parametrize("z", CONFIDENT, ids=str)
def test_exact_pairs_keep_their_digits(
    names: tuple[str, str], z: list[float], dtype: Any, ulps: Any
) -> None:
    eps, tiny = float(np.finfo(dtype).eps), float(np.finfo(dtype).tiny)
    for y in _targets(len(z)):
        logits, targets = _row(z, dtype), _row(y, dtype)
        c, delta = _pair(names, logits, targets)
        true_c, true_delta = _truth(names, logits, targets)
        assert ulps(c, [true_c]) < (ROUNDED_ONCE if dtype == np.float32 else 4)
        # Soft targets may nearly cancel the outputs; then no digits of the difference are meant.
        scale = max(map(abs, true_delta)) if sorted(y)[-2:] == [0, 1] else 1
        for d, true in zip(delta[0], true_delta, strict=True):
            assert abs(mpf(float(d)) - true) <= 4 * eps * scale + tiny


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("names", EXACT, ids="+".join)
def test_each_error_of_a_confident_row_keeps_its_digits(
    names: tuple[str, str], dtype: Any, ulps: Any
) -> None:
    for z in ([20.0, 0.0], [0.0, 40.0], [60.0, 1.0, 0.5]):
        for y in _targets(len(z))[: len(z)]:
            logits, targets = _row(z, dtype), _row(y, dtype)
            worst = ulps(_pair(names, logits, targets)[1], _truth(names, logits, targets)[1])
            assert worst < (ROUNDED_ONCE if dtype == np.float32 else 8)


def test_confident_and_right_in_float32_costs_2e_9_not_0() -> None:
    z, y = _row([20, 0], np.float32), _row([1, 0], np.float32)
    c, delta = _pair(("categorical_cross_entropy", "softmax"), z, y)
    assert c[0] == pytest.approx(2.0611536e-09, rel=1e-6)
    assert delta[0] == pytest.approx([-2.0611536e-09, 2.0611536e-09], rel=1e-6)
    c, delta = _pair(("binary_cross_entropy", "sigmoid"), z[:, :1], y[:, :1])
    assert c[0] == pytest.approx(2.0611536e-09, rel=1e-6)
    assert delta[0] == pytest.approx([-2.0611536e-09], rel=1e-6)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("z", CONFIDENT, ids=str)
def test_softmax_errors_sum_to_0(z: list[float], dtype: Any) -> None:
    for k in range(len(z)):
        y = _row([float(i == k) for i in range(len(z))], dtype)
        _, delta = _pair(("categorical_cross_entropy", "softmax"), _row(z, dtype), y)
        assert abs(delta.sum()) <= np.finfo(dtype).eps * np.abs(delta).max()
        if len(z) == 2:
            assert delta.sum() == 0


def test_targets_that_do_not_sum_to_1_weigh_the_softmax() -> None:
    z, y = np.log(_row([1, 3])), _row([2, 0.5])
    c, delta = _pair(("categorical_cross_entropy", "softmax"), z, y)
    assert c == pytest.approx([2 * math.log(4) + 0.5 * math.log(4 / 3)], rel=1e-15)
    assert_allclose(delta, [[2.5 * 0.25 - 2, 2.5 * 0.75 - 0.5]], rtol=1e-15)


def test_exact_pairs_by_hand() -> None:
    z, y = np.log(_row([3])), _row([1])  # σ(ln 3) = 3/4
    for names in EXACT[0], EXACT[2]:
        c, delta = _pair(names, z, y)
        assert_allclose((c[0], delta[0, 0]), (math.log(4 / 3), -0.25), rtol=1e-15)
    z, y = np.log(_row([1, 3])), _row([0, 1])  # softmax 1/4, 3/4
    c, delta = _pair(("categorical_cross_entropy", "softmax"), z, y)
    assert_allclose(c, [math.log(4 / 3)], rtol=1e-15)
    assert_allclose(delta, [[0.25, -0.25]], rtol=1e-15)
    c, delta = _pair(("binary_cross_entropy", "softmax"), z, y)
    assert_allclose(c, [2 * math.log(4 / 3)], rtol=1e-15)
    assert_allclose(delta, [[0.5, -0.5]], rtol=1e-15)


@pytest.mark.parametrize("names", EXACT, ids="+".join)
def test_exact_is_the_general_way_where_nothing_is_confident(names: tuple[str, str]) -> None:
    z = np.sin(np.arange(24.0)).reshape(8, 3) * 2
    y = np.cos(np.arange(24.0)).reshape(8, 3) ** 2
    cost, activation = COSTS[names[0]], ACTIVATIONS[names[1]]
    a = activation.value(z)
    c, delta = _pair(names, z, y)
    da = cost.gradient(a, y)
    if activation.jacobian is not None:
        general = activation.jacobian(da, a)
    else:
        assert activation.derivative is not None
        general = da * activation.derivative(z)
    assert_allclose(c, cost.value(a, y), rtol=1e-13)
    assert_allclose(delta, general, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("names", PAIRS, ids="+".join)
def test_error_is_the_derivative_of_the_cost_for_every_pair(names: tuple[str, str]) -> None:
    # Logits whose outputs lie in (0, 1) for all activations, clear of kinks and of the targets.
    z = np.array([[0.5, 0.3, 0.45], [0.2, 0.4, 0.1]])
    y = np.array([[0.05, 0.97, 0.02], [0.98, 0.01, 0.03]])
    if not names[0].endswith("entropy"):
        y = 4 * y  # some of them in Huber's square, some on its line
    elif names[1] == "step":  # a is 1 everywhere: only there is a cross-entropy finite
        y = np.ones_like(y)
    by_step = np.empty_like(z)
    for j in range(3):
        c, _ = _pair(names, z + 1e-30j * np.eye(3)[j], y + 0j)
        by_step[:, j] = c.imag / 1e-30
    _, delta = _pair(names, z, y)
    assert_allclose(delta, by_step, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("names", PAIRS, ids="+".join)
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex128])
def test_type_and_shape_are_kept_and_nothing_is_written_to(
    names: tuple[str, str], dtype: Any
) -> None:
    z, y = np.full((2, 3), 0.5, dtype), np.full((2, 3), 1, dtype)
    c, delta = _pair(names, z, y)
    assert (c.dtype, c.shape, delta.dtype, delta.shape) == (dtype, (2,), dtype, (2, 3))
    assert_array_equal(z, 0.5)
    assert_array_equal(y, 1)


def test_a_softmax_of_one_class_is_always_sure() -> None:
    z, y = np.array([[3.0], [-2.0], [0.5]]), np.array([[1.0], [0.0], [0.5]])
    c, delta = _pair(("binary_cross_entropy", "softmax"), z, y)
    assert c.tolist() == [0, np.inf, np.inf]
    assert delta.tolist() == [[0], [0], [0]]
    c, delta = _pair(("categorical_cross_entropy", "softmax"), z, y)
    assert c.tolist() == [0, 0, 0]
    assert delta.tolist() == [[0], [0], [0]]
