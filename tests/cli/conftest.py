from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping

import pytest


@pytest.fixture(autouse=True)
def alone(own_folder: None) -> None:
    """Every test here works in an empty folder of its own."""


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
