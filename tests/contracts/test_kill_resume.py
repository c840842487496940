"""A run killed at any moment and resumed ends with the bytes of a run that was never killed."""

from __future__ import annotations

import importlib.util
import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).with_name("killed_run.py")
KILLS = 25


@pytest.fixture
def killed_run() -> ModuleType:
    """The training that is killed, to be run undisturbed here."""
    spec = importlib.util.spec_from_file_location("killed_run", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def started(folder: Path, *before: str) -> subprocess.Popen[str]:
    """A process of its own, at the moment at which it begins to train."""
    command = [*before, sys.executable, str(SCRIPT), "run", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "begins\n"
    return process


def signalled(number: signal.Signals, folder: Path, *before: str) -> tuple[int, str]:
    """The exit code, and the last line of errors, of a training that gets a signal on its way."""
    with started(folder, *before) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "moves\n"
        process.send_signal(number)
        _, errors = process.communicate()
        return process.returncode, errors.strip().rpartition("\n")[2]


def killed(folder: Path, delay: float) -> bool:
    """Train and kill after a delay in seconds; whether the kill came before the end."""
    with started(folder) as process:
        try:
            assert process.wait(delay) == 0
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait() != 0
    return False


def test_killed_at_25_random_moments(tmp_path: Path, killed_run: ModuleType) -> None:
    killed_run.run(tmp_path / "whole", checkpoint_seconds=1e9)
    undisturbed = killed_run.results(tmp_path / "whole")
    chance, kills, run = random.Random(0), 0, 0
    while kills < KILLS:
        # Most moments lie within a training; the shortest delays, before its run.json is there.
        if killed(tmp_path / str(run), chance.expovariate(1 / 0.1)):
            kills += 1
        else:
            assert killed_run.results(tmp_path / str(run)) == undisturbed
            run += 1
    killed_run.run(tmp_path / str(run))
    assert killed_run.results(tmp_path / str(run)) == undisturbed


def test_killed_before_every_step_on_files(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "steps", str(tmp_path)],
        # One thread, so that a fork copies the whole process.
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    counts = json.loads(done.stdout)
    assert counts["mismatches"] == 0
    assert counts["steps"] > 50
    assert counts["kills"] > counts["steps"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_saves_and_ends_and_the_run_goes_on(
    tmp_path: Path, killed_run: ModuleType, number: signal.Signals
) -> None:
    killed_run.run(tmp_path / "whole")
    code, told = signalled(number, tmp_path / "run")
    assert code == 1
    assert told == (
        "chainrule.errors.TrainingInterrupted: train: interrupted; "
        "the run up to here is in the error's attribute 'run'."
    )
    certificate = json.loads((tmp_path / "run" / "certificate.json").read_bytes())
    assert certificate["ended"] == "interrupted"
    killed_run.run(tmp_path / "run")
    assert killed_run.results(tmp_path / "run") == killed_run.results(tmp_path / "whole")


def test_a_signal_that_is_ignored_from_outside_stays_ignored(
    tmp_path: Path, killed_run: ModuleType
) -> None:
    killed_run.run(tmp_path / "whole")
    ignoring = ("sh", "-c", 'trap "" INT; exec "$@"', "sh")
    assert signalled(signal.SIGINT, tmp_path / "run", *ignoring) == (0, "")
    assert killed_run.results(tmp_path / "run") == killed_run.results(tmp_path / "whole")
