"""A training that goes on in a thread of its own while its viewers look at where it stands.

A frame shows the latest position; positions that no frame was in time for are not shown.
"""

from __future__ import annotations

import threading
import time

from chainrule.errors import DivergenceError
from chainrule.lab.seekable_training import ReachedPosition, SeekableTraining

__all__ = ["RunAhead"]

_CHUNK = 0.05
"""Seconds of training between two positions."""
_IDLE = 0.5
"""Seconds without a viewer after which it stops."""


class RunAhead:
    """Trains on as long as somebody looks.

    Args:
        training: what is trained; its positions are those that it has without this.
    """

    def __init__(self, training: SeekableTraining) -> None:
        self._training = training
        self._goal, self._asked = 0, 0.0
        self._failure: DivergenceError | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._news = threading.Event()

    def latest(self, updates: int, seconds: float) -> ReachedPosition:
        """Return the latest position on the way to some updates, and go on towards them.

        Args:
            updates: where the training is to come.
            seconds: to wait for a newer position at most.
        """
        with self._lock:
            self._goal, self._asked = updates, time.monotonic()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()
        self._news.wait(seconds)
        self._news.clear()
        failure = self._failure
        if failure is not None and failure.position.step <= updates:
            return ReachedPosition(failure.position, failure)
        return ReachedPosition(self._training.newest(updates))

    def _run(self) -> None:
        while self._goes_on(self._training.reach(self._goal, _CHUNK)):
            self._news.set()

    def _goes_on(self, reached: ReachedPosition) -> bool:
        """Whether there is more to do; else the thread ends."""
        with self._lock:
            self._failure = reached.failure
            is_done = reached.position.step >= self._goal or reached.failure is not None
            has_ended = bool(self._training.ended(reached.position))
            ends = is_done or has_ended or time.monotonic() - self._asked > _IDLE
            if ends:
                self._thread = None
                self._news.set()
        return not ends
