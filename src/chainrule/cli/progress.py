"""Progress of a training: a bar on a terminal, one line per epoch elsewhere.

`EpochTable` makes the line of an epoch; `Bar` and `Lines` show it.
"""

from __future__ import annotations

import contextlib
import math
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from chainrule.cli.console import REFRESH_SECONDS, Console, is_terminal, rich_console
from chainrule.engine import EpochRecord
from chainrule.errors import FileError
from chainrule.evaluation import percent_text
from chainrule.recipe import Recipe
from chainrule.training import Observer, TrainingProgress

if TYPE_CHECKING:
    from rich.console import Console as RichConsole
    from rich.progress import Progress

__all__ = [
    "Bar",
    "EpochTable",
    "Lines",
    "Once",
    "cost_text",
    "duration_text",
    "training_observers",
]

_SHOWN_EPOCHS = 20
"""A bar prints about this many epochs, evenly spread; more would scroll the first ones away."""

_MARGIN = 4

Clock = Callable[[], float]


@dataclass(frozen=True)
class EpochTable:
    """The record of a training: a line an epoch, in columns that stay in place.

    Args:
        recipe: decides which columns there are.
        classifies: whether the targets are classes.
        validated: whether there is a validation set.
    """

    recipe: Recipe
    classifies: bool
    validated: bool

    def header(self) -> str:
        """Return the names of the columns."""
        return self._line([name for name, _ in self._columns()], "time")

    def row(self, record: EpochRecord, seconds: float) -> str:
        """Return the line of an epoch, and how long it took.

        >>> from chainrule.engine import EpochRecord
        >>> first = EpochRecord(1, 0.25, 0.0, 0.25, 0.1, 1.0, "", {}, accuracy=0.925)
        >>> EpochTable(Recipe(epochs=20), True, False).row(first, 1.25)
        '   1/20     0.25000     92.50 %       1.2 s'
        """
        return self._line([text(record) for _, text in self._columns()], duration_text(seconds))

    def _line(self, texts: list[str], last: str) -> str:
        return f"{texts[0]:>7}" + "".join(f"{text:>12}" for text in [*texts[1:], last])

    def _columns(self) -> list[tuple[str, Callable[[EpochRecord], str]]]:
        recipe = self.recipe
        columns: list[tuple[str, Callable[[EpochRecord], str]]] = [
            ("epoch", lambda record: f"{record.epoch}/{recipe.epochs}"),
            ("cost", lambda record: cost_text(record.cost)),
        ]
        if recipe.l1 or recipe.l2:
            columns.append(("penalty", lambda record: cost_text(record.penalty)))
        if self.classifies:
            columns.append(("accuracy", lambda record: percent_text(record.accuracy)))
        if self.validated:
            columns.append(("validation", self._validation))
        if recipe.schedule != "constant":
            columns.append(("rate", lambda record: f"{record.learning_rate:.4g}"))
        return columns

    def _validation(self, record: EpochRecord) -> str:
        if record.validation_accuracy is not None:
            return percent_text(record.validation_accuracy)
        return cost_text(record.validation_cost)


def cost_text(cost: float | None) -> str:
    """Return a cost in five digits, or - for none.

    >>> cost_text(0.081234), cost_text(1234567.0)
    ('0.081234', '1.2346e+06')
    """
    return "-" if cost is None else f"{cost:#.5g}"


def duration_text(seconds: float) -> str:
    """Return a time in words short enough for a column.

    >>> duration_text(3.21), duration_text(75), duration_text(7325)
    ('3.2 s', '1 min 15 s', '2 h 02 min')
    """
    if round(seconds, 1) < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return (
        f"{minutes} min {rest:02d} s"
        if minutes < 60
        else f"{minutes // 60} h {minutes % 60:02d} min"
    )


class ShownTraining(NamedTuple):
    """How a training is shown.

    Args:
        observers: for `train`.
        warn: shows a warning.
    """

    observers: tuple[Observer, ...]
    warn: Callable[[str], object]


@contextlib.contextmanager
def training_observers(
    console: Console, table: EpochTable | None, *, saved: bool = True
) -> Iterator[ShownTraining]:
    """Show a training while it is entered; leaving it takes the bar away.

    Args:
        console: a bar goes to standard output, or to stderr where that is for JSON alone.
        table: the record to print; None shows a bar and no record.
        saved: whether the run is of use to somebody who reads no output.
    """
    stream = sys.stderr if console.as_json else sys.stdout
    if console.terminal or (console.as_json and is_terminal(stream)):
        with Bar(rich_console(stream), None if console.as_json else table) as bar:
            yield ShownTraining((bar,), bar.warn)
    elif table is not None and not console.as_json:
        lines = Lines(console, table, saved=saved)
        yield ShownTraining((lines,), lines.warn)
    else:
        yield ShownTraining((), _ignore_warning)


def _ignore_warning(warning: str) -> None:
    """Show nothing, where no words are wanted."""


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
        self, console: Console, table: EpochTable, *, saved: bool, clock: Clock = time.monotonic
    ) -> None:
        self._console, self._table, self._saved = console, table, saved
        self._watch = _StopWatch(clock)
        self._begun = False

    def __call__(self, moment: TrainingProgress) -> bool:
        """Print what there is to print; ask to stop where nobody would ever know of the run."""
        self._watch.see(moment)
        if moment.epoch_ended:
            # What cannot be written is an error at the end, when the run is kept.
            with contextlib.suppress(FileError):
                self._print(moment.position.history[-1])
        return self._console.closed and not self._saved

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
        self._first_fraction: float | None = None
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
        if self._first_fraction is None:
            self._began = self._clock() - moment.seconds
            self._first_fraction = moment.fraction_done
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
        fraction = moment.fraction_done
        fields: dict[str, Any] = {"epoch": _epoch(moment), "status": _status(moment), "left": ""}
        gained = fraction - (self._first_fraction or 0.0)
        if gained > 0:
            fields["left"] = f"{duration_text(seconds * (1 - fraction) / gained)} left"
        self._progress.update(self._task, completed=fraction, refresh=False, **fields)
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
        parts += _percentage("accuracy", last.accuracy)
    if last is not None:
        parts += _percentage("validation", last.validation_accuracy)
    return "  ".join(parts)


def _percentage(word: str, fraction: float | None) -> list[str]:
    return [] if fraction is None else [f"{word} {percent_text(fraction, 1)}"]
