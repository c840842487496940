"""What a shell is told of a command line that is typed in part."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chainrule import cli
from chainrule.cli import word_completion
from chainrule.cli.command import COMPLETION_VARIABLE

Complete = Callable[[str], list[str]]


@pytest.fixture
def complete(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Complete:
    """The lines with which chainrule answers the script of bash."""

    def answer(line: str) -> list[str]:
        words = line.split(" ")
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
        monkeypatch.setenv(COMPLETION_VARIABLE, "bash_complete")
        capsys.readouterr()
        cli.main([])
        monkeypatch.delenv(COMPLETION_VARIABLE)
        return capsys.readouterr().out.split()

    return answer


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("chainrule tr", ["plain,train"]),
        ("chainrule study sh", ["plain,show"]),
        ("chainrule train mnis", ["plain,mnist"]),
        ("chainrule train mnist --activation tan", ["plain,tanh"]),
        ("chainrule train mnist --activation relu,tan", ["plain,relu,tanh"]),
        ("chainrule train mnist --learning-rate 0", []),
        ("chainrule train mnist --preset fas", ["plain,fast"]),
        ("chainrule train mnist --weight-d", ["plain,--weight-decay"]),
        ("chainrule train mnist --validation mnis", ["plain,mnist"]),
        ("chainrule train mnist --config ", ["file,"]),
        ("chainrule figure conf", ["plain,confusion"]),
        ("chainrule figure activations gel", ["plain,gelu"]),
        ("chainrule figure digits mnis", ["plain,mnist"]),
        ("chainrule figure parabola 0", ["file,0"]),
        ("chainrule figure sums two-l", ["plain,two-layers"]),
        ("chainrule figure nonsense x", ["file,x"]),
        ("chainrule explain two-l", ["plain,two-layers"]),
        ("chainrule descend parab", ["plain,parabola"]),
        ("chainrule study run rat", ["plain,rates"]),
        ("chainrule study show rat", ["file,rat"]),
        ("chainrule papers show approx", ["plain,approximator"]),
        ("chainrule data fetch mnis", ["plain,mnist"]),
        ("chainrule completion z", ["plain,zsh"]),
        ("chainrule inspect run wei", ["plain,weight"]),
        ("chainrule trian x", []),
    ],
)
def test_words(complete: Complete, line: str, told: list[str]) -> None:
    assert complete(line) == told


def test_runs_and_files(complete: Complete, trained: Path, chainrule: Callable[..., Any]) -> None:
    (trained / "runs").mkdir()
    shutil.move(trained / "run", trained / "runs" / "flowers")
    (trained / ".hidden").mkdir()
    for name in ("table.csv", "recipe.toml", "notes.txt"):
        (trained / name).touch()
    runs = ["plain,runs/flowers", "plain,seen"]
    assert complete("chainrule evaluate ") == runs
    assert complete("chainrule evaluate runs/f") == ["plain,runs/flowers"]
    assert complete("chainrule figure confusion run") == ["plain,runs/flowers"]
    assert complete("chainrule evaluate seen/netw") == ["plain,seen/network.safetensors"]
    assert complete("chainrule evaluate nowhere/x") == ["file,nowhere/x"]
    assert complete("chainrule diagnose re") == ["plain,recipe.toml"]
    assert complete("chainrule rate ta") == ["plain,table.csv"]
    assert complete("chainrule figure grid ta") == ["plain,table.csv"]
    assert complete("chainrule prove se") == ["plain,seen"]
    assert complete("chainrule rate no") == ["file,no"]


def test_studies(complete: Complete, flowers: str, chainrule: Callable[..., Any]) -> None:
    words = ["--epochs", "1", "--workers", "1", "--engine", "reference", "--vary", "batch_size=8"]
    assert chainrule("tune", flowers, *words).code == 0
    assert complete("chainrule study compare tune") == ["plain,tune-flowers"]
    assert complete("chainrule figure grid tune") == ["plain,tune-flowers"]
    shutil.move("studies.journal", "other.journal")
    assert complete("chainrule study show --storage other.journal t") == ["plain,tune-flowers"]


def test_a_shell_does_not_wait_for_ever(
    complete: Complete, trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (trained / "deep").mkdir()
    np.save(trained / "deep" / "x.npy", np.zeros(3))
    monkeypatch.setattr(word_completion, "_MOST_ENTRIES", 1)
    shutil.move(trained / "run", trained / "deep" / "run")
    assert complete("chainrule evaluate deep/r") == ["plain,deep/run"]
    assert complete("chainrule evaluate dee") == ["file,dee"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_scripts(chainrule: Callable[..., Any], shell: str) -> None:
    done = chainrule("completion", shell)
    assert (done.code, done.err) == (0, "")
    assert f"{COMPLETION_VARIABLE}={shell}_complete" in done.out
    program = shutil.which(shell)
    if program is not None:
        subprocess.run([program, "-n"], input=done.out, text=True, check=True)


def test_an_unknown_shell(chainrule: Callable[..., Any]) -> None:
    done = chainrule("completion", "tcsh")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("completion: expected a shell, got 'tcsh' (str).")
