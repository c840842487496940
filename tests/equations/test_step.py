"""One training step, by hand and against the equations that it is made of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.arrays import Array, flatten
from chainrule.equations.backpropagation import Layer, trace
from chainrule.equations.costs import COSTS, batch_shares
from chainrule.equations.step import (
    BatchPart,
    StepSettings,
    TrainingStep,
    step_from_passes,
    training_step,
)
from chainrule.equations.updates import UPDATES, UpdateSettings, gradient_norm

RNG = np.random.default_rng(0)
LAYERS = (
    Layer(RNG.normal(size=(4, 3)), RNG.normal(size=4), ACTIVATIONS["tanh"], RNG.normal(size=4)),
    Layer(RNG.normal(size=(2, 4)), RNG.normal(size=2), ACTIVATIONS["identity"]),
)
THETA = flatten([l.W for l in LAYERS], [l.b for l in LAYERS], [l.gain for l in LAYERS])  # noqa: E741
IS_WEIGHT = flatten(
    [np.ones_like(LAYERS[0].W), np.ones_like(LAYERS[1].W)],
    [np.zeros(4), np.zeros(2)],
    [np.zeros(4)],
)
X, Y = RNG.normal(size=(6, 3)), RNG.normal(size=(6, 2))
WHOLE = BatchPart(X, Y, batch_shares(None, 6))
NO_STATE = np.zeros((0, THETA.size))


def settings(optimiser: str = "sgd", **more: Any) -> StepSettings:
    update = UpdateSettings(eta=0.25, is_weight=IS_WEIGHT)
    return StepSettings(COSTS["half_squared_error"], UPDATES[optimiser], update, **more)


def step(
    state: Array = NO_STATE, parts: tuple[BatchPart, ...] = (WHOLE,), **more: Any
) -> TrainingStep:
    return training_step(THETA, state, LAYERS, parts, settings(**more))


def test_a_plain_step_is_the_update_of_the_gradient() -> None:
    pass_ = trace(X, Y, LAYERS, COSTS["half_squared_error"], batch_shares(None, 6))
    made = step()
    assert made.cost == float(pass_.cost)
    assert made.penalty == 0
    assert_array_equal(made.gradient, flatten(pass_.dW, pass_.db, pass_.dgain))
    assert_array_equal(made.parameters, THETA - 0.25 * made.gradient)
    assert made.clipped_gradient is made.gradient
    assert made.gradient_norm == gradient_norm(made.gradient)
    assert made.state.shape == (0, THETA.size)
    assert not made.is_clipped
    assert made.is_finite


def test_parts_add_up_to_the_batch() -> None:
    """Without normalisation, whose statistics are those of a part."""
    layers = [replace(layer, gain=None) for layer in LAYERS]
    theta = flatten([layer.W for layer in layers], [layer.b for layer in layers])
    update = UpdateSettings(eta=0.25, is_weight=1.0)
    how = StepSettings(COSTS["half_squared_error"], UPDATES["sgd"], update)
    shares = batch_shares(None, 6)
    parts = [BatchPart(X[:4], Y[:4], shares), BatchPart(X[4:], Y[4:], shares)]
    state = np.zeros((0, theta.size))
    whole = training_step(theta, state, layers, [WHOLE], how)
    split = training_step(theta, state, layers, parts, how)
    assert len(split.passes) == 2
    assert_allclose(split.cost, whole.cost, rtol=1e-14)
    assert_allclose(split.gradient, whole.gradient, rtol=1e-12, atol=1e-14)
    assert_allclose(split.parameters, whole.parameters, rtol=1e-12)


def test_masks_are_those_of_the_layers() -> None:
    mask = np.where(RNG.random((6, 4)) < 0.5, 2.0, 0.0)
    made = step(parts=(BatchPart(X, Y, batch_shares(None, 6), (mask, None)),))
    masked = [replace(LAYERS[0], mask=mask), LAYERS[1]]
    due = trace(X, Y, masked, COSTS["half_squared_error"], batch_shares(None, 6))
    assert_array_equal(made.passes[0].a[0], due.a[0])
    assert_array_equal(made.gradient, flatten(due.dW, due.db, due.dgain))


def test_penalties_are_of_weights_alone() -> None:
    plain, made = step(), step(l1=0.5, l2=0.25)
    weights = THETA * IS_WEIGHT
    assert_allclose(made.penalty, 0.5 * np.abs(weights).sum() + 0.125 * (weights**2).sum())
    due = plain.gradient + 0.5 * np.sign(weights) + 0.25 * weights
    assert_allclose(made.gradient, due, rtol=1e-13)
    assert made.cost == plain.cost


def test_a_gradient_that_is_too_long_is_clipped() -> None:
    norm = step().gradient_norm
    made = step(clip_norm=norm / 2)
    assert made.is_clipped
    assert made.gradient_norm == norm
    assert_allclose(made.clipped_gradient, made.gradient / 2, rtol=1e-14)
    assert_allclose(made.parameters, THETA - 0.125 * made.gradient, rtol=1e-14)
    assert not step(clip_norm=2 * norm).is_clipped


def test_max_norm_limits_the_rows_of_weights_and_nothing_else() -> None:
    plain, made = step(), step(max_norm=0.5)
    assert_array_equal(made.update.theta, plain.parameters)
    is_weight = IS_WEIGHT == 1
    assert_array_equal(made.parameters[~is_weight], plain.parameters[~is_weight])
    rows = np.split(made.parameters[is_weight], [12])
    norms = [
        np.linalg.norm(W.reshape(shape), axis=1)
        for W, shape in zip(rows, [(4, 3), (2, 4)], strict=True)
    ]
    assert np.concatenate(norms).max() <= 0.5 + 1e-12


def test_the_average_is_the_last_row_and_moves_towards_the_new_parameters() -> None:
    state = np.concatenate((np.zeros((1, THETA.size)), np.ones((1, THETA.size))))
    made = step(state, optimiser="momentum", average_weight=0.25, max_norm=0.5)
    assert_array_equal(made.state[0], made.update.state[0])
    assert_allclose(made.state[1], 0.75 + 0.25 * made.parameters, rtol=1e-14)
    assert_array_equal(step(state, optimiser="momentum").state[1], state[1])


def test_what_follows_the_passes_is_the_same_from_passes() -> None:
    made = step(l2=0.25, clip_norm=1.0)
    again = step_from_passes(THETA, NO_STATE, LAYERS, made.passes, made.settings)
    assert_array_equal(again.parameters, made.parameters)
    assert again.penalty == made.penalty


@pytest.mark.filterwarnings("ignore")
def test_a_number_that_is_not_finite_is_seen() -> None:
    with np.errstate(all="ignore"):
        bad = BatchPart(np.full((6, 3), np.inf), Y, batch_shares(None, 6))
        made = step(parts=(WHOLE, bad))
        assert not made.is_finite
        assert made.shown_pass is made.passes[1]
        overflowing = replace(settings(l2=1.0), update_settings=UpdateSettings(eta=1e308))
        made = training_step(1e10 * THETA, NO_STATE, LAYERS, [WHOLE], overflowing)
    assert np.isfinite(made.gradient).all()
    assert not made.is_finite
    assert made.shown_pass is made.passes[0]
