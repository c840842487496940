"""What the checks share: findings, syntax trees, and the report with its exit code."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Finding", "Function", "parse_files", "public_functions", "python_files", "report"]

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, order=True)
class Finding:
    """One place that breaks a rule.

    Args:
        path: the file, as a person would type it.
        line: the line in it, from 1.
        sentence: what is wrong there and what would be right.
    """

    path: str
    line: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.sentence}"


def python_files(root: Path) -> list[Path]:
    """Returns all Python files below a folder, in order."""
    return sorted(root.rglob("*.py"))


def parse_files(
    paths: Iterable[Path], findings: list[Finding]
) -> Iterator[tuple[Path, ast.Module]]:
    """Yields each file with its syntax tree; a file that is no Python becomes a finding instead."""
    for path in paths:
        try:
            yield path, ast.parse(path.read_text(encoding="utf-8"))
        except SyntaxError as error:
            findings.append(Finding(str(path), error.lineno or 1, f"no Python: {error.msg}."))


def public_functions(scope: ast.Module | ast.ClassDef) -> Iterator[Function]:
    """Yields the functions of a module, and the methods of its classes, that users can call.

    Names with a leading underscore are private, and so is all inside them.
    """
    for node in scope.body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from public_functions(node)
        elif isinstance(node, Function) and not node.name.startswith("_"):
            yield node


def report(findings: Iterable[Finding], notes: Iterable[Finding] = ()) -> int:
    """Print the findings in order; return the exit code, 1 if there are any.

    Args:
        findings: places that break a rule.
        notes: places worth a look that break none; printed first, without effect on the exit code.
    """
    for note in sorted(set(notes)):
        print(f"note: {note}")
    ordered = sorted(set(findings))
    for finding in ordered:
        print(finding)
    return 1 if ordered else 0
