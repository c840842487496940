"""The room Plane as functions: settings both ways, points, and a training that is its steps."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chainrule as cr
from chainrule.equations.updates import UPDATES
from chainrule.errors import InputError, UnknownNameError
from chainrule.lab.frames import pack_frame, unpack_frame
from chainrule.lab.lab_server import lab_view
from chainrule.lab.plane_points import make_data, make_features
from chainrule.lab.plane_settings import FEATURES, POINT_SETS, DrawnPoint, PlaneSettings
from chainrule.lab.plane_training import PlaneTraining, PlaneTrainings
from chainrule.lab.state import LabState
from chainrule.lab.subject import open_subject
from chainrule.lab.workbench import Workbench


def hundredths(most: int) -> st.SearchStrategy[float]:
    return st.integers(-100 * most, 100 * most).map(lambda number: number / 100)


LAYERS = st.lists(
    st.tuples(st.integers(1, 64), st.sampled_from(["tanh", "relu", "sigmoid"])), max_size=8
)
SETTINGS = st.builds(
    lambda layers, **others: PlaneSettings(
        hidden=tuple(width for width, _ in layers),
        activations=tuple(name for _, name in layers),
        **others,
    ),
    LAYERS,
    points=st.sampled_from(POINT_SETS),
    classes=st.integers(2, 6),
    formula=st.sampled_from(["x*y", "sin(x) + y/3", "a;b:c&d=e%#ä", ""]),
    count=st.integers(10, 1000),
    noise=st.floats(0, 1),
    test_share=st.floats(0, 0.9),
    drawn=st.lists(
        st.builds(DrawnPoint, hundredths(6), hundredths(6), hundredths(100)), max_size=4
    ).map(tuple),
    features=st.sets(st.sampled_from(FEATURES), min_size=1).map(tuple),
    optimiser=st.sampled_from(list(UPDATES)),
    learning_rate=st.floats(1e-6, 100),
    batch_size=st.integers(1, 1000),
    l1=st.floats(0, 10),
    l2=st.floats(0, 10),
    seed=st.integers(0, 2**32 - 1),
    updates=st.integers(0, 100_000),
    point=st.integers(0, 1000),
)


@given(SETTINGS)
@settings(max_examples=100, deadline=None)
def test_values_and_address_lead_back_to_the_settings(plane: PlaneSettings) -> None:
    state = LabState(room="plane", plane=plane)
    assert LabState.from_dict(json.loads(json.dumps(state.to_dict()))) == state
    assert LabState.from_address(state.to_address()) == state


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([], "expected an object"),
        ({"widths": 3}, "a setting of the plane"),
        ({"points": "square"}, "a name for points"),
        ({"noise": 2}, "noise to be a number at least 0 and at most 1"),
        ({"formula": 3}, "at most 200 signs"),
        ({"drawn": 3}, "at most 400 points"),
        ({"drawn": [[0, 0, 0]] * 401}, "at most 400 points"),
        ({"drawn": [[0, 0]]}, "x, y and class or number"),
        ({"drawn": [[0, None, 0]]}, "x, y and class or number"),
        ({"drawn": [[7, 0, 0]]}, "x and y from -6 to 6"),
        ({"drawn": [[0, 0, 1e9]]}, "a number of at most 100 in size"),
        ({"features": []}, "at least one of x, y"),
        ({"features": ["z"]}, "a feature"),
        ({"hidden": [0], "activations": ["tanh"]}, "widths from 1 to 64"),
        ({"hidden": [4] * 9, "activations": ["tanh"] * 9}, "at most 8 widths"),
        ({"hidden": [4]}, "1 names, one for each layer"),
        ({"hidden": [4], "activations": ["softmax"]}, "an activation"),
    ],
)
def test_what_no_settings_can_be(values: Any, text: str) -> None:
    with pytest.raises((InputError, UnknownNameError)) as caught:
        LabState.from_dict({"room": "plane", "plane": values})
    assert text in str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"), [("seed", "name:value, joined by ;"), ("seed:x", "a value as in")]
)
def test_what_no_address_can_be(text: str, expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        LabState.from_address(f"plane?plane={text}")


@pytest.mark.parametrize("points", ["circle", "gauss", "moons", "spiral", "xor"])
@pytest.mark.parametrize("classes", [2, 5])
def test_points_have_their_classes_and_lie_on_the_plane(points: str, classes: int) -> None:
    plane = PlaneSettings(points=points, classes=classes, noise=1, test_share=0.25)
    data = make_data(plane)
    assert data.test is not None
    assert (len(data.training), len(data.test)) == (150, 50)
    assert np.abs(data.places).max() <= 6
    made = 2 if points in ("moons", "xor") else classes
    assert set(data.training.targets) == set(range(made))
    np.testing.assert_array_equal(data.places, make_data(plane).places)
    other = make_data(PlaneSettings(points=points, classes=classes, seed=2)).places
    assert not np.array_equal(data.places, other)


def test_points_without_noise_lie_where_their_set_says() -> None:
    xor = make_data(PlaneSettings(points="xor", noise=0, test_share=0))
    assert xor.test is None
    x, y = xor.places.T
    np.testing.assert_array_equal(x * y < 0, xor.training.targets == 1)
    rings = make_data(PlaneSettings(points="circle", classes=3, noise=0, test_share=0))
    radius = np.hypot(*rings.places.T)
    assert radius[rings.training.targets == 0].max() < radius[rings.training.targets == 1].min()
    assert radius[rings.training.targets == 1].max() < radius[rings.training.targets == 2].min()


def test_a_function_is_the_target() -> None:
    plane = PlaneSettings(points="function", formula="y^2 - x", noise=0, test_share=0)
    data = make_data(plane)
    x, y = data.places.T
    np.testing.assert_allclose(data.training.targets[:, 0], y**2 - x, atol=1e-12)
    only_y = make_data(PlaneSettings(points="function", formula="2*y", noise=0, test_share=0))
    np.testing.assert_allclose(only_y.training.targets[:, 0], 2 * only_y.places[:, 1])
    noisy = make_data(PlaneSettings(points="function", formula="2*y", noise=0.5, test_share=0))
    spread = np.std(noisy.training.targets[:, 0] - 2 * noisy.places[:, 1])
    assert 0.3 < spread / np.std(2 * noisy.places[:, 1]) < 0.7


def test_features_are_what_their_names_say() -> None:
    found = make_features(PlaneSettings(features=FEATURES), np.array([[2.0, -3.0]]))
    np.testing.assert_allclose(found[0], [2, -3, 4, 9, -6, np.sin(2), np.sin(-3)])


@pytest.mark.parametrize(
    ("plane", "text"),
    [
        ({"points": "drawn"}, "at least one point to learn from"),
        ({"drawn": (DrawnPoint(0, 0, 2),)}, "classes from 0 to 1, got 2"),
        ({"drawn": (DrawnPoint(0, 0, 0.5),)}, "classes from 0 to 1, got 0.5"),
        ({"points": "function", "formula": "x + q"}, "a formula of x and y, got q"),
        ({"points": "function", "formula": "sqrt(x)"}, "a formula with a value wherever"),
        ({"points": "function", "formula": "__import__('os')"}, "expected"),
        ({"points": "function", "formula": ""}, "formula"),
        ({"point": 200}, "the number of a point from 0 to 199, got 200"),
        ({"test_share": 0.0, "point": 200}, "the number of a point from 0 to 199, got 200"),
    ],
)
def test_what_cannot_be_computed_is_said_in_the_view(plane: dict[str, Any], text: str) -> None:
    bench = Workbench(open_subject("two-layers"))
    view = bench.view(LabState(room="plane", plane=PlaneSettings(**plane)))
    assert text in view.values["error"]["text"]
    assert view.values["plane"]["choices"]["points"]


def test_a_training_that_diverges_says_so() -> None:
    bench = Workbench(open_subject("two-layers"))
    wild = PlaneSettings(points="function", formula="x^2", learning_rate=100, updates=500)
    view = bench.view(LabState(room="plane", plane=wild))
    assert "Lower the learning rate" in view.values["error"]["text"]
    assert 0 < view.values["plane"]["reached"] < 500
    assert np.isfinite(view.arrays["level"]).all()
    with pytest.raises(cr.DivergenceError):
        bench.require(LabState(room="plane", plane=wild))


def test_a_position_does_not_depend_on_the_way_to_it() -> None:
    plane = PlaneSettings()
    straight = PlaneTraining(plane).position(100)
    wandering = PlaneTraining(plane)
    for updates in (*range(90), 7, 93, 0, 100):
        assert wandering.position(updates).step == updates
    np.testing.assert_array_equal(wandering.position(100).parameters, straight.parameters)
    assert [one.cost for one in wandering.position(100).history] == [
        one.cost for one in straight.history
    ]


def test_time_that_runs_out_leaves_the_rest_for_later() -> None:
    training = PlaneTraining(PlaneSettings())
    assert training.position(100, seconds=0).step == 0
    assert training.position(100).step == 100


def test_few_trainings_are_kept() -> None:
    trainings = PlaneTrainings()
    first = trainings.find(PlaneSettings(seed=0))
    assert trainings.find(PlaneSettings(seed=0, updates=5, point=3)) is first
    for seed in range(1, 5):
        trainings.find(PlaneSettings(seed=seed))
    assert trainings.find(PlaneSettings(seed=0)) is not first


def test_the_training_is_that_of_train() -> None:
    """The same network, points and recipe by `cr.train` end with the same bits."""
    plane = PlaneSettings(optimiser="adam", learning_rate=0.01, l2=0.001)
    training = PlaneTraining(plane)
    setup, data = training.setup, training.data
    recipe = setup.recipe.replaced(epochs=3)
    run = cr.train(
        cr.Network.create([2, 4, 3, 2], ["tanh", "tanh", "softmax"], seed=plane.seed),
        data.training,
        recipe,
        validation=data.test,
    )
    position = training.position(3 * training.batches)
    np.testing.assert_array_equal(run.network.parameters, position.parameters)
    assert position.history[-1].validation_cost == run.history[-1].validation_cost


@pytest.mark.parametrize("points", POINT_SETS)
def test_maps_are_the_answers_of_the_network(points: str) -> None:
    drawn = (DrawnPoint(1, 2, 1), DrawnPoint(-1, 0.5, 0))
    plane = PlaneSettings(points=points, drawn=drawn, updates=40, features=("x", "xy"))
    bench = Workbench(open_subject("two-layers"))
    state = LabState(room="plane", plane=plane, select="W[1][0,1]")
    bench.require(state)
    values, arrays = unpack_frame(pack_frame(bench.view(state)))
    assert values["error"] is None
    assert values["plane"]["reached"] == 40
    assert values["opened"]["name"]
    training = PlaneTraining(plane)
    network = training.network(training.position(40))
    place = np.array([[-6 + 12 * 10.5 / 60, 6 - 12 * 4.5 / 60]])
    answer = network.predict(make_features(plane, place).astype(np.float32))[0]
    level = arrays["level"][4, 10]
    assert level == pytest.approx(answer.max() if plane.classifies else answer[0], abs=1e-6)
    assert arrays["field3"].shape == (len(answer), 30, 30)
    assert arrays["field3"][0][2, 5] == pytest.approx(answer[0], abs=1e-6)
    assert ("best" in arrays) == plane.classifies
    assert len(arrays["points"]) == (2 if points in ("drawn", "numbers") else 202)
    assert arrays["curve"].shape[1] == 3


def test_a_long_curve_keeps_its_last_epoch() -> None:
    plane = PlaneSettings(points="drawn", drawn=(DrawnPoint(0, 0, 1),), updates=700)
    training = PlaneTraining(plane)
    halfway = training.position(650)
    epochs = [one.epoch for one in training.position(700).history]
    assert len(halfway.history) < 600
    assert epochs == [one.epoch for one in PlaneTraining(plane).position(700).history]
    curve = lab_view("two-layers", LabState(room="plane", plane=plane).to_address()).view.arrays
    assert len(curve["curve"]) <= 300
    assert curve["curve"][-1, 0] == 700


def test_a_derivative_of_the_plane_is_proved() -> None:
    bench = Workbench(open_subject("two-layers"))
    held_out = LabState(room="plane", plane=PlaneSettings(updates=30, point=150))
    view = bench.view(held_out.with_changes(select="dW[1][0,1]"))
    assert view.values["plane"]["answer"]["held_out"]
    found = bench.prove(held_out.with_changes(select="dW[1][0,1]"))
    assert all(one["holds"] for one in found)
