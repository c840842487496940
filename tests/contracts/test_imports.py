"""Imports: no cycle, however it is hidden, and every module can be imported first."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import chainrule

SOURCE = Path(chainrule.__file__).parents[1]


def modules() -> dict[str, Path]:
    """Each module of the package with its file."""
    found = {}
    for path in sorted((SOURCE / "chainrule").rglob("*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(tree: ast.Module, known: set[str]) -> Iterator[str]:
    """The modules of the package that a module names anywhere in its text.

    Imports at the top, in functions and for type checkers count alike, and so does a string that is
    the whole name of a module: `importlib.import_module` may be given it.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module in known:
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in known else str(node.module) for name in inner)
        elif isinstance(node, ast.Constant) and node.value in known:
            yield str(node.value)


def import_graph(texts: dict[str, str]) -> dict[str, set[str]]:
    """Each module with those that it imports, itself left out."""
    known = set(texts)
    return {
        name: set(imports(ast.parse(text), known)) - {name, "chainrule"}
        for name, text in texts.items()
    }


def find_cycle(graph: dict[str, set[str]]) -> list[str]:
    """A cycle as a list of names that begins and ends with the same one; empty without one."""
    done: set[str] = set()
    path: list[str] = []

    def visit(name: str) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return []
        path.append(name)
        for other in sorted(graph[name]):
            if cycle := visit(other):
                return cycle
        path.pop()
        done.add(name)
        return []

    for name in graph:
        if cycle := visit(name):
            return cycle
    return []


def test_no_module_imports_itself_in_the_end() -> None:
    texts = {name: path.read_text(encoding="utf-8") for name, path in modules().items()}
    graph = import_graph(texts)
    assert sum(map(len, graph.values())) > 1000  # the graph was read
    assert find_cycle(graph) == []


@pytest.mark.parametrize(
    "text",
    [
        "from pack.one import f",
        "import pack.one",
        "def g():\n    from pack import one",
        "import importlib\ndef g():\n    return importlib.import_module('pack.one')",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from pack.one import f",
        "HOMES = {'text': 'pack.one'}",
    ],
)
def test_a_hidden_cycle_is_found(text: str) -> None:
    graph = import_graph({"pack": "", "pack.one": "from pack.two import g", "pack.two": text})
    assert find_cycle(graph) == ["pack.one", "pack.two", "pack.one"]


PROGRAM = """
import json, os, sys

# What the modules use is loaded once; of the package itself nothing is.
import click, filelock, matplotlib.figure, numba, numpy, optuna, platformdirs, rich.progress
import scipy.special, sympy, threadpoolctl

def import_first(name):
    reading, writing = os.pipe()
    if os.fork() == 0:
        try:
            __import__(name)
        except BaseException as error:
            os.write(writing, f"{type(error).__name__}: {error}".encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as stream:
        return stream.read()

failed = {name: text for name in sys.stdin.read().split() if (text := import_first(name))}
json.dump(failed, sys.stdout)
sys.exit("chainrule" in sys.modules)
"""


def import_alone(names: list[str], folder: Path) -> dict[str, str]:
    """The error of each module that cannot be the first one that a process imports."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM],
        input="\n".join(names),
        env={**os.environ, "PYTHONPATH": str(folder), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    failed: dict[str, str] = json.loads(done.stdout)
    return failed


def test_a_module_can_be_the_first_one() -> None:
    """Each door and every sixth other module: without a cycle the others can be it too."""
    names = [name for name in modules() if not name.endswith("__main__")]
    doors = [name for name in names if (SOURCE / name.replace(".", "/") / "__init__.py").exists()]
    assert len(doors) > 20
    assert import_alone([*doors, *names[::6]], SOURCE) == {}


def test_a_module_that_needs_another_one_before_it(tmp_path: Path) -> None:
    (tmp_path / "first.py").write_text("from second import g\nf = 1\n")
    (tmp_path / "second.py").write_text("from first import f\ng = 1\n")
    assert list(import_alone(["first", "second", "json"], tmp_path)) == ["first", "second"]
