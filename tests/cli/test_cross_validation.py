"""`chainrule train --cross-validate`: folds, means, and a comparison of two settings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

SHORT = ("--epochs", "2", "--seed", "1", "--engine", "reference")


def test_folds_and_means_are_printed_and_nothing_is_saved(chainrule, flowers) -> None:
    outcome = chainrule("train", flowers, *SHORT, "--cross-validate", "4")
    assert (outcome.code, outcome.err) == (0, "")
    lines = outcome.out.splitlines()
    assert lines[0].startswith("data     flowers.csv")
    assert [line[:21] for line in lines if "fold 1 of" in line] == ["fold 1 of 4: accuracy"]
    assert "Means over the folds" in lines
    assert lines[-1] == (
        "saved    nothing; --run DIR also trains on all folds together, and saves that"
    )
    assert [path.name for path in Path().iterdir()] == ["flowers.csv"]


def test_with_run_all_folds_together_are_learned_and_saved(chainrule, flowers) -> None:
    line = ("train", flowers, *SHORT, "--cross-validate", "2", "--run", "run", "--json")
    found = json.loads(chainrule(*line).out)
    assert found["folder"] == "run"
    assert len(found["cross_validation"]["folds"]) == 2
    assert Path("run/network.safetensors").exists()
    plain = json.loads(chainrule("train", flowers, *SHORT, "--json").out)
    assert plain["network_sha256"] == found["network_sha256"]


def test_another_setting_is_compared_on_the_same_folds(chainrule, flowers) -> None:
    line = ("train", flowers, "--epochs", "2", "--engine", "reference", "--cross-validate", "3")
    outcome = chainrule(*line, "--against", "epochs=3", "--against", "learning_rate=0.1")
    assert (outcome.code, outcome.err) == (0, "")
    assert "against  epochs=3, learning_rate=0.1\n" in outcome.out
    assert "First minus second" in outcome.out
    found = json.loads(chainrule(*line, "--against", "epochs=3", "--json").out)
    second = found["comparison"]["second"]
    assert second["seed"] == found["cross_validation"]["seed"]
    assert [fold["epochs"] for fold in second["folds"]] == [3, 3, 3]


def test_an_untrained_network_is_introduced_too(chainrule, flowers) -> None:
    outcome = chainrule("train", flowers, "--epochs", "0", "--cross-validate", "2")
    assert outcome.code == 0
    assert "\ndata     flowers.csv" in f"\n{outcome.out}"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (
            ("--against", "epochs=3"),
            "train: expected --cross-validate to go with --against, got none. Set the number of "
            "folds: --cross-validate 5.",
        ),
        (
            ("--cross-validate", "1"),
            "train: expected --cross-validate to be a whole number at least 2, got 1 (int). "
            "--cross-validate: number of folds of a cross-validation.",
        ),
        (
            ("--cross-validate", "3", "--against", "epochs"),
            "--against: expected name=value, got 'epochs'.",
        ),
        (
            ("--cross-validate", "33"),
            "train: expected at least 33 examples for 33 folds, got 32. Take fewer folds.",
        ),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_printed(
    chainrule, flowers, arguments, text
) -> None:
    outcome = chainrule("train", flowers, *SHORT, *arguments)
    assert (outcome.code, outcome.out, outcome.err) == (2, "", f"{text}\n")


def test_an_interruption_names_the_fold(chainrule, flowers, monkeypatch) -> None:
    def interrupt(*arguments, on_fold=None, **more):
        raise KeyboardInterrupt

    monkeypatch.setattr("chainrule.experiment.experiment.Experiment.cross_validate", interrupt)
    outcome = chainrule("train", flowers, *SHORT, "--cross-validate", "3")
    assert outcome.code == 130
    assert outcome.err == "train: interrupted in fold 1 of 3. No fold was saved.\n"
