"""Locks: requirements/ pins what pyproject.toml asks for, and names no host.

    python checks/locks.py [FOLDER]            default: this folder

The locks are installed without resolving dependencies, so a package that a lock lacks would not be
installed at all.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from findings import Finding, report

__all__ = ["Lock", "main"]

_GROUPS = {"requirements/run.txt": ("build",), "requirements/test.txt": ("build", "test", "check")}
_PIN = re.compile(r"([\w.-]+)==([^\s;]+)")
_ADDRESS = re.compile(r"://|^\s*-(?!-hash=sha256:)|\s@\s|^\s*\.{0,2}/")


@dataclass(frozen=True)
class Lock:
    """One lock file: its path, its lines, and the pinned versions of each package."""

    path: str
    lines: tuple[str, ...]
    pins: Mapping[str, set[str]]


def main(folder: str) -> int:
    """Compare the locks of a folder with its pyproject.toml; return 1 if there are findings."""
    project = tomllib.loads(Path(folder, "pyproject.toml").read_text(encoding="utf-8"))
    locks = [_read(folder, path) for path in _GROUPS]
    findings = [finding for lock in locks for finding in _lock_faults(lock, project)]
    findings += _differences(*locks)
    print(", ".join(f"{lock.path} pins {len(lock.pins)} packages" for lock in locks))
    return report(findings)


def _read(folder: str, path: str) -> Lock:
    """Returns one lock file, read."""
    lines = tuple(Path(folder, path).read_text(encoding="utf-8").splitlines())
    pins: dict[str, set[str]] = {}
    for match in filter(None, map(_PIN.match, lines)):
        pins.setdefault(canonicalize_name(match[1]), set()).add(match[2])
    return Lock(path, lines, pins)


def _lock_faults(lock: Lock, project: dict[str, Any]) -> Iterator[Finding]:
    """Yields what one lock lacks, pins wrongly, or must not name."""
    for text in _requirements(project, _GROUPS[lock.path]):
        asked = Requirement(text)
        versions = lock.pins.get(canonicalize_name(asked.name), set())
        if not versions or not all(map(asked.specifier.contains, versions)):
            pinned = " and ".join(sorted(versions)) or "nothing"
            sentence = f"pyproject.toml asks for {text}, the lock pins {pinned}: run make lock."
            yield Finding(lock.path, 1, sentence)
    for number, line in enumerate(lock.lines, start=1):
        if _ADDRESS.search(line):
            yield Finding(
                lock.path, number, f"'{line.strip()}' is not a pin: an address or option."
            )


def _requirements(project: dict[str, Any], groups: tuple[str, ...]) -> Iterator[str]:
    """Yields all that pyproject.toml asks for in these groups, to build and to run."""
    yield from project["build-system"]["requires"]
    yield from project["project"]["dependencies"]
    for group in groups:
        yield from project["dependency-groups"][group]


def _differences(run: Lock, test: Lock) -> Iterator[Finding]:
    """Yields where the two locks differ, so that the tests would not test what runs."""
    for name, versions in run.pins.items():
        tested = test.pins.get(name, set())
        if versions != tested:
            here, there = _list_versions(versions), _list_versions(tested)
            sentence = f"{name} is {here} here and {there} in {test.path}: run make lock."
            yield Finding(run.path, 1, sentence)


def _list_versions(versions: set[str]) -> str:
    return " and ".join(sorted(versions)) or "absent"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if sys.argv[1:] else "."))
