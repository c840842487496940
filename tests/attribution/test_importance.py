"""Permutation importance: columns that a network needs, columns that it does not."""

from __future__ import annotations

import numpy as np
import pytest

import chainrule as cr
from chainrule.attribution.column_inputs import ColumnInputs
from chainrule.attribution.importance import inspect_importance, measure_importance
from chainrule.data import Dataset, count_inputs, prepare_dataset
from chainrule.documents.nodes import Gallery
from chainrule.errors import InputError, UnknownNameError
from chainrule.network.network import Network
from chainrule.schema import Column, Schema, Target

COLUMNS = (
    Column(name="size", kind="number", missing=1),
    Column(name="kind", kind="category", categories=("x", "y", "z")),
    Column(name="noise", kind="number"),
)
SCHEMA = Schema(columns=COLUMNS, target=Target(names=("price",), kind="numbers"))


def houses(n: int = 240, seed: int = 0) -> Dataset:
    random = np.random.default_rng(seed)
    rows = np.column_stack(
        [random.normal(100, 30, n), random.integers(0, 3, n), random.standard_normal(n)]
    )
    prices = 2 * rows[:, :1] + 50 * rows[:, 1:2] + 500
    rows[::17, 0] = np.nan
    return Dataset(rows, prices, schema=SCHEMA, name="houses")


@pytest.fixture(scope="module")
def priced() -> Network:
    data = houses()
    layers = [count_inputs(data, "one_hot"), 16, 1]
    network = Network.create(layers, "relu", output_activation="identity", seed=2)
    recipe = cr.Recipe(
        cost="half_squared_error", epochs=40, learning_rate=0.01, seed=1, engine="reference"
    )
    return cr.train(network, data, recipe).network


def test_columns_are_ranked_by_what_they_are_worth(priced) -> None:
    found = measure_importance(priced, houses(seed=1), cost="half_squared_error")
    assert [column.name for column in found.ranked] == ["size", "kind", "noise"]
    assert (found.score_name, found.examples, found.repeats) == ("R²", 240, 10)
    assert found.score > 0.9
    size, kind, noise = found.columns
    assert size.score.interval is not None
    assert size.score.interval[0] > kind.score.mean > 20 * abs(noise.score.mean)


def test_a_category_is_shuffled_as_one_column(priced) -> None:
    """The three inputs of a category are never mixed: the answers are those of whole rows."""
    inputs = ColumnInputs.open(priced, houses(seed=1))
    turned = np.roll(inputs.values(1), 1)
    outputs = inputs.answers(inputs.exchanged(1, turned))
    matrix = np.array(inputs.dataset.inputs)
    matrix[:, 1] = turned
    assert outputs == pytest.approx(priced.predict(matrix))


def test_columns_are_found_by_name_whatever_their_order(priced) -> None:
    data = houses(seed=1)
    order = (2, 0, 1)
    columns = tuple(COLUMNS[k] for k in order)
    other = Dataset(
        data.inputs[:, order],
        data.targets,
        schema=Schema(columns=columns, target=SCHEMA.target),
        name="houses",
    )
    first, second = (measure_importance(priced, one, repeats=2) for one in (data, other))
    assert first.to_dict() == second.to_dict()


def test_the_same_seed_gives_the_same_figures_and_another_does_not(priced) -> None:
    first, again, other = (
        measure_importance(priced, houses(), repeats=2, seed=seed).to_dict() for seed in (1, 1, 2)
    )
    assert first == again
    assert first["columns"] != other["columns"]


def test_one_repeat_has_no_interval(priced) -> None:
    found = measure_importance(priced, houses(), repeats=1)
    assert found.columns[0].score.interval is None
    assert "-" in cr.render(found.document(), "text")


def test_many_examples_are_sampled_and_it_says_so(monkeypatch) -> None:
    monkeypatch.setattr("chainrule.attribution.importance._WORK", 1000)
    monkeypatch.setattr("chainrule.attribution.importance._FEWEST_ROWS", 50)
    monkeypatch.setattr("chainrule.attribution.importance._ANNOUNCED", 100)
    random, said = np.random.default_rng(0), list[str]()
    data = Dataset(random.standard_normal((2000, 2)), random.integers(0, 2, 2000), name="points")
    network = Network.create([2, 2], "softmax", seed=0)
    found = measure_importance(network, data, report=said.append)
    assert (found.examples, found.of_examples) == (50, 2000)
    assert said == ["Shuffling each of 2 columns 10 times …"]
    assert "On 50 of 2,000 examples of points: accuracy" in cr.render(found.document(), "text")


def test_images_show_where_the_network_looks() -> None:
    random = np.random.default_rng(0)
    pixels = random.integers(0, 256, (40, 3, 4), np.uint8)
    targets = (pixels[:, 1, 2] > 127).astype(np.int64)
    data = Dataset(pixels, targets, scale=1 / 255, name="spots")
    weights = np.zeros((2, 12))
    weights[:, 6] = -9, 9
    network = Network.create([12, 2], "softmax", dtype="float64", biases=False)
    found = measure_importance(network.with_parameters(weights.ravel()), data, repeats=3)
    assert found.ranked[0].name == "input 6 (row 1, column 2)"
    (gallery,) = (b for b in found.document().blocks if isinstance(b, Gallery))
    image = gallery.pictures[0].image
    assert not isinstance(image, bytes)
    assert image.shape == (3, 4)
    assert np.unravel_index(image.argmax(), image.shape) == (1, 2)


def test_targets_that_are_all_alike_have_no_r_squared() -> None:
    data = Dataset([[1.0], [2.0], [4.0]], [[5.0], [5.0], [5.0]])
    found = measure_importance(Network.create([1, 1], "identity"), data, repeats=2)
    assert found.score is None
    assert found.columns[0].score.mean == 0


def test_a_run_is_inspected_with_its_recipe_s_cost(tmp_path) -> None:
    random = np.random.default_rng(0)
    rows = random.standard_normal((60, 2))
    file = tmp_path / "points.csv"
    table = np.column_stack([rows, rows[:, 0] > 0])
    np.savetxt(file, table, delimiter=",", header="a,b,side", comments="", fmt="%.6g")
    cr.Experiment.create(
        str(file),
        epochs=2,
        seed=1,
        engine="reference",
        activation="sigmoid",
        cost="huber",
        huber_threshold=0.1,
    ).train(folder=tmp_path / "run")
    document = inspect_importance(str(tmp_path / "run"), repeats=2)
    assert document.values is not None
    found = document.values()
    assert found["cost_name"] == "huber"
    assert found["cost"] == pytest.approx(cr.open_run(tmp_path / "run").evaluate().cost)


def test_a_data_set_that_is_prepared_is_refused(priced) -> None:
    with pytest.raises(InputError, match="expected a data set as it was loaded"):
        ColumnInputs.open(priced, prepare_dataset(houses(), priced.preprocessing))


def test_arrays_are_taken_by_place_for_a_network_of_a_table() -> None:
    random = np.random.default_rng(0)
    data = Dataset(random.standard_normal((30, 2)) * (1, 100), random.integers(0, 2, 30))
    recipe = cr.Recipe(epochs=1, seed=1, engine="reference", scaling="standard")
    network = cr.train(Network.create([2, 2], "softmax"), data, recipe).network
    assert ColumnInputs.open(network, data).names == ("column 1", "column 2")


@pytest.mark.parametrize(("name", "place"), [("kind", 1), ("2", 2)])
def test_a_column_is_named_or_counted(priced, name, place) -> None:
    assert ColumnInputs.open(priced, houses()).place(name, "figure") == place


def test_an_unknown_column_is_refused_with_the_nearest(priced) -> None:
    with pytest.raises(UnknownNameError) as caught:
        ColumnInputs.open(priced, houses()).place("sise", "figure")
    assert str(caught.value) == (
        "figure: expected a column, got 'sise' (str). Did you mean 'size'? "
        "Valid names: kind, noise, size."
    )


@pytest.mark.parametrize("given", [{"repeats": 0}, {"seed": -1}])
def test_numbers_out_of_range_are_refused(priced, given) -> None:
    with pytest.raises(InputError, match=f"expected {next(iter(given))} to be"):
        measure_importance(priced, houses(), **given)
