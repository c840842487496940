"""The size law: functions and files are small rooms.

    python checks/sizes.py [FOLDER ...]        the folders are src and checks where none is named

A body runs from the first statement after the docstring to the last line. Nesting counts for,
while, if, with, try and match; an elif is no deeper than its if, and a function inside a function
is measured by itself. A positional argument is one that can be passed by place, without self
and without what Numba gives an intrinsic first.
"""

from __future__ import annotations

import ast
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from findings import Finding, parsed, python_files, tell

__all__ = ["Law", "Size", "main"]

_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_BLOCKS = (*_LOOPS, ast.If, ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.Match)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Law:
    """How large one thing may be.

    Args:
        name: the heading in the table.
        most: the largest size allowed.
        sentence: what to say of one that is larger, with places for who, size and most.
        median_below: what the median must stay below; None where it is only reported.
    """

    name: str
    most: int
    sentence: str
    median_below: int | None = None


@dataclass(frozen=True)
class Size:
    """One thing measured under one law."""

    law: Law
    path: str
    line: int
    who: str
    size: int


BODY = Law("function body, lines", 50, "The body of {who} has {size} lines, {most} at most.", 8)
FILE = Law("file, lines", 300, "The file has {size} lines, {most} at most.")
NESTING = Law("nesting", 3, "{who} nests {size} deep, {most} at most.")
POSITIONAL = Law(
    "positional arguments",
    5,
    "{who} takes {size} positional arguments, {most} at most; make the rest keyword-only.",
)
LAWS = (BODY, FILE, NESTING, POSITIONAL)


def main(folders: list[str]) -> int:
    """Measure the folders, print a table and the findings; 1 where a law is broken."""
    findings: list[Finding] = []
    paths = [path for folder in folders for path in python_files(Path(folder))]
    if not paths:
        findings.append(Finding(folders[0], 1, "No Python file here to measure."))
    sizes = [size for path, tree in parsed(paths, findings) for size in _sizes(path, tree)]
    print(f"{'':22}{'median':>7}{'most':>6}  law")
    for law in LAWS:
        findings += _judged(law, [size for size in sizes if size.law is law], folders[0])
    return tell(findings)


def _judged(law: Law, sizes: list[Size], where: str) -> Iterator[Finding]:
    """Print one line of the table; what breaks the law."""
    numbers = [size.size for size in sizes] or [0]
    median = statistics.median(numbers)
    words = f"at most {law.most}"
    if law.median_below is not None:
        words += f", median below {law.median_below}"
        if median >= law.median_below:
            sentence = f"The median of {law.name} is {median:g}, it must be below"
            yield Finding(where, 1, f"{sentence} {law.median_below}.")
    print(f"{law.name:22}{median:7g}{max(numbers):6}  {words} ({len(sizes)} measured)")
    for size in sizes:
        if size.size > law.most:
            sentence = law.sentence.format(who=size.who, size=size.size, most=law.most)
            yield Finding(size.path, size.line, sentence)


def _sizes(path: Path, tree: ast.Module) -> Iterator[Size]:
    """All sizes in one file."""
    lines = len(path.read_text(encoding="utf-8").splitlines())
    yield Size(FILE, str(path), 1, "", lines)
    for function, positional in _functions(tree):
        measured = (BODY, _body(function)), (NESTING, _nesting(function)), (POSITIONAL, positional)
        for law, size in measured:
            yield Size(law, str(path), function.lineno, function.name, size)


def _functions(tree: ast.Module) -> Iterator[tuple[_Function, int]]:
    """Each function of a file and how many arguments can be passed to it by place."""
    for parent in ast.walk(tree):
        for node in ast.iter_child_nodes(parent):
            if isinstance(node, _FUNCTIONS):
                has_self = isinstance(parent, ast.ClassDef) and not _has(node, "staticmethod")
                given = has_self or _has(node, "intrinsic")
                yield node, len(node.args.posonlyargs) + len(node.args.args) - given


def _body(function: _Function) -> int:
    """The lines from the first statement after the docstring to the last."""
    statements = function.body
    if ast.get_docstring(function, clean=False) is not None:
        statements = statements[1:]
    if not statements:
        return 0
    return (statements[-1].end_lineno or 0) - _first_line(statements[0]) + 1


def _first_line(statement: ast.stmt) -> int:
    """Where a statement begins, its decorators included."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)])


def _nesting(node: ast.AST, depth: int = 0) -> int:
    """How deep the deepest block in a function lies."""
    deepest = depth
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (*_FUNCTIONS, ast.ClassDef)):
            continue
        deeper = isinstance(child, _BLOCKS) and not _is_elif(node, child)
        deepest = max(deepest, _nesting(child, depth + deeper))
    return deepest


def _is_elif(parent: ast.AST, child: ast.AST) -> bool:
    """Whether an if is written as the elif of the one around it."""
    if not (isinstance(parent, ast.If) and isinstance(child, ast.If)):
        return False
    return parent.orelse == [child] and parent.col_offset == child.col_offset


def _has(function: _Function, decorator: str) -> bool:
    """Whether a function has a decorator of this name."""
    return decorator in [node.id for node in function.decorator_list if isinstance(node, ast.Name)]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["src", "checks"]))
