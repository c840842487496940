"""The law of the locks: requirements/ pins what pyproject.toml asks for, and names no host.

    python checks/locks.py [FOLDER]            the folder is this one where none is named

The locks are installed without looking at what packages ask for, so a name missing here would be
missing there.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from findings import Finding, tell

__all__ = ["Lock", "main"]

_GROUPS = {"requirements/run.txt": ("build",), "requirements/test.txt": ("build", "test", "check")}
_PIN = re.compile(r"([\w.-]+)==([^\s;]+)")
_ADDRESS = re.compile(r"://|^\s*-(?!-hash=sha256:)|\s@\s|^\s*\.{0,2}/")


@dataclass(frozen=True)
class Lock:
    """One lock file: its path, its lines, and the versions it pins by name."""

    path: str
    lines: tuple[str, ...]
    pins: dict[str, set[str]]


def main(folder: str) -> int:
    """Hold the locks of a folder against its pyproject.toml; 1 where there are findings."""
    project = tomllib.loads(Path(folder, "pyproject.toml").read_text(encoding="utf-8"))
    locks = [_read(folder, path) for path in _GROUPS]
    findings = [finding for lock in locks for finding in _judged(lock, project)]
    findings += _apart(*locks)
    print(", ".join(f"{lock.path} pins {len(lock.pins)} packages" for lock in locks))
    return tell(findings)


def _read(folder: str, path: str) -> Lock:
    """One lock file, read."""
    lines = tuple(Path(folder, path).read_text(encoding="utf-8").splitlines())
    pins: dict[str, set[str]] = {}
    for match in filter(None, map(_PIN.match, lines)):
        pins.setdefault(canonicalize_name(match[1]), set()).add(match[2])
    return Lock(path, lines, pins)


def _judged(lock: Lock, project: dict[str, Any]) -> Iterator[Finding]:
    """What one lock lacks, pins wrongly, or names and should not."""
    for text in _asked(project, _GROUPS[lock.path]):
        asked = Requirement(text)
        versions = lock.pins.get(canonicalize_name(asked.name), set())
        if not versions or not all(map(asked.specifier.contains, versions)):
            pinned = " and ".join(sorted(versions)) or "nothing"
            sentence = f"pyproject.toml asks for {text}, the lock pins {pinned}: run make lock."
            yield Finding(lock.path, 1, sentence)
    for number, line in enumerate(lock.lines, start=1):
        if _ADDRESS.search(line):
            yield Finding(lock.path, number, f"'{line.strip()}' is no pin: an address or option.")


def _asked(project: dict[str, Any], groups: tuple[str, ...]) -> Iterator[str]:
    """All that pyproject.toml asks for in these groups, and to build and to run."""
    yield from project["build-system"]["requires"]
    yield from project["project"]["dependencies"]
    for group in groups:
        yield from project["dependency-groups"][group]


def _apart(run: Lock, test: Lock) -> Iterator[Finding]:
    """Where the two locks pin different versions, so that the tests would not test what runs."""
    for name, versions in run.pins.items():
        tested = test.pins.get(name, set())
        if versions != tested:
            sentence = f"{name} is {_words(versions)} here and {_words(tested)} in {test.path}"
            yield Finding(run.path, 1, f"{sentence}: run make lock.")


def _words(versions: set[str]) -> str:
    return " and ".join(sorted(versions)) or "absent"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if sys.argv[1:] else "."))
