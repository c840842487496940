from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from chainrule.diagnosis.condition import Finding
from chainrule.diagnosis.diagnosis import Diagnosis
from chainrule.diagnosis.remedies import ROUNDS, mend, settings_text


def _diagnosis(*changes: Mapping[str, Any]) -> Diagnosis:
    findings = tuple(
        Finding(f"n{i}", "t", 1.0, 0.0, "what", "why", change, "")
        for i, change in enumerate(changes)
    )
    return Diagnosis(findings, {}, 1, 1, 2.0, 1.0, 0.5)


def test_the_root_cause_is_mended_and_the_recipe_tried_again() -> None:
    tried: list[dict[str, Any]] = []

    def examine(settings: Mapping[str, Any]) -> Diagnosis:
        tried.append(dict(settings))
        return _diagnosis()

    mended = mend({"epochs": 1}, _diagnosis({"a": 1}, {"b": 2}), examine)
    assert tried == [{"epochs": 1, "a": 1}]
    assert mended.settings == {"epochs": 1, "a": 1}
    assert [t.finding.name for t in mended.remedies] == ["n0"]
    assert (mended.changes, mended.last.findings) == ({"a": 1}, ())


def test_what_no_setting_mends_is_passed_over() -> None:
    mended = mend({"a": 1}, _diagnosis({}, {"a": 1}, {"a": 1, "b": 2}), lambda s: _diagnosis({}))
    assert mended.changes == {"b": 2}
    assert len(mended.last.findings) == 1


def test_layers_take_the_place_of_hidden_ones() -> None:
    mended = mend({"hidden": [1]}, _diagnosis({"layers": [2, 8, 3]}), lambda s: _diagnosis())
    assert mended.settings == {"layers": [2, 8, 3]}


def test_nothing_to_mend() -> None:
    mended = mend({"a": 1}, _diagnosis(), lambda s: pytest.fail("no trial is needed"))
    assert (mended.settings, mended.remedies) == ({"a": 1}, ())


def test_a_recipe_that_swings_is_given_up() -> None:
    calls = iter(range(100))
    mended = mend({}, _diagnosis({"rate": -1}), lambda s: _diagnosis({"rate": next(calls)}))
    assert len(mended.remedies) == ROUNDS


def test_text_that_is_no_ascii() -> None:
    assert settings_text({"target": "Größe", "x": 0.5}) == 'target = "Größe"\nx = 0.5\n'
