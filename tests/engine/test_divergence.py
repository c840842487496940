"""NaN and infinity stop a run before the step, with the place and a remedy in the message."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from chainrule.data.dataset import Dataset
from chainrule.engine.contract import Until
from chainrule.engine.divergence import is_finite, validation_divergence
from chainrule.engine.position import Position
from chainrule.engine.reference import ReferenceEngine
from chainrule.engine.training_context import TrainingContext
from chainrule.equations.updates import UPDATES
from chainrule.errors import DivergenceError
from chainrule.network.architecture import Architecture
from chainrule.recipe import Recipe

KEPT = "The step was not taken; the parameters before it are kept."
RATE = "Lower the learning rate, for example to"


@pytest.fixture(autouse=True)
def loud() -> Iterator[None]:
    """Overflow that NumPy would tell of by itself is an error here."""
    with np.errstate(all="warn"), warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def begun(optimiser: str, parameters: list[float], dtype: str) -> Position:
    theta = np.array(parameters, dtype=dtype)
    theta.flags.writeable = False
    return Position(theta, UPDATES[optimiser].initial_state(theta))


def caught(
    parameters: list[float],
    data: tuple[list[list[float]], list[Any]],
    layers: tuple[int, ...] = (1, 1),
    activation: str | list[str] = "identity",
    *,
    dtype: str = "float32",
    sample_weights: list[float] | None = None,
    **recipe: Any,
) -> DivergenceError:
    """The error of the first epoch, whose position is just before the bad batch."""
    plain = {"cost": "squared_error", "optimiser": "sgd", "learning_rate": 0.5, "seed": 0}
    how = Recipe.from_dict({**plain, "shuffle": False, "batch_size": 1, **recipe})
    described = Architecture.of(list(layers), activation, dtype=dtype)
    weights = None if sample_weights is None else np.array(sample_weights)
    given = Dataset(np.array(data[0]), np.array(data[1]), sample_weights=weights)
    engine = ReferenceEngine(TrainingContext(described, how, given))
    position = begun(how.optimiser, parameters, dtype)
    with pytest.raises(DivergenceError) as raised:
        engine.advance(position, Until())
    error = raised.value
    assert error.argument == "learning_rate"
    assert error.value == how.learning_rate
    assert error.run is None
    while position.step < error.position.step:
        position = engine.advance(position, Until(batches=1))
    assert position.parameters.tobytes() == error.position.parameters.tobytes()
    assert position.state.tobytes() == error.position.state.tobytes()
    assert position.sums == error.position.sums
    assert is_finite(position.parameters)
    assert is_finite(position.state)
    return error


ONE = ([[1.0]], [[0.0]])
THREE = ([[1.0]] * 3, [[0.0]] * 3)


@pytest.mark.parametrize(
    ("rate", "clip", "remedy"),
    [
        (1e10, None, f"{RATE} 1e+09, or set clip_norm, for example to 1."),
        (1e25, 1.0, f"{RATE} 1e+24."),
    ],
)
def test_a_huge_learning_rate(rate: float, clip: float | None, remedy: str) -> None:
    error = caught([2.0, 0.0], THREE, learning_rate=rate, clip_norm=clip)
    what = "inf in cost (layer 1) at epoch 1, batch "
    batch = "3" if clip is None else "2"
    assert str(error) == f"train: expected finite numbers, got {what}{batch}. {KEPT} {remedy}"
    assert error.position.batch == int(batch) - 1


def test_the_weighted_sums_of_a_layer_overflow() -> None:
    error = caught([3e38, 0.0], ([[0.0], [10.0]], [[0.0]] * 2))
    assert str(error) == (
        "train: expected finite numbers, got inf in z[1] (layer 1) at epoch 1, batch 2. "
        f"{KEPT} {RATE} 0.05, or set clip_norm, for example to 1."
    )


@pytest.mark.parametrize("activation", ["relu", "sigmoid", "tanh", "step"])
def test_an_overflow_that_the_activation_would_hide(activation: str) -> None:
    """-inf becomes 0 or -1 here, and every number after it is finite."""
    error = caught([-3e38, 0, 1, 0], ([[10.0]], [[1.0]]), (1, 1, 1), [activation, "identity"])
    assert str(error) == (
        "train: expected finite numbers, got -inf in z[1] (layer 1) at epoch 1, batch 1. "
        f"{KEPT} {RATE} 0.05, or set clip_norm, for example to 1."
    )


def test_an_activation_that_is_not_finite_where_its_sum_is() -> None:
    """SELU stretches what is above 0."""
    error = caught([3.3e38, 0, 1, 0], ONE, (1, 1, 1), ["selu", "identity"])
    assert str(error) == (
        "train: expected finite numbers, got inf in a[1] (layer 1) at epoch 1, batch 1. "
        f"{KEPT} {RATE} 0.05, or set clip_norm, for example to 1."
    )


def test_a_score_that_is_not_finite_is_told_as_it_is() -> None:
    data = Dataset(np.array([[1e300], [1.0]]), np.array([[1.0], [1e300]]))
    described = Architecture.of([1, 1], "identity")
    engine = ReferenceEngine(TrainingContext(described, Recipe(cost="squared_error", seed=0), data))
    assert engine.score(np.array([1, 0], np.float32), data).cost == np.inf


def test_relu_with_categorical_cross_entropy() -> None:
    """The right class has output 0, and ln 0 is not a number to learn from."""
    error = caught(
        [-1.0, 1.0, 0.0, 0.0],
        ([[1.0], [-1.0], [1.0]], [1, 0, 0]),
        (1, 2),
        "relu",
        cost="categorical_cross_entropy",
        learning_rate=1e-9,
    )
    assert str(error) == (
        "train: expected finite numbers, got inf in cost (layer 1) at epoch 1, batch 3. "
        f"{KEPT} categorical_cross_entropy needs outputs above 0: "
        "set output_activation to 'softmax'."
    )
    assert error.position.batch == 2


def test_identity_with_binary_cross_entropy() -> None:
    error = caught([1.5, 0.0], ([[1.0]], [0]), cost="binary_cross_entropy")
    assert str(error) == (
        "train: expected finite numbers, got nan in cost (layer 1) at epoch 1, batch 1. "
        f"{KEPT} binary_cross_entropy needs outputs between 0 and 1: "
        "set output_activation to 'sigmoid'."
    )


def test_a_fused_pair_is_not_told_to_take_what_it_has() -> None:
    error = caught(
        [3e38, -3e38, 0.0, 0.0],
        ([[1.0]], [1]),
        (1, 2),
        "softmax",
        cost="categorical_cross_entropy",
        clip_norm=1.0,
    )
    assert str(error) == (
        "train: expected finite numbers, got inf in cost (layer 1) at epoch 1, batch 1. "
        f"{KEPT} {RATE} 0.05."
    )


def test_a_gradient_that_is_not_finite_where_the_cost_is() -> None:
    """ln a is finite for the least output there is, and 1/a is not."""
    error = caught(
        [1e-45, 1.0, 0.0, 0.0],
        ([[1.0]], [0]),
        (1, 2),
        "identity",
        cost="categorical_cross_entropy",
    )
    assert str(error) == (
        "train: expected finite numbers, got -inf in delta[1] (layer 1) at epoch 1, batch 1. "
        f"{KEPT} categorical_cross_entropy needs outputs above 0: "
        "set output_activation to 'softmax'."
    )


def test_the_error_of_an_earlier_layer() -> None:
    error = caught([1e-30, 0, 1e30, 0], ([[1.0]], [[-1e15]]), (1, 1, 1))
    assert str(error) == (
        "train: expected finite numbers, got inf in delta[1] (layer 1) at epoch 1, batch 1. "
        f"{KEPT} {RATE} 0.05, or set clip_norm, for example to 1."
    )


def test_the_gradient_of_the_weights() -> None:
    error = caught([1e-20, 0], ([[1e25]], [[-1e15]]))
    assert str(error) == (
        "train: expected finite numbers, got inf in dW[1] (layer 1) at epoch 1, batch 1. "
        f"{KEPT} {RATE} 0.05, or set clip_norm, for example to 1."
    )


def test_the_gradient_of_a_bias() -> None:
    """Each example's error is finite, and their sum is not; the small inputs hide it elsewhere."""
    error = caught([0, 0, 5e19, 0], ([[1e-10]] * 4, [[-1e19]] * 4), (1, 1, 1), batch_size=4)
    assert str(error) == (
        "train: expected finite numbers, got inf in the gradient of b[1] (layer 1) "
        f"at epoch 1, batch 1. {KEPT} {RATE} 0.05, or set clip_norm, for example to 1."
    )


def test_a_weighted_cost_that_is_more_than_its_examples() -> None:
    error = caught([1.8e19, 0], ([[1.0], [1.0]], [[0.0]] * 2), sample_weights=[3.0, 0.0])
    assert str(error) == (
        "train: expected finite numbers, got inf in cost (layer 1) at epoch 1, batch 1. "
        f"{KEPT} {RATE} 0.05, or set clip_norm, for example to 1."
    )


def test_the_penalty() -> None:
    """The sigmoid keeps the cost finite, and so is the penalty's gradient."""
    error = caught([1e20, 0.0], ONE, activation="sigmoid", l2=1e-3)
    assert str(error) == (
        "train: expected finite numbers, got inf in the penalty at epoch 1, batch 1. "
        f"{KEPT} {RATE} 0.05, or set clip_norm, for example to 1."
    )


def test_the_penaltys_gradient() -> None:
    error = caught([1e-3, 1.0], ONE, activation="sigmoid", l1=1e39, dtype="float32")
    assert str(error) == (
        "train: expected finite numbers, got inf in the penalty at epoch 1, batch 1. "
        f"{KEPT} {RATE} 0.05, or set clip_norm, for example to 1."
    )
    error = caught([1e-3, 1.0], ONE, activation="sigmoid", l2=1e42, dtype="float32")
    assert "in the penalty at" in str(error)


def test_the_length_of_a_gradient_in_float64() -> None:
    error = caught(
        [1e100, 0], ([[1e60]], [[0.0]]), cost="huber", huber_threshold=1e100, dtype="float64"
    )
    assert str(error) == (
        "train: expected finite numbers, got inf in the gradient's norm at epoch 1, batch 1. "
        f"{KEPT} {RATE} 0.05, or set clip_norm, for example to 1."
    )


@pytest.mark.parametrize(("optimiser"), ["rmsprop", "adam", "adamw"])
def test_a_mean_square_that_overflows(optimiser: str) -> None:
    """Divided by infinity, the step would be 0 for ever."""
    error = caught([1e15, 0], ([[1e3]], [[0.0]]), optimiser=optimiser)
    assert str(error) == (
        "train: expected finite numbers, got inf in the mean square of W[1] (layer 1) "
        f"at epoch 1, batch 1. {KEPT} {RATE} 0.05, or set clip_norm, for example to 1."
    )


@pytest.mark.parametrize(
    ("optimiser", "what"),
    [
        ("momentum", "-inf in the velocity of W[1] (layer 1) at epoch 1, batch 2."),
        # Nesterov's step looks ahead by one more velocity.
        ("nesterov", "inf in the new W[1] (layer 1) at epoch 1, batch 1."),
    ],
)
def test_a_velocity_that_overflows(optimiser: str, what: str) -> None:
    error = caught(
        [0.0, 0.0],
        ([[3e19]] * 3, [[5e18]] * 3),
        optimiser=optimiser,
        momentum=0.99,
        learning_rate=1e-45,
    )
    assert str(error) == (
        f"train: expected finite numbers, got {what} "
        f"{KEPT} {RATE} 1e-46, or set clip_norm, for example to 1."
    )


def test_the_new_parameters() -> None:
    error = caught([1.0, 1.0, 1.0, 1.0], ONE, (1, 1, 1), learning_rate=2e38)
    assert str(error) == (
        "train: expected finite numbers, got -inf in the new W[1] (layer 1) at epoch 1, batch 1. "
        f"{KEPT} {RATE} 2e+37, or set clip_norm, for example to 1."
    )


def test_the_first_tensor_that_is_not_finite_is_named() -> None:
    error = caught([0.0, 0.0, 0.0, 1.0], ONE, (1, 1, 1), learning_rate=3e38)
    assert str(error) == (
        "train: expected finite numbers, got -inf in the new b[2] (layer 2) at epoch 1, batch 1. "
        f"{KEPT} {RATE} 3e+37, or set clip_norm, for example to 1."
    )


def test_the_epoch_is_counted_from_1() -> None:
    described = Architecture.of([1, 1], "identity")
    recipe = Recipe(cost="squared_error", learning_rate=1e300, optimiser="sgd", seed=0)
    data = Dataset(np.ones((1, 1)), np.zeros((1, 1)))
    engine = ReferenceEngine(TrainingContext(described, recipe, data))
    position = replace(begun("sgd", [1.0, 1.0], "float32"), epoch=6)
    with pytest.raises(DivergenceError) as raised:
        engine.advance(position, Until())
    assert "(layer 1) at epoch 7, batch 1." in str(raised.value)
    assert raised.value.position is position


def test_the_message_for_a_validation_cost() -> None:
    position = replace(begun("sgd", [1.0], "float32"), epoch=2)
    recipe = Recipe(learning_rate=0.5)
    error = validation_divergence(position, recipe, float("inf"), "relu")
    assert str(error) == (
        "train: expected finite numbers, got inf in the validation cost at the end of epoch 3. "
        "The parameters stay unchanged. categorical_cross_entropy needs outputs above 0: "
        "set output_activation to 'softmax'."
    )
    assert error.position is position
    error = validation_divergence(position, recipe, float("nan"), "softmax")
    assert str(error) == (
        "train: expected finite numbers, got nan in the validation cost at the end of epoch 3. "
        f"The parameters stay unchanged. {RATE} 0.05, or set clip_norm, for example to 1."
    )


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_targets_whose_squares_overflow_are_not_blamed_on_the_rate(dtype: str) -> None:
    size = {"float64": 3e200, "float32": 3e30}[dtype]
    error = caught([1.0, 0.0], ([[1.0]] * 4, [[size]] * 4), dtype=dtype)
    assert str(error).endswith(
        f"The targets, of up to {size:.3g}, are too large for their squares: set target_scaling "
        "to 'standard', or give them in a larger unit."
    )
