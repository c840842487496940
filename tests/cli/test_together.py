"""Answers given together: other runs, snapshots, views; never mixed up with the run's accuracy."""

from __future__ import annotations

import json

import pytest

import chainrule as cr

BARS = ("--layers", "144,6,2", "--epochs", "4", "--learning-rate", "0.01", "--shift", "1")


@pytest.fixture
def kept(chainrule, bars) -> None:
    """Two runs on pictures, one with snapshots."""
    cycles = ("--schedule", "cosine_restarts", "--cycle-epochs", "2", "--snapshots")
    for name, seed, more in (("one", "1", cycles), ("two", "2", ())):
        assert chainrule("train", bars, *BARS, "--seed", seed, "--run", name, *more).code == 0


def test_nobody_asked(chainrule, kept) -> None:
    assert "together" not in json.loads(chainrule("evaluate", "one", "--json").out)
    assert "Together" not in chainrule("evaluate", "one").out


def test_two_runs_together(chainrule, kept, bars) -> None:
    found = json.loads(chainrule("evaluate", "one", "--with", "two", "--json").out)
    pair = [cr.Network.load(f"{name}/network.safetensors") for name in ("one", "two")]
    expected = cr.vote(pair, cr.load_dataset(bars).test)
    assert found["together"] == json.loads(json.dumps(expected.to_dict()))
    assert found["accuracy"] == expected.alone[0]
    lines = chainrule("evaluate", "one", "--with", "two").out.splitlines()
    place = lines.index("Together")
    assert lines[place + 1].split() == ["networks", "2"]
    assert lines[place + 2].split() == ["views", "of", "each", "example", "1"]
    assert lines[place + 5].strip() == "This is not the accuracy of the run."


def test_views_are_distorted_as_the_runs_recipe_says(chainrule, kept) -> None:
    found = json.loads(chainrule("evaluate", "one", "--views", "3", "--json").out)["together"]
    assert (found["networks"], found["views"], found["examples"]) == (1, 3, 8)


def test_snapshots_are_the_cycles_ends(chainrule, kept) -> None:
    found = json.loads(chainrule("evaluate", "one", "--snapshots", "--json").out)["together"]
    assert found["networks"] == 3
    last = cr.Network.load("one/snapshots/epoch-000004.safetensors")
    assert last.digest == cr.Network.load("one/network.safetensors").digest


def test_a_run_without_snapshots(chainrule, kept) -> None:
    outcome = chainrule("evaluate", "two", "--snapshots")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        "two: expected a run with snapshots, got one without. "
        "Train with --schedule cosine_restarts and --snapshots.\n"
    )


def test_views_of_a_run_that_distorts_nothing(chainrule, flowers) -> None:
    assert chainrule("train", flowers, "--epochs", "1", "--run", "plain").code == 0
    outcome = chainrule("evaluate", "plain", "--views", "2")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        "evaluate: expected distortions for the views, got none. "
        "Set some, such as shift and rotation, or leave views out.\n"
    )
