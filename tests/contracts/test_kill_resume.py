"""A run killed at any moment and resumed ends with the bytes of a run that was never killed."""

from __future__ import annotations

import importlib.util
import json
import random
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).with_name("killed_run.py")
KILLS = {"compiled": 8, "reference": 4, "craft": 4}

Environment = dict[str, str]


@pytest.fixture
def killed_run() -> ModuleType:
    """What reads the results of the training that is killed."""
    spec = importlib.util.spec_from_file_location("killed_run", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def started(
    folder: Path, environment: Environment, engine: str, *before: str
) -> subprocess.Popen[str]:
    """A process of its own, at the moment at which it begins to train."""
    command = [*before, sys.executable, str(SCRIPT), "run", str(folder), engine]
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begins\n"
    return process


def undisturbed(folder: Path, environment: Environment, engine: str = "compiled") -> None:
    """Train, or go on, to the end."""
    with started(folder, environment, engine) as process:
        _, errors = process.communicate()
        assert (process.returncode, errors) == (0, "")


def signalled(
    number: signal.Signals, folder: Path, environment: Environment, *before: str
) -> tuple[int, str]:
    """The exit code, and the last line of errors, of a training that gets a signal on its way."""
    with started(folder, environment, "compiled", *before) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "moves\n"
        process.send_signal(number)
        _, errors = process.communicate()
        return process.returncode, errors.strip().rpartition("\n")[2]


def killed(folder: Path, environment: Environment, engine: str, delay: float) -> bool:
    """Train and kill after a delay in seconds; whether the kill came before the end."""
    with started(folder, environment, engine) as process:
        try:
            assert process.wait(delay) == 0
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait() != 0
    return False


@pytest.mark.parametrize("engine", KILLS)
def test_killed_at_random_moments(
    tmp_path: Path, killed_run: ModuleType, compiled: Environment, engine: str
) -> None:
    """A few by each engine and with all that there is; the campaign of kills has thousands."""
    undisturbed(tmp_path / "whole", compiled, engine)
    wanted = killed_run.results(tmp_path / "whole")
    chance, kills, run = random.Random(0), 0, 0
    while kills < KILLS[engine]:
        # Most moments lie within a training; the shortest delays, before its run.json is there.
        if killed(tmp_path / str(run), compiled, engine, chance.expovariate(1 / 0.1)):
            kills += 1
        else:
            assert killed_run.results(tmp_path / str(run)) == wanted
            run += 1
    undisturbed(tmp_path / str(run), compiled, engine)
    assert killed_run.results(tmp_path / str(run)) == wanted


def test_a_run_with_all_that_there_is_is_verified(tmp_path: Path, compiled: Environment) -> None:
    """In another process, which makes its own copies of the images."""
    undisturbed(tmp_path / "run", compiled, "craft")
    certificate = json.loads((tmp_path / "run" / "certificate.json").read_bytes())
    assert {"gain[1]", "W[1]", "b[2]"} <= set(certificate["epochs"][0]["tensor_sha256"])
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "verify", str(tmp_path / "run"), "craft"],
        env=compiled,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "nothing differs\n"


def test_killed_before_every_step_on_files(tmp_path: Path, compiled: Environment) -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "steps", str(tmp_path)],
        # One thread, so that a fork copies the whole process.
        env=compiled | {"OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    counts = json.loads(done.stdout)
    assert counts["mismatches"] == 0
    assert counts["steps"] > 50
    assert counts["kills"] > counts["steps"]
    facts = json.loads((tmp_path / "whole" / "run.json").read_bytes())
    assert facts["recipe"]["engine"] == "compiled"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_saves_and_ends_and_the_run_goes_on(
    tmp_path: Path, killed_run: ModuleType, compiled: Environment, number: signal.Signals
) -> None:
    undisturbed(tmp_path / "whole", compiled)
    code, told = signalled(number, tmp_path / "run", compiled)
    assert code == 1
    assert told == (
        "chainrule.errors.TrainingInterrupted: train: interrupted; the error's attribute "
        "'run' holds the run up to this point."
    )
    certificate = json.loads((tmp_path / "run" / "certificate.json").read_bytes())
    assert certificate["ended"] == "interrupted"
    undisturbed(tmp_path / "run", compiled)
    assert killed_run.results(tmp_path / "run") == killed_run.results(tmp_path / "whole")


def test_a_signal_that_is_ignored_from_outside_stays_ignored(
    tmp_path: Path, killed_run: ModuleType, compiled: Environment
) -> None:
    undisturbed(tmp_path / "whole", compiled)
    ignoring = ("sh", "-c", 'trap "" INT; exec "$@"', "sh")
    assert signalled(signal.SIGINT, tmp_path / "run", compiled, *ignoring) == (0, "")
    assert killed_run.results(tmp_path / "run") == killed_run.results(tmp_path / "whole")
