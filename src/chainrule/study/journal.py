"""A journal file that survives writers that are killed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from chainrule.errors import DataError, FileError

if TYPE_CHECKING:
    from optuna.storages import JournalStorage

__all__ = ["JournalGuard", "journal_storage"]

_POLL_SECONDS = 0.002


class JournalGuard:
    """The lock of a journal file, which the system takes from a process that dies.

    Whoever gets it first cuts off what a killed writer left half-written.

    Args:
        path: the journal file.
    """

    def __init__(self, path: Path) -> None:
        from filelock import FileLock

        self._path = path
        self._lock = FileLock(f"{path}.guard")

    def acquire(self) -> bool:
        """Wait for the lock, and mend the file."""
        self._lock.acquire(poll_interval=_POLL_SECONDS)
        try:
            _mend(self._path)
        except BaseException:
            self._lock.release()
            raise
        return True

    def release(self) -> None:
        """Give the lock back."""
        self._lock.release()


def _mend(path: Path) -> None:
    """Cut off a last line without an end."""
    with path.open("rb+") as file:
        end = file.seek(0, os.SEEK_END)
        if not end:
            return
        file.seek(end - 1)
        if file.read(1) == b"\n":
            return
        file.seek(0)
        file.truncate(file.read().rfind(b"\n") + 1)


def journal_storage(path: str, *, create: bool) -> JournalStorage:
    """Optuna's storage in a journal file.

    Args:
        path: of the file.
        create: whether to make it where it is not there.

    Raises: FileError, DataError where the file holds something else.
    """
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    file = Path(path)
    if not create and not file.is_file():
        raise FileError(path, expected="a journal of studies", got="no such file")
    try:
        with file.open("ab" if create else "rb"):
            pass
        # Its lock is told by its two methods, which are all that is asked of it.
        backend = JournalFileBackend(path, lock_obj=JournalGuard(file))  # type: ignore[arg-type]
        return JournalStorage(backend)
    except (ValueError, LookupError, TypeError, AssertionError):
        raise DataError(path, expected="a journal of studies", got="something else") from None
    except OSError as error:
        expected = "a file that can be written" if create else "a readable file"
        raise FileError(path, expected=expected, got=str(error.strerror)) from None
