"""Ctrl-C, SIGTERM and SIGHUP as a request to stop between two chunks of a training."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

from chainrule.interrupts import STOP_SIGNALS, noted

__all__ = ["stop_requests"]


@contextlib.contextmanager
def stop_requests() -> Iterator[Callable[[], bool]]:
    """A context in which the first signal is a request to stop and a second one interrupts at once.

    A request that was noted before, and whose exception was lost, is one. Outside the main thread,
    where Python handles no signals, there are no others. A signal that is ignored, as under nohup,
    stays ignored.

    Yields: a function that returns whether a stop was requested.
    """
    requested = threading.Event()
    if noted.is_set():
        requested.set()

    def request(number: int, frame: FrameType | None) -> None:
        if requested.is_set():
            raise KeyboardInterrupt
        requested.set()

    before: dict[signal.Signals, Any] = {}
    if threading.current_thread() is threading.main_thread():
        before = {s: signal.getsignal(s) for s in STOP_SIGNALS}
    handled = [s for s, handler in before.items() if handler not in (signal.SIG_IGN, None)]
    for number in handled:
        signal.signal(number, request)
    try:
        yield requested.is_set
    finally:
        for number in handled:
            signal.signal(number, before[number])
