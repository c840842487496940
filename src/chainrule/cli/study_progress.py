"""Progress of a study: a bar with the best result on a terminal, one line per trial elsewhere."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chainrule.cli.console import Console, is_terminal, rich_console, rich_table
from chainrule.cli.progress import duration_text
from chainrule.documents import Table
from chainrule.errors import FileError
from chainrule.study import FinishedTrial, SavedStudy, metric_text, parameters_text

if TYPE_CHECKING:
    from rich.live import Live

__all__ = ["StudyView", "study_view"]

_SHOWN = 5
_REFRESH_SECONDS = 0.2
_POLL_SECONDS = 1.0
"""Between two looks at the storage for the progress of trials under way."""


@dataclass(frozen=True)
class _Row:
    value: float
    text: tuple[str, ...]


class StudyView:
    """What a person sees of a study under way.

    Args:
        console: where lines go.
        live: the part of a terminal that is drawn anew; None for lines.
        clock: gives seconds.
    """

    def __init__(
        self, console: Console, live: Live | None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._console, self._live, self._clock = console, live, clock
        self._study: SavedStudy | None = None
        self._began = self._drawn = clock()
        self._before = self._stored = self._count = self.computed = 0
        self._running: tuple[float, ...] = ()
        self._lock = threading.RLock()
        self._best: list[_Row] = []

    def on_begin(self, study: SavedStudy) -> None:
        """Show the study; called once, before the first trial."""
        counts, settings = study.counts(), study.spec.settings
        self._study, self._count, self._began = study, counts.planned, self._clock()
        self._before = self._stored = counts.ended
        for result in study.results():
            self._rank(result.value if result.ended == "complete" else None, result.parameters)
        left = self._count - self.ended
        self._fact("study", f"{study.name}, {settings.search}, in {study.storage}")
        wanted, note = settings.trials or 0, ""
        if self._count < wanted:
            note = f"; {wanted} were asked for, but the space has no more"
        self._fact("trials", f"{self._count} configurations, {left} to compute{note}")
        self._draw(at_once=True)

    def on_trial(self, trial: FinishedTrial) -> None:
        """Show a trial that has ended."""
        self.computed += 1
        self._running = tuple(sorted(self._running)[:-1])  # most probably this one
        outcome, claim = trial.outcome, trial.claim
        complete = outcome.ended == "complete"
        self._rank(outcome.value if complete else None, claim.parameters)
        if self._live is None and self._study is not None:
            value = metric_text(self._metric, outcome.value) if complete else outcome.ended
            again = f" attempt {claim.attempt}" if claim.attempt > 1 else ""
            count = f"{self.ended}/{self._count}"
            self._line(f"{count:>11}  {value:>10}  {parameters_text(claim.parameters)}{again}")
        self._draw(at_once=self.ended == self._count)

    @property
    def _metric(self) -> str:
        return "" if self._study is None else self._study.spec.settings.metric

    def _fact(self, label: str, text: str) -> None:
        if self._live is None or not self._console.as_json:
            with contextlib.suppress(FileError):  # reported when the command ends
                self._console.fact(label, text)

    def _line(self, text: str) -> None:
        with contextlib.suppress(FileError):
            self._console.line(text)

    def _rank(self, value: float | None, parameters: Mapping[str, Any]) -> None:
        """Put a result among the best, if it belongs there."""
        if value is None or self._study is None:
            return
        row = _Row(value, (parameters_text(parameters), metric_text(self._metric, value)))
        descending = self._study.spec.settings.higher_is_better
        self._best = sorted([*self._best, row], key=lambda r: r.value, reverse=descending)
        del self._best[_SHOWN:]

    @property
    def ended(self) -> int:
        """Configurations that have a result, by whichever process."""
        return max(self._before + self.computed, self._stored)

    def refresh(self) -> None:
        """Show how far the trials under way are, in all processes, by what the storage knows."""
        if self._study is None:
            return
        with contextlib.suppress(FileError):  # reported when the next trial ends
            counts = self._study.counts()
            self._stored, self._running = counts.ended, counts.progress
            self._draw(at_once=True)

    def table(self) -> Table:
        """The best so far."""
        rows = tuple(row.text for row in self._best)
        return Table("Best so far", ("configuration", self._metric), rows)

    def status(self) -> str:
        """How far it is, and the time left."""
        under_way = sum(self._running)
        done, seconds = self.ended - self._before + under_way, self._clock() - self._began
        text, left = f"{self.ended}/{self._count}", self._count - self.ended - under_way
        if self._running:
            text += f"  {len(self._running)} under way"
        if done and self.ended < self._count:
            text += f"  {duration_text(seconds / done * left)} left"
        return text

    def _draw(self, *, at_once: bool) -> None:
        now = self._clock()
        if self._live is None or (now - self._drawn < _REFRESH_SECONDS and not at_once):
            return
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.table import Table as RichTable

        done = min(self.ended + sum(self._running), self._count)
        line = RichTable.grid(padding=(0, 1), expand=True)
        line.add_column(style="cyan", no_wrap=True)
        line.add_column(ratio=1)
        line.add_row(self.status(), ProgressBar(total=self._count, completed=done))
        best = [rich_table(self.table())] if self._best else []
        with self._lock:
            self._drawn = now
            self._live.update(Group(*best, line), refresh=True)


@contextlib.contextmanager
def study_view(console: Console) -> Iterator[StudyView]:
    """The view of a study; leaving the block takes bar and table away.

    Args:
        console: a bar goes to standard output, or to stderr where that is for JSON alone.
    """
    stream = sys.stderr if console.as_json else sys.stdout
    if not is_terminal(stream):
        yield StudyView(console, None)
        return
    from rich.live import Live

    with Live(console=rich_console(stream), auto_refresh=False, transient=True) as live:
        view = StudyView(console, live)
        with _refreshed(view):
            yield view


@contextlib.contextmanager
def _refreshed(view: StudyView) -> Iterator[None]:
    """Within the block, show the progress of trials under way every second."""
    over = threading.Event()

    def refresh() -> None:
        while not over.wait(_POLL_SECONDS):
            view.refresh()

    thread = threading.Thread(target=refresh, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
