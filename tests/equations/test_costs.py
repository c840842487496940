"""Laws over the table of costs, hand-computed values, and logarithms against 50 digits."""

from __future__ import annotations

import math
import pickle
from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp, mpf
from numpy.testing import assert_allclose, assert_array_equal

from chainrule.equations.costs import (
    COSTS,
    Cost,
    batch_cost,
    batch_shares,
    get_cost,
    huber,
    huber_cost,
    huber_gradient,
    smooth_targets,
)
from chainrule.equations.mixing import mix

NAMES = [
    "squared_error",
    "mean_squared_error",
    "half_squared_error",
    "binary_cross_entropy",
    "categorical_cross_entropy",
    "absolute_error",
    "huber",
]
ALL = [pytest.param(cost, id=name) for name, cost in COSTS.items()]
DISTANCES = [pytest.param(COSTS[n], id=n) for n in NAMES if not n.endswith("entropy")]
A = np.array([[0.5, 0.25], [0.25, 0.75]])
Y = np.array([[1.0, 0.0], [0.25, 0.5]])
LN = math.log


def test_table_names_seven_costs_in_the_order_of_their_ids() -> None:
    assert list(COSTS) == NAMES
    assert [c.equation for c in COSTS.values()] == [f"C{i}" for i in range(1, 8)]
    assert all(cost.name == name and cost.formula for name, cost in COSTS.items())


@pytest.mark.parametrize(
    ("name", "values", "gradients"),
    [
        ("squared_error", [0.3125, 0.0625], [[-1, 0.5], [0, 0.5]]),
        ("mean_squared_error", [0.15625, 0.03125], [[-0.5, 0.25], [0, 0.25]]),
        ("half_squared_error", [0.15625, 0.03125], [[-0.5, 0.25], [0, 0.25]]),
        (
            "binary_cross_entropy",
            [LN(2) + LN(4 / 3), -0.25 * LN(0.25) - 0.75 * LN(0.75) - 0.5 * LN(0.1875)],
            [[-2, 4 / 3], [0, 2 - 2 / 3]],
        ),
        (
            "categorical_cross_entropy",
            [LN(2), 0.25 * LN(4) + 0.5 * LN(4 / 3)],
            [[-2, 0], [-1, -2 / 3]],
        ),
        ("absolute_error", [0.75, 0.25], [[-1, 1], [0, 1]]),
        ("huber", [0.15625, 0.03125], [[-0.5, 0.25], [0, 0.25]]),
    ],
)
def test_by_hand(name: str, values: list[float], gradients: list[list[float]]) -> None:
    assert_allclose(COSTS[name].value(A, Y), values, rtol=1e-15)
    assert_allclose(COSTS[name].gradient(A, Y), gradients, rtol=1e-15)


def test_mean_squared_error_divides_by_the_outputs_not_by_the_batch() -> None:
    a, y = np.full((2, 5), 3.0), np.zeros((2, 5))
    assert COSTS["mean_squared_error"].value(a, y).tolist() == [9, 9]
    assert COSTS["mean_squared_error"].gradient(a, y) == pytest.approx(np.full((2, 5), 1.2))


def test_huber_is_a_square_near_and_a_line_far() -> None:
    cost = huber_cost(0.25)
    a, y = np.array([[0.5, 0.125, -4.0, 0.25]]), np.zeros((1, 4))
    near, far = 0.5 * 0.125**2 + 0.5 * 0.25**2, 0.25 * (0.5 - 0.125) + 0.25 * (4 - 0.125)
    assert cost.value(a, y).tolist() == [near + far]
    assert cost.gradient(a, y).tolist() == [[0.25, 0.125, -0.25, 0.25]]


def test_huber_has_no_step_at_its_threshold() -> None:
    cost, y = huber_cost(0.75), np.zeros((2, 1))
    a = np.array([[0.75 - 1e-12], [0.75 + 1e-12]])
    assert_allclose(np.diff(cost.value(a, y)), 0, atol=2e-12)
    assert_allclose(np.diff(cost.gradient(a, y)[:, 0]), 0, atol=2e-12)


def test_huber_turns_at_1_where_nothing_is_said() -> None:
    a, y = np.array([[0.5, 3.0]]), np.zeros((1, 2))
    assert huber(a, y).tolist() == [0.125 + 2.5]
    assert huber_gradient(a, y).tolist() == [[0.5, 1]]


@pytest.mark.parametrize("name", ["absolute_error", "huber"])
def test_the_side_of_a_complex_step_does_not_choose_the_branch(name: str) -> None:
    a, y = np.array([[3 + 1j, -3 + 1j, 3 - 1j]]), np.zeros((1, 3))
    assert COSTS[name].gradient(a, y).tolist() == [[1, -1, 1]]


def test_a_cost_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        COSTS["huber"].low = 0  # type: ignore[misc]


def test_cost_named_gives_huber_its_threshold_and_the_others_none() -> None:
    a, y = np.array([[3.0]]), np.zeros((1, 1))
    assert get_cost("huber", 0.5).value(a, y).tolist() == [0.5 * (3 - 0.25)]
    assert get_cost("huber").value(a, y).tolist() == [2.5]
    assert COSTS["huber"].value(a, y).tolist() == [2.5]
    assert get_cost("squared_error", 0.5) is COSTS["squared_error"]


@pytest.mark.parametrize("cost", ALL)
def test_a_cost_survives_the_way_to_a_worker(cost: Cost) -> None:
    again = pickle.loads(pickle.dumps(cost))
    assert_array_equal(again.value(A, Y), cost.value(A, Y))


@pytest.mark.parametrize("cost", ALL)
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex128])
def test_type_and_shape_are_kept_and_nothing_is_written_to(cost: Cost, dtype: Any) -> None:
    a, y = A.astype(dtype), Y.astype(dtype)
    value, gradient = cost.value(a, y), cost.gradient(a, y)
    assert (value.dtype, value.shape) == (np.dtype(dtype), (2,))
    assert (gradient.dtype, gradient.shape) == (np.dtype(dtype), (2, 2))
    assert_array_equal(a, A)
    assert_array_equal(y, Y)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("threshold", [0.1, 0.3])
def test_gradient_is_the_derivative_by_complex_step(name: str, threshold: float) -> None:
    cost = get_cost(name, threshold)
    a = np.linspace(0.05, 0.93, 24).reshape(8, 3)
    y = np.linspace(0.99, 0.02, 24).reshape(8, 3)
    by_step = np.empty_like(a)
    for i in range(3):
        by_step[:, i] = cost.value(a + 1e-30j * np.eye(3)[i], y + 0j).imag / 1e-30
    assert_allclose(cost.gradient(a, y), by_step, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("cost", DISTANCES)
def test_a_distance_is_0_with_gradient_0_at_the_target_and_above_elsewhere(cost: Cost) -> None:
    assert cost.value(Y, Y).tolist() == [0, 0]
    assert cost.gradient(Y, Y).tolist() == [[0, 0], [0, 0]]
    assert (cost.value(Y + 1e-3, Y) > 0).all()
    assert (cost.value(Y - 1e-3, Y) > 0).all()


def test_0_ln_0_counts_as_0() -> None:
    a = y = np.array([[1.0, 0.0, 0.0]])
    for name in ("binary_cross_entropy", "categorical_cross_entropy"):
        assert COSTS[name].value(a, y).tolist() == [0]
    assert COSTS["binary_cross_entropy"].gradient(a, y).tolist() == [[-1, 1, 1]]
    assert COSTS["categorical_cross_entropy"].gradient(a, y).tolist() == [[-1, 0, 0]]


def test_a_certain_and_wrong_output_costs_infinitely_much() -> None:
    a, y = np.array([[0.0, 1.0]]), np.array([[1.0, 0.0]])
    for name in ("binary_cross_entropy", "categorical_cross_entropy"):
        assert COSTS[name].value(a, y).tolist() == [np.inf]
    assert COSTS["binary_cross_entropy"].gradient(a, y).tolist() == [[-np.inf, np.inf]]
    assert COSTS["categorical_cross_entropy"].gradient(a, y).tolist() == [[-np.inf, 0]]


@pytest.mark.parametrize("cost", ALL)
def test_bounds_say_where_a_cost_is_finite(cost: Cost) -> None:
    tried = np.array([-7.5, -0.001, 0.5, 1.001, 8.5])
    within = (cost.low < tried) & (tried < cost.high)
    with np.errstate(invalid="ignore"):
        finite = np.isfinite(cost.value(tried[:, None], np.full((5, 1), 0.5)))
    assert_array_equal(finite, within)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_log_terms_keep_their_digits(dtype: Any, ulps: Any) -> None:
    a = np.concatenate((10.0 ** np.linspace(-30, -1, 59), np.linspace(0.1, 0.999, 200)))
    a = a[:, None].astype(dtype)
    y = np.full_like(a, 0.375)
    exact = [mpf(float(v)) for v in a[:, 0]]
    one_sided = [-mpf("0.375") * mp.log(v) for v in exact]
    assert ulps(COSTS["categorical_cross_entropy"].value(a, y), one_sided) < 4
    truth = [p - mpf("0.625") * mp.log1p(-v) for p, v in zip(one_sided, exact, strict=True)]
    assert ulps(COSTS["binary_cross_entropy"].value(a, y), truth) < 4


def test_shares_divide_by_the_batch_not_by_the_weights() -> None:
    assert batch_shares(None, 4) == 0.25
    weights = np.array([0.5, 2.0, 0.0, 1.5])
    assert batch_shares(weights, 4) == pytest.approx(np.array([[0.125], [0.5], [0], [0.375]]))
    shares = batch_shares(weights.astype(np.float32), 4)
    assert isinstance(shares, np.ndarray)
    assert shares.shape == (4, 1)
    assert shares.dtype == np.float32


def test_batch_cost_by_hand() -> None:
    c = np.array([1.0, 2.0, 3.0, 6.0])
    assert batch_cost(c, batch_shares(None, 4)) == 3.0
    assert batch_cost(c, batch_shares(np.array([0.5, 2.0, 0.0, 1.5]), 4)) == 0.125 + 1 + 2.25


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex128])
def test_batch_cost_is_of_the_type_of_the_costs(dtype: Any) -> None:
    assert batch_cost(np.ones(4, dtype), 0.25).dtype == dtype


def test_weights_of_mean_1_all_alike_change_nothing() -> None:
    c = np.array([1.0, 2.0, 4.0])
    assert batch_cost(c, batch_shares(np.ones(3), 3)) == pytest.approx(7 / 3, rel=1e-15)
    assert batch_cost(c, batch_shares(None, 3)) == pytest.approx(7 / 3, rel=1e-15)


def test_smooth_targets_by_hand() -> None:
    y = np.array([[0.0, 1.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0]])
    expected = [[0.125, 0.625, 0.125, 0.125], [0.625, 0.125, 0.125, 0.125]]
    assert smooth_targets(y, 0.5).tolist() == expected
    assert smooth_targets(y, 0.0).tolist() == y.tolist()
    assert y.tolist() == [[0, 1, 0, 0], [1, 0, 0, 0]]


@given(n=st.integers(2, 20), smoothing=st.floats(0, 0.99))
def test_smoothed_targets_sum_to_1_and_leave_the_right_class_on_top(
    n: int, smoothing: float
) -> None:
    smooth = smooth_targets(np.eye(n), smoothing)
    assert_allclose(smooth.sum(axis=1), 1, rtol=1e-14)
    assert smooth.argmax(axis=1).tolist() == list(range(n))


@pytest.mark.parametrize("smoothing", [1e-6, 0.1, 0.9])
def test_smoothed_targets_ask_for_a_lead_that_is_not_endless(smoothing: float) -> None:
    smooth, cost = smooth_targets(np.eye(10), smoothing), COSTS["categorical_cross_entropy"]
    lead = np.log(smooth[0, 0] / smooth[0, 1])
    assert_allclose(lead, math.log1p(10 * (1 - smoothing) / smoothing), rtol=1e-9)
    more, less = (np.exp((lead + change) * np.eye(10)) for change in (1e-3, -1e-3))
    least = cost.value(smooth, smooth)
    for other in (more, less):
        assert (cost.value(other / other.sum(axis=1, keepdims=True), smooth) > least).all()


@pytest.mark.parametrize("name", ["binary_cross_entropy", "categorical_cross_entropy"])
def test_the_cost_of_smoothed_targets_asks_every_class_a_little(name: str) -> None:
    value, smoothing = COSTS[name].value, 0.3
    a, y, classes = np.array([[0.5, 0.2, 0.3]]), np.array([[0.0, 1.0, 0.0]]), np.eye(3)
    shared = np.mean([value(a, one[None]) for one in classes], axis=0)
    by_parts = (1 - smoothing) * value(a, y) + smoothing * shared
    assert_allclose(value(a, smooth_targets(y, smoothing)), by_parts, rtol=1e-14)


def test_mixed_targets_by_hand() -> None:
    y, other = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[0.0, 1.0], [0.0, 1.0]])
    shares = np.array([[0.75], [0.5]])
    assert mix(y, other, shares).tolist() == [[0.75, 0.25], [0, 1]]
    numbers = mix(np.array([[4.0]]), np.array([[-8.0]]), np.array([0.25]))
    assert numbers.tolist() == [[-5]]


@pytest.mark.parametrize("name", ["binary_cross_entropy", "categorical_cross_entropy"])
def test_the_cross_entropy_of_a_mixture_is_the_mixture_of_cross_entropies(name: str) -> None:
    value, share = COSTS[name].value, np.array([[0.25], [0.875]])
    other = np.array([[0.0, 1.0], [0.5, 0.25]])
    both = share[:, 0] * value(A, Y) + (1 - share[:, 0]) * value(A, other)
    assert_allclose(value(A, mix(Y, other, share)), both, rtol=1e-14)


def test_the_squares_of_a_mixture_lack_what_does_not_depend_on_the_outputs() -> None:
    cost, share = COSTS["squared_error"], np.array([[0.25], [0.875]])
    other = np.array([[0.0, 1.0], [0.5, 0.25]])
    both_targets = mix(Y, other, share)
    flat = share[:, 0]
    lacking = flat * (1 - flat) * np.square(Y - other).sum(axis=1)
    both = flat * cost.value(A, Y) + (1 - flat) * cost.value(A, other)
    assert_allclose(cost.value(A, both_targets), both - lacking, rtol=1e-13)
    gradients = share * cost.gradient(A, Y) + (1 - share) * cost.gradient(A, other)
    assert_allclose(cost.gradient(A, both_targets), gradients, rtol=1e-14)


def test_to_smooth_a_mixture_is_to_mix_what_is_smooth() -> None:
    y, other, share = np.eye(3), np.eye(3)[[2, 0, 1]], np.array([[0.5], [0.75], [1.0]])
    first = mix(smooth_targets(y, 0.1), smooth_targets(other, 0.1), share)
    assert_allclose(smooth_targets(mix(y, other, share), 0.1), first, rtol=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_targets_keep_their_type(dtype: Any) -> None:
    y, share = np.eye(3, dtype=dtype), np.full((3, 1), 0.3, dtype)
    assert smooth_targets(y, 0.1).dtype == dtype
    assert mix(y, y[::-1], share).dtype == dtype
