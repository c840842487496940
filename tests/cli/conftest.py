from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from chainrule.cli import main

FLOWERS = ("--layers", "2,4,2", "--epochs", "30", "--learning-rate", "0.05", "--seed", "1")


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for all tests here, so that MNIST is decoded once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder to work in, no network, plain output of a known width."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHAINRULE_CACHE", str(cache))
    monkeypatch.setenv("CHAINRULE_OFFLINE", "1")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("CHAINRULE_DEBUG", raising=False)


def _write_flowers(path: Path) -> None:
    rows = [f"{1 + 0.01 * i:.2f},{2 - 0.01 * i:.2f},rose" for i in range(20)]
    rows += [f"{5 + 0.01 * i:.2f},{7 - 0.01 * i:.2f},tulip" for i in range(20)]
    path.write_text("\n".join(["length,width,kind", *rows]) + "\n")


def _write_bars(path: Path) -> None:
    x = np.zeros((40, 12, 12), np.uint8)
    x[:20, 2:10, 5:7] = np.arange(200, 220)[:, None, None]
    x[20:, 5:7, 2:10] = np.arange(200, 220)[:, None, None]
    np.savez(path, x=x, y=np.repeat([0, 1], 20))


@pytest.fixture
def flowers(tmp_path: Path) -> str:
    """A CSV file in the current folder: two kinds that lie far apart, twenty of each."""
    _write_flowers(tmp_path / "flowers.csv")
    return "flowers.csv"


@pytest.fixture
def bars(tmp_path: Path) -> str:
    """An NPZ file of pictures, 12 x 12: class 0 is a bar that stands, class 1 one that lies."""
    _write_bars(tmp_path / "bars.npz")
    return "bars.npz"


@pytest.fixture
def line(tmp_path: Path) -> str:
    """A CSV file whose target is a number: y = 2 x."""
    rows = [f"{x / 10},{2 * x / 10}" for x in range(30)]
    (tmp_path / "line.csv").write_text("\n".join(["x,y", *rows]) + "\n")
    return "line.csv"


@pytest.fixture
def chainrule(capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Run a command line in this process."""

    def run(*arguments: str) -> Outcome:
        capsys.readouterr()
        code = main(list(arguments))
        out, err = capsys.readouterr()
        return Outcome(code, out, err)

    return run


@pytest.fixture(scope="session")
def _trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trained")
    _write_flowers(folder / "flowers.csv")
    _write_bars(folder / "bars.npz")
    flowers, bars = str(folder / "flowers.csv"), str(folder / "bars.npz")
    assert main(["train", flowers, *FLOWERS, "--run", str(folder / "run")]) == 0
    learned = ("--layers", "144,2", "--epochs", "20", "--seed", "1", "--run", str(folder / "seen"))
    assert main(["train", bars, *learned, "--batch-size", "8", "--learning-rate", "0.01"]) == 0
    return folder


@pytest.fixture
def trained(_trained: Path, tmp_path: Path) -> Path:
    """The current folder with two runs to spoil: `run` on flowers, `seen` on bars."""
    for name in ("run", "seen"):
        shutil.copytree(_trained / name, tmp_path / name)
    return tmp_path


def _starting(base: Mapping[str, str]) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str, **environment: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "chainrule", *arguments]
        started.append(
            subprocess.Popen(
                command,
                text=True,
                env={**base, **environment},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        )
        return started[-1]

    yield start
    for one in started:
        one.kill()
        one.communicate()


@pytest.fixture
def process() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a command line in a process of its own; it is ended with the test."""
    yield from _starting(os.environ)


@pytest.fixture
def compiled_process(compiled: dict[str, str]) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """The same with the kernels compiled, as for users."""
    yield from _starting({**os.environ, **compiled, "NUMBA_DISABLE_JIT": "0"})
