"""Real processes: signals, a second trainer, readers and disks that fail."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

# So many epochs that only an interruption ends the training.
ENDLESS = ("--layers", "2,4,2", "--epochs", "1000000", "--seed", "1")
LAST_EPOCH = re.compile(r"epoch (\d+) of 1000000")


def begun(one: subprocess.Popen[str]) -> None:
    """Wait until a training has printed its first epoch."""
    assert one.stdout is not None
    for line in one.stdout:
        if line.lstrip().startswith("1/"):
            return
    raise AssertionError(one.communicate())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_run_is_kept_and_goes_on(
    compiled_process, chainrule, flowers, number
) -> None:
    one = compiled_process("train", flowers, *ENDLESS, "--run", "run")
    begun(one)
    one.send_signal(number)
    _, err = one.communicate()
    assert one.returncode == 130
    epoch = int(LAST_EPOCH.search(err)[1])
    assert err == (
        f"train: interrupted in epoch {epoch} of 1000000. "
        "Continue with: chainrule train --resume run\n"
    )
    lines = Path("run/history.jsonl").read_text().splitlines()
    assert len(lines) == epoch - 1
    assert json.loads(Path("run/certificate.json").read_text())["ended"] == "interrupted"
    assert chainrule("evaluate", "run").code == 0

    again = compiled_process("train", "--resume", "run")
    assert again.stdout is not None
    header = []
    while not header or "/1000000" not in header[-1]:
        header.append(next(again.stdout))
    assert header[3] == "seed     1\n"
    assert header[-1].split()[0] == f"{epoch}/1000000"
    again.send_signal(number)
    again.communicate()
    assert again.returncode == 130
    kept = Path("run/history.jsonl").read_text().splitlines()
    assert kept[: len(lines)] == lines


def test_resumed_equals_never_interrupted(compiled_process, flowers) -> None:
    flags = ("--layers", "2,64,2", "--epochs", "3000", "--seed", "1")
    one = compiled_process("train", flowers, *flags, "--run", "cut")
    begun(one)
    one.send_signal(signal.SIGINT)
    one.communicate()
    assert one.returncode == 130
    for rest in (("--resume", "cut"), (flowers, *flags, "--run", "whole")):
        assert compiled_process("train", *rest).communicate()[1] == ""
    for name in ("network.safetensors", "history.jsonl"):
        assert Path("cut", name).read_bytes() == Path("whole", name).read_bytes()


def test_a_run_that_is_not_kept(process, flowers) -> None:
    one = process("train", flowers, *ENDLESS)
    begun(one)
    one.send_signal(signal.SIGTERM)
    _, err = one.communicate()
    assert one.returncode == 130
    assert re.fullmatch(
        r"train: interrupted in epoch \d+ of 1000000\. "
        r"The run was not saved; --run DIR saves one\.\n",
        err,
    )


def test_json_stays_json_when_interrupted(process, flowers) -> None:
    one = process("train", flowers, *ENDLESS, "--run", "run", "--json")
    while not Path("run/run.json").exists():
        assert one.poll() is None
    one.send_signal(signal.SIGINT)
    out, err = one.communicate()
    assert (one.returncode, out) == (130, "")
    assert err.count("\n") == 1


def test_a_second_trainer_is_refused(process, chainrule, flowers) -> None:
    one = process("train", flowers, *ENDLESS, "--run", "run")
    begun(one)
    outcome = chainrule("train", "--resume", "run")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        "run: expected a run folder that no other training uses, got a locked one. "
        "Wait for the other training, or choose another folder.\n"
    )
    outcome = chainrule("train", flowers, "--run", "run")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        "run: expected a folder without a run, got one with a run. "
        "Continue it with `--resume run`, or choose another folder.\n"
    )
    assert one.poll() is None


def test_a_damaged_checkpoint_is_one_line_of_warning(chainrule, trained) -> None:
    newest = sorted(Path("run/checkpoints").iterdir())[-1]
    newest.write_bytes(newest.read_bytes()[:-10])
    outcome = chainrule("train", "--resume", "run")
    assert outcome.code == 0
    first, *others = outcome.err.splitlines()
    assert others == []
    assert first.startswith(f"warning: {newest}: expected ")
    assert first.endswith(" An older checkpoint is used.")
    assert chainrule("verify", "run").code == 0


def ended(*arguments: str, shell: str) -> subprocess.CompletedProcess[str]:
    """Run `chainrule ARGUMENTS` with what the shell adds to it, such as a pipe."""
    script = f'set -o pipefail; python -m chainrule "$@" {shell}'
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-c", script, "bash", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": path},
        check=False,
    )


@pytest.mark.parametrize("arguments", [("evaluate", "run"), ("train", "--help"), ("verify", "run")])
def test_a_reader_that_goes_away_is_no_error(trained, arguments) -> None:
    run = ended(*arguments, shell="| true")
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_a_training_that_nobody_sees_stops(flowers) -> None:
    run = ended("train", flowers, *ENDLESS, shell="| head -n 1")
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith("data     flowers.csv")


def test_a_training_that_is_kept_goes_on_without_a_reader(chainrule, flowers) -> None:
    run = ended("train", flowers, "--epochs", "50", "--run", "run", shell="| true")
    assert (run.returncode, run.stderr) == (0, "")
    assert len(Path("run/history.jsonl").read_text().splitlines()) == 50


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no full disk to offer")
@pytest.mark.parametrize(
    "arguments", [("train", "--help"), ("evaluate", "run"), ("train", "--resume", "run", "--json")]
)
def test_a_full_disk(trained, arguments) -> None:
    run = ended(*arguments, shell="> /dev/full")
    assert (run.returncode, run.stderr) == (
        2,
        "standard output: expected a writable stream, got No space left on device.\n",
    )


def test_a_full_disk_does_not_end_a_training(flowers) -> None:
    run = ended("train", flowers, "--epochs", "5", "--run", "run", shell="> /dev/full")
    assert run.returncode == 2
    assert run.stderr.count("\n") == 1
    assert len(Path("run/history.jsonl").read_text().splitlines()) == 5


def test_without_standard_output(trained) -> None:
    run = ended("predict", "run", "run/history.jsonl", shell=">&-")
    assert run.returncode == 2
    assert ended("verify", "run", shell=">&- 2>&-").returncode == 0


def test_an_output_of_few_characters(bars, process) -> None:
    one = process("data", "show", bars, PYTHONIOENCODING="ascii")
    out, err = one.communicate()
    assert (one.returncode, err) == (0, "")
    assert out.splitlines()[-1] == "??????  ??????"
    one = process("train", "--help", PYTHONIOENCODING="ascii")
    out, err = one.communicate()
    assert (one.returncode, err) == (0, "")


def test_a_folder_that_is_gone(flowers) -> None:
    Path("gone").mkdir()
    data = Path(flowers).absolute()
    script = f"cd gone && rmdir ../gone && {sys.executable} -m chainrule train {data}"
    script += " --engine reference --run new"
    run = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.count("\n") == 1
