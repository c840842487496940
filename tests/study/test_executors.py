"""The same trials in every executor, compiled, as users run them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

STUDY = """
search = "grid"
seeds = 2

[data]
source = "mnist"
examples = 600
test_examples = 200

[network]
layers = [784, 8, 10]

[space]
batch_size = [32, 64, 128]
learning_rate = { low = 0.001, high = 0.02, log = true, points = 8 }

[budget]
epochs = 1
"""
TRIALS = 24

Started = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(compiled: dict[str, str], tmp_path: Path) -> Started:
    """Start a command of studies in a process of its own."""
    (tmp_path / "same.toml").write_text(STUDY)

    def begin(*words: str, storage: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "chainrule", "study", *words, "--storage", storage]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(command, cwd=tmp_path, text=True, env=compiled, **pipes)

    return begin


def ended(process: subprocess.Popen[str]) -> Any:
    """What a command printed as JSON."""
    out, err = process.communicate()
    assert (process.returncode, err) == (0, "")
    return json.loads(out)


def digests(told: Any) -> dict[int, list[str]]:
    assert told["counts"]["complete"] == told["counts"]["ended"] == TRIALS
    return {
        entry["configuration"]: [run["digest"] for run in entry["runs"]]
        for entry in told["configurations"]
    }


BEGIN = """
import sys
from chainrule.study.course import begin_study
from chainrule.study.spec import read_study
begin_study(read_study("same.toml"), sys.argv[1])
"""


def test_the_same_bits_in_each_executor(
    start: Started, compiled: dict[str, str], postgres: str, tmp_path: Path
) -> None:
    def run(executor: str) -> dict[int, list[str]]:
        words = ("run", "same.toml", "--executor", executor, "--workers", "2", "--json")
        return digests(ended(start(*words, storage=f"{executor}.journal")))

    threads = run("local")
    assert len({digest for several in threads.values() for digest in several}) == 2 * TRIALS
    assert run("joblib") == threads
    assert run("dask") == threads
    # Two workers of a study that a third process began, in a database.
    begin = [sys.executable, "-c", BEGIN, postgres]
    subprocess.run(begin, cwd=tmp_path, env=compiled, check=True)
    workers = [start("worker", "--study", "same", "--json", storage=postgres) for _ in range(2)]
    counts = [ended(worker)["ended"] for worker in workers]
    assert sum(counts) == TRIALS
    assert digests(ended(start("show", "same", "--json", storage=postgres))) == threads


def test_a_dead_scheduler_leaves_the_storage_as_it_was(start: Started, tmp_path: Path) -> None:
    (tmp_path / "s.journal").write_bytes(b"")
    words = ("run", "same.toml", "--address", "tcp://127.0.0.1:1")
    process = start(*words, storage="s.journal")
    out, err = process.communicate()
    assert (process.returncode, out) == (2, "")
    assert err.startswith("tcp://127.0.0.1:1: expected a Dask scheduler that answers, got ")
    assert err.endswith(". Start one: dask scheduler.\n")
    assert err.count("\n") == 1
    assert (tmp_path / "s.journal").read_bytes() == b""
