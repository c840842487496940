"""A pool of threads that work on one task together, in compiled code without Python's lock."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from functools import partial
from queue import SimpleQueue
from typing import Any, TypeVar

from chainrule.threads import thread_count

__all__ = ["ThreadPool", "shared_thread_pool"]

R = TypeVar("R")


class ThreadPool:
    """A pool of threads; it has one if the system starts no more.

    Args:
        wanted: number of threads.
    """

    def __init__(self, wanted: int) -> None:
        self._queues = _started(wanted) if wanted > 1 else []
        self.threads = max(1, len(self._queues))
        weakref.finalize(self, _end, self._queues)

    def run(self, task: Callable[[int], R]) -> R:
        """Let every thread call a task with its number, from 0.

        The calling thread does not work itself: an interrupt could take it away from the others.

        Returns: the result of thread 0.
        """
        if self.threads == 1:
            return task(0)
        calls: list[Future[R]] = [Future() for _ in self._queues]
        for me, (queue, call) in enumerate(zip(self._queues, calls, strict=True)):
            queue.put((call, partial(task, me)))
        wait(calls)
        return calls[0].result()


def _started(wanted: int) -> Sequence[Any]:
    """The queues of new threads; empty if the system starts no more threads.

    A queue takes pairs of a Future and the function for its result; None ends the thread.
    """
    queues: list[Any] = [SimpleQueue() for _ in range(wanted)]
    try:
        for me, queue in enumerate(queues):
            threading.Thread(target=_work, args=(me, queue), name="chainrule", daemon=True).start()
    except RuntimeError:
        _end(queues)
        return []
    return queues


def _end(queues: Sequence[Any]) -> None:
    for queue in queues:
        queue.put(None)


def _work(me: int, queue: Any) -> None:
    while (given := queue.get()) is not None:
        call, task = given
        _keep_apart(me)
        try:
            call.set_result(task())
        except BaseException as error:
            call.set_exception(error)
        del given, call, task  # while it waits, a thread keeps nothing alive


def _keep_apart(me: int) -> None:
    """Begin on a processor of its own, if the system allows it.

    Linux wakes a thread on the processor of the thread that wakes it, and leaves two threads there
    that wait for each other in turn. After the start, the system may move them.
    """
    if hasattr(os, "sched_setaffinity"):
        allowed = sorted(os.sched_getaffinity(0))
        try:
            os.sched_setaffinity(0, {allowed[me % len(allowed)]})
            os.sched_setaffinity(0, allowed)
        except OSError:  # the allowed processors have changed meanwhile
            return


_SHARED: dict[int, ThreadPool] = {}
_DOOR = threading.Lock()


def shared_thread_pool() -> ThreadPool:
    """The pool of this process for short tasks, such as a prediction."""
    wanted = min(thread_count(), 4 * (os.cpu_count() or 1))
    with _DOOR:
        return _SHARED.get(wanted) or _SHARED.setdefault(wanted, ThreadPool(wanted))


if hasattr(os, "register_at_fork"):
    # A forked process has none of its parent's threads.
    os.register_at_fork(after_in_child=_SHARED.clear)
