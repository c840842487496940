from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import chainrule as cr
from chainrule.diagnosis.evidence import Snapshot
from chainrule.diagnosis.network_measures import SAMPLE, NetworkMeasures, _rank
from chainrule.engine.history import History
from chainrule.engine.position import Position
from chainrule.engine.training_schedule import initial_state
from chainrule.equations.updates import UPDATES


def _measured(network: cr.Network, data: cr.Dataset, curved: bool = False, **recipe) -> Snapshot:
    settings = cr.Recipe(**{"cost": "half_squared_error", "optimiser": "sgd", "seed": 0, **recipe})
    measure = NetworkMeasures(network.architecture.for_cost(settings.cost), settings, data)
    state = UPDATES[settings.optimiser].initial_state(network.parameters)
    return measure.snapshot(Position(network.parameters, state), curvature=curved)


def _network(activation: str, *tensors: list, **more) -> cr.Network:
    """A network 2-2-1, linear at the end, with these numbers."""
    network = cr.Network.create([2, 2, 1], activation, output_activation="identity", **more)
    return network.with_parameters(np.concatenate([np.ravel(t) for t in tensors]))


SQUARE = cr.Dataset(
    np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]]),
    np.array([[1.0], [0.0], [0.0], [1.0]]),
)


def test_dead_neurons_and_the_size_of_weights() -> None:
    network = _network("relu", [[1, 0], [0, 1]], [0, -9], [[1, 1]], [0])
    first, last = _measured(network, SQUARE).layers
    assert first.dead_fraction == 0.5
    assert (first.saturated_fraction, last.dead_fraction, last.mean_cosine) == (None, None, None)
    assert first.weight_ratio == pytest.approx(np.sqrt(1 / 2))  # rms √½, √(2/fan_in) = 1
    assert first.mean_cosine == 0
    assert first.signal_gain == pytest.approx(1)  # each sum varies as the input that it copies


def test_saturated_neurons() -> None:
    network = _network("tanh", [[50, 0], [0, 0.1]], [0, 0], [[1, 1]], [0])
    assert _measured(network, SQUARE).layers[0].saturated_fraction == 0.5


@pytest.mark.parametrize(
    ("weights", "cosine"),
    [([[1, 0], [1, 0]], 1), ([[1, 0], [-2, 0]], -1), ([[0, 0], [0, 0]], 1), ([[3, 4], [0, 0]], 0)],
)
def test_alike(weights, cosine) -> None:
    network = _network("tanh", weights, [0, 0], [[1, 1]], [0])
    assert _measured(network, SQUARE).layers[0].mean_cosine == pytest.approx(cosine)


def test_the_gradient_by_hand() -> None:
    # The output is x₁ + x₂, its errors 1, 0, 0, -3: (1 + 3) / 4 for each weight of the last layer.
    network = _network("identity", [[1, 0], [0, 1]], [0, 0], [[1, 1]], [0])
    snapshot = _measured(network, SQUARE)
    assert snapshot.layers[1].gradient_ratio == pytest.approx(1)  # √(2/fan_in) is 1
    assert snapshot.cost == pytest.approx((1 + 9) / 2 / 4)
    assert snapshot.skill == pytest.approx(1 - 10 / 1)


def test_the_noise_scale_of_examples_that_are_all_the_same() -> None:
    network = _network("identity", [[1, 0], [0, 1]], [0, 0], [[1, 1]], [0])
    assert _measured(network, SQUARE.subset([0, 0, 0, 0]), True).noise_scale == 0
    assert _measured(network, SQUARE.subset([0]), True).noise_scale == 0


def test_noise_without_a_gradient_has_no_scale() -> None:
    network = _network("identity", [[0, 0], [0, 0]], [0, 0], [[1, 1]], [0.5])
    assert _measured(network, SQUARE, True).noise_scale == np.inf


def test_skill_counts_classes() -> None:
    data = cr.Dataset(np.array([[0.0, 1], [0, 1], [0, 1], [1, 0]]), [0, 0, 0, 1])
    network = cr.Network.create([2, 2], "identity", biases=False)
    right = network.with_parameters([0, 1, 1, 0])
    first = network.with_parameters([1, 1, 0, 0])
    assert _measured(right, data).skill == 1
    assert _measured(first, data).skill == 0


def test_a_single_output_for_two_classes() -> None:
    data = cr.Dataset(np.array([[1.0], [-1.0]]), [1, 0])
    network = cr.Network.create([1, 1], "sigmoid", biases=False).with_parameters([5.0])
    assert _measured(network, data, cost="binary_cross_entropy").skill == 1


def test_the_curvature_of_a_line() -> None:
    # ½ (w x - y)² with x = 2: curvature 4, limit 2/4.
    data = cr.Dataset(np.array([[2.0]]), np.array([[1.0]]))
    network = cr.Network.create([1, 1], "identity", biases=False)
    curvature = _measured(network, data, curved=True).curvature
    assert curvature.value == pytest.approx(4)
    assert (curvature.limit, curvature.preconditioned) == (pytest.approx(0.5), False)


@pytest.mark.parametrize(("optimiser", "most"), [("rmsprop", 2), ("adam", 38), ("adamw", 38)])
def test_the_preconditioned_curvature_of_a_line(optimiser, most) -> None:
    # The gradient at w = 0 is -2, so P = 2 and λ = 4/2.
    data = cr.Dataset(np.array([[2.0]]), np.array([[1.0]]))
    network = cr.Network.create([1, 1], "identity", biases=False, initialiser="zeros")
    curvature = _measured(network, data, curved=True, optimiser=optimiser).curvature
    assert (curvature.value, curvature.preconditioned) == (pytest.approx(2), True)
    assert curvature.limit == pytest.approx(most / 2)


def test_later_the_states_mean_squares_count() -> None:
    data = cr.Dataset(np.array([[2.0]]), np.array([[1.0]]))
    network = cr.Network.create([1, 1], "identity", biases=False, initialiser="zeros")
    recipe = cr.Recipe(cost="half_squared_error", optimiser="adam", seed=0)
    measure = NetworkMeasures(network.architecture.for_cost(recipe.cost), recipe, data)
    state = np.array([[0.0], [16 * (1 - 0.999**3)]])
    found = measure.snapshot(Position(np.zeros(1), state, step=3)).curvature
    assert found.value == pytest.approx(4 / 4)
    twin = NetworkMeasures(measure.architecture, recipe.replaced(optimiser="rmsprop"), data)
    found = twin.snapshot(Position(np.zeros(1), np.array([[16.0]]), step=3)).curvature
    assert found.value == pytest.approx(4 / 4)


def test_no_upward_curve_has_no_limit() -> None:
    data = cr.Dataset(np.array([[0.0]]), np.array([[1.0]]))
    network = cr.Network.create([1, 1], "identity", biases=False)
    assert _measured(network, data, curved=True).curvature.limit == np.inf


def _normalised(**recipe) -> tuple[NetworkMeasures, Position]:
    """A network 2-2-1 with batch normalisation before its first step."""
    network = _network("relu", [[2, 0], [0, 3]], [0, -9], [[1, 1]], [0])
    settings = cr.Recipe(
        cost="half_squared_error", optimiser="sgd", normalisation="batch", seed=0, **recipe
    )
    measure = NetworkMeasures(network.architecture.for_cost(settings.cost), settings, SQUARE)
    theta = measure.layout.add_gains(network.parameters)
    return measure, Position(theta, initial_state(settings, theta))


def test_a_normalised_layer_is_measured_as_it_trains() -> None:
    # The sums 2 x₁ and 3 x₂ become x₁ and x₂; the second neuron's bias of -9 silences it.
    measure, position = _normalised()
    snapshot = measure.snapshot(position)
    first, last = snapshot.layers
    assert (first.normalised, last.normalised, first.dead_fraction) == (True, False, 0.5)
    assert first.weight_ratio == pytest.approx(np.sqrt(13 / 4))
    # The output is x₁ where that is 1: the costs are ½ of 0, 1, 0 and 1.
    assert snapshot.cost == pytest.approx(0.25, rel=1e-4)
    assert snapshot.curvature.value > 0


def test_the_pull_of_a_normalised_layer_does_not_depend_on_the_weights_size() -> None:
    measure, position = _normalised()
    larger = position.parameters.copy()
    larger[:4] *= 8
    pulls = [
        measure.snapshot(replace(position, parameters=theta)).layers[0].gradient_ratio
        for theta in (position.parameters, larger)
    ]
    assert pulls[0] == pytest.approx(pulls[1], rel=1e-3)
    assert pulls[0] > 0


def test_cost_and_skill_are_those_of_the_plain_network() -> None:
    measure, position = _normalised()
    plain = np.array([1, 0, 0, 1, 0, 0, 0, 0, 0.5], np.float32)
    snapshot = measure.snapshot(position, inference=plain)
    assert (snapshot.cost, snapshot.skill) == (pytest.approx(0.125), pytest.approx(0))
    assert snapshot.layers[0].normalised


def test_where_there_is_an_average_it_is_judged() -> None:
    network = _network("identity", [[1, 0], [0, 1]], [0, 0], [[1, 1]], [0])
    recipe = cr.Recipe(
        cost="half_squared_error",
        optimiser="sgd",
        averaging="ema",
        averaging_start=0.0,
        batch_size=4,
        epochs=2,
        seed=0,
    )
    measure = NetworkMeasures(network.architecture.for_cost(recipe.cost), recipe, SQUARE)
    average = np.zeros((1, 9), np.float32)
    begun = measure.snapshot(Position(network.parameters, average))
    later = measure.snapshot(Position(network.parameters, average, epoch=1, step=1))
    assert (begun.cost, later.cost) == (pytest.approx(1.25), pytest.approx(0.25))
    assert begun.curvature == later.curvature  # of the weights that take the steps


def test_after_the_last_step_the_rate_is_that_of_the_last() -> None:
    network = _network("identity", [[1, 0], [0, 1]], [0, 0], [[1, 1]], [0])
    recipe = cr.Recipe(
        cost="half_squared_error", optimiser="sgd", schedule="cosine_restarts", cycle_epochs=1,
        epochs=2, batch_size=2, learning_rate=0.1, seed=0,
    )  # fmt: skip
    run = cr.train(network, SQUARE, recipe.replaced(engine="reference"))
    measure = NetworkMeasures(network.architecture.for_cost(recipe.cost), recipe, SQUARE)
    state = initial_state(recipe, network.parameters)
    end = Position(network.parameters, state, epoch=2, step=4, history=History(run.history))
    assert measure.snapshot(end).rate == pytest.approx(0.05)  # of the cycle's second step


def test_large_sets_are_measured_on_a_sample() -> None:
    data = cr.Dataset(np.zeros((SAMPLE + 9, 1)), np.zeros((SAMPLE + 9, 1)))
    architecture = cr.Network.create([1, 1], "identity").architecture
    rows = NetworkMeasures(architecture, cr.Recipe(seed=0), data).rows
    assert len(set(rows.tolist())) == SAMPLE


def test_the_rank_of_activations() -> None:
    random = np.random.default_rng(0)
    plane = random.standard_normal((50, 2)) @ random.standard_normal((2, 7))
    assert _rank(plane, 64) == 2
    assert _rank(plane + 1e-6 * random.standard_normal((50, 7)), 64) == 2
    assert _rank(random.standard_normal((50, 7)), 64) == 7
    assert _rank(random.standard_normal((50, 7)), 3) == 3
    assert _rank(np.ones((50, 7)), 64) == 0
    assert _rank(random.standard_normal((50, 1)), 64) == 1
    with np.errstate(invalid="ignore"):
        assert _rank(np.full((50, 7), np.inf), 64) == 7
