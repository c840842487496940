"""Tables as data sets: rows split first, schemas learned from the training rows, remarks."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn import datasets

import chainrule as cr
from chainrule.data import load_dataset, read_table
from chainrule.errors import ChainruleError, DataError
from chainrule.schema import LeftOut

_RANDOM = np.random.default_rng(5)


def _iris(count: int = 150) -> pd.DataFrame:
    iris = datasets.load_iris()
    names = ["sepal_length", "sepal_width", "petal_length", "petal_width"]
    frame = pd.DataFrame(iris.data, columns=names)
    frame["species"] = iris.target_names[iris.target]
    return frame.sample(count, random_state=1).reset_index(drop=True)


def _people(count: int = 400) -> pd.DataFrame:
    random = np.random.default_rng(5)
    sex = random.choice(["f", "m"], count)
    return pd.DataFrame(
        {
            "id": np.arange(1, count + 1),
            "name": [f"Ward, Miss A{k}" for k in range(count)],
            "sex": sex,
            "age": random.choice(["", *map(str, range(1, 81))], count),
            "port": random.choice(["S", "C", "Q", ""], count),
            "fare": random.exponential(30, count).round(2),
            "sailed": [f"19{10 + k % 5}-0{1 + k % 9}-1{k % 10}" for k in range(count)],
            "survived": ((sex == "f") ^ (random.random(count) < 0.2)).astype(int),
        }
    )


@pytest.fixture
def csv(tmp_path: Path):
    def save(frame: pd.DataFrame, name: str = "t.csv", **options: Any) -> Path:
        frame.to_csv(tmp_path / name, **{"index": False, **options})
        return tmp_path / name

    return save


@pytest.fixture
def text(tmp_path: Path):
    def save(content: str, name: str = "t.csv") -> Path:
        (tmp_path / name).write_text(content)
        return tmp_path / name

    return save


def _refusal(*arguments: Any, **options: Any) -> str:
    with pytest.raises(ChainruleError) as refused:
        load_dataset(*arguments, **options)
    return str(refused.value).partition("t.csv")[2]


def test_inputs_are_the_columns_and_the_schema_says_what_they_are(csv) -> None:
    pair = load_dataset(csv(_people()), target="survived")
    schema = pair.train.schema
    assert pair.test.schema is schema
    assert schema.names == ("sex", "age", "port", "fare", "sailed")
    assert [one.kind for one in schema.columns] == [
        *("category", "number", "category", "number", "date")
    ]
    assert schema.left_out == (
        LeftOut(name="id", reason="identifier", place=0),
        LeftOut(name="name", reason="identifier", place=1),
    )
    assert schema.target.classes == ("0", "1")
    assert (len(pair.train), len(pair.test), pair.train.is_raw_table) == (320, 80, True)
    assert pair.remarks == (
        "The target is survived: 2 classes in 400 rows.",
        "Left out as they tell rows apart: id, name.",
    )
    assert pair.test.name == "t.csv (0.2 held out of 400, seed 0)"


def test_the_schema_is_learned_from_the_training_rows_alone(csv) -> None:
    frame = pd.DataFrame({"x": np.arange(100) % 13 + 0.5, "y": ["a", "b"] * 50})
    pair = load_dataset(csv(frame))
    held = np.setdiff1d(np.arange(100), [])
    rows = pair.train.inputs[:, 0]
    assert pair.train.schema.columns[0].high == rows.max()
    frame.loc[:, "x"] = np.where(np.isin(frame["x"], rows), frame["x"], 99.5)
    assert len(held) == 100
    odd = _iris()
    held_out = load_dataset(csv(odd)).test.inputs
    place = int(np.flatnonzero((odd.iloc[:, :4] == held_out[0]).all(axis=1))[0])
    odd.loc[place, "petal_width"] = 77.0
    again = load_dataset(csv(odd))
    assert again.train.schema.columns[3].high < 3
    assert again.test.inputs.max() == 77


def test_categories_of_the_held_out_rows_alone_are_missing_and_said(csv) -> None:
    frame = pd.DataFrame({"x": ["a", "b"] * 50, "z": [1.5, 2, 3, 4] * 25, "y": ["u", "v"] * 50})
    held = load_dataset(csv(frame)).test
    place = next(k for k in range(100) if (frame["z"][k] == held.inputs[0, 1]))
    for k in range(100):  # the row of the test part that is changed changes no other
        changed = frame.copy()
        changed.loc[k, "x"] = "rare"
        pair = load_dataset(csv(changed))
        if "rare" not in pair.train.schema.columns[0].categories:
            break
    assert place >= 0
    assert np.isnan(pair.test.inputs[:, 0]).sum() == 1
    assert pair.remarks[-1] == (
        "x: 1 cells hold categories that the training data did not have (rare); "
        "they count as missing."
    )


def test_a_cell_of_the_held_out_rows_that_cannot_be_read_is_refused(csv) -> None:
    frame = pd.DataFrame({"x": [str(k % 9) for k in range(100)], "y": ["u", "v"] * 50})
    for k in range(100):
        changed = frame.copy()
        changed.loc[k, "x"] = "tall"
        with pytest.raises(DataError) as refused:
            load_dataset(csv(changed))
        found = str(refused.value).partition("t.csv, ")[2]
        assert found.startswith(f"line {k + 2}, column 0 ('x'): expected a number, got 'tall'.")
        if "drop" not in found:
            break


def test_two_tables_share_the_schema_of_the_first(csv, tmp_path) -> None:
    iris = _iris()
    csv(iris[:100], "train.csv")
    csv(iris[100:].iloc[:, ::-1].assign(extra=1), "test.csv")
    pair = load_dataset(tmp_path)
    assert (len(pair.train), len(pair.test)) == (100, 50)
    np.testing.assert_array_equal(pair.test.inputs, iris.iloc[100:, :4].to_numpy())
    assert pair.remarks[-1] == "Columns that the network does not know were ignored: extra."
    csv(iris[100:].drop(columns="species"), "test.csv")
    with pytest.raises(DataError, match=r"expected the target column species, got a table without"):
        load_dataset(tmp_path)
    csv(iris[100:].assign(species="rose"), "test.csv")
    with pytest.raises(
        DataError, match=r"expected one of the classes setosa, versicolor, virginica"
    ):
        load_dataset(tmp_path)
    csv(iris[100:].assign(species=""), "test.csv")
    with pytest.raises(DataError, match="expected rows with a label, got none"):
        load_dataset(tmp_path)


def test_a_table_and_arrays_are_no_two_parts(csv, tmp_path) -> None:
    csv(_iris(), "train.csv")
    np.savez(tmp_path / "test.npz", x=np.ones((4, 4)), y=[0, 1, 0, 1])
    with pytest.raises(DataError, match="expected two tables, or none, got a table and arrays"):
        load_dataset(tmp_path)


def test_a_table_is_read_with_the_schema_of_a_network(csv) -> None:
    iris = _iris()
    schema = load_dataset(csv(iris)).train.schema
    some = iris[iris.species != "setosa"].iloc[:, ::-1]
    pair = load_dataset(csv(some, "some.csv"), schema=schema)
    assert pair.train.class_names == ("setosa", "versicolor", "virginica")
    assert pair.train.schema is schema
    assert len(pair.train) + len(pair.test) == 100
    csv(iris[:30], "train.csv")
    csv(iris[30:50].iloc[:, ::-1], "test.csv")
    pair = load_dataset(Path(csv(iris, "train.csv")).parent, schema=schema)
    assert (len(pair.train), len(pair.test), pair.test.schema) == (150, 20, schema)


@pytest.fixture
def stored(tmp_path):
    """Save a frame in every storage; return what `load_dataset` takes for each."""

    def save(frame: pd.DataFrame) -> dict[str, Any]:
        frame.to_csv(tmp_path / "a.csv", index=False)
        frame.to_csv(tmp_path / "b.tsv", index=False, sep="\t")
        frame.to_parquet(tmp_path / "c.parquet")
        frame.to_feather(tmp_path / "d.feather")
        frame.to_excel(tmp_path / "e.xlsx", index=False)
        with sqlite3.connect(tmp_path / "f.db") as connection:
            frame.to_sql("rows", connection, index=False)
            frame[:1].to_sql("other", connection, index=False)
        connection.close()
        names = [*"abcde"]
        files = {p.suffix: p for p in tmp_path.iterdir() if p.name[0] in names}
        return {**files, "sql": f"{tmp_path / 'f.db'}::rows", "frame": frame}

    return save


def test_every_storage_gives_the_same_numbers(stored) -> None:
    frame = _people()
    frame["age"] = pd.to_numeric(frame["age"])
    frame["port"] = frame["port"].replace("", None)
    frame["alone"] = np.arange(400) % 3 == 0
    frame = frame[[*frame.columns.drop("survived"), "survived"]]
    sources = stored(frame)
    database = sources.pop("sql")  # it has no truths, and dates as texts
    pairs = {name: load_dataset(source) for name, source in sources.items()}
    due = pairs.pop(".csv")
    pairs["sql"] = load_dataset(database, schema=due.train.schema)
    assert due.train.schema.columns[-1].categories == ("False", "True")
    for name, pair in pairs.items():
        assert pair.train.inputs.tobytes() == due.train.inputs.tobytes(), name
        assert pair.train.targets.tobytes() == due.train.targets.tobytes(), name
        assert pair.train.class_names == due.train.class_names


def test_named_arrays_are_a_table(tmp_path) -> None:
    wine = datasets.load_wine()
    values = {"data": wine.data, "target": wine.target, "feature_names": wine.feature_names}
    np.savez(tmp_path / "w.npz", **values, target_names=wine.target_names)
    pair = load_dataset(tmp_path / "w.npz")
    assert pair.train.schema.names == tuple(wine.feature_names)
    assert pair.train.class_names == ("class_0", "class_1", "class_2")
    one_hot = np.eye(3)[wine.target]
    np.savez(
        tmp_path / "o.npz", x_train=wine.data, y_train=one_hot, x_test=wine.data[:5],
        y_test=one_hot[:5], columns=wine.feature_names,
    )  # fmt: skip
    pair = load_dataset(tmp_path / "o.npz")
    assert (len(pair.test), pair.train.class_names) == (5, ("0", "1", "2"))
    assert read_table(tmp_path / "o.npz").names == (*wine.feature_names, "target")
    np.savez(tmp_path / "w.npz", **{**values, "target": wine.target + 1}, target_names=["a", "b"])
    with pytest.raises(DataError, match="expected class numbers from 0 to 1, as target_names has"):
        load_dataset(tmp_path / "w.npz")
    np.savez(tmp_path / "w.npz", **{**values, "feature_names": ["x"]})
    assert load_dataset(tmp_path / "w.npz").train.schema is None


def test_tables_are_read_as_they_stand(csv, tmp_path) -> None:
    table = read_table(csv(_iris()))
    assert (len(table), table.names[-1]) == (150, "species")
    assert read_table(_iris()).names == table.names
    np.savez(tmp_path / "plain.npz", x=np.ones((4, 2)), y=[0, 1, 0, 1])
    with pytest.raises(DataError, match="a table with rows and columns, got arrays or images"):
        read_table(tmp_path / "plain.npz")


def test_kaggles_digits_are_images(tmp_path) -> None:
    grey = _RANDOM.integers(0, 256, (40, 64))
    grey[:, -1] = 0
    frame = pd.DataFrame(grey, columns=[f"pixel{k}" for k in range(64)])
    frame.insert(0, "label", np.arange(40) % 4)
    frame.to_csv(tmp_path / "t.csv", index=False)
    assert _refusal(tmp_path / "t.csv") == (
        ": The target column pixel63 has one class. Name the label: target='label'."
    )
    pair = load_dataset(tmp_path / "t.csv", target="label")
    assert (pair.train.inputs.dtype, pair.train.shape) == (np.uint8, (8, 8))
    assert pair.remarks[:2] == (
        "The target is label: 4 classes in 40 rows.",
        "The 64 columns beside label are whole numbers from 0 to 255: they were read as the grey "
        "values of square images.",
    )
    plain = load_dataset(tmp_path / "t.csv", target="label", pixels=False)
    assert plain.train.inputs.dtype == np.float64
    folder = tmp_path / "parts"
    folder.mkdir()
    frame.to_csv(folder / "train.csv", index=False)
    frame[:8].iloc[:, ::-1].to_csv(folder / "test.csv", index=False)
    both = load_dataset(folder, target="label")
    np.testing.assert_array_equal(both.test.inputs, both.train.inputs[:8])
    unnamed = frame[["label", *frame.columns[1:]]]
    unnamed.to_csv(folder / "train.csv", index=False, header=False)
    unnamed[:8].to_csv(folder / "test.csv", index=False, header=False)
    both = load_dataset(folder, target=0, pixels=True)
    np.testing.assert_array_equal(both.test.inputs, both.train.inputs[:8])


def test_number_targets_and_remarks(csv) -> None:
    diabetes = datasets.load_diabetes(scaled=False)
    frame = pd.DataFrame(diabetes.data, columns=diabetes.feature_names)
    frame["progression"] = diabetes.target
    pair = load_dataset(csv(frame))
    assert not pair.train.classifies
    assert pair.remarks == (
        "The target is progression: 214 different numbers in 442 rows, so it is learned as a "
        "number.",
    )


@pytest.mark.parametrize(
    ("load", "least"),
    [(datasets.load_wine, 0.95), (datasets.load_breast_cancer, 0.95)],
)
def test_well_known_tables_are_learned_with_no_setting(csv, load, least) -> None:
    found = load()
    frame = pd.DataFrame(found.data, columns=found.feature_names).assign(kind=found.target)
    made = cr.Experiment.create(str(csv(frame)), seed=1, engine="reference")
    assert made.train().test.classes.accuracy >= least


def test_grey_values_that_make_no_square_are_rows(text) -> None:
    path = text("a,b,kind\n" + "0,255,u\n9,7,v\n" * 5)
    train = load_dataset(path, pixels=True).train
    assert (train.inputs.dtype, train.shape, train.schema) == (np.uint8, (2,), None)
