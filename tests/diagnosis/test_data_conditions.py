"""Measures of the examples: constant inputs, inputs that tell the target, rare classes."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from chainrule.data import Dataset, prepare_dataset
from chainrule.diagnosis.data_checks import (
    constant_input_fraction,
    few_examples,
    leaking_input,
    unscaled_inputs,
)
from chainrule.diagnosis.example_measures import (
    constant_inputs,
    input_groups,
    single_input_skills,
)
from chainrule.schema import Column, Preprocessing, Schema, Target

RANDOM = np.random.default_rng(0)


def evidence(training: Dataset):
    """All that these measures look at."""
    start = SimpleNamespace(layers=[SimpleNamespace(normalised=False)])
    return SimpleNamespace(training=training, start=start)


def table(n: int = 200) -> Dataset:
    """A table whose category tells the class, encoded for a network."""
    columns = (
        Column(name="size", kind="number"),
        Column(name="kind", kind="category", categories=("x", "y", "z")),
        Column(name="weight", kind="number"),
    )
    schema = Schema(
        columns=columns, target=Target(names=("class",), kind="classes", classes=("a", "b"))
    )
    kind = RANDOM.integers(0, 3, n)
    rows = np.column_stack([RANDOM.standard_normal(n), kind, RANDOM.standard_normal(n)])
    targets = (kind == 1).astype(np.int64)
    data = Dataset(rows, targets, schema=schema, class_names=("a", "b"))
    return prepare_dataset(data, Preprocessing.fit(schema, rows, targets))


def test_constant_inputs_are_counted() -> None:
    data = Dataset([[1.0, 2.0, 0.0], [1.0, 3.0, 0.0]], [0, 1])
    assert constant_inputs(data).tolist() == [True, False, True]
    found = constant_input_fraction(evidence(data))
    assert found is not None
    assert found.figure == pytest.approx(200 / 3)
    assert found.what == "2 of 3 inputs (66.7 %) are the same in every example"


def test_unscaled_inputs_are_standardised_and_grey_values_divided() -> None:
    large = Dataset(1000 * RANDOM.standard_normal((50, 3)), np.arange(50) % 2)
    found = unscaled_inputs(evidence(large))
    assert found is not None
    assert found.changes == {"scaling": "standard"}
    grey = Dataset(RANDOM.integers(0, 256, (50, 8)).astype(float), np.arange(50) % 2)
    found = unscaled_inputs(evidence(grey))
    assert found is not None
    assert found.changes == {"pixels": True}


def test_the_inputs_of_a_category_are_one_group() -> None:
    assert input_groups(table()) == [("size", [0]), ("kind", [1, 2, 3]), ("weight", [4])]
    plain = Dataset(np.zeros((2, 2)), [0, 1])
    assert input_groups(plain) == [("input 0", [0]), ("input 1", [1])]


def test_a_category_that_tells_the_class_leaks() -> None:
    skills = {one.name: one.skill for one in single_input_skills(table())}
    assert skills["kind"] == 1
    assert max(skills["size"], skills["weight"]) < 0.5
    found = leaking_input(evidence(table()))
    assert found is not None
    assert found.figure == 100
    assert found.what == "kind alone predicts the target better than a constant answer by 100 %"
    assert found.remedy == (
        "Find out whether kind is known before the target is; if not, leave it out: --drop kind"
    )


def test_a_number_that_tells_a_number_leaks() -> None:
    x = RANDOM.standard_normal((400, 4))
    data = Dataset(x, 3 * x[:, 2:3] + 1)
    found = leaking_input(evidence(data))
    assert found is not None
    assert found.figure > 99
    assert found.what.startswith("input 2 alone")
    assert found.remedy.endswith("--drop 2")


def test_a_strong_input_with_noise_is_no_leak() -> None:
    x = RANDOM.standard_normal((400, 4))
    data = Dataset(x, x[:, :1] + 0.3 * RANDOM.standard_normal((400, 1)))
    found = leaking_input(evidence(data))
    assert found is not None
    assert found.figure < 99


@pytest.mark.parametrize(
    "data",
    [
        Dataset(np.arange(40.0)[:, None], np.arange(40) // 20),
        Dataset(np.repeat(np.arange(40.0)[:, None], 2, axis=1), np.arange(40) // 20),
        Dataset(np.arange(24.0).reshape(6, 4), np.arange(6) // 3),
        Dataset(np.arange(160).astype(np.uint8).reshape(40, 2, 2), np.arange(40) // 20),
    ],
    ids=["one input", "every input tells", "few examples", "images"],
)
def test_where_a_leak_cannot_be_told_from_an_easy_task(data: Dataset) -> None:
    assert leaking_input(evidence(data)) is None


def test_targets_that_never_change_leak_nowhere() -> None:
    data = Dataset(RANDOM.standard_normal((40, 3)), np.ones((40, 1)))
    assert [one.skill for one in single_input_skills(data)] == [0, 0, 0]


def test_the_rarest_class_is_named() -> None:
    targets = np.repeat([0, 1, 3], [30, 3, 9])
    data = Dataset(np.zeros((42, 1)), targets, class_names=("a", "b", "c", "d"))
    found = few_examples(evidence(data))
    assert found is not None
    assert (found.figure, found.what) == (3, "class 'b' has 3 of 42 training examples")


def test_few_examples_in_all_are_no_rare_class() -> None:
    assert few_examples(evidence(Dataset(np.zeros((4, 1)), [0, 1, 1, 0]))) is None
