from __future__ import annotations

import dataclasses

import pytest

from chainrule.errors import InputError
from chainrule.network.architecture import Architecture
from chainrule.recipe import Recipe
from chainrule.settings import (
    data_settings,
    parse_assignments,
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
    assert names - {"activation", "output_activation"} == fields - {"activations", "output_given"}


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
        "task",
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


def test_an_assignment_may_hold_another_sign() -> None:
    assert parse_assignments(["target=a=b"]) == {"target": "a=b"}
    with pytest.raises(InputError, match="--set: expected name=value, got 'epochs 3'"):
        parse_assignments(["epochs 3"])
