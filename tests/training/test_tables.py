"""A network that learns from a table keeps what its columns mean."""

from pathlib import Path

import numpy as np
import pytest

from chainrule import Dataset, Network, Recipe, evaluate, train, verify
from chainrule.data import as_table, count_inputs, prepare_dataset, split
from chainrule.errors import DataError, InputError
from chainrule.schema import Column, Schema, Target
from chainrule.training import fit_preprocessing

COLUMNS = (
    Column(name="size", kind="number", missing=1),
    Column(name="kind", kind="category", categories=("x", "y", "z")),
)
SCHEMA = Schema(columns=COLUMNS, target=Target(names=("price",), kind="numbers"))
RECIPE = Recipe(cost="half_squared_error", epochs=60, batch_size=16, learning_rate=0.01, seed=1)


def _houses(n: int = 240) -> Dataset:
    rng = np.random.default_rng(0)
    rows = np.column_stack([rng.normal(100, 30, n), rng.integers(0, 3, n)])
    prices = 2 * rows[:, :1] + 50 * rows[:, 1:] + 500
    rows[::17, 0] = np.nan
    return Dataset(rows, prices, schema=SCHEMA, name="houses")


HOUSES = _houses()


def _network(dataset: Dataset) -> Network:
    layers = [count_inputs(dataset, "one_hot"), 16, 1]
    return Network.create(layers, "relu", output_activation="identity", seed=2)


def test_answers_are_in_the_targets_own_unit(tmp_path: Path) -> None:
    run = train(_network(HOUSES), HOUSES, RECIPE, folder=tmp_path / "run")
    report = evaluate(run.network, HOUSES)
    assert report.numbers is not None
    assert (report.numbers.outputs[0].r_squared or 0) > 0.8
    saved = Network.load(tmp_path / "run" / "network.safetensors")
    answers = saved.predict(HOUSES.inputs)
    assert answers.tobytes() == run.network.predict(HOUSES.inputs).tobytes()
    errors = np.abs(answers - HOUSES.targets).mean()
    assert errors == pytest.approx(report.numbers.outputs[0].mean_absolute_error)
    assert saved.preprocessing == run.network.preprocessing
    assert saved.schema == SCHEMA
    assert saved.preprocessing is not None
    assert run.certificate["preprocessing_sha256"] == saved.preprocessing.digest
    assert verify(tmp_path / "run", HOUSES).holds


def test_a_data_set_that_is_prepared_is_judged_alike() -> None:
    network = train(_network(HOUSES), HOUSES, RECIPE.replaced(epochs=3)).network
    prepared = prepare_dataset(HOUSES, network.preprocessing)
    assert prepare_dataset(prepared, network.preprocessing) is prepared
    raw, again = evaluate(network, HOUSES).numbers, evaluate(network, prepared).numbers
    assert raw is not None
    assert again is not None
    first, second = raw.outputs[0], again.outputs[0]
    assert first.mean_absolute_error == pytest.approx(second.mean_absolute_error)
    again_trained = train(_network(HOUSES), prepared, RECIPE.replaced(epochs=3)).network
    assert again_trained.digest == network.digest
    assert again_trained.preprocessing == network.preprocessing
    other = train(_network(HOUSES), HOUSES.subset(slice(0, 100)), RECIPE.replaced(epochs=1))
    with pytest.raises(InputError, match="prepared by the steps of this network"):
        evaluate(other.network, prepared)


def test_steps_are_a_function_of_the_training_part_alone() -> None:
    recipe = RECIPE.replaced(validation_fraction=0.25, epochs=1)
    assert recipe.seed is not None
    training, held_out = split(HOUSES, 0.25, recipe.seed, "validation")
    network = train(_network(HOUSES), HOUSES, recipe).network
    assert network.preprocessing == fit_preprocessing(training, recipe)
    assert network.preprocessing != fit_preprocessing(HOUSES, recipe)
    assert len(held_out) == 60


def test_columns_are_matched_by_name() -> None:
    network = train(_network(HOUSES), HOUSES, RECIPE.replaced(epochs=3)).network
    turned = Dataset(
        HOUSES.inputs[:, ::-1],
        HOUSES.targets,
        schema=Schema(columns=COLUMNS[::-1], target=SCHEMA.target),
    )
    due, found = evaluate(network, HOUSES), evaluate(network, turned)
    assert found.numbers is not None
    assert due.numbers is not None
    assert found.numbers.outputs == due.numbers.outputs
    short = Dataset(
        HOUSES.inputs[:, :1],
        HOUSES.targets,
        schema=Schema(columns=COLUMNS[:1], target=SCHEMA.target),
        name="short",
    )
    with pytest.raises(DataError, match=r"^short: .* a table without kind"):
        evaluate(network, short)


def test_arrays_are_scaled_if_the_recipe_names_a_scaling() -> None:
    rng = np.random.default_rng(1)
    plain = Dataset(rng.normal(1000, 5, (90, 2)), rng.integers(0, 2, 90))
    network = Network.create([2, 4, 2], seed=0)
    assert train(network, plain, Recipe(epochs=1, seed=0)).network.preprocessing is None
    scaled = train(network, plain, Recipe(epochs=1, seed=0, scaling="standard")).network
    assert scaled.preprocessing is not None
    assert scaled.schema == as_table(plain).schema
    assert np.abs(scaled.preprocessing.encode(plain.inputs).mean()) < 1e-9
    assert evaluate(scaled, plain).examples == 90


def test_a_network_without_columns_takes_plain_numbers_only() -> None:
    columns = (Column(name="a", kind="number"), Column(name="b", kind="number"))
    target = Target(names=("y",), kind="classes", classes=("0", "1"))
    table = Dataset([[1.0, 2], [3, 4]], [0, 1], schema=Schema(columns=columns, target=target))
    network = Network.create([2, 2], "softmax", seed=0)
    assert evaluate(network, table).examples == 2
    assert prepare_dataset(table, None).schema is None
    with pytest.raises(InputError, match="the column 'size', a number with gaps"):
        evaluate(network, HOUSES)


def test_raw_columns_never_reach_a_network() -> None:
    with pytest.raises(InputError, match="houses: expected inputs of a network"):
        HOUSES.scaled_inputs()
    network = train(_network(HOUSES), HOUSES, RECIPE.replaced(epochs=1)).network
    with pytest.raises(DataError, match="the columns of a table as numbers"):
        network.predict([["big", "x"]])


def test_the_digest_of_a_raw_table_covers_its_meaning() -> None:
    other = Dataset(
        HOUSES.inputs,
        HOUSES.targets,
        schema=Schema(columns=COLUMNS, target=Target(names=("rent",), kind="numbers")),
    )
    assert other.digest != HOUSES.digest
    assert HOUSES.subset(slice(0, 5)).is_raw_table
