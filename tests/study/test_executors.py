"""The same trials in every executor, compiled, as users run them."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
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
    # Whichever comes first compiles, and says so.
    notices = ("The kernels are compiled", "Without an address, processes of this machine")
    said = [line for line in err.splitlines() if not line.startswith(notices)]
    assert (process.returncode, said) == (0, [])
    return json.loads(out)


def digests(told: Any) -> dict[int, list[str]]:
    assert told["counts"]["complete"] == told["counts"]["ended"] == TRIALS
    return {
        entry["configuration"]: [run["digest"] for run in entry["runs"]]
        for entry in told["configurations"]
    }


CLUSTER = """
from distributed import LocalCluster
if __name__ == "__main__":
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": "127.0.0.1:0"}
    with LocalCluster(**options) as cluster:
        print(cluster.scheduler_address, flush=True)
        input()
"""

BEGIN = """
import sys
import time
from chainrule.study.runner import begin_stored_study
from chainrule.study.spec import read_study
begin_stored_study(read_study("same.toml"), sys.argv[1])
"""


def test_the_same_bits_in_each_executor(
    start: Started, compiled: dict[str, str], postgres: str, tmp_path: Path
) -> None:
    def run(executor: str, *more: str) -> dict[int, list[str]]:
        words = ("run", "same.toml", "--executor", executor, *more, "--json")
        return digests(ended(start(*words, storage=f"{executor}{len(more)}.journal")))

    threads = run("local")
    assert len({digest for several in threads.values() for digest in several}) == 2 * TRIALS
    assert run("joblib") == threads
    assert run("dask", "--workers", "2") == threads  # processes of this machine
    cluster = subprocess.Popen(
        [sys.executable, "-c", CLUSTER],
        cwd=tmp_path,
        env=compiled,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert cluster.stdout is not None
    assert run("dask", "--address", cluster.stdout.readline().strip()) == threads
    cluster.communicate("")
    # Two workers of a study that a third process began, in a database.
    begin = [sys.executable, "-c", BEGIN, postgres]
    subprocess.run(begin, cwd=tmp_path, env=compiled, check=True)
    workers = [start("worker", "--study", "same", "--json", storage=postgres) for _ in range(2)]
    counts = [ended(worker)["ended"] for worker in workers]
    assert sum(counts) == TRIALS
    assert digests(ended(start("show", "same", "--json", storage=postgres))) == threads


ROUNDS = """
import joblib
from chainrule.study.runner import run_study
from chainrule.study.spec import read_study
spec = read_study("same.toml").replaced(run={"executor": "joblib", "workers": 2})
ended = []
with joblib.parallel_config(backend="multiprocessing"):
    run_study(spec, "rounds.journal", on_trial=ended.append, on_begin=lambda study: None)
print(len(ended))
"""


def test_a_backend_that_yields_nothing_before_the_end_computes_in_rounds(
    start: Started, compiled: dict[str, str], tmp_path: Path
) -> None:
    command = [sys.executable, "-c", ROUNDS]
    done = subprocess.run(command, cwd=tmp_path, env=compiled, text=True, capture_output=True)
    assert (done.returncode, done.stdout) == (0, f"{TRIALS}\n")
    rounds = digests(ended(start("show", "same", "--json", storage="rounds.journal")))
    words = ("run", "same.toml", "--workers", "2", "--json")
    assert digests(ended(start(*words, storage="local.journal"))) == rounds


CONNECTED = """
import ray
from chainrule.study.runner import run_study
from chainrule.study.spec import read_study
ray.init(num_cpus=2, include_dashboard=False)
spec = read_study("same.toml").replaced(run={"executor": "ray"})
run_study(spec, "ray.journal", on_trial=lambda trial: None, on_begin=lambda study: None)
"""


@pytest.mark.skipif(find_spec("ray") is None, reason="ray is not installed")
def test_ray(start: Started, compiled: dict[str, str], tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", CONNECTED], cwd=tmp_path, env=compiled, check=True)
    local = ("run", "same.toml", "--json")
    assert digests(ended(start("show", "same", "--json", storage="ray.journal"))) == digests(
        ended(start(*local, storage="local.journal"))
    )
    lost = start("run", "same.toml", "--executor", "ray", "--address", "127.0.0.1:1", storage="l")
    assert lost.communicate() == (
        "",
        "127.0.0.1:1: expected a Ray cluster that answers, got Connection refused. "
        "Start one: ray start --head.\n",
    )


@pytest.mark.skipif(find_spec("ray") is not None, reason="ray is installed")
def test_without_ray(start: Started, tmp_path: Path) -> None:
    words = ("run", "same.toml", "--executor", "ray", "--address", "ray://127.0.0.1:1")
    process = start(*words, storage="s.journal")
    assert process.communicate() == (
        "",
        "study: expected the library ray for the executor ray, got none. "
        "Install it with: pip install ray.\n",
    )
    assert process.returncode == 2
    assert not (tmp_path / "s.journal").exists()


def test_a_dead_scheduler_leaves_the_storage_as_it_was(start: Started, tmp_path: Path) -> None:
    (tmp_path / "s.journal").write_bytes(b"")
    words = ("run", "same.toml", "--address", "tcp://127.0.0.1:1")
    process = start(*words, storage="s.journal")
    out, err = process.communicate()
    assert (process.returncode, out) == (2, "")
    assert err.startswith("tcp://127.0.0.1:1: expected a Dask scheduler that responds, got ")
    assert err.endswith(". Start one: dask scheduler.\n")
    assert err.count("\n") == 1
    assert (tmp_path / "s.journal").read_bytes() == b""


def children(pid: int) -> set[int]:
    """The processes below a process."""
    found = set()
    for place in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = place.read_text().rpartition(")")[2].split()
            if int(fields[1]) == pid:
                found |= {int(place.parent.name), *children(int(place.parent.name))}
    return found


def computing(pids: set[int]) -> set[int]:
    """Those of the processes that still exist and are not zombies."""
    found = set()
    for pid in pids:
        with contextlib.suppress(OSError):
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
                found.add(pid)
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
@pytest.mark.parametrize("executor", ["processes", "joblib"])
def test_workers_end_when_their_parent_is_killed(
    start: Started, tmp_path: Path, executor: str
) -> None:
    endless = STUDY.replace("epochs = 1", "epochs = 20000")
    (tmp_path / "same.toml").write_text(endless)
    study = start(
        "run", "same.toml", "--executor", executor, "--workers", "2", storage="killed.journal"
    )
    journal, ends = tmp_path / "killed.journal", time.monotonic() + 60
    while time.monotonic() < ends and not _has_begun(journal):
        time.sleep(0.1)
    workers = children(study.pid)
    assert len(workers) >= 2
    study.kill()
    study.communicate()
    ends = time.monotonic() + 30
    while computing(workers) and time.monotonic() < ends:
        time.sleep(0.1)
    left = computing(workers)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert not left


def _has_begun(journal: Path) -> bool:
    """Whether a worker has written of its progress, and so is at work."""
    return journal.exists() and b"progress" in journal.read_bytes()
