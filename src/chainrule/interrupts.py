"""Ctrl-C, SIGTERM and SIGHUP: never lost, and never in the middle of loading or compiling."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from functools import wraps
from types import FrameType
from typing import Any, ParamSpec, TypeVar

__all__ = ["STOP_SIGNALS", "hold_interrupts", "holding_interrupts", "note_and_interrupt", "noted"]

STOP_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
"""The signals that ask a process to end: Ctrl-C, a scheduler, and a terminal that goes away."""

noted = threading.Event()
"""Set by `note_and_interrupt`, so that a request lives on if its exception does not."""

P = ParamSpec("P")
T = TypeVar("T")


def note_and_interrupt(number: int, frame: FrameType | None) -> None:
    """Handle a signal as Python handles Ctrl-C, and note it.

    Python drops an exception that is raised within a finaliser or a callback from C. What runs on
    then asks `noted`.

    Raises: KeyboardInterrupt.
    """
    noted.set()
    raise KeyboardInterrupt


@contextlib.contextmanager
def hold_interrupts() -> Iterator[None]:
    """A context that a stop signal does not interrupt; its handler is called at the end instead.

    Loading a library and compiling run callbacks from C, which drop exceptions or abort the
    process. Signals without a handler of Python are left alone, and so are all but the main thread.
    """
    waiting: list[int] = []
    before: dict[int, Any] = {}

    def hold(number: int, frame: FrameType | None) -> None:
        waiting.append(number)

    if threading.current_thread() is threading.main_thread():
        before = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    handled = {number: handler for number, handler in before.items() if callable(handler)}
    try:
        for number in handled:
            signal.signal(number, hold)
        yield
    finally:
        for number, handler in handled.items():
            signal.signal(number, handler)
        for number in waiting:
            signal.raise_signal(number)


def holding_interrupts(function: Callable[P, T]) -> Callable[P, T]:
    """The same function, each call of which is within `hold_interrupts`."""

    @wraps(function)
    def held(*values: P.args, **named: P.kwargs) -> T:
        with hold_interrupts():
            return function(*values, **named)

    return held
