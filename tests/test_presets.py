"""Recipes by name: what they hold trains."""

from __future__ import annotations

import dataclasses

import pytest

import chainrule as cr
from chainrule.presets import preset, preset_names
from chainrule.recipe import Recipe


@pytest.mark.parametrize("name", preset_names())
def test_each_is_a_network_and_a_recipe(name) -> None:
    settings = preset(name)
    layers, activation = settings.pop("layers"), settings.pop("activation")
    assert cr.Network.create(layers, activation).architecture.layers == tuple(layers)
    assert set(settings) <= {field.name for field in dataclasses.fields(Recipe)}
    assert Recipe.from_dict(settings).batch_size == settings["batch_size"]


def test_a_name_that_is_none() -> None:
    with pytest.raises(cr.InputError) as caught:
        preset("fats")
    assert str(caught.value) == (
        "preset: expected a preset, got 'fats' (str). Did you mean 'fast'? The names are: fast."
    )


def test_fast_is_what_the_benchmark_trains() -> None:
    from chainrule.bench.to_98 import RECIPES

    case, settings = RECIPES["chainrule"], preset("fast")
    assert tuple(settings["layers"]) == case.layers
    for name in ("batch_size", "optimiser", "learning_rate", "schedule", "epochs"):
        assert settings[name] == getattr(case, name)
