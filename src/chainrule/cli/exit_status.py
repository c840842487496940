"""Exit codes of all commands, and their errors as one line on stderr."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Iterator, Sequence
from io import TextIOWrapper
from typing import Any

import click

from chainrule.cli.console import mute, print_remark
from chainrule.errors import ChainruleError, DivergenceError, InputError
from chainrule.foreign_names import translate_name
from chainrule.interrupts import STOP_SIGNALS, note_and_interrupt, noted
from chainrule.visible_text import make_visible

__all__ = ["BAD_INPUT", "CHECK_FAILED", "command_environment", "flush_output", "report_error"]

CHECK_FAILED = 1
BAD_INPUT = 2
INTERNAL = 70
INTERRUPTED = 130
_WATCHED = "CHAINRULE_DEBUG"


@contextlib.contextmanager
def command_environment() -> Iterator[None]:
    """While it is entered, stop signals interrupt, and warnings and notices are lines on stderr."""
    _open_streams()
    with _interruptible(), _plain_warnings(), _plain_notices():
        yield


def report_error(error: Exception | KeyboardInterrupt, arguments: Sequence[str]) -> int:
    """Print the line for an error that ended a command.

    Args:
        error: what was raised.
        arguments: what was typed, for the report of an internal error.

    Returns: the exit code.
    """
    # An interruption may arrive as another error: Python wraps what `__set_name__` raises.
    if isinstance(error, KeyboardInterrupt) or noted.is_set():
        reason = str(error) if isinstance(error, KeyboardInterrupt) else ""
        return _report(reason or "chainrule: interrupted.", INTERRUPTED)
    if isinstance(error, BrokenPipeError):  # the reader of a help text went away
        mute(sys.stdout)
        return 0
    known = _known(error)
    if known is None:
        return _internal(error, arguments)
    return _report(known, CHECK_FAILED if isinstance(error, DivergenceError) else BAD_INPUT)


def _known(error: Exception) -> str | None:
    """Return the line for an error that is no fault of chainrule, or None for others."""
    if isinstance(error, ChainruleError):
        return str(error)
    if isinstance(error, click.UsageError):
        return str(_refused(error))
    if isinstance(error, MemoryError):
        return str(_too_large(error))
    # The library's own are ChainruleErrors: what is left is a help text's, or the folder's.
    return _refused_by_system(error) if isinstance(error, OSError) else None


def _report(text: str, code: int) -> int:
    # A terminal that is gone hears nothing, and there is nobody to tell.
    with contextlib.suppress(OSError):
        print_remark(" ".join(text.split()))
    return code


def _refused(error: click.UsageError) -> InputError:
    """What click does not understand, in the one form."""
    context = error.ctx
    path = "chainrule" if context is None else context.command_path
    where, remedy = path.removeprefix("chainrule "), f"See {path} --help"
    if isinstance(error, click.NoSuchOption):
        why = f"Did you mean {error.possibilities[0]!r}?" if error.possibilities else ""
        if context is not None:
            flags = [flag for one in context.command.params for flag in one.opts]
            why = translate_name(error.option_name, flags) or why
        return InputError(
            where,
            expected="a flag of this command",
            got=repr(error.option_name),
            why=why,
            remedy=remedy,
        )
    if isinstance(error, click.MissingParameter) and error.param is not None:
        wanted = _as_typed(error.param)
        return InputError(where, expected=wanted, got="none", remedy=remedy)
    return InputError(where, why=error.format_message(), remedy=remedy)


def _as_typed(parameter: click.Parameter) -> str:
    """A parameter as help shows it."""
    metavar = parameter.metavar or str(parameter.name).upper()
    return metavar if isinstance(parameter, click.Argument) else f"{parameter.opts[0]} {metavar}"


def _too_large(error: MemoryError) -> InputError:
    return InputError(
        "chainrule",
        expected="a computation that fits into memory",
        got=str(error) or "more",
        remedy="Use fewer neurons, smaller batches or less data",
    )


def _internal(error: Exception, arguments: Sequence[str]) -> int:
    command = shlex.join(["chainrule", *arguments])
    text = (
        f"chainrule: internal error: {type(error).__name__}: {error}. "
        f"Please report it with: {command}. {_WATCHED}=1 shows the traceback."
    )
    code = _report(text, INTERNAL)
    if os.environ.get(_WATCHED):
        traceback.print_exception(error)
    return code


def _open_streams() -> None:
    """Streams that exist and take every character, whatever the shell set up."""
    for name in ("stdout", "stderr"):
        stream: Any = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115
        elif isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def flush_output(code: int) -> int:
    """Write out what was printed; return the exit code, which tells whether that failed."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        mute(sys.stdout)
    except OSError as error:
        mute(sys.stdout)
        return _report(_refused_by_system(error), BAD_INPUT)
    return code


def _refused_by_system(error: OSError) -> str:
    reason = error.strerror or str(error)
    if isinstance(error, FileNotFoundError):
        where = error.filename or "the current folder"
        return f"{where}: expected an existing file or folder, got {reason}."
    return f"standard output: expected a writable stream, got {reason}."


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """While it is entered, SIGTERM and SIGHUP interrupt as Ctrl-C does."""
    usual = (signal.SIG_DFL, signal.default_int_handler)
    noted.clear()
    before = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    replaced = {number: handler for number, handler in before.items() if handler in usual}
    if threading.current_thread() is not threading.main_thread():  # no signals are handled there
        replaced = {}
    for number in replaced:
        signal.signal(number, note_and_interrupt)
    try:
        yield
    finally:
        for number, handler in replaced.items():
            signal.signal(number, handler)
        noted.clear()


@contextlib.contextmanager
def _plain_notices() -> Iterator[None]:
    """While it is entered, what the library wants known is one plain line on stderr."""
    import logging

    def write_out(record: logging.LogRecord) -> bool:
        record.msg, record.args = make_visible(record.getMessage()), ()
        return True

    handler, log = logging.StreamHandler(), logging.getLogger("chainrule")
    handler.addFilter(write_out)
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(handler)


@contextlib.contextmanager
def _plain_warnings() -> Iterator[None]:
    """While it is entered, a warning is one plain line on stderr."""

    def shown(message: Warning | str, *place: object, **more: object) -> None:
        _report(f"warning: {message}", 0)

    with warnings.catch_warnings():
        warnings.showwarning = shown
        warnings.filterwarnings("always", category=RuntimeWarning, module="chainrule")
        yield
