"""Ctrl-C and SIGTERM as a wish that is granted between two steps."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

__all__ = ["stop_requests"]

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def stop_requests() -> Iterator[Callable[[], bool]]:
    """While it is entered, the first signal is noted; a second one interrupts at once.

    Outside the main thread, where Python handles no signals, it notes none. A signal that is
    ignored, as under nohup, stays ignored.

    Yields: a function that tells whether a signal has come.
    """
    came = threading.Event()

    def note(number: int, frame: FrameType | None) -> None:
        if came.is_set():
            raise KeyboardInterrupt
        came.set()

    before: dict[signal.Signals, Any] = {}
    if threading.current_thread() is threading.main_thread():
        before = {s: signal.getsignal(s) for s in _SIGNALS}
    handled = [s for s, handler in before.items() if handler not in (signal.SIG_IGN, None)]
    for number in handled:
        signal.signal(number, note)
    try:
        yield came.is_set
    finally:
        for number in handled:
            signal.signal(number, before[number])
