"""The lock of a journal file, and the repair of what a killed writer left in it."""

from __future__ import annotations

import os
from pathlib import Path

from chainrule.study.seals import sealed_part

__all__ = ["JournalGuard"]

_POLL_SECONDS = 0.002
"""Between two tries for the lock, which a writer holds only for one write."""


class JournalGuard:
    """The lock of a journal file, which the system releases when its process dies.

    The next process to hold it cuts off a line that a killed writer left incomplete.

    Args:
        path: the journal file.
    """

    def __init__(self, path: Path) -> None:
        from filelock import FileLock

        self._path = path
        self._lock = FileLock(f"{path}.guard")

    def acquire(self) -> bool:
        """Wait for the lock, and repair the file."""
        self._lock.acquire(poll_interval=_POLL_SECONDS)
        try:
            _cut_incomplete_line(self._path)
        except BaseException:
            self._lock.release()
            raise
        return True

    def release(self) -> None:
        """Release the lock."""
        self._lock.release()


def _cut_incomplete_line(path: Path) -> None:
    with path.open("rb+") as file:
        end = file.seek(0, os.SEEK_END)
        if not end:
            return
        file.seek(end - 1)
        if file.read(1) == b"\n":
            return
        file.seek(0)
        whole, _, rest = file.read().rpartition(b"\n")
        if sealed_part(rest[:-1]) is not None:  # only its line end is damaged
            file.seek(end - 1)
            file.write(b"\n")
        else:
            file.truncate(len(whole) + 1 if whole else 0)
