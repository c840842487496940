"""Updates: three steps of each by hand, and laws over the table."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from chainrule.equations.arrays import Array
from chainrule.equations.updates import (
    UPDATES,
    Update,
    UpdateResult,
    UpdateSettings,
    clip_norm,
    gradient_norm,
    limit_row_norms,
)

ALL = [pytest.param(update, id=name) for name, update in UPDATES.items()]
E = 0.25  # an epsilon so large that no test can overlook it


def _run(name: str, theta: Array, gradients: Array, settings: UpdateSettings) -> list[UpdateResult]:
    update, made = UPDATES[name], []
    state = update.initial_state(theta)
    for t, g in enumerate(gradients, 1):
        made.append(update.advance(theta, g, state, dataclasses.replace(settings, t=t)))
        theta, state = made[-1].theta, made[-1].state
    return made


def _thetas(made: list[UpdateResult]) -> list[list[float]]:
    return [stepped.theta.tolist() for stepped in made]


def test_table_names_seven_updates_in_the_order_of_their_ids() -> None:
    assert list(UPDATES) == ["sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw", "lion"]
    ids = [f"U{i}" for i in (1, 2, 3, 4, 5, 6, 8)]  # U7 shortens a gradient
    assert [u.equation for u in UPDATES.values()] == ids
    assert all(u.name == name and u.formula for name, u in UPDATES.items())


def test_settings_left_out_are_the_usual_ones() -> None:
    s = UpdateSettings(eta=0.1)
    assert (s.t, s.mu, s.rho, s.beta1, s.beta2) == (1, 0.9, 0.9, 0.9, 0.999)
    assert (s.epsilon, s.decay, s.is_weight) == (1e-8, 0, 1)


def test_records_cannot_be_changed() -> None:
    stepped = _run("sgd", np.zeros(1), np.ones((1, 1)), UpdateSettings(eta=1))[0]
    for record, name in ((UpdateSettings(1), "eta"), (stepped, "theta"), (UPDATES["sgd"], "name")):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(record, name, 0)


def test_gradient_descent_by_hand() -> None:
    made = _run("sgd", np.array([1.0]), np.array([[2.0], [-1.0], [4.0]]), UpdateSettings(eta=0.5))
    assert _thetas(made) == [[0], [0.5], [-1.5]]
    assert [stepped.terms["step"].tolist() for stepped in made] == [[1], [-0.5], [2]]


def test_momentum_by_hand() -> None:
    settings = UpdateSettings(eta=0.5, mu=0.25)
    made = _run("momentum", np.array([1.0]), np.array([[2.0], [-1.0], [4.0]]), settings)
    # v: 2, 0.25·2 - 1 = -0.5, 0.25·(-0.5) + 4 = 3.875
    assert [stepped.state.tolist() for stepped in made] == [[[2]], [[-0.5]], [[3.875]]]
    assert _thetas(made) == [[0], [0.25], [0.25 - 1.9375]]


def test_nesterov_by_hand() -> None:
    settings = UpdateSettings(eta=0.5, mu=0.25)
    made = _run("nesterov", np.array([1.0]), np.array([[2.0], [-1.0], [4.0]]), settings)
    # g + μ v: 2 + 0.5, -1 - 0.125, 4 + 0.96875
    assert [stepped.state.tolist() for stepped in made] == [[[2]], [[-0.5]], [[3.875]]]
    assert [s.terms["step"].tolist() for s in made] == [[1.25], [-0.5625], [2.484375]]
    assert _thetas(made) == [[-0.25], [0.3125], [0.3125 - 2.484375]]


def test_rmsprop_by_hand() -> None:
    settings = UpdateSettings(eta=0.5, rho=0.75, epsilon=E)
    made = _run("rmsprop", np.array([1.0]), np.array([[2.0], [-1.0], [4.0]]), settings)
    # q: 0.25·4 = 1, 0.75·1 + 0.25 = 1, 0.75 + 0.25·16 = 4.75
    assert [stepped.state.tolist() for stepped in made] == [[[1]], [[1]], [[4.75]]]
    steps = [0.5 * 2 / (1 + E), 0.5 * -1 / (1 + E), 0.5 * 4 / (math.sqrt(4.75) + E)]
    assert_allclose(_thetas(made), 1 - np.cumsum(steps)[:, None], rtol=1e-15)


ADAM_GRADIENTS = np.array([[4.0], [2.0], [-6.0]])
# m: 2, 2, -2 and v: 4, 4, 12; over 1 - ½ᵗ: 4, 8/3, -16/7, and over 1 - ¾ᵗ: 16, 64/7, 768/37.
ADAM_STEPS = [
    0.5 * 4 / (4 + E),
    0.5 * (8 / 3) / (math.sqrt(64 / 7) + E),
    0.5 * (-16 / 7) / (math.sqrt(768 / 37) + E),
]


def test_adam_by_hand() -> None:
    settings = UpdateSettings(eta=0.5, beta1=0.5, beta2=0.75, epsilon=E)
    made = _run("adam", np.array([1.0]), ADAM_GRADIENTS, settings)
    assert [s.state[:, 0].tolist() for s in made] == [[2, 4], [2, 4], [-2, 12]]
    assert_allclose(_thetas(made), 1 - np.cumsum(ADAM_STEPS)[:, None], rtol=1e-14)


def test_adamw_by_hand_shrinks_weights_and_no_biases() -> None:
    is_weight = np.array([1.0, 0.0])
    settings = UpdateSettings(
        eta=0.5, beta1=0.5, beta2=0.75, epsilon=E, decay=0.25, is_weight=is_weight
    )
    gradients = np.repeat(ADAM_GRADIENTS, 2, axis=1)
    made = _run("adamw", np.array([1.0, 1.0]), gradients, settings)
    weight, bias = 1.0, 1.0
    for stepped, step in zip(made, ADAM_STEPS, strict=True):
        decay = 0.5 * 0.25 * weight
        weight, bias = weight - step - decay, bias - step
        assert_allclose(stepped.theta, [weight, bias], rtol=1e-14)
        assert_allclose(stepped.terms["decay"], [decay, 0], rtol=1e-14)


@pytest.mark.parametrize("update", ALL)
def test_theta_moves_by_the_terms_that_are_named(update: Update) -> None:
    theta = np.array([1.0, -2.0, 0.5])
    for stepped in _run(update.name, theta, np.eye(3) * 7, UpdateSettings(eta=0.1, decay=0.3)):
        moved = stepped.terms["step"] + stepped.terms.get("decay", 0)
        assert_allclose(stepped.theta, theta - moved, rtol=1e-14)
        assert all(term.shape == (3,) for term in stepped.terms.values())
        for slot, row in zip(update.slots, stepped.state, strict=True):
            assert_array_equal(stepped.terms[slot], row)
        theta = stepped.theta


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("update", ALL)
def test_type_is_kept_and_nothing_is_written_to(update: Update, dtype: Any) -> None:
    theta, g = np.array([1, -2, 3], dtype), np.array([0.5, 0, -4], dtype)
    state = update.initial_state(theta)
    assert (state.shape, state.dtype) == ((len(update.slots), 3), np.dtype(dtype))
    assert not state.any()
    settings = UpdateSettings(eta=0.01, decay=0.1, is_weight=np.ones(3, dtype))
    stepped = update.advance(theta, g, state, settings)
    stepped = update.advance(stepped.theta, g, stepped.state, settings)
    made = (stepped.theta, stepped.state, *stepped.terms.values())
    assert {array.dtype for array in made} == {np.dtype(dtype)}
    assert stepped.state.shape == state.shape
    assert_array_equal(theta, [1, -2, 3])
    assert_array_equal(g, [0.5, 0, -4])
    assert not state.any()


@pytest.mark.parametrize("update", ALL)
def test_a_gradient_of_0_moves_nothing(update: Update) -> None:
    theta = np.array([1.0, -2.0])
    made = _run(update.name, theta, np.zeros((3, 2)), UpdateSettings(eta=0.5))
    assert_array_equal(made[-1].theta, theta)


@pytest.mark.parametrize(("name", "plain"), [("momentum", "sgd"), ("nesterov", "sgd")])
def test_without_share_kept_it_is_gradient_descent(name: str, plain: str) -> None:
    theta, gradients = np.array([1.0, 2.0]), np.array([[1.0, 3.0], [-2.0, 0.5]])
    settings = UpdateSettings(eta=0.3, mu=0.0)
    kept, descent = (_thetas(_run(n, theta, gradients, settings)) for n in (name, plain))
    assert kept == descent


def test_adamw_without_decay_is_adam() -> None:
    theta, gradients = np.array([1.0, 2.0]), np.array([[1.0, 3.0], [-2.0, 0.5]])
    adamw, adam = (_run(n, theta, gradients, UpdateSettings(eta=0.3)) for n in ("adamw", "adam"))
    assert _thetas(adamw) == _thetas(adam)


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e3])
def test_the_first_step_of_adam_is_the_rate_whatever_the_gradient(size: float) -> None:
    made = _run("adam", np.zeros(2), np.array([[size, -size]]), UpdateSettings(eta=0.01))
    assert_allclose(made[0].theta, [-0.01, 0.01], rtol=2e-5)


def test_approximator_descends_a_parabola() -> None:
    def descend(rate: float, steps: int) -> list[float]:
        x, seen = np.array([-1.0]), []
        for _ in range(steps):  # f(x) = x² - 2x + 1.5
            x = UPDATES["sgd"].advance(x, 2 * x - 2, np.zeros((0, 1)), UpdateSettings(rate)).theta
            seen.append(float(x[0]))
        return seen

    assert descend(1.0, 4) == [3, -1, 3, -1]
    assert descend(0.1, 1) == pytest.approx([-0.6])
    assert descend(0.1, 200)[-1] == pytest.approx(1)


def test_clip_norm_by_hand() -> None:
    shorter, length = clip_norm(np.array([3.0, -4.0]), 1.0)
    assert length == 5
    assert_allclose(shorter, [0.6, -0.8], rtol=1e-15)


@pytest.mark.parametrize("longest", [5.0, 5.5, math.inf])
def test_clip_norm_leaves_what_is_not_too_long(longest: float) -> None:
    g = np.array([3.0, -4.0])
    same, length = clip_norm(g, longest)
    assert same.tolist() == [3, -4]
    assert length == 5


def test_clip_norm_of_0_is_0() -> None:
    same, length = clip_norm(np.zeros(3), 1e-9)
    assert (same.tolist(), length) == ([0, 0, 0], 0)


def test_clip_norm_keeps_float32_and_does_not_overflow() -> None:
    g = np.array([3e30, -4e30], np.float32)
    shorter, length = clip_norm(g, 1.0)
    assert length == pytest.approx(5e30, rel=1e-6)
    assert shorter.dtype == np.float32
    assert_allclose(shorter, [0.6, -0.8], rtol=1e-6)
    assert_allclose(g, [3e30, -4e30], rtol=1e-6)


def test_gradient_norm_sums_in_float64() -> None:
    g = np.full(10_000, 1.0, np.float32)
    g[0] = 1e4  # in float32, 1e8 + 1 is 1e8
    assert gradient_norm(g) == math.sqrt(1e8 + 9_999)


def test_lion_by_hand_shrinks_weights_and_no_biases() -> None:
    is_weight = np.array([1.0, 0.0])
    settings = UpdateSettings(eta=0.5, beta1=0.5, beta2=0.75, decay=0.25, is_weight=is_weight)
    gradients = np.repeat(np.array([[4.0], [-0.5], [-6.0]]), 2, axis=1)
    made = _run("lion", np.array([1.0, 1.0]), gradients, settings)
    # m: 1, 0.75 - 0.125 = 0.625, 0.46875 - 1.5; c: 2, 0.5 - 0.25, 0.3125 - 3
    assert [s.state[0].tolist() for s in made] == [[1, 1], [0.625, 0.625], [-1.03125, -1.03125]]
    assert [s.terms["step"].tolist() for s in made] == [[0.5, 0.5], [0.5, 0.5], [-0.5, -0.5]]
    weight, bias = 1.0, 1.0
    for stepped, step in zip(made, (0.5, 0.5, -0.5), strict=True):
        weight, bias = weight - step - 0.125 * weight, bias - step
        assert stepped.theta.tolist() == [weight, bias]


@pytest.mark.parametrize("size", [1e-30, 1.0, 1e30])
def test_the_length_of_a_gradient_is_nothing_to_lion(size: float) -> None:
    made = _run("lion", np.zeros(3), np.array([[size, -size, 0]]), UpdateSettings(eta=0.25))
    assert made[0].theta.tolist() == [-0.25, 0.25, 0]


def test_limit_row_norms_by_hand() -> None:
    W = np.array([[3.0, -4.0], [0.3, 0.4], [0.0, 0.0], [0.0, 1.0]])
    found = limit_row_norms(W, 1.0)
    assert_allclose(found, [[0.6, -0.8], [0.3, 0.4], [0.0, 0.0], [0.0, 1.0]], rtol=1e-15)
    assert_array_equal(found[1:], W[1:])
    assert_array_equal(W[0], [3, -4])


def test_limit_row_norms_keeps_float32_and_does_not_overflow() -> None:
    found = limit_row_norms(np.array([[3e30, -4e30]], np.float32), 2.5)
    assert found.dtype == np.float32
    assert_allclose(found, [[1.5, -2]], rtol=1e-6)


def test_the_latest_gradient_counts_more_in_lions_step_than_in_its_memory() -> None:
    settings = UpdateSettings(eta=0.5, beta1=0.5, beta2=0.75)
    made = _run("lion", np.array([0.0]), np.array([[4.0], [-1.25]]), settings)
    # m is 1, then c is 0.5 - 0.625, though the new m is 0.75 - 0.3125
    assert _thetas(made) == [[-0.5], [0]]
    assert made[-1].state.tolist() == [[0.4375]]


@pytest.mark.parametrize("longest", [0.25, 1.0, 2.5, 40.0])
def test_limited_rows_are_as_long_as_allowed_or_as_they_were(longest: float) -> None:
    W = np.random.default_rng(0).normal(size=(50, 3)) * np.arange(50)[:, None] / 10
    lengths, found = np.linalg.norm(W, axis=1), limit_row_norms(W, longest)
    assert_allclose(np.linalg.norm(found, axis=1), np.minimum(lengths, longest), rtol=1e-14)
    short = lengths <= longest
    assert short.any()
    assert_array_equal(found[short], W[short])
    assert_allclose(found * lengths[:, None], W * np.minimum(lengths, longest)[:, None], rtol=1e-13)
