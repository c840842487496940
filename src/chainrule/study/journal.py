"""Journal files of studies, which survive the killing of their writers."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from chainrule.errors import ChainruleError, DataError, FileError
from chainrule.study.seals import sealed_part

if TYPE_CHECKING:
    from optuna.storages import JournalStorage

    from chainrule.study.sealed_journal import DamagedLine

__all__ = ["JournalGuard", "OpenJournal", "open_journal"]

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


@dataclass(frozen=True)
class OpenJournal:
    """A journal that is open.

    Args:
        storage: Optuna's.
        damage: what is damaged of it; it grows while the file is read.
    """

    storage: JournalStorage
    damage: Sequence[DamagedLine]


def open_journal(path: str, *, create: bool) -> OpenJournal:
    """Open Optuna's storage in a journal file.

    Args:
        path: the file.
        create: whether to create the file if it does not exist.

    Raises: FileError, DataError if the file holds something else.
    """
    from optuna.storages import JournalStorage

    from chainrule.study.sealed_journal import SealedJournal

    file = Path(path)
    if not create and not file.is_file():
        raise FileError(path, expected="a journal of studies", got="no such file")
    try:
        with file.open("ab" if create else "rb"):
            pass
        journal = SealedJournal(file, JournalGuard(file))
        return OpenJournal(JournalStorage(journal), journal.damage)
    except ChainruleError:
        raise
    except (ValueError, LookupError, TypeError, AssertionError):
        raise DataError(path, expected="a journal of studies", got="something else") from None
    except OSError as error:
        expected = "a file that can be written" if create else "a readable file"
        raise FileError(path, expected=expected, got=str(error.strerror)) from None
