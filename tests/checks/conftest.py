"""A folder to plant files in, and a check run there as a person runs it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture
def plant(tmp_path: Path) -> Callable[..., Path]:
    """Write a file below the test's own folder; its path."""

    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def run_check(tmp_path: Path) -> Callable[..., tuple[int, list[str]]]:
    """Run a check in the test's own folder; its exit code and the lines that it printed."""

    def run(name: str, *arguments: str) -> tuple[int, list[str]]:
        command = [sys.executable, str(ROOT / "checks" / name), *arguments]
        done = subprocess.run(
            command, cwd=tmp_path, capture_output=True, encoding="utf-8", check=False
        )
        return done.returncode, (done.stdout + done.stderr).splitlines()

    return run
