"""Executors of trials: the protocol, and the executors of one machine."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    CancelledError,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from concurrent.futures import (
    Executor as Pool,
)
from concurrent.futures.process import BrokenProcessPool
from importlib.util import find_spec
from itertools import islice
from typing import Any, Protocol

from chainrule.study.spec import StudySpec
from chainrule.study.trial import Outcome, Task
from chainrule.study.worker import run_task

__all__ = [
    "Executor",
    "ProcessExecutor",
    "SerialExecutor",
    "ThreadExecutor",
    "WorkerLost",
    "can_use_threads",
    "stream_results",
]


class WorkerLost(Exception):  # noqa: N818  # caught within this package
    """A worker died; the trials under way in it are to be computed again."""


class Executor(Protocol):
    """Computes trials, several at once.

    Attributes:
        width: how many trials are computed at once.
    """

    width: int

    def __enter__(self) -> Executor:
        """Prepare the workers."""

    def __exit__(self, *exc: object) -> None:
        """Release everything; trials under way are stopped."""

    def results(self, tasks: Iterator[Task]) -> Iterator[Outcome]:
        """Yield the outcomes as they arrive; a task is taken only when a worker is free.

        Raises: WorkerLost, and what `run_task` raises.
        """


def stream_results(
    pool: Pool, width: int, tasks: Iterator[Task], job: Callable[[Task], Outcome]
) -> Iterator[Outcome]:
    """Yield the outcomes of tasks as they arrive.

    Args:
        pool: computes the tasks.
        width: how many are computed at once.
        tasks: taken only when a worker is free.
        job: task -> outcome.

    Raises: WorkerLost.
    """
    waiting: set[Future[Outcome]] = set()
    try:
        while True:
            for task in islice(tasks, width - len(waiting)):
                waiting.add(pool.submit(job, task))
            if not waiting:
                return
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
    except (BrokenProcessPool, CancelledError):
        raise WorkerLost from None


class SerialExecutor:
    """Computes one trial after the other in this thread, for `chainrule study worker`."""

    width = 1

    def __enter__(self) -> SerialExecutor:
        return self

    def __exit__(self, *exc: object) -> None:
        return

    def results(self, tasks: Iterator[Task]) -> Iterator[Outcome]:
        """As in `Executor`."""
        for task in tasks:
            yield run_task(task)


class ThreadExecutor:
    """Threads of this process, which share one copy of the data.

    Compiled kernels release the interpreter's lock, so that threads compute side by side.

    Args:
        width: how many trials are computed at once.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self._stop = threading.Event()
        self._pool = ThreadPoolExecutor(width, "chainrule-study")

    def __enter__(self) -> ThreadExecutor:
        return self

    def __exit__(self, *exc: object) -> None:
        self._stop.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def results(self, tasks: Iterator[Task]) -> Iterator[Outcome]:
        """As in `Executor`."""

        def job(task: Task) -> Outcome:
            return run_task(task, self._stop.is_set)

        return stream_results(self._pool, self.width, tasks, job)


class ProcessExecutor:
    """Processes of this machine, which end when this one does.

    Args:
        width: how many trials are computed at once.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self._pool: ProcessPoolExecutor | None = None
        self._stop: Any = None

    def __enter__(self) -> ProcessExecutor:
        return self

    def __exit__(self, *exc: object) -> None:
        self._close()

    def _close(self) -> None:
        if self._pool is not None:
            self._stop.set()
            _kill_broken(self._pool)
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def results(self, tasks: Iterator[Task]) -> Iterator[Outcome]:
        """As in `Executor`; after WorkerLost it may be called again."""
        import multiprocessing

        self._close()
        context = multiprocessing.get_context("spawn")
        self._stop = context.Event()
        self._pool = ProcessPoolExecutor(
            self.width, context, initializer=_begin_worker, initargs=(self._stop,)
        )
        return stream_results(self._pool, self.width, tasks, _job)


def _kill_broken(pool: ProcessPoolExecutor) -> None:
    """Kill the other workers of a pool that lost one; their trials are computed again.

    The pool ends them by SIGTERM. A training takes that as a stop request, and its worker then
    waits forever for the queue's lock, which the lost worker held.
    """
    if pool._broken:
        for worker in list((pool._processes or {}).values()):
            worker.kill()


_STOPS: list[Any] = []
"""In a worker process: the event that asks it to stop."""


def _begin_worker(stop: Any) -> None:
    """Make this process a worker: it learns of stop signals from its parent, and ends with it."""
    for number in (signal.SIGINT, getattr(signal, "SIGHUP", signal.SIGINT)):
        signal.signal(number, signal.SIG_IGN)
    _STOPS.append(stop)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    import multiprocessing

    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _job(task: Task) -> Outcome:
    return run_task(task, _STOPS[0].is_set)


def can_use_threads(spec: StudySpec) -> bool:
    """Whether threads compute the study side by side, since all its trials are compiled."""
    engines = {str(spec.recipe.get("engine", "compiled"))}
    engines |= {str(v) for p in spec.space if p.name == "engine" for v in p.choices}
    compiling = os.environ.get("NUMBA_DISABLE_JIT", "0") in ("", "0")
    return engines == {"compiled"} and compiling and find_spec("numba") is not None
