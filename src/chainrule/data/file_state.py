"""The state of a file: intact, damaged or missing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from chainrule.data.untrusted_files import translate_errors
from chainrule.storage import open_regular

__all__ = ["FileState", "file_digest", "file_state"]


@dataclass(frozen=True)
class FileState:
    """What became of a file that a data set needs.

    Args:
        path: where it is, or should be.
        expected: the SHA-256 that it must have.
        found: the SHA-256 that it has; empty if there is no file.
    """

    path: str
    expected: str
    found: str

    @property
    def state(self) -> str:
        """One of "intact", "missing" and "damaged"."""
        if not self.found:
            return "missing"
        return "intact" if self.found == self.expected else "damaged"


def file_state(path: Path, expected: str) -> FileState:
    """The state of a file that should have this SHA-256.

    Raises: FileError for a file that cannot be read.
    """
    found = file_digest(path) if path.is_file() else ""
    return FileState(str(path), expected, found)


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hex.

    Raises: FileError.
    """
    with translate_errors(str(path)), open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
