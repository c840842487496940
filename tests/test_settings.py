from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from chainrule.data import Dataset
from chainrule.errors import DataError, InputError
from chainrule.network.architecture import Architecture
from chainrule.recipe import Recipe
from chainrule.schema import Column, Schema, Target
from chainrule.settings import (
    build_recipe,
    data_settings,
    fill_defaults,
    parse_assignments,
    read_settings,
    select_settings,
    training_settings,
)

SETTINGS = training_settings()


def test_every_field_of_a_recipe_can_be_set() -> None:
    names = {name for name, setting in SETTINGS.items() if setting.owner == "recipe"}
    assert names == {field.name for field in dataclasses.fields(Recipe)}


def test_every_field_of_an_architecture_can_be_set() -> None:
    names = {n for n, s in SETTINGS.items() if s.owner == "network"}
    fields = {field.name for field in dataclasses.fields(Architecture)}
    assert names - {"activation", "output_activation", "hidden"} == fields - {
        "activations",
        "output_given",
    }


def test_every_default_is_the_recipes() -> None:
    for name, value in Recipe().to_dict().items():
        assert SETTINGS[name].default == value


def test_the_groups_come_one_after_another() -> None:
    groups = [setting.limit.group for setting in SETTINGS.values()]
    headings = list(dict.fromkeys(groups))
    assert headings == [
        "network",
        "objective",
        "update",
        "regularisation",
        "augmentation",
        "schedule",
        "run",
        "stopping",
        "preprocessing",
        "data",
    ]
    assert groups == sorted(groups, key=headings.index)


def test_settings_of_data() -> None:
    assert list(data_settings()) == [
        "target",
        *("drop", "category", "number", "date", "missing"),
        "task",
        "table",
        "header",
        "delimiter",
        "pixels",
        "test_fraction",
    ]


def test_assignments() -> None:
    texts = ["learning-rate=0.1", "layers = 2,3", "cost=huber", "cost=absolute_error"]
    found = parse_assignments(texts)
    assert found == {"learning_rate": 0.1, "layers": [2, 3], "cost": "absolute_error"}
    assert select_settings("network", found) == {"layers": [2, 3]}


def test_class_weights_are_numbers_or_the_word_balanced() -> None:
    weights = training_settings()["class_weights"]
    assert weights.parse("train", "--class-weights", " balanced") == "balanced"
    assert weights.parse("train", "--class-weights", "1, 2.5") == [1.0, 2.5]
    assert weights.check("a file", "class_weights", "balanced") == "balanced"
    with pytest.raises(InputError, match="got 'equal'"):
        weights.parse("train", "--class-weights", "equal")
    assert build_recipe({"class_weights": "balanced"}).class_weights == "balanced"


def test_an_assignment_may_hold_another_sign() -> None:
    assert parse_assignments(["target=a=b"]) == {"target": "a=b"}
    with pytest.raises(InputError, match="--set: expected name=value, got 'epochs 3'"):
        parse_assignments(["epochs 3"])


def _table(examples: int) -> Dataset:
    columns = (
        Column(name="size", kind="number"),
        Column(name="kind", kind="category", categories=("x", "y", "z")),
    )
    target = Target(names=("y",), kind="classes", classes=("a", "b"))
    rows = np.zeros((examples, 2))
    return Dataset(rows, np.arange(examples) % 2, schema=Schema(columns=columns, target=target))


def test_a_table_decides_how_long_it_is_learned() -> None:
    small, large = fill_defaults({}, _table(100)), fill_defaults({}, _table(50_000))
    assert small["layers"] == large["layers"] == [4, 128, 2]
    assert (small["batch_size"], small["epochs"], small["weight_decay"]) == (32, 200, 1.0)
    assert (large["batch_size"], large["epochs"], large["weight_decay"]) == (128, 20, 0.02)
    assert small["optimiser"] == "adamw"
    given = fill_defaults({"optimiser": "sgd", "epochs": 3, "batch_size": 10}, _table(100))
    assert (given["optimiser"], given["epochs"], given["batch_size"]) == ("sgd", 3, 10)
    assert "weight_decay" not in given


def test_hidden_layers_stand_between_those_that_the_data_give() -> None:
    filled = fill_defaults({"hidden": [16, 8]}, _table(10))
    assert filled["layers"] == [4, 16, 8, 2]
    assert "hidden" not in filled
    with pytest.raises(InputError, match="expected either layers or hidden, got both"):
        fill_defaults({"hidden": [16], "layers": [4, 2]}, _table(10))


def test_a_whole_recipe_from_before_scaling_scales_nothing(tmp_path: Path) -> None:
    text = Recipe(seed=1).to_toml()
    old = "".join(
        line + "\n"
        for line in text.splitlines()
        if line.split(" = ")[0] not in ("scaling", "target_scaling", "encoding", "imputation")
    )
    (tmp_path / "old.toml").write_text(old)
    (tmp_path / "short.toml").write_text("epochs = 3\n")
    assert read_settings(str(tmp_path / "old.toml"))["scaling"] == "none"
    assert read_settings(str(tmp_path / "short.toml")) == {"epochs": 3}


def test_examples_of_one_class_teach_nothing() -> None:
    alone = Dataset(np.ones((4, 2)), np.zeros(4, int), class_names=("images",), name="photos")
    with pytest.raises(DataError) as caught:
        fill_defaults({"cost": "binary_cross_entropy"}, alone)
    assert str(caught.value).startswith(
        "photos: expected examples of two classes or more, got one class, images. Name the label"
    )
