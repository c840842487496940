from __future__ import annotations

import io
import time
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console as RichConsole
from rich.live import Live

from chainrule.cli import study_progress
from chainrule.cli.console import Console
from chainrule.cli.study_progress import StudyView
from chainrule.study.saved_study import SavedStudy
from chainrule.study.scheduler import FinishedTrial
from chainrule.study.seals import result_seal
from chainrule.study.spec import parse_study
from chainrule.study.stored_study import StoredStudy
from chainrule.study.study_storage import open_store
from chainrule.study.toml_source import StudySource
from chainrule.study.trial import Outcome
from chainrule.study.trial_queue import TrialClaim, TrialQueue


def study(folder: Any) -> SavedStudy:
    """A study of four configurations of which none is computed."""
    space = {"batch_size": [1, 2, 3, 4]}
    table = {"data": "mnist", "search": "grid", "network": {"layers": [4, 2]}, "space": space}
    spec = parse_study(StudySource("view", table), "view")
    store = open_store(str(folder / "j"), create=True)
    return SavedStudy(
        StoredStudy(store, store.create_study("view", higher_is_better=True), spec, "", 4)
    )


def ended(size: int, value: float | None, how: str = "complete") -> FinishedTrial:
    claim = TrialClaim(size, size, {"batch_size": size}, 1 + (size == 2))
    return FinishedTrial(claim, Outcome(size, how, value, {}))


def test_the_best_and_the_time_left(tmp_path) -> None:
    now = SimpleNamespace(seconds=0.0)
    screen = io.StringIO()
    rich = RichConsole(file=screen, force_terminal=True, width=70)
    with Live(console=rich, auto_refresh=False) as live:
        view = StudyView(Console(), live, lambda: now.seconds)
        view.on_begin(study(tmp_path))
        now.seconds = 10.0
        view.on_trial(ended(1, 0.5))
        assert view.status() == "1/4  30.0 s left"
        now.seconds = 20.0
        view.on_trial(ended(2, 0.75))
        view.on_trial(ended(3, None, "diverged"))
        assert view.table().rows == (("batch_size=2", "75.00 %"), ("batch_size=1", "50.00 %"))
        now.seconds = 30.0
        view.on_trial(ended(4, 0.25))
        assert view.status() == "4/4"
    assert "batch_size=2" in screen.getvalue()
    assert "4/4" in screen.getvalue()


def test_lines_where_there_is_no_terminal(tmp_path, capsys) -> None:
    view = StudyView(Console(), None, lambda: 0.0)
    view.on_begin(study(tmp_path))
    view.on_trial(ended(2, 0.75))
    view.on_trial(ended(3, 0.5, "pruned"))
    assert capsys.readouterr().out.splitlines() == [
        f"study    view, grid, in {tmp_path / 'j'}",
        "trials   4 configurations, 4 to compute",
        "        1/4     75.00 %  batch_size=2 attempt 2",
        "        2/4      pruned  batch_size=3",
    ]


def test_trials_under_way_count(tmp_path) -> None:
    now = SimpleNamespace(seconds=0.0)
    screen = io.StringIO()
    rich = RichConsole(file=screen, force_terminal=True, width=70)
    with Live(console=rich, auto_refresh=False) as live:
        view = StudyView(Console(), live, lambda: now.seconds)
        view.refresh()  # before the study has begun
        assert "/" not in screen.getvalue()
        small = study(tmp_path)
        view.on_begin(small)
        queue = TrialQueue(small.stored, spread_out=False)
        claims = [queue.next(), queue.next()]
        for claim, share in zip(claims, (0.5, 0.25), strict=True):
            assert claim is not None
            small.stored.store.set_trial_attribute(claim.trial, "progress", share)
        now.seconds = 30.0
        view.refresh()
        assert view.status() == "0/4  2 under way  2 min 10 s left"
        view.on_trial(ended(1, 0.5))
        assert view.status() == "1/4  1 under way  1 min 06 s left"
        assert "0/4" in screen.getvalue()


def test_trials_of_other_processes_count(tmp_path) -> None:
    view, small = StudyView(Console(), None, lambda: 0.0), study(tmp_path)
    view.on_begin(small)
    queue = TrialQueue(small.stored, spread_out=False)
    for _ in range(2):
        claim = queue.next()
        assert claim is not None
        store = small.stored.store
        record = {"runs": []}
        seal = result_seal(store.trial(claim.trial), "COMPLETE", 0.5, record)
        assert store.set_trial_attribute(claim.trial, "result", {**record, "seal": seal})
        assert store.end_trial(claim.trial, "COMPLETE", 0.5)
    view.refresh()
    assert (view.ended, view.computed) == (2, 0)


def test_a_space_with_less_than_was_asked_for(tmp_path, capsys) -> None:
    small = study(tmp_path)
    spec = small.spec.replaced(budget={"trials": 9})
    StudyView(Console(), None).on_begin(SavedStudy(replace(small.stored, spec=spec)))
    assert capsys.readouterr().out.splitlines()[-1] == (
        "trials   4 configurations, 4 to compute; 9 were asked for, but the space has no more"
    )


def test_the_view_looks_at_the_storage_by_itself(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(study_progress, "_POLL_SECONDS", 0.001)
    monkeypatch.setattr(study_progress, "is_terminal", lambda stream: True)
    with study_progress.study_view(Console()) as view:
        small = study(tmp_path)
        view.on_begin(small)
        claim = TrialQueue(small.stored, spread_out=False).next()
        assert claim is not None
        while "1 under way" not in view.status():
            time.sleep(0.001)
