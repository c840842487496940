"""Progress of a training: a bar on a terminal, a line an epoch elsewhere."""

from __future__ import annotations

import contextlib
import math
import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from chainrule.cli.console import Console, is_terminal, rich_console
from chainrule.cli.epoch_table import EpochTable, duration_text
from chainrule.engine import EpochRecord
from chainrule.errors import FileError
from chainrule.evaluation import percent_text
from chainrule.training import Observer, TrainingProgress

if TYPE_CHECKING:
    from rich.console import Console as RichConsole
    from rich.progress import Progress

__all__ = ["REFRESH_SECONDS", "Bar", "Lines", "Once", "training_observers"]

REFRESH_SECONDS = 0.1
"""A terminal is drawn anew at most so often."""

_SHOWN_EPOCHS = 20
_MARGIN = 4

Clock = Callable[[], float]


@contextlib.contextmanager
def training_observers(
    console: Console,
    table: EpochTable | None,
    *,
    kept: bool = True,
    watching: Callable[[Callable[[str], object]], Observer] | None = None,
) -> Iterator[list[Observer]]:
    """The observers that show a training; leaving the block takes the bar away.

    Args:
        console: a bar goes to standard output, or to stderr where that is for JSON alone.
        table: the record to print; None shows a bar and no record.
        kept: whether the run is of use to somebody who reads no output.
        watching: makes an observer of what shows a warning.
    """

    def observers(shown: Bar | Lines | None) -> list[Observer]:
        tell = _nowhere if shown is None else shown.warn
        shows: list[Observer] = [] if shown is None else [shown]
        return shows if watching is None else [*shows, watching(tell)]

    stream = sys.stderr if console.as_json else sys.stdout
    if console.terminal or (console.as_json and is_terminal(stream)):
        with Bar(rich_console(stream), None if console.as_json else table) as bar:
            yield observers(bar)
    elif table is not None and not console.as_json:
        yield observers(Lines(console, table, kept=kept))
    else:
        yield observers(None)


def _nowhere(warning: str) -> None:
    """Where words are not asked for."""


class Once:
    """An observer that does something at the first moment, or when it is called without one."""

    def __init__(self, action: Callable[[], object]) -> None:
        self._action: Callable[[], object] | None = action

    def __call__(self, moment: TrainingProgress | None = None) -> None:
        """Do it, unless it is done."""
        action, self._action = self._action, None
        if action is not None:
            with contextlib.suppress(FileError):  # as in Lines
                action()


class Lines:
    """An observer that prints a line an epoch, to be kept as a record."""

    def __init__(
        self, console: Console, table: EpochTable, *, kept: bool, clock: Clock = time.monotonic
    ) -> None:
        self._console, self._table, self._kept = console, table, kept
        self._watch = _StopWatch(clock)
        self._begun = False

    def __call__(self, moment: TrainingProgress) -> bool:
        """Print what there is to print; ask to stop where nobody would ever know of the run."""
        self._watch.see(moment)
        if moment.epoch_ended:
            # What cannot be written is an error at the end, when the run is kept.
            with contextlib.suppress(FileError):
                self._print(moment.position.history[-1])
        return self._console.closed and not self._kept

    def warn(self, warning: str) -> None:
        """Print a warning."""
        with contextlib.suppress(FileError):
            self._console.fact("warning", warning)

    def _print(self, record: EpochRecord) -> None:
        if not self._begun:
            self._console.line(self._table.header())
        self._begun = True
        self._console.line(self._table.row(record, self._watch.lap()))


class _StopWatch:
    """The time between laps, the first of which begins with the training."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last: float | None = None

    def see(self, moment: TrainingProgress) -> None:
        """Note when the training began: before it, kernels may have been compiled."""
        if self._last is None:
            self._last = self._clock() - moment.seconds

    def lap(self) -> float:
        """Seconds since the last lap."""
        now = self._clock()
        last = now if self._last is None else self._last
        self._last = now
        return now - last


class Bar:
    """An observer that draws a bar below the record of at most about 20 epochs.

    Enter it first; it begins to draw at the first moment, and leaving it takes the bar away.

    Args:
        rich: the terminal.
        table: the record; None for the bar alone.
        clock: tells the time in seconds.
    """

    def __init__(
        self, rich: RichConsole, table: EpochTable | None, clock: Clock = time.monotonic
    ) -> None:
        self._table, self._clock = table, clock
        # Room for the ^C that a terminal echoes, so that it does not begin another line.
        rich.width -= _MARGIN
        self._progress = _progress(rich)
        self._watch = _StopWatch(clock)
        self._began, self._drawn = clock(), -math.inf
        self._first_share: float | None = None
        self._lines: list[str] = []
        self._left_out: str = ""

    def __enter__(self) -> Bar:
        self._task = self._progress.add_task("", total=1.0, epoch="", status="", left="")
        return self

    def __exit__(self, *exc: object) -> None:
        self._lines += filter(None, [self._left_out])
        self._print_lines()
        self._progress.stop()

    def __call__(self, moment: TrainingProgress) -> None:
        """Note an epoch that ended, and draw if it is time."""
        self._watch.see(moment)
        if self._first_share is None:
            self._began = self._clock() - moment.seconds
            self._first_share = moment.share_done
            self._lines += [] if self._table is None else [self._table.header()]
        if moment.epoch_ended and self._table is not None:
            self._note(moment.position.history[-1], moment.epochs)
        now = self._clock()
        if now - self._drawn >= REFRESH_SECONDS:
            self._drawn = now
            self._draw(moment, now - self._began)

    def warn(self, warning: str) -> None:
        """Print a warning above the bar, where the record is printed."""
        self._lines += [] if self._table is None else [f"{'warning':<8} {warning}"]

    def _note(self, record: EpochRecord, epochs: int) -> None:
        assert self._table is not None
        line = self._table.row(record, self._watch.lap())
        shown = record.epoch % math.ceil(epochs / _SHOWN_EPOCHS) == 0 or record.epoch == 1
        self._left_out = "" if shown else line
        self._lines += [line] if shown else []

    def _draw(self, moment: TrainingProgress, seconds: float) -> None:
        share = moment.share_done
        fields: dict[str, Any] = {"epoch": _epoch(moment), "status": _status(moment), "left": ""}
        gained = share - (self._first_share or 0.0)
        if gained > 0:
            fields["left"] = f"{duration_text(seconds * (1 - share) / gained)} left"
        self._progress.update(self._task, completed=share, refresh=False, **fields)
        if not self._print_lines():
            self._progress.refresh()
        self._progress.start()  # which draws; later on it does nothing

    def _print_lines(self) -> bool:
        """Print what waits above the bar, which is then drawn anew; whether there was any."""
        waiting, self._lines = self._lines, []
        if waiting:
            self._progress.console.print("\n".join(waiting), soft_wrap=True)
        return bool(waiting)


def _progress(rich: RichConsole) -> Progress:
    from rich.progress import BarColumn, Progress, TextColumn

    columns: list[Any] = [
        TextColumn("{task.fields[epoch]}", style="cyan", markup=False),
        BarColumn(bar_width=None),
        TextColumn("{task.fields[status]}", markup=False),
        TextColumn("{task.fields[left]}", style="dim", markup=False),
    ]
    # Drawn by the observer itself, not by a thread, so that the pace is known.
    return Progress(*columns, console=rich, auto_refresh=False, transient=True, expand=True)


def _epoch(moment: TrainingProgress) -> str:
    return f"{min(moment.position.epoch + 1, moment.epochs)}/{moment.epochs}"


def _status(moment: TrainingProgress) -> str:
    """Cost and accuracy of the epoch under way, and the last validation."""
    position = moment.position
    sums, last = position.sums, position.history[-1] if position.history else None
    n, parts = sums.examples, []
    if n:
        parts.append(f"cost {sums.cost / n:#.4g}")
        parts += [f"accuracy {percent_text(sums.correct / n, 1)}"] if sums.correct else []
    if last is not None and not n:
        parts.append(f"cost {last.cost:#.4g}")
        parts += _share("accuracy", last.accuracy)
    if last is not None:
        parts += _share("validation", last.validation_accuracy)
    return "  ".join(parts)


def _share(word: str, share: float | None) -> list[str]:
    return [] if share is None else [f"{word} {percent_text(share, 1)}"]
