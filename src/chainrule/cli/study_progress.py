"""Progress of a study: a bar with the best so far on a terminal, a line a trial elsewhere."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chainrule.cli.console import Console, is_terminal, rich_console, rich_table
from chainrule.cli.progress import duration_text
from chainrule.documents import Table
from chainrule.errors import FileError
from chainrule.study import Ended, Kept, chosen_text, counted, entries, figure_text

if TYPE_CHECKING:
    from rich.live import Live

__all__ = ["StudyView", "study_view"]

_SHOWN = 5
_REFRESH_SECONDS = 0.2


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
        self._study: Kept | None = None
        self._began = self._drawn = clock()
        self._before = self.ended = 0
        self._best: list[_Row] = []

    def begun(self, study: Kept) -> None:
        """Called before the first trial."""
        self._study, self._began = study, self._clock()
        self._before = self.ended = counted(study).ended
        for entry in entries(study):
            self._place(entry.value if entry.ended == "complete" else None, entry.chosen)
        settings = study.spec.settings
        left = study.count - self.ended
        self._show_fact("study", f"{study.spec.name}, {settings.search}, in {study.store.shown}")
        self._show_fact("trials", f"{study.count} configurations, {left} to compute")
        self._draw(anew=True)

    def ended_one(self, ended: Ended) -> None:
        """Called with each trial that ends."""
        self.ended += 1
        outcome, claim = ended.outcome, ended.claim
        complete = outcome.ended == "complete"
        self._place(outcome.value if complete else None, claim.chosen)
        if self._live is None and self._study is not None:
            metric = self._study.spec.settings.metric
            told = figure_text(metric, outcome.value) if complete else outcome.ended
            again = f" attempt {claim.attempt}" if claim.attempt > 1 else ""
            count = f"{self.ended}/{self._study.count}"
            self._line(f"{count:>11}  {told:>10}  {chosen_text(claim.chosen)}{again}")
        self._draw(anew=self._study is not None and self.ended == self._study.count)

    def _show_fact(self, label: str, text: str) -> None:
        if self._live is None or not self._console.as_json:
            with contextlib.suppress(FileError):  # told at the end
                self._console.fact(label, text)

    def _line(self, text: str) -> None:
        with contextlib.suppress(FileError):
            self._console.line(text)

    def _place(self, value: float | None, chosen: Any) -> None:
        """Keep a result among the best, if it belongs there."""
        if value is None or self._study is None:
            return
        settings = self._study.spec.settings
        row = _Row(value, (chosen_text(chosen), figure_text(settings.metric, value)))
        self._best = sorted([*self._best, row], key=lambda r: r.value, reverse=settings.rising)
        del self._best[_SHOWN:]

    @property
    def computed(self) -> int:
        """Trials that have ended under this view."""
        return self.ended - self._before

    def table(self) -> Table:
        """The best so far."""
        metric = "" if self._study is None else self._study.spec.settings.metric
        return Table("Best so far", ("configuration", metric), tuple(r.text for r in self._best))

    def status(self) -> str:
        """How far it is, and the time left."""
        count = 0 if self._study is None else self._study.count
        done, seconds = self.computed, self._clock() - self._began
        text = f"{self.ended}/{count}"
        if done and self.ended < count:
            text += f"  {duration_text(seconds / done * (count - self.ended))} left"
        return text

    def _draw(self, *, anew: bool) -> None:
        now = self._clock()
        if (
            self._live is None
            or self._study is None
            or (now - self._drawn < _REFRESH_SECONDS and not anew)
        ):
            return
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.table import Table as RichTable

        self._drawn = now
        line = RichTable.grid(padding=(0, 1), expand=True)
        line.add_column(style="cyan", no_wrap=True)
        line.add_column(ratio=1)
        line.add_row(self.status(), ProgressBar(total=self._study.count, completed=self.ended))
        best = [rich_table(self.table())] if self._best else []
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
        yield StudyView(console, live)
