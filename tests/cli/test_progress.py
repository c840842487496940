from __future__ import annotations

import io
import re

import pytest
from rich.console import Console as RichConsole

from chainrule.cli.console import REFRESH_SECONDS, Console
from chainrule.cli.progress import (
    Bar,
    EpochTable,
    Lines,
    Once,
    training_observers,
)
from chainrule.engine.history import EpochRecord
from chainrule.engine.position import EpochSums, Position
from chainrule.recipe import Recipe
from chainrule.training.observers import TrainingProgress

CODES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


class Clock:
    """A clock that is set by the test."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    def text(self) -> str:
        """What was written, every frame of the bar on a line of its own."""
        return CODES.sub("", self.getvalue()).replace("\r", "\n")


def record(epoch: int) -> EpochRecord:
    return EpochRecord(epoch, 1 / epoch, 0.0, 1 / epoch, 0.1, 1.0, "", {}, accuracy=0.5)


def at(
    epochs_done: int, batch: int = 0, *, epochs: int = 4, ended: bool = False
) -> TrainingProgress:
    """A moment in a run of 10 batches an epoch, of 8 examples each, half of them right."""
    sums = EpochSums(batch * 8, batch * 4.0, 0.0, batch * 4, 0.0)
    history = tuple(record(epoch) for epoch in range(1, epochs_done + 1))
    position = Position(None, None, epochs_done, batch, 0, sums, history)
    return TrainingProgress(position, epochs, 10, ended)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


def bar(terminal: Terminal, clock: Clock, epochs: int = 4, shown: bool = True) -> Bar:
    rich = RichConsole(file=terminal, force_terminal=True, width=80, color_system=None)
    table = EpochTable(Recipe(epochs=epochs), True, False) if shown else None
    return Bar(rich, table, clock)


def frames(terminal: Terminal) -> int:
    """How often the bar was drawn."""
    return terminal.text().count("accuracy 50.0 %")


def test_the_bar_tells_epoch_cost_accuracy_and_time_left(terminal, clock) -> None:
    with bar(terminal, clock) as drawn:
        drawn(at(1, 4))
        clock.now += 10
        drawn(at(2, 4))
    lines = [line.strip() for line in terminal.text().split("\n")]
    shown = next(line for line in reversed(lines) if "━" in line)
    assert shown.startswith("3/4 ━")
    assert shown.endswith(" cost 0.5000  accuracy 50.0 % 16.0 s left")


def test_the_bar_keeps_within_the_terminal_and_leaves_it(terminal, clock) -> None:
    with bar(terminal, clock) as drawn:
        drawn(at(1, 4))
    assert max(map(len, terminal.text().split("\n"))) <= 76
    assert terminal.getvalue().endswith("\x1b[1A\x1b[2K")


def test_at_most_ten_refreshes_a_second(terminal, clock) -> None:
    with bar(terminal, clock, epochs=200) as drawn:
        drawn(at(0, 1, epochs=200))
        assert frames(terminal) == 1
        for epoch in range(1, 100):
            clock.now += 0.9 * REFRESH_SECONDS / 100
            drawn(at(epoch, epochs=200, ended=True))
        assert frames(terminal) == 1
        clock.now += REFRESH_SECONDS
        drawn(at(100, epochs=200, ended=True))
        assert frames(terminal) == 2


def test_a_terminal_shows_about_twenty_epochs_and_the_last(terminal, clock) -> None:
    with bar(terminal, clock, epochs=205) as drawn:
        for epoch in range(1, 206):
            clock.now += 1
            drawn(at(epoch, epochs=205, ended=True))
    rows = re.findall(r"^ *(\d+)/205 +\d+\.", terminal.text(), re.MULTILINE)
    assert rows == ["1", *map(str, range(11, 205, 11)), "205"]


def test_a_bar_without_a_record(terminal, clock) -> None:
    with bar(terminal, clock, shown=False) as drawn:
        drawn(at(0, 5))
        drawn(at(1, ended=True))
    assert "epoch" not in terminal.text()


def test_a_bar_that_never_began_draws_nothing(terminal, clock) -> None:
    with bar(terminal, clock):
        pass
    assert terminal.getvalue() == ""


def test_lines(capsys, clock) -> None:
    table = EpochTable(Recipe(epochs=4), True, False)
    lines = Lines(Console(), table, saved=False, clock=clock)
    assert lines(at(0, 3)) is False
    clock.now += 1.5
    assert lines(at(1, ended=True)) is False
    clock.now += 61
    lines(at(2, ended=True))
    assert capsys.readouterr().out == (
        "  epoch        cost    accuracy        time\n"
        "    1/4      1.0000     50.00 %       1.5 s\n"
        "    2/4     0.50000     50.00 %  1 min 01 s\n"
    )


def test_no_terminal_gets_lines_and_json_nothing() -> None:
    table = EpochTable(Recipe(), True, False)
    with training_observers(Console(), table) as shown:
        assert [type(observer) for observer in shown.observers] == [Lines]
    with training_observers(Console(as_json=True), table) as shown:
        assert shown.observers == ()
    with training_observers(Console(), None) as shown:
        assert shown.observers == ()


def test_a_warning_is_printed_above_the_bar(terminal, clock) -> None:
    with bar(terminal, clock) as drawn:
        drawn(at(1, ended=True))
        drawn.warn("After epoch 1: it leans.")
    assert terminal.text().count("\nwarning  After epoch 1: it leans.\n") == 1
    with bar(terminal, clock, shown=False) as drawn:
        drawn.warn("Where no record is printed, neither is this.")
    assert "neither" not in terminal.text()


@pytest.mark.parametrize(("as_json", "printed"), [(False, True), (True, False)])
def test_a_warning_is_printed_where_words_are(capsys, as_json, printed) -> None:
    table = EpochTable(Recipe(), True, False)
    with training_observers(Console(as_json=as_json), table) as shown:
        shown.warn("After epoch 1: it leans.")
    assert capsys.readouterr().out == "warning  After epoch 1: it leans.\n" * printed


def test_once() -> None:
    done = []
    once = Once(lambda: done.append(1))
    once(at(0, 1))
    once()
    assert done == [1]
