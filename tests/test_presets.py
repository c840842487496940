"""Recipes by name: what they hold trains."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from statistics import median

import pytest

import chainrule as cr
from chainrule.network.architecture import Architecture
from chainrule.presets import preset, preset_description, preset_names, preset_results
from chainrule.recipe import Recipe
from chainrule.settings import training_settings

NETWORK = {"layers", "activation", "output_activation"}


@pytest.mark.parametrize("name", preset_names())
def test_each_is_a_network_and_a_recipe(name) -> None:
    settings = preset(name)
    described = {field.name for field in dataclasses.fields(Architecture)}
    recipe = {k: v for k, v in settings.items() if k not in NETWORK | described}
    assert set(recipe) <= {field.name for field in dataclasses.fields(Recipe)}
    assert Recipe.from_dict(recipe).batch_size == settings["batch_size"]
    network = cr.Network.create(
        settings["layers"],
        settings["activation"],
        output_activation=settings.get("output_activation"),
        **{k: v for k, v in settings.items() if k in described - NETWORK},
    )
    assert network.architecture.layers == tuple(settings["layers"])


@pytest.mark.parametrize("name", preset_names())
def test_each_setting_can_be_set_by_a_flag(name) -> None:
    settings = training_settings()
    for key, value in preset(name).items():
        settings[key].check("preset", key, value)
    assert "about" not in preset(name)
    about = preset_description(name)
    assert about
    assert not about.endswith(".")


def test_the_papers_networks_have_presets() -> None:
    papers = {"investigation", "approximator", "four-equations", "matrix-based"}
    assert papers | {"fast", "balanced", "best", "utmost", "small"} == set(preset_names())


def test_figures_are_those_of_the_page() -> None:
    page = (Path(__file__).parents[1] / "docs" / "recipes.md").read_text(encoding="utf-8")
    for name in preset_names():
        figures = preset_results(name)
        row = next(line for line in page.splitlines() if line.startswith(f"| {name} |"))
        if not figures:
            assert "not measured" in row
            continue
        assert f"{median(figures['accuracies']):.2%} (" in row
        assert f"| {figures['parameters']:,} |" in row


@pytest.mark.parametrize("ask", [preset, preset_description])
def test_a_name_that_is_none(ask) -> None:
    with pytest.raises(cr.InputError) as caught:
        ask("fats")
    assert str(caught.value) == (
        "preset: expected a preset, got 'fats' (str). Did you mean 'fast'? Valid names: "
        "approximator, balanced, best, fast, four-equations, investigation, matrix-based, small, "
        "utmost."
    )


def test_fast_is_what_the_benchmark_trains() -> None:
    from comparison.to_98 import RECIPES

    case, settings = RECIPES["chainrule"], preset("fast")
    assert tuple(settings["layers"]) == case.layers
    for name in ("batch_size", "optimiser", "learning_rate", "schedule", "epochs"):
        assert settings[name] == getattr(case, name)


def test_presets_are_listed(capsys) -> None:
    from chainrule.cli import main

    assert main(["train", "--list-presets"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Presets"
    listed = [line.split()[0] for line in lines[2:-1]]
    assert listed == preset_names()
    assert "784-128-10" in next(line for line in lines if line.startswith("  fast"))
    place = lines[1].index("about")  # which reads from the left
    assert all(line[place - 2 : place] == "  " and line[place] != " " for line in lines[2:-1])
