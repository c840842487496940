from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

from rich.console import Console as RichConsole
from rich.live import Live

from chainrule.cli.console import Console
from chainrule.cli.study_progress import StudyView
from chainrule.study.saved_study import SavedStudy
from chainrule.study.scheduler import FinishedTrial
from chainrule.study.spec import parse_study
from chainrule.study.stored_study import StoredStudy
from chainrule.study.study_storage import open_store
from chainrule.study.toml_source import StudySource
from chainrule.study.trial import Outcome
from chainrule.study.trial_queue import TrialClaim


def study(folder: Any) -> SavedStudy:
    """A study of four configurations of which none is computed."""
    table = {"data": "mnist", "search": "grid", "space": {"batch_size": [1, 2, 3, 4]}}
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
