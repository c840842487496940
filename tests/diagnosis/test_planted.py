"""Each planted fault is named first, no healthy recipe has any, and what was mended trains."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import numpy as np
import pytest

from chainrule.cli import main
from chainrule.diagnosis.condition_table import CONDITIONS
from chainrule.diagnosis.diagnosis import Diagnosis, diagnose_evidence
from chainrule.experiment.diagnosing import DiagnosisTarget, open_target

RECIPES = Path(__file__).parent / "recipes"
FAULTS = sorted(path.stem for path in (RECIPES / "faults").glob("*.toml"))
HEALTHY = sorted(path.stem for path in (RECIPES / "healthy").glob("*.toml"))
PAPERS = ("four_equations", "matrix_based")

ACCURACY = {
    "bottleneck": 0.8,
    "class_imbalance": 0.93,
    "constant_inputs": 0.8,
    "dead_neurons": 0.72,
    "exploding_gradients": 0.88,
    "few_examples": 0.6,
    "label_noise": 0.75,
    "large_batches": 0.8,
    "large_weights": 0.75,
    "lost_scale": 0.75,
    "overfitting": 0.68,
    "rate_too_high": 0.8,
    "rate_too_high_adam": 0.8,
    "rate_too_high_normalised": 0.8,
    "rate_too_low": 0.8,
    "saturated_neurons": 0.74,
    "symmetric_weights": 0.82,
    "target_leak": 0.8,
    "test_used": 0.95,
    "unscaled_inputs": 0.8,
    "unscaled_inputs_table": 0.8,
    "vanishing_gradients": 0.6,
}
"""What the mended recipe reaches at least on the test part; the digits' faults reach 0.1 to 0.5."""

IN_THE_DATA = ("constant_inputs", "few_examples", "label_noise", "target_leak")
"""Faults that no setting takes out of the data."""


def condition_of(fault: str) -> str:
    return fault.removesuffix("_adam").removesuffix("_normalised").removesuffix("_table")


def case(kind: str, name: str, data: str, steps: int | None = None) -> DiagnosisTarget:
    validation = f"{data}/test.npz" if name == "test_used" else None
    file = str(RECIPES / kind / f"{name}.toml")
    return open_target(file, data, validation=validation, steps=steps)


@functools.cache
def diagnosis(kind: str, name: str, data: str) -> Diagnosis:
    return case(kind, name, data).diagnose()


def test_there_are_enough_of_them() -> None:
    # Too few updates show once all else is right; the mended four-equations has the case.
    planted = {condition_of(fault) for fault in FAULTS}
    assert planted == {condition.name for condition in CONDITIONS} - {"short_run"}
    assert len(HEALTHY) == 7
    assert set(ACCURACY) == set(FAULTS)


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fault_is_named_first(planted, fault) -> None:
    findings = diagnosis("faults", fault, planted(fault)).findings
    assert findings[0].name == condition_of(fault)


@pytest.mark.parametrize("recipe", HEALTHY)
def test_nothing_is_found_where_nothing_is_wrong(planted, recipe) -> None:
    found = diagnosis("healthy", recipe, planted(recipe))
    assert found.findings == ()
    assert found.skill > 0.75


@pytest.mark.parametrize("fault", FAULTS)
def test_the_mended_recipe_trains(planted, fault, tmp_path, capsys) -> None:
    data = planted(fault)
    sick = case("faults", fault, data)
    mended = sick.mend(diagnosis("faults", fault, data))
    # Wrong labels stay wrong; the settings only keep them from being learned by heart.
    left = {finding.name for finding in mended.last.findings}
    assert left == ({fault} if fault in IN_THE_DATA else set())
    file = tmp_path / "mended.toml"
    file.write_text(mended.to_toml())
    capsys.readouterr()
    arguments = ("--config", str(file), "--set", "engine=reference", "--json")
    assert main(["train", data, *arguments]) == 0
    assert json.loads(capsys.readouterr().out)["test"]["accuracy"] >= ACCURACY[fault]


def test_only_what_the_remedy_changes_is_changed(planted) -> None:
    sick = case("faults", "dead_neurons", planted("dead_neurons"))
    first = diagnosis("faults", "dead_neurons", planted("dead_neurons"))
    mended = sick.mend(first)
    assert mended.settings == {**sick.settings, "bias_initialiser": "zeros"}
    assert mended.changes == {"bias_initialiser": "zeros"}


def test_why_four_equations_program_does_not_learn(planted) -> None:
    found = diagnosis("papers", "four_equations", planted("four_equations"))
    assert [finding.name for finding in found.findings] == ["symmetric_weights", "rate_too_low"]
    alike, slow = found.findings
    # The cosine of two rows from [0, 1) is E[u]² / E[u²] = (1/4) / (1/3).
    assert alike.figure == pytest.approx(0.75, abs=0.01)
    assert alike.changes == {"initialiser": "glorot"}
    assert slow.figure < 0.002
    assert found.skill < 0.05


def test_why_matrix_based_first_try_does_not_learn(planted) -> None:
    found = diagnosis("papers", "matrix_based", planted("matrix_based"))
    assert [finding.name for finding in found.findings] == ["large_weights", "saturated_neurons"]
    large, flat = found.findings
    # Weights of deviation 1 where √(2/784) would do.
    assert large.figure == pytest.approx(np.sqrt(784 / 2), rel=0.01)
    assert large.changes == {"initialiser": "glorot", "bias_initialiser": "zeros"}
    assert flat.figure > 60


def test_too_few_updates_are_told_when_all_else_is_right(planted) -> None:
    sick = case("papers", "four_equations", planted("four_equations"))
    mended = {**sick.settings, "initialiser": "glorot", "learning_rate": 0.2}
    (finding,) = diagnose_evidence(sick.try_settings(mended)).findings
    assert (finding.name, finding.figure) == ("short_run", 126)
    assert finding.changes == {"epochs": 10}
