"""Threads that share tasks and wait for each other.

    python tests/kernels/task_queue_in_use.py

does it in compiled code and prints what went wrong for each number of threads: nothing.
"""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.kernels.compiling import entry
from chainrule.kernels.records import TaskQueue
from chainrule.kernels.task_queue import next_task, wait_for_all
from chainrule.thread_pool import ThreadPool

Array = NDArray[Any]

TASKS = 37


@entry
def share_rounds(queue: TaskQueue, me: int, done: Array, seen: Array) -> int:
    """Round after round: take tasks, wait, look at what all did; gives this thread's number."""
    for r in range(done.shape[0]):
        task = next_task(queue, -1)
        while task < done.shape[1]:
            done[r, task] += 1 + r
            task = next_task(queue, task)
        wait_for_all(queue)
        for task in range(done.shape[1]):
            seen[me, r] += done[r, task]
    return me


def faults(threads: int, rounds: int) -> list[str]:
    """What goes wrong when so many threads share so many rounds of tasks; nothing, it is hoped."""
    done, seen = np.zeros((rounds, TASKS), np.int64), np.zeros((threads, rounds), np.int64)
    crew, counters = ThreadPool(threads), np.zeros(3, np.int64)
    share = partial(_shared, TaskQueue(threads, counters), (done, seen))
    found = []
    if (crew.threads, crew.run(share)) != (threads, 0):
        found.append("other threads")
    due = 1 + np.arange(rounds)
    if not (done == due[:, None]).all():
        found.append("a task was done not once")
    if not (seen == TASKS * due).all():
        found.append("a thread went on before all had come")
    if counters[:2].any() or counters[2] != (rounds if threads > 1 else 0):
        found.append(f"counters left at {counters}")
    return found


def _shared(queue: TaskQueue, arrays: tuple[Array, Array], me: int) -> int:
    return int(share_rounds(queue, me, *arrays))


if __name__ == "__main__":
    print(json.dumps({threads: faults(threads, 200) for threads in (1, 2, 3, 8)}))
