"""Records: what belongs together has a name, and what is frozen stays as it was made.

    python checks/records.py [FOLDER ...]        default: src

Refused are

- a parameter whose type is an anonymous tuple of three parts or more, also inside another type and
  by way of an alias in the same file: make it a NamedTuple or a dataclass; ``tuple[int, ...]`` is a
  sequence and fine;
- a field of a frozen dataclass, or of a NamedTuple, that is a dict, a list or a set: annotate a
  Mapping or a tuple, and give caches an object of their own;
- ``object.__setattr__`` outside ``__post_init__``: it writes into a frozen record.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from findings import Finding, Function, parse_files, python_files, report

__all__ = ["main"]

_MUTABLE = frozenset(
    (
        *("dict", "list", "set", "bytearray", "deque", "defaultdict", "Counter", "OrderedDict"),
        *("MutableMapping", "MutableSequence", "MutableSet"),
    )
)
_ANONYMOUS_PARTS = 3
# check_record is called by the __post_init__ of records with limits.
_MAKERS = ("__post_init__", "check_record")


def main(folders: list[str]) -> int:
    """Read the folders and print the findings; return 1 if there are any."""
    findings: list[Finding] = []
    paths = [path for folder in folders for path in python_files(Path(folder))]
    for path, tree in parse_files(paths, findings):
        faults = (*_anonymous_tuples(tree), *_mutable_fields(tree), *_late_writes(tree))
        findings += [Finding(str(path), line, sentence) for line, sentence in faults]
    print(f"{len(paths)} files read")
    return report(findings)


def _anonymous_tuples(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yields the parameters whose type is or holds an anonymous tuple of many parts."""
    aliases = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for function in (node for node in ast.walk(tree) if isinstance(node, Function)):
        every = (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
        for argument in every:
            if argument.annotation is not None and _holds_tuple(argument.annotation, aliases):
                who = f"{function.name}({argument.arg})"
                kind = ast.unparse(argument.annotation)
                yield argument.lineno, f"{who} is an anonymous {kind}: make it a named record."


def _holds_tuple(annotation: ast.expr, aliases: dict[str, ast.expr]) -> bool:
    """Whether a type is, or holds, a tuple of many parts; what a Callable takes is not asked."""
    if isinstance(annotation, ast.Name) and annotation.id in aliases:
        others = {name: value for name, value in aliases.items() if name != annotation.id}
        return _holds_tuple(aliases[annotation.id], others)
    if isinstance(annotation, ast.Subscript):
        if ast.unparse(annotation.value) == "tuple" and _is_long(annotation.slice):
            return True
        return _holds_tuple(annotation.slice, aliases)
    if isinstance(annotation, (ast.BinOp, ast.Tuple, ast.List)):
        parts = [node for node in ast.iter_child_nodes(annotation) if isinstance(node, ast.expr)]
        return any(_holds_tuple(part, aliases) for part in parts)
    return False


def _is_long(parts: ast.expr) -> bool:
    if not isinstance(parts, ast.Tuple) or len(parts.elts) < _ANONYMOUS_PARTS:
        return False
    return not any(isinstance(part, ast.Constant) and part.value is ... for part in parts.elts)


def _mutable_fields(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yields the fields of frozen records that could be changed."""
    for record in (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)):
        if not _is_frozen(record):
            continue
        for field in (node for node in record.body if isinstance(node, ast.AnnAssign)):
            words = _outer_names(field.annotation) | _factories(field.value)
            for word in sorted(words & _MUTABLE):
                who = f"{record.name}.{ast.unparse(field.target)}"
                yield field.lineno, f"{who} is a {word} in a frozen record."


def _is_frozen(record: ast.ClassDef) -> bool:
    """Whether a class is a NamedTuple or a dataclass with ``frozen=True``."""
    if any(ast.unparse(base).endswith("NamedTuple") for base in record.bases):
        return True
    marks = [ast.unparse(mark) for mark in record.decorator_list]
    return any("dataclass(" in mark and "frozen=True" in mark for mark in marks)


def _outer_names(annotation: ast.expr) -> set[str]:
    """Returns the names of a type and of its alternatives, not of what it holds."""
    if isinstance(annotation, ast.BinOp):
        return _outer_names(annotation.left) | _outer_names(annotation.right)
    if isinstance(annotation, ast.Subscript):
        return _outer_names(annotation.value)
    return {ast.unparse(annotation).rpartition(".")[2]}


def _factories(value: ast.expr | None) -> set[str]:
    """Returns the name that makes a field's default value: ``field(default_factory=dict)``."""
    if not isinstance(value, ast.Call):
        return set()
    given = [word.value for word in value.keywords if word.arg == "default_factory"]
    return {ast.unparse(factory) for factory in given}


def _late_writes(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yields the writes into frozen records after they were made."""
    makers = [node for node in ast.walk(tree) if isinstance(node, Function)]
    makers = [function for function in makers if function.name in _MAKERS]
    allowed = {id(inner) for function in makers for inner in ast.walk(function)}
    for node in (node for node in ast.walk(tree) if isinstance(node, ast.Attribute)):
        if ast.unparse(node) == "object.__setattr__" and id(node) not in allowed:
            yield node.lineno, "object.__setattr__ outside __post_init__ writes into a record."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["src"]))
