"""Journal files of studies, which survive the killing of their writers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from chainrule.errors import ChainruleError, DataError, FileError
from chainrule.study.journal_guard import JournalGuard

if TYPE_CHECKING:
    from optuna.storages import JournalStorage

    from chainrule.study.sealed_journal import DamagedLine

__all__ = ["OpenJournal", "open_journal"]


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
