"""What a check finds, and how it is told: ``path:line: sentence``, exit 1 where there is any."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Finding", "parsed", "python_files", "tell"]


@dataclass(frozen=True, order=True)
class Finding:
    """One place that breaks a law.

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
    """All Python files below a folder, in order."""
    return sorted(root.rglob("*.py"))


def parsed(paths: Iterable[Path], findings: list[Finding]) -> Iterator[tuple[Path, ast.Module]]:
    """Each file with its syntax tree; one that is no Python becomes a finding instead."""
    for path in paths:
        try:
            yield path, ast.parse(path.read_text(encoding="utf-8"))
        except SyntaxError as error:
            findings.append(Finding(str(path), error.lineno or 1, f"no Python: {error.msg}."))


def tell(findings: Iterable[Finding]) -> int:
    """Print the findings in order; the exit code that goes with them."""
    told = sorted(set(findings))
    for finding in told:
        print(finding)
    return 1 if told else 0
