"""Names: listed, documented, in the field's words, and each with one meaning in the package.

    python checks/names.py [FOLDER]            default: src

- Each module lists its public names in ``__all__``, in the linter's order: CONSTANTS, then Classes,
  then functions, with numbers in names by value. A list made by ``sorted(...)`` is in order. A
  module that is nothing but its docstring needs no list, nor does a ``__main__``.
- Each public name has a docstring.
- No two public classes of the package have one name, and no two modules one basename. The chapters
  of the equations may return in kernels, where the same equations are compiled.
- No function, class, parameter or field is named by a word that docs/notation.md has retired.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from findings import Finding, Function, parse_files, python_files, report

__all__ = ["RETIRED", "SHARED_BASENAMES", "list_names", "main"]

RETIRED = {
    "craft": "regularisation, augmentation",
    "crew": "threads, thread_pool",
    "doubts": "interval",
    "emptied": "unpack",
    "kept": "saved",
    "said": "format, report",
    "say": "format, report",
    "settled": "resolve, inference",
    "silencing": "dropout",
    "stretch": "chunk",
    "team": "threads, thread_pool",
    "tell": "report, format, describe",
    "timetable": "schedule",
    "told": "report, format, describe",
    "untold": "remaining",
    "wish": "stop_request",
}
"""Words that a reader would not search for, each with what to write instead."""

SHARED_BASENAMES = frozenset({"__init__", "__main__", "report", "tables"})
"""Basenames that stand for a fixed role in each package."""

_Modules = list[tuple[Path, ast.Module]]
_Documented = Function | ast.ClassDef
# A setter and an overload are documented where the name first stands.
_DOCUMENTED_ELSEWHERE = re.compile(r"(?:typing\.)?(?:overload|override)|\w+\.(?:setter|deleter)")


def main(folder: str) -> int:
    """Judge all modules below a folder; return 1 if there are findings."""
    findings: list[Finding] = []
    modules = list(parse_files(python_files(Path(folder)), findings))
    for path, tree in modules:
        faults = (*_listing(path, tree), *_undocumented(tree), *_retired(path, tree))
        findings += [Finding(str(path), line, sentence) for line, sentence in faults]
    findings += [*_double_classes(modules), *_double_modules(path for path, _ in modules)]
    print(f"{len(modules)} modules read")
    return report(findings)


def _listing(path: Path, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yields what is wrong with a module's list of its public names."""
    only_docstring = len(tree.body) <= (ast.get_docstring(tree) is not None)
    if only_docstring or path.name == "__main__.py":
        return
    found = [node for node in tree.body if "__all__" in _bound(node)]
    if not found:
        yield 1, "The module has no __all__."
        return
    line, names = found[0].lineno, list_names(found[0])
    if _is_made_in_order(found[0]):
        return
    if names is None:
        yield line, "__all__ is not a plain list of names."
        return
    expected = sorted(set(names), key=_rank)
    if names != expected:
        yield line, f"__all__ is not in order: expected {', '.join(expected)}."
    bound = {name for node in tree.body for name in _bound(node)}
    for name in expected:
        if name not in bound and "__getattr__" not in bound:
            yield line, f"__all__ lists {name}, which the module does not have."


def _bound(node: ast.stmt) -> set[str]:
    """Returns the names that one statement of a module gives a value to."""
    if isinstance(node, _Documented):
        return {node.name}
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    return {
        name.id
        for name in ast.walk(node)
        if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
    }


def list_names(node: ast.stmt) -> list[str] | None:
    """Returns the names in ``__all__ = [...]``, or None if the list is written in another way."""
    value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
    if not isinstance(value, (ast.List, ast.Tuple)):
        return None
    names = [item.value for item in value.elts if isinstance(item, ast.Constant)]
    strings = [name for name in names if isinstance(name, str)]
    return strings if len(strings) == len(value.elts) else None


def _is_made_in_order(node: ast.stmt) -> bool:
    """Whether a call gives the list in order: `sorted`, or `attach` in a door."""
    value = getattr(node, "value", None)
    return isinstance(value, ast.Call) and ast.unparse(value.func) in ("sorted", "attach")


def _rank(name: str) -> tuple[int, list[tuple[int, str]]]:
    """Returns what to sort a name by."""
    letters = name.lstrip("_")
    kind = 0 if name.isupper() and len(name) > 1 else 1 if letters[:1].isupper() else 2
    pieces = re.findall(r"(\d+)|(\D+)", name)
    return kind, [(int(digits or 0), text) for digits, text in pieces]


def _undocumented(scope: ast.Module | ast.ClassDef, prefix: str = "") -> Iterator[tuple[int, str]]:
    """Yields the public functions, classes and methods that have no docstring."""
    for node in scope.body:
        if not isinstance(node, _Documented) or node.name.startswith("_"):
            continue
        decorators = map(ast.unparse, node.decorator_list)
        if any(map(_DOCUMENTED_ELSEWHERE.fullmatch, decorators)):
            continue
        if ast.get_docstring(node) is None:
            yield node.lineno, f"{prefix}{node.name} is public and has no docstring."
        if isinstance(node, ast.ClassDef):
            yield from _undocumented(node, f"{prefix}{node.name}.")


def _retired(path: Path, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yields the names of functions, classes, parameters and fields that hold a retired word."""
    for line, name in ((1, path.stem), *_given_names(tree)):
        words = {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}
        for word in sorted(words & set(RETIRED)):
            yield line, f"{name} holds the word '{word}': write {RETIRED[word]} or another."


def _given_names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yields the names that a reader of the code meets away from the line that gives them."""
    for node in ast.walk(tree):
        if isinstance(node, _Documented):
            yield node.lineno, node.name
        if isinstance(node, ast.arg):
            yield node.lineno, node.arg
        scope = node.body if isinstance(node, (ast.Module, ast.ClassDef)) else []
        for statement in (one for one in scope if isinstance(one, (ast.Assign, ast.AnnAssign))):
            yield from ((statement.lineno, name) for name in sorted(_bound(statement)))


def _double_classes(modules: _Modules) -> Iterator[Finding]:
    """Yields the public classes whose name another module has given to a class before."""
    homes: dict[str, Path] = {}
    for path, tree in modules:
        classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
        for node in (node for node in classes if not node.name.startswith("_")):
            home = homes.setdefault(node.name, path)
            if home != path:
                sentence = f"{home} has a public class {node.name} too: one name, one meaning."
                yield Finding(str(path), node.lineno, sentence)


def _double_modules(paths: Iterable[Path]) -> Iterator[Finding]:
    """Yields the modules whose basename another one has; kernels may repeat an equation's."""
    homes: dict[str, list[Path]] = defaultdict(list)
    for path in paths:
        if path.stem not in SHARED_BASENAMES:
            homes[path.stem].append(path)
    for name, found in homes.items():
        rooms = {path.parent.name for path in found}
        others = [p for p in found if not (p.parent.name == "kernels" and "equations" in rooms)]
        for path in others[1:]:
            sentence = f"{others[0]} is called {name} too: name it by what it adds."
            yield Finding(str(path), 1, sentence)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if sys.argv[1:] else "src"))
