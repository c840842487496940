"""The task queue of threads: tasks are handed out one by one, and a barrier ends each round.

A task's result does not depend on which thread does it, nor on when; so the bits of a training do
not depend on the number of threads.
"""

from __future__ import annotations

import os
import threading
from typing import Any

from numpy.typing import NDArray

from chainrule.kernels import atomics
from chainrule.kernels.compiling import kernel, numba
from chainrule.kernels.records import TaskQueue

__all__ = ["fetch_add", "load_atomic", "next_task", "wait_for_all", "yield_processor"]

NEXT_TASK, ARRIVED, ROUNDS = range(3)
"""Counters of a queue: the next task, threads at the barrier, rounds that have ended."""

_SPINS = 1000
"""Looks at the barrier before a thread yields its processor: some microseconds.

Most rounds end sooner, and yielding takes longer than that; without it, a thread that waits would
keep the processor from the one that it waits for.
"""

_LOCK = threading.Lock()


def _fetch_add(array: NDArray[Any], index: int, number: int) -> int:
    with _LOCK:
        before = int(array[index])
        array[index] += number
    return before


def _load_atomic(array: NDArray[Any], index: int) -> int:
    return int(array[index])


def _yield_processor() -> None:
    os.sched_yield() if hasattr(os, "sched_yield") else None


_AS_PYTHON = bool(numba.config.DISABLE_JIT)

fetch_add: Any = _fetch_add if _AS_PYTHON else atomics.fetch_add
"""(array, index, number) -> the value before; all threads see one order of changes."""
load_atomic: Any = _load_atomic if _AS_PYTHON else atomics.load_atomic
"""(array, index) -> the value there now."""
yield_processor: Any = _yield_processor if _AS_PYTHON else atomics.yield_processor
"""() -> another thread may go first."""


@kernel
def next_task(queue: TaskQueue, task: int) -> int:
    """The task after `task`, from -1 for the first; threads share them out."""
    # One thread alone counts for itself: atomic instructions would cost it more than small tasks.
    return task + 1 if queue.threads == 1 else fetch_add(queue.counters, NEXT_TASK, 1)


@kernel
def wait_for_all(queue: TaskQueue) -> None:
    """The barrier: wait until all threads are here; tasks then begin anew."""
    if queue.threads == 1:
        return
    rounds = load_atomic(queue.counters, ROUNDS)
    if fetch_add(queue.counters, ARRIVED, 1) == queue.threads - 1:
        # The last thread resets the counters before it lets the others go.
        fetch_add(queue.counters, ARRIVED, -queue.threads)
        fetch_add(queue.counters, NEXT_TASK, -load_atomic(queue.counters, NEXT_TASK))
        fetch_add(queue.counters, ROUNDS, 1)
        return
    spins = 0
    while load_atomic(queue.counters, ROUNDS) == rounds:
        spins += 1
        if spins > _SPINS:
            yield_processor()
