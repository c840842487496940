from __future__ import annotations

import os
import shutil
import subprocess

import pytest

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")

# An interpreter that notes what it is asked and makes an environment out of itself.
INTERPRETER = """#!/bin/sh
echo "$@" >> asked.txt
case "$*" in
    *print*) echo {version} ;;
    *version_info*) exit {too_old} ;;
    *ensurepip*) exit {no_venv} ;;
    *"venv "*) mkdir -p .venv/bin; cp "$0" .venv/bin/python ;;
esac
"""
LOCKED = "-m pip install --quiet --no-deps --only-binary :all: --require-hashes -r requirements/"
INSTALLS = [
    LOCKED + "run.txt",
    "-m pip install --quiet --no-deps --no-build-isolation --editable .",
    LOCKED + "test.txt",
]


@pytest.fixture
def interpreter(plant):
    def make(name: str, *, version: str = "3.12", too_old: int = 0, no_venv: int = 0) -> str:
        text = INTERPRETER.format(version=version, too_old=too_old, no_venv=no_venv)
        path = plant(name, text)
        path.chmod(0o755)
        return f"./{name}"

    return make


@pytest.fixture
def make(root, tmp_path, plant):
    """Run make in a folder of its own; exit code, errors, and what pip and venv were asked."""
    shutil.copy(root / "Makefile", tmp_path)
    for name in ("pyproject.toml", "requirements/run.txt", "requirements/test.txt"):
        plant(name, "")

    def run(*arguments: str, folder=tmp_path):
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
        environment.pop("PYTHON", None)
        asked = folder / "asked.txt"
        asked.unlink(missing_ok=True)
        done = subprocess.run(
            ["make", *arguments],
            cwd=folder,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        lines = asked.read_text().splitlines() if asked.exists() else []
        return done.returncode, done.stderr, [line for line in lines if line.startswith("-m")]

    return run


def test_help_names_every_verb(root):
    text = (root / "Makefile").read_text()
    (phony,) = (line.split()[2:] for line in text.splitlines() if line.startswith(".PHONY:"))
    done = subprocess.run(
        ["make", "--no-print-directory"], cwd=root, capture_output=True, text=True, check=True
    )
    told = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("  make ")]
    assert sorted(told) == sorted(phony)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            None,
            "make: expected a Python interpreter, got './python', which does not run. "
            "Name another: make digits PYTHON=python3.12.",
        ),
        (
            {"version": "3.10", "too_old": 1},
            "make: expected Python 3.11 or newer, got 3.10 ('./python'). "
            "Name another: make digits PYTHON=python3.12.",
        ),
        (
            {"no_venv": 1},
            "make: expected Python with venv, got './python' without it. "
            "On Debian and Ubuntu: apt install python3-venv.",
        ),
    ],
)
def test_an_interpreter_that_will_not_do_is_refused_in_one_line(
    make, interpreter, tmp_path, options, sentence
):
    if options is not None:
        interpreter("python", **options)
    code, errors, asked = make("digits", "PYTHON=./python")
    assert (code, errors.splitlines()[0], asked) == (2, sentence, [])
    assert not (tmp_path / ".venv").exists()


def test_a_second_make_installs_nothing(make, interpreter):
    python = interpreter("python")
    assert make("setup", f"PYTHON={python}") == (0, "", ["-m venv .venv", *INSTALLS])
    assert make("setup", f"PYTHON={python}") == (0, "", [])


@pytest.mark.parametrize(
    ("changed", "installs"),
    [
        ("requirements/test.txt", INSTALLS[2:]),
        ("pyproject.toml", INSTALLS[1:2]),
        ("requirements/run.txt", INSTALLS),
    ],
)
def test_a_changed_lock_is_installed(make, interpreter, tmp_path, changed, installs):
    python = interpreter("python")
    make("setup", f"PYTHON={python}")
    later = (tmp_path / ".venv/tested-with").stat().st_mtime_ns + 1_000_000
    os.utime(tmp_path / changed, ns=(later, later))
    assert make("setup", f"PYTHON={python}")[2] == installs


def test_another_version_makes_the_environment_anew(make, interpreter):
    make("setup", f"PYTHON={interpreter('python')}")
    other = interpreter("other", version="3.13")
    assert make("setup", f"PYTHON={other}")[2] == ["-m venv --clear .venv", *INSTALLS]


def test_a_moved_folder_makes_the_environment_anew(make, interpreter, tmp_path):
    python = interpreter("a/python")
    plain = tmp_path / "a"
    for name in ("Makefile", "pyproject.toml", "requirements"):
        (tmp_path / name).rename(plain / name)
    make("setup", "PYTHON=./python", folder=plain)
    moved = plain.rename(tmp_path / "with a space")
    assert python == "./a/python"
    assert make("setup", "PYTHON=./python", folder=moved)[2] == ["-m venv --clear .venv", *INSTALLS]
    assert make("setup", "PYTHON=./python", folder=moved)[2] == []
