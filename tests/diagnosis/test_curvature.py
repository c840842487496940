from __future__ import annotations

import numpy as np
import pytest

import chainrule as cr
from chainrule.diagnosis.curvature import (
    NO_STABILITY_LIMIT,
    STABILITY_LIMITS,
    largest_eigenvalue,
    objective_gradient,
)
from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.updates import UPDATES, UpdateSettings
from chainrule.network.parameters import Layout

SMOOTH = sorted(set(ACTIVATIONS) - {"softmax", "step"})


def _case(activation: str, cost: str):
    random = np.random.default_rng(3)
    data = cr.Dataset(random.normal(size=(40, 4)), random.integers(0, 3, 40))
    network = cr.Network.create([4, 6, 3], activation, seed=1, dtype="float64")
    recipe = cr.Recipe(cost=cost, l2=0.01, seed=0)
    architecture = network.architecture.for_cost(cost)
    return objective_gradient(architecture, recipe, data, np.arange(40)), network.parameters


@pytest.mark.parametrize("activation", SMOOTH)
@pytest.mark.parametrize("cost", ["categorical_cross_entropy", "half_squared_error"])
def test_the_whole_hessian_has_that_eigenvalue(activation, cost) -> None:
    gradient, theta = _case(activation, cost)
    steps = 1e-6 * np.eye(theta.size)
    hessian = np.stack([gradient(theta + h) - gradient(theta - h) for h in steps]) / 2e-6
    greatest = np.linalg.eigvalsh((hessian + hessian.T) / 2)[-1]
    assert largest_eigenvalue(gradient, theta) == pytest.approx(greatest, rel=0.03)


def _normalised(rows: int):
    """The gradient of a network with batch normalisation, and its parameters with their gains."""
    random = np.random.default_rng(5)
    data = cr.Dataset(random.normal(size=(rows, 4)), random.integers(0, 3, rows))
    network = cr.Network.create([4, 6, 5, 3], "tanh", seed=1, dtype="float64")
    recipe = cr.Recipe(l2=0.01, normalisation="batch", seed=0)
    architecture = network.architecture.for_cost(recipe.cost)
    theta = Layout(architecture, gains=True).add_gains(network.parameters)
    return objective_gradient(architecture, recipe, data, np.arange(rows)), theta


def test_a_product_at_a_complex_point_goes_through_means_and_deviations() -> None:
    gradient, theta = _normalised(12)
    v = np.random.default_rng(6).normal(size=theta.size)
    product = np.imag(gradient(theta + 1e-30j * v)) / 1e-30
    differences = (gradient(theta + 1e-6 * v) - gradient(theta - 1e-6 * v)) / 2e-6
    np.testing.assert_allclose(product, differences, rtol=1e-6, atol=1e-7)


def test_the_whole_hessian_of_a_normalised_network() -> None:
    gradient, theta = _normalised(40)
    hessian = np.stack([np.imag(gradient(theta + h)) / 1e-30 for h in 1e-30j * np.eye(theta.size)])
    np.testing.assert_allclose(hessian, hessian.T, atol=1e-12)
    greatest = np.linalg.eigvalsh(hessian)[-1]
    assert largest_eigenvalue(gradient, theta) == pytest.approx(greatest, rel=0.03)


def test_a_parabola_is_measured_to_the_last_digits() -> None:
    curves = np.array([3.0, 1.0, -5.0])
    assert largest_eigenvalue(lambda x: curves * x, np.ones(3)) == pytest.approx(3, rel=1e-12)


def test_the_preconditioner_multiplies_from_both_sides() -> None:
    curves, root = np.array([3.0, 1.0]), np.array([0.5, 2.0])
    found = largest_eigenvalue(lambda x: curves * x, np.zeros(2), root)
    assert found == pytest.approx(4, rel=1e-12)


def test_no_curvature() -> None:
    assert largest_eigenvalue(lambda x: np.ones_like(x), np.zeros(5)) == 0


def test_a_gradient_that_is_not_finite() -> None:
    assert np.isnan(largest_eigenvalue(lambda x: x * np.nan, np.zeros(5)))


def _grown(name: str, recipe: cr.Recipe, eta: float) -> float:
    """How far from 0 many steps on ½ θ² lead, from 1."""
    theta = np.ones(1)
    state = UPDATES[name].initial_state(theta)
    for t in range(1, 2001):
        settings = UpdateSettings(eta=eta, t=t, mu=recipe.momentum)
        stepped = UPDATES[name].advance(theta, theta, state, settings)
        theta, state = stepped.theta, stepped.state
    return abs(float(theta[0]))


@pytest.mark.parametrize("name", ["sgd", "momentum", "nesterov"])
def test_the_limit_parts_what_shrinks_from_what_grows(name) -> None:
    recipe = cr.Recipe(momentum=0.8, seed=0)
    limit = STABILITY_LIMITS[name](recipe)
    assert _grown(name, recipe, 0.99 * limit) < 1e-3
    assert _grown(name, recipe, 1.01 * limit) > 1e3


@pytest.mark.parametrize(("share", "grows"), [(0.99, False), (1.01, True)])
def test_the_limit_of_a_mean_gradient(share, grows) -> None:
    # Adam whose mean squares stand still: m ← β₁ m + (1 - β₁) g, θ ← θ - η m, on ½ θ².
    recipe = cr.Recipe(seed=0)
    theta, mean = 1.0, 0.0
    for _ in range(4000):
        mean = 0.9 * mean + 0.1 * theta
        theta -= share * STABILITY_LIMITS["adam"](recipe) * mean
    assert STABILITY_LIMITS["adam"](recipe) == pytest.approx(38)
    assert (abs(theta) > 1) == grows


def test_every_update_has_a_limit_or_a_reason_for_none() -> None:
    assert set(STABILITY_LIMITS) | set(NO_STABILITY_LIMIT) == {*UPDATES, "lbfgs"}
    assert not set(STABILITY_LIMITS) & set(NO_STABILITY_LIMIT)
    assert STABILITY_LIMITS["adamw"](cr.Recipe()) == STABILITY_LIMITS["adam"](cr.Recipe())
    assert STABILITY_LIMITS["rmsprop"](cr.Recipe()) == 2
