from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import chainrule as cr
from chainrule.diagnosis.condition import Condition, Observation
from chainrule.diagnosis.diagnosis import diagnose_evidence
from chainrule.diagnosis.evidence import Evidence
from chainrule.diagnosis.probe import probe_training
from chainrule.documents import render


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    data = cr.Dataset(np.array([[0.0, 1.0], [1.0, 0.0]] * 30), [0, 1] * 30)
    recipe = cr.Recipe(epochs=9, learning_rate=0.1, seed=0)
    return probe_training(cr.Network.create([2, 4, 2], "tanh"), data, recipe)


def _row(name: str = "tall", **more) -> Condition:
    row = Condition(
        name=name,
        title="Tall",
        threshold=3,
        above=True,
        figure="height",
        why="It bends",
        remedy="Cut it",
        measure=lambda evidence: Observation(3.5, "it is 3.5 high"),
    )
    return replace(row, **more)


def test_a_finding_tells_figure_bound_cause_and_remedy(evidence) -> None:
    found = _row().check(evidence)
    assert (found.name, found.title, found.figure, found.threshold) == ("tall", "Tall", 3.5, 3)
    assert (found.what, found.why) == ("it is 3.5 high; the bound is 3", "It bends")
    assert (found.changes, found.remedy) == ({}, "Cut it")


def test_settings_take_the_place_of_the_general_remedy(evidence) -> None:
    sight = Observation(4, "", {"epochs": 2})
    found = _row(measure=lambda e: sight).check(evidence)
    assert (found.changes, found.remedy) == ({"epochs": 2}, "")
    both = _row(measure=lambda e: replace(sight, remedy="Look")).check(evidence)
    assert both.remedy == "Look"


@pytest.mark.parametrize(
    ("figure", "above", "there"),
    [(3.0, True, False), (3.1, True, True), (3.0, False, False), (2.9, False, True)],
)
def test_the_bound_itself_is_allowed(evidence, figure, above, there) -> None:
    row = _row(above=above, measure=lambda e: Observation(figure, ""))
    assert (row.check(evidence) is not None) == there


@pytest.mark.parametrize("figure", [float("nan")])
def test_a_figure_that_is_no_number_is_no_finding(evidence, figure) -> None:
    assert _row(measure=lambda e: Observation(figure, "")).check(evidence) is None


def test_what_does_not_apply_is_no_finding(evidence) -> None:
    assert _row(measure=lambda e: None).check(evidence) is None


def test_what_lacks_something_is_not_judged(evidence) -> None:
    row = _row(needs=lambda e: "there is no ruler")
    found = diagnose_evidence(evidence, [row])
    assert (found.findings, found.unjudged) == ((), {"tall": "there is no ruler"})


def test_what_does_no_harm_is_not_told(evidence) -> None:
    assert not evidence.learns_badly
    row = _row(harmful_only=True)
    assert row.check(evidence) is None
    assert row.check(replace(evidence, diverged="It diverged.")) is not None
    poor = replace(evidence, end=replace(evidence.end, skill=float("nan")))
    assert row.check(poor) is not None


def test_what_a_training_would_have_warned_of_is_told(evidence) -> None:
    """Little skill after an epoch is enough for the conditions that are checked in a training."""
    poor = replace(evidence.history[0], epoch=6, accuracy=0.6)
    end = replace(evidence.end, step=90)
    late = replace(evidence, end=end, history=(*evidence.history[:5], poor))
    assert late.began_badly
    assert not replace(late, under_way=True).began_badly  # it was warned at that epoch
    assert not late.learns_badly
    assert _row(harmful_only=True, cheap=True).check(late) is not None
    assert _row(harmful_only=True).check(late) is None
    early = replace(evidence, end=replace(evidence.end, step=40), history=late.history)
    assert not early.began_badly  # before so many steps every training has learned little
    numbers = replace(poor, accuracy=None)
    assert not replace(late, history=(*evidence.history[:5], numbers)).began_badly
    one_class = cr.Dataset(np.eye(2), [0, 0], class_names=("a", "b"))
    assert not replace(late, training=one_class).began_badly


@pytest.mark.parametrize("optimiser", ["sgd", "adam", "lion"])
def test_every_report_has_the_curvature(optimiser) -> None:
    data = cr.Dataset(np.array([[0.0, 1.0], [1.0, 0.0]] * 30), [0, 1] * 30)
    recipe = cr.Recipe(epochs=2, optimiser=optimiser, learning_rate=0.1, seed=0)
    evidence = probe_training(cr.Network.create([2, 4, 2], "tanh"), data, recipe)
    found = diagnose_evidence(evidence, [])
    start, end = found.to_dict()["curvature"]
    assert (start["step"], end["step"], start["rate"]) == (0, evidence.end.step, 0.1)
    assert start["two_over_lambda_max"] == 2 / start["lambda_max"]
    assert (start["stability_limit"] is None) == (optimiser == "lion")
    assert (start["preconditioned_lambda_max"] is None) == (optimiser != "adam")
    if optimiser == "sgd":
        assert start["stability_limit"] == start["two_over_lambda_max"]
    text = render(found.document(), "text")
    assert text.count("2/λ_max ") == 2
    assert ("stable up to" in text) == (optimiser != "lion")


def test_a_curvature_without_a_largest_value(evidence) -> None:
    flat = replace(evidence.start, lambda_max=-1.0)
    broken = replace(evidence.end, lambda_max=float("nan"))
    found = diagnose_evidence(replace(evidence, start=flat, end=broken), [])
    values = [one["two_over_lambda_max"] for one in found.to_dict()["curvature"]]
    assert values == [None, None]
    assert found.curvature[0].two_over_lambda_max == float("inf")
    assert "not finite at the end" in render(found.document(), "text")


def test_what_is_told_alone(evidence) -> None:
    rows = [_row("first", alone=True), _row("second")]
    assert [f.name for f in diagnose_evidence(evidence, rows).findings] == ["second"]
    assert [f.name for f in diagnose_evidence(evidence, rows[:1]).findings] == ["first"]
