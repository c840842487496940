"""Where trials are computed: one protocol, and the executors of one machine."""

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

from chainrule.study.spec import Spec
from chainrule.study.trial import Outcome, Task
from chainrule.study.worker import work

__all__ = ["Executor", "Here", "Processes", "Threads", "WorkerLost", "in_flight", "threads_compute"]


class WorkerLost(Exception):  # noqa: N818  # it is caught within this room
    """A worker died: what was under way in it is to be computed anew."""


class Executor(Protocol):
    """Computes trials, several at once.

    Attributes:
        width: how many at once.
    """

    width: int

    def __enter__(self) -> Executor:
        """Make ready."""

    def __exit__(self, *exc: object) -> None:
        """Let go of everything; what is under way is stopped."""

    def results(self, tasks: Iterator[Task]) -> Iterator[Outcome]:
        """The outcomes as they come; tasks are taken as there is room, and not before.

        Raises: WorkerLost, and what `work` raises.
        """


def in_flight(
    pool: Pool, width: int, tasks: Iterator[Task], job: Callable[[Task], Outcome]
) -> Iterator[Outcome]:
    """The outcomes of tasks of which so many are computed at once.

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


class Here:
    """One trial after the other, in this thread: the executor of `chainrule study worker`."""

    width = 1

    def __enter__(self) -> Here:
        return self

    def __exit__(self, *exc: object) -> None:
        return

    def results(self, tasks: Iterator[Task]) -> Iterator[Outcome]:
        """As in `Executor`."""
        for task in tasks:
            yield work(task)


class Threads:
    """Threads of this process, over one copy of the data: where the engine frees them.

    Args:
        width: how many trials at once.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self._stop = threading.Event()
        self._pool = ThreadPoolExecutor(width, "chainrule-study")

    def __enter__(self) -> Threads:
        return self

    def __exit__(self, *exc: object) -> None:
        self._stop.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def results(self, tasks: Iterator[Task]) -> Iterator[Outcome]:
        """As in `Executor`."""

        def job(task: Task) -> Outcome:
            return work(task, self._stop.is_set)

        return in_flight(self._pool, self.width, tasks, job)


class Processes:
    """Processes of this machine, which end when this one does.

    Args:
        width: how many trials at once.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self._pool: ProcessPoolExecutor | None = None
        self._stop: Any = None

    def __enter__(self) -> Processes:
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
        return in_flight(self._pool, self.width, tasks, _job)


def _kill_broken(pool: ProcessPoolExecutor) -> None:
    """End the other workers of a pool that lost one; what they compute is computed anew.

    The pool asks them to end by SIGTERM. A training takes that for a wish to stop, and its worker
    then waits for ever for the lock of the queue that the lost one has taken with it.
    """
    if pool._broken:
        for worker in list((pool._processes or {}).values()):
            worker.kill()


_STOPS: list[Any] = []
"""In a worker process: what tells it to stop."""


def _begin_worker(stop: Any) -> None:
    """Make this process a worker: it hears of Ctrl-C from its parent, and ends with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _STOPS.append(stop)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    import multiprocessing

    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _job(task: Task) -> Outcome:
    return work(task, _STOPS[0].is_set)


def threads_compute(spec: Spec) -> bool:
    """Whether threads of one process compute side by side: whether all trials are compiled."""
    engines = {str(spec.recipe.get("engine", "compiled"))}
    engines |= {str(v) for p in spec.space if p.name == "engine" for v in p.choices}
    compiling = os.environ.get("NUMBA_DISABLE_JIT", "0") in ("", "0")
    return engines == {"compiled"} and compiling and find_spec("numba") is not None
