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

from chainrule.kernels.records import Team
from chainrule.kernels.task_queue import meet, next_task

SCRIPT = Path(__file__).with_name("team_at_work.py")


@pytest.fixture(scope="module")
def at_work() -> ModuleType:
    spec = importlib.util.spec_from_file_location("team_at_work", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_one_thread_does_all_in_order_and_counts_nothing() -> None:
    team = Team(1, np.full(3, 7))
    tasks, task = [], next_task(team, -1)
    while task < 4:
        tasks.append(task)
        task = next_task(team, task)
    meet(team)
    assert tasks == [0, 1, 2, 3]
    assert team.counters.tolist() == [7, 7, 7]


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_as_python(at_work, threads) -> None:
    assert at_work.faults(threads, 5) == []


def test_compiled(compiling) -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT)], env=compiling, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"1": [], "2": [], "3": [], "8": []}
