"""The law of public names: each module lists its own in order, all are documented, import is light.

    python checks/public_names.py [FOLDER PACKAGE]           src and chainrule where none is named

A module that is nothing but its docstring needs no ``__all__``, nor does a ``__main__``. The order
is that of the linter: CONSTANTS, then Classes, then functions, with numbers in names by value.
A list made by ``sorted(...)`` is in order. Every name that the package itself lists must be there.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from findings import Finding, parsed, python_files, tell

__all__ = ["HEAVY", "main"]

HEAVY = (
    "PIL",
    "dask",
    "distributed",
    "joblib",
    "matplotlib",
    "numba",
    "optuna",
    "pyarrow",
    "rich",
    "safetensors",
    "scipy",
    "sklearn",
    "sqlalchemy",
    "starlette",
)

_WEIGH = """
import sys
sys.path.insert(0, sys.argv[1])
__import__(sys.argv[2])
print(*sorted(set(sys.argv[3:]) & set(sys.modules)), sep="\\n", end="")
"""
_OPEN = """
import sys
sys.path.insert(0, sys.argv[1])
package = __import__(sys.argv[2])
for name in getattr(package, "__all__", ()):
    try:
        getattr(package, name)
    except Exception as error:
        print(f"{name}, which cannot be had: {type(error).__name__}: {error}")
"""

_Documented = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_DOCUMENTED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
# A setter and an overload are documented where the name first stands.
_TOLD_ELSEWHERE = re.compile(r"(?:typing\.)?(?:overload|override)|\w+\.(?:setter|deleter)")


def main(folder: str, package: str) -> int:
    """Judge the modules below a folder and the import of one package; 1 where a law is broken."""
    findings: list[Finding] = []
    modules = list(parsed(python_files(Path(folder)), findings))
    for path, tree in modules:
        findings += [Finding(str(path), line, sentence) for line, sentence in _judged(path, tree)]
    findings += _weighed(folder, package)
    print(f"{len(modules)} modules read, {package} imported")
    return tell(findings)


def _judged(path: Path, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """What is wrong in one module: lines and sentences."""
    if path.name != "__main__.py" and len(tree.body) > (ast.get_docstring(tree) is not None):
        yield from _listing(tree)
    for name, node in _public(tree):
        if ast.get_docstring(node) is None:
            yield node.lineno, f"{name} is public and has no docstring."


def _listing(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """What is wrong with a module's list of its public names."""
    found = [node for node in tree.body if "__all__" in _bound(node)]
    if not found:
        yield 1, "The module has no __all__."
        return
    line, names = found[0].lineno, _strings(found[0])
    if _is_sorted_call(found[0]):
        return
    if names is None:
        yield line, "__all__ is not a plain list of names."
        return
    wanted = sorted(set(names), key=_place)
    if names != wanted:
        yield line, f"__all__ is not in order: expected {', '.join(wanted)}."
    bound = {name for node in tree.body for name in _bound(node)}
    for name in wanted:
        if name not in bound and "__getattr__" not in bound:
            yield line, f"__all__ lists {name}, which the module does not have."


def _bound(node: ast.stmt) -> set[str]:
    """The names that one statement of a module gives a value to."""
    if isinstance(node, _DOCUMENTED):
        return {node.name}
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    return {
        name.id
        for name in ast.walk(node)
        if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
    }


def _strings(node: ast.stmt) -> list[str] | None:
    """The names in ``__all__ = [...]``, or None where it is something else."""
    value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
    if not isinstance(value, (ast.List, ast.Tuple)):
        return None
    names = [item.value for item in value.elts if isinstance(item, ast.Constant)]
    strings = [name for name in names if isinstance(name, str)]
    return strings if len(strings) == len(value.elts) else None


def _is_sorted_call(node: ast.stmt) -> bool:
    """Whether the list is put in order by the module itself."""
    value = getattr(node, "value", None)
    return isinstance(value, ast.Call) and ast.unparse(value.func) == "sorted"


def _place(name: str) -> tuple[int, list[tuple[int, str]]]:
    """Where a name stands in the order."""
    words = name.lstrip("_")
    kind = 0 if name.isupper() and len(name) > 1 else 1 if words[:1].isupper() else 2
    pieces = re.findall(r"(\d+)|(\D+)", name)
    return kind, [(int(digits or 0), text) for digits, text in pieces]


def _public(
    scope: ast.Module | ast.ClassDef, prefix: str = ""
) -> Iterator[tuple[str, _Documented]]:
    """The public functions and classes of a module, with their public methods."""
    for node in scope.body:
        if not isinstance(node, _DOCUMENTED) or node.name.startswith("_"):
            continue
        if any(_TOLD_ELSEWHERE.fullmatch(ast.unparse(mark)) for mark in node.decorator_list):
            continue
        yield prefix + node.name, node
        if isinstance(node, ast.ClassDef):
            yield from _public(node, f"{prefix}{node.name}.")


def _weighed(folder: str, package: str) -> Iterator[Finding]:
    """Which heavy libraries a plain import drags in, and which names of the door lead nowhere."""
    where = str(Path(folder, package, "__init__.py"))
    ended, heavy = _interpreted(_WEIGH, folder, package)
    if ended:
        yield Finding(where, 1, f"import {package} fails: {ended}.")
        return
    for name in heavy:
        yield Finding(where, 1, f"import {package} imports {name}: import it where it is used.")
    for line in _interpreted(_OPEN, folder, package)[1]:
        yield Finding(where, 1, f"{package} lists {line}.")


def _interpreted(program: str, folder: str, package: str) -> tuple[str, list[str]]:
    """What a new interpreter says of the package: its last words if it failed, and its lines."""
    command = [sys.executable, "-c", program, folder, package, *HEAVY]
    run = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    last_words = run.stderr.strip().splitlines()[-1] if run.returncode else ""
    return last_words, run.stdout.splitlines()


if __name__ == "__main__":
    sys.exit(main(*(sys.argv[1:] or ["src", "chainrule"])))
