"""Threads that share tasks: each is done once, and all meet before what is next."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from chainrule.kernels.records import TaskQueue
from chainrule.kernels.task_queue import (
    fetch_add,
    load_atomic,
    next_task,
    wait_for_all,
    yield_processor,
)

SCRIPT = Path(__file__).with_name("task_queue_in_use.py")


@pytest.fixture(scope="module")
def in_use() -> ModuleType:
    spec = importlib.util.spec_from_file_location("task_queue_in_use", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_one_thread_does_all_in_order_and_counts_nothing() -> None:
    queue = TaskQueue(1, np.full(3, 7))
    tasks, task = [], next_task(queue, -1)
    while task < 4:
        tasks.append(task)
        task = next_task(queue, task)
    wait_for_all(queue)
    assert tasks == [0, 1, 2, 3]
    assert queue.counters.tolist() == [7, 7, 7]


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_as_python(in_use, threads) -> None:
    assert in_use.faults(threads, 5) == []


def test_compiled(compiling) -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT)], env=compiling, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"1": [], "2": [], "3": [], "8": []}


def test_a_number_that_several_change() -> None:
    counters = np.array([5, 0], np.int64)
    assert fetch_add(counters, 0, 3) == 5
    assert fetch_add(counters, 0, -1) == 8
    assert (load_atomic(counters, 0), load_atomic(counters, 1)) == (7, 0)
    yield_processor()
