"""Programs that exports are proved by, started once for many networks.

What starts a Keras, a PyTorch or a LibreOffice for each network spends most of its time on that.
Here one process of Python has the library and runs each exported program in a fork, one LibreOffice
converts one workbook after another, and files are read back without the child process of
`chainrule import`. What is run and compared is the same.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from unittest.mock import patch

from chainrule.errors import DataError
from chainrule.exchange import (
    c_source,
    javascript_runs,
    keras_archive,
    network_import,
    network_spreadsheet,
    office_runs,
    python_program,
    torch_module,
)
from chainrule.exchange.child_process import call_program
from chainrule.exchange.importers import read_model, step_proof
from chainrule.exchange.importers.onnx_answers import compute_answers

__all__ = ["warm_programs"]

_SERVER = """
import importlib, json, os, sys, traceback
for name in sys.argv[1:]:
    importlib.import_module(name)
print("ready", flush=True)
for line in sys.stdin:
    code, *given = json.loads(line)
    child = os.fork()
    if not child:
        try:
            sys.argv = ["-c", *given]
            exec(compile(code, "child", "exec"), {"__name__": "__main__"})
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class WarmPython:
    """A process of Python that has libraries, and runs programs in forks.

    Args:
        libraries: what it imports.
        environment: variables to set there.
    """

    def __init__(self, libraries: Sequence[str], environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _SERVER, *libraries],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )
        self._expect("ready")

    def _expect(self, line: str) -> None:
        assert self._process.stdout is not None
        found = self._process.stdout.readline().strip()
        if found != line:
            raise DataError("a warm process of Python", expected=line, got=found or "its end")

    def call(self, command: Sequence[str], where: str, _: Any = None) -> str:
        """Run `python -c CODE …` in a fork, in the place of `call_program`."""
        assert self._process.stdin is not None
        _program, _option, *rest = command
        self._process.stdin.write(json.dumps(rest) + "\n")
        self._process.stdin.flush()
        self._expect("0")
        return where

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


Patches = list[Any]
"""What `unittest.mock.patch.object` returns."""


@contextlib.contextmanager
def _warm_python(module: Any, *libraries: str, **environment: str) -> Iterator[Patches]:
    """Have a process with the library of a form, where it is."""
    if not find_spec(libraries[0]):
        yield []
        return
    python = WarmPython(libraries, environment)
    run_in_child = module.run_program_in_child

    def run_in_fork(*given: Any) -> Any:
        with patch.object(python_program, "call_program", python.call):
            return run_in_child(*given)

    try:
        yield [patch.object(module, "run_program_in_child", run_in_fork)]
    finally:
        python.close()


@contextlib.contextmanager
def _warm_office(most_cells: int) -> Iterator[Patches]:
    """Have a LibreOffice that listens, where it is."""
    if office_runs.missing_office():
        yield []
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        command = office_runs._command(Path(folder))
        office = subprocess.Popen(
            [*command, "--norestore", "--accept=pipe,name=chainrule;urp;"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(10)  # a second call before it listens would be an office of its own
        try:
            yield [
                patch.object(office_runs, "_command", lambda _: command),
                patch.object(network_spreadsheet, "_MOST_CELLS", most_cells),
            ]
        finally:
            os.killpg(office.pid, signal.SIGTERM)
            office.wait()


def _cache_versions() -> Callable[..., str]:
    """Return `call_program` with a memory for the versions of programs."""
    known: dict[tuple[str, ...], str] = {}

    def call(command: Sequence[str], *rest: Any) -> str:
        if command[-1] != "--version":
            return call_program(command, *rest)
        if tuple(command) not in known:
            known[tuple(command)] = call_program(command, *rest)
        return known[tuple(command)]

    return call


def _compute_here(path: str, cells: Any, rows: Any) -> Any:
    return compute_answers(Path(path), [list(column) for column in cells], rows)


@contextlib.contextmanager
def warm_programs(most_cells: int) -> Iterator[Callable[[], contextlib.ExitStack]]:
    """Start the programs; within what the function given returns, exports and imports use them.

    Args:
        most_cells: of a spreadsheet in which a network is run.
    """
    call, callers = _cache_versions(), (c_source, javascript_runs, office_runs)
    with contextlib.ExitStack() as stack:
        patches = [
            *stack.enter_context(_warm_python(keras_archive, "keras", KERAS_BACKEND="numpy")),
            *stack.enter_context(
                _warm_python(torch_module, "torch", "safetensors.torch", OMP_NUM_THREADS="1")
            ),
            *stack.enter_context(_warm_office(most_cells)),
            *(patch.object(one, "call_program", call) for one in callers),
            patch.object(network_import, "read_guarded", read_model),
            patch.object(step_proof, "compute_guarded", _compute_here),
        ]

        def use() -> contextlib.ExitStack:
            used = contextlib.ExitStack()
            for one in patches:
                used.enter_context(one)
            return used

        yield use
