"""The progress of trials under way: noted by their process, read by any other."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from chainrule.study.results import StudyCounts, count_trials
from chainrule.study.runner import begin_stored_study
from chainrule.study.spec import StudySpec
from chainrule.study.study_data import load_study_data
from chainrule.study.trial import Task, run_trial
from chainrule.study.trial_queue import TrialQueue
from chainrule.study.worker import ProgressWriter


def test_progress_is_noted_seldom(described: Callable[..., StudySpec], journal: str) -> None:
    study = begin_stored_study(described(), journal)
    claim = TrialQueue(study, spread_out=False).next()
    assert claim is not None
    now = SimpleNamespace(seconds=0.0)
    note = ProgressWriter(study.store.address, claim.trial, lambda: now.seconds)
    shown = []
    for seconds, share in ((0.5, 0.2), (1.5, 0.3), (2.0, 0.4), (2.6, 0.3001), (3.0, 0.5)):
        now.seconds = seconds
        note(share)
        shown.append(count_trials(study).progress)
    assert shown == [(0.0,), (0.3,), (0.3,), (0.3,), (0.5,)]


def test_a_storage_out_of_reach_stops_nothing(tmp_path) -> None:
    now = SimpleNamespace(seconds=0.0)
    note = ProgressWriter(str(tmp_path / "nowhere" / "j"), 0, lambda: now.seconds)
    now.seconds = 5.0
    note(0.5)
    assert not (tmp_path / "nowhere").exists()


def test_a_trial_goes_on_from_0_to_1_over_its_seeds(described: Callable[..., StudySpec]) -> None:
    spec, shares = described(), []
    task = Task(spec.source.table, "small", "", 0, 0, {"batch_size": 8}, "")
    run_trial(task, spec, load_study_data(spec), lambda: False, advance=shares.append)
    assert shares == sorted(shares)
    assert {0.25, 0.5, 0.75, 1.0} <= set(shares)  # two seeds of two epochs


@pytest.mark.parametrize(
    ("progress", "told"),
    [
        ((), ""),
        ((0.0,), ", 1 running"),
        ((0.125, 0.5), ", 2 running at 12 % and 50 %"),
        ((0.1, 0.2, 0.3, 0.4, 0.5), ", 5 running at 30 % on average"),
    ],
)
def test_counts_in_words(progress: tuple[float, ...], told: str) -> None:
    counts = StudyCounts(9, 0, 0, 0, len(progress), 0, 0, progress)
    assert str(counts) == f"0 of 9 configurations have ended{told}"
