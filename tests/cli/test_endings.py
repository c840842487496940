from __future__ import annotations

import contextlib
import signal
import sys
import warnings

import click
import pytest

from chainrule.cli import main
from chainrule.cli.app import chainrule, run
from chainrule.errors import DataError, DivergenceError, InputError
from chainrule.training.stop_signals import stop_requests


@pytest.fixture
def end(monkeypatch):
    """Return what runs an action in the place of a command, and gives its exit code."""

    def end(action, arguments):
        monkeypatch.setattr(chainrule, "invoke", lambda ctx: action())
        return run(arguments)

    return end


def raising(error: BaseException):
    def action() -> int:
        raise error

    return action


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (InputError("here", expected="more"), 2, "here: expected more."),
        (DataError("a.csv", expected="rows", got="none"), 2, "a.csv: expected rows, got none."),
        (DivergenceError("train", got="nan"), 1, "train: got nan."),
        (KeyboardInterrupt(), 130, "chainrule: interrupted."),
        (KeyboardInterrupt("train: interrupted."), 130, "train: interrupted."),
        (
            MemoryError("Unable to allocate 1 TiB"),
            2,
            "chainrule: expected a computation that fits into memory, got Unable to "
            "allocate 1 TiB. "
            "Use fewer neurons, smaller batches or less data.",
        ),
        (
            OSError(28, "No space left on device"),
            2,
            "standard output: expected a writable stream, got No space left on device.",
        ),
        (
            click.UsageError("That is wrong."),
            2,
            "chainrule: That is wrong. See chainrule --help.",
        ),
        (
            ZeroDivisionError("division\nby zero"),
            70,
            "chainrule: internal error: ZeroDivisionError: division by zero. Please report it "
            "with: chainrule train 'my data.csv'. CHAINRULE_DEBUG=1 shows the traceback.",
        ),
    ],
)
def test_one_line_and_a_code(capsys, error, code, line, end) -> None:
    assert end(raising(error), ["train", "my data.csv"]) == code
    assert capsys.readouterr() == ("", line + "\n")


def test_success_is_the_actions_own_code(capsys, end) -> None:
    assert end(lambda: 1, []) == 1
    assert capsys.readouterr() == ("", "")


def test_the_traceback_is_shown_on_request(capsys, monkeypatch, end) -> None:
    monkeypatch.setenv("CHAINRULE_DEBUG", "1")
    assert end(raising(ZeroDivisionError("no")), []) == 70
    err = capsys.readouterr().err
    assert err.startswith("chainrule: internal error: ZeroDivisionError: no. ")
    assert "Traceback (most recent call last)" in err


def test_a_warning_is_one_plain_line(capsys, end) -> None:
    def action() -> int:
        warnings.warn("an observer\nwas dropped", UserWarning, stacklevel=1)
        return 0

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        assert end(action, []) == 0
    assert capsys.readouterr().err == "warning: an observer was dropped\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_stop_signals_interrupt_meanwhile(capsys, end, number) -> None:
    before = signal.getsignal(number)

    def action() -> int:
        signal.raise_signal(number)
        return 0

    assert end(action, []) == 130
    assert capsys.readouterr().err == "chainrule: interrupted.\n"
    assert signal.getsignal(number) == before


def test_an_interruption_that_became_another_error_is_one(capsys, end) -> None:
    class Descriptor:
        def __set_name__(self, owner: type, name: str) -> None:
            signal.raise_signal(signal.SIGTERM)

    def action() -> int:
        type("Owner", (), {"name": Descriptor()})
        return 0

    assert end(action, []) == 130
    assert capsys.readouterr().err == "chainrule: interrupted.\n"


def test_an_interrupted_command_leaves_no_note(end) -> None:
    """A program may call a command, and train by itself afterwards."""

    def action() -> int:
        signal.raise_signal(signal.SIGINT)
        return 0

    assert end(action, []) == 130
    with stop_requests() as requested:
        assert not requested()


def test_a_stderr_that_is_gone_changes_no_code(monkeypatch, end) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    assert end(raising(InputError("here", expected="more")), []) == 2
    sys.stderr.close()


def test_a_signal_while_a_command_is_prepared_is_an_interruption(monkeypatch, capsys) -> None:
    @contextlib.contextmanager
    def interrupted():
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr("chainrule.cli.app.command_environment", interrupted)
    assert main(["--version"]) == 130
    assert capsys.readouterr().err == "chainrule: interrupted.\n"
