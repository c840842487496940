"""`chainrule rate`: the library's search, with the settings of `train`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import chainrule as cr

FEW = ("--steps", "30", "--seed", "1")


def test_what_the_library_finds(chainrule, flowers) -> None:
    outcome = chainrule("rate", flowers, "--layers", "2,4,2", *FEW, "--json")
    assert (outcome.code, outcome.err) == (0, "")
    found = json.loads(outcome.out)
    data = cr.load_dataset(flowers).train
    network = cr.Network.create([2, 4, 2], seed=1)
    recipe = cr.Recipe(optimiser="adamw", weight_decay=1.0, batch_size=32, seed=1)
    expected = cr.find_learning_rate(network, data, recipe, steps=30)
    assert found["rates"] == pytest.approx(expected.rates)
    assert found["costs"] == pytest.approx(expected.costs)
    assert (found["suggestion"], found["lowest"]) == (expected.suggestion, expected.lowest)


def test_a_table_and_a_suggestion(chainrule, flowers) -> None:
    outcome = chainrule("rate", flowers, "--layers", "2,4,2", *FEW, "--highest", "0.1")
    lines = outcome.out.splitlines()
    assert lines[0] == "Rates"
    assert lines[1].split() == ["rate", "cost,", "smoothed"]
    assert lines[2].split()[0] == "1e-06"
    assert lines[13].split()[0] == "0.1"
    assert lines[-1].startswith("rate     ")
    assert " is suggested: a third of " in lines[-1]


def test_settings_come_from_presets_and_flags(chainrule, flowers) -> None:
    preset = ("--preset", "fast", "--layers", "2,3,2")
    found = json.loads(chainrule("rate", flowers, *preset, *FEW, "--json").out)
    data = cr.load_dataset(flowers).train
    recipe = cr.Recipe(optimiser="adam", batch_size=128, seed=1)
    expected = cr.find_learning_rate(cr.Network.create([2, 3, 2], seed=1), data, recipe, steps=30)
    assert found["costs"] == pytest.approx(expected.costs)


def test_the_curve_is_drawn(chainrule, flowers) -> None:
    outcome = chainrule("rate", flowers, *FEW, "--save", "rates.png")
    assert outcome.out.splitlines()[-1] == "drawn    rates.png"
    assert Path("rates.png").read_bytes().startswith(b"\x89PNG")


def test_a_cost_that_never_sinks(chainrule, line) -> None:
    flags = ("--lowest", "1e5", "--highest", "1e6", "--optimiser", "sgd", "--steps", "10")
    outcome = chainrule("rate", line, "--task", "numbers", *flags)
    assert outcome.code == 0
    assert outcome.out.splitlines()[-1] == (
        "rate     no rate is suggested: the cost never fell; see chainrule diagnose"
    )


def test_rates_the_wrong_way_round(chainrule, flowers) -> None:
    outcome = chainrule("rate", flowers, "--lowest", "1", "--highest", "0.1")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == "rate: expected a highest rate above the lowest, 1, got 0.1.\n"
