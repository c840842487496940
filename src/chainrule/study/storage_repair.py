"""Repair of the files of storages: what can be read is kept, and the damaged file beside it."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainrule.errors import FileError, IntegrityError
from chainrule.storage import read_bytes, write_atomically
from chainrule.study.journal import JournalGuard

if TYPE_CHECKING:
    from chainrule.study.sealed_journal import DamagedLine

__all__ = ["RepairedFile", "database_file", "find_database_damage", "repair_file"]

_NEVER = "sqlite_"
"""SQLite's own tables begin so."""


@dataclass(frozen=True)
class RepairedFile:
    """What was found in the file of a storage.

    Args:
        copy: where the damaged file was kept; None if it was whole, or there is no file.
        lines: the damaged lines of a journal.
    """

    copy: str | None = None
    lines: tuple[DamagedLine, ...] = ()


def database_file(url: str) -> Path | None:
    """Return the file of an SQLite database, or None for other addresses."""
    if not url.startswith("sqlite"):
        return None
    from sqlalchemy import make_url

    name = make_url(url).database
    return None if not name or name == ":memory:" else Path(name)


def find_database_damage(file: Path) -> str:
    """Return what SQLite finds wrong with a database's file, or "" if it is whole."""
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as database:
            found = [str(row[0]) for row in database.execute("PRAGMA integrity_check(1)")]
    except (sqlite3.Error, UnicodeDecodeError, OverflowError) as error:
        return " ".join(str(error).split()) or type(error).__name__
    return "" if found == ["ok"] else " ".join(" ".join(found).split())


def repair_file(url: str) -> RepairedFile:
    """Repair the file of a storage, while nothing else uses it.

    A journal loses its damaged lines; a database, the rows that cannot be read. The damaged file
    is copied beside it first.

    Args:
        url: a path of a journal file, or the address of a database.

    Raises: FileError, IntegrityError if nothing can be read.
    """
    if "://" not in url:
        return _repair_journal(Path(url))
    file = database_file(url)
    if file is None or not file.is_file() or not find_database_damage(file):
        return RepairedFile()
    kept = _keep_copy(file)
    with tempfile.TemporaryDirectory(dir=file.absolute().parent) as folder:
        rebuilt = Path(folder) / "rebuilt.db"
        try:
            _rebuild(file, rebuilt)
        except (sqlite3.Error, UnicodeDecodeError, OverflowError) as error:
            raise IntegrityError(
                str(file),
                expected="a database with tables that can be read",
                got=" ".join(str(error).split()),
                remedy="Restore it from a copy, or run the study's file with another storage",
            ) from None
        write_atomically(file, read_bytes(rebuilt))
    return RepairedFile(copy=str(kept))


def _repair_journal(file: Path) -> RepairedFile:
    from chainrule.study.sealed_journal import SealedJournal

    if not file.is_file():
        raise FileError(str(file), expected="a journal of studies", got="no such file")
    guard = JournalGuard(file)
    journal = SealedJournal(file, guard)
    guard.acquire()
    try:
        content = journal.sealed_content()
        if not journal.damage:
            return RepairedFile()
        kept = _keep_copy(file)
        write_atomically(file, content)
    finally:
        guard.release()
    return RepairedFile(str(kept), tuple(journal.damage))


def _keep_copy(file: Path) -> Path:
    """Copy a file beside itself, under a name that no file has."""
    kept, number = file.with_name(f"{file.name}.damaged"), 1
    while kept.exists():
        number += 1
        kept = file.with_name(f"{file.name}.damaged-{number}")
    try:
        shutil.copy2(file, kept)
    except OSError as error:
        expected = "a folder for a copy of the damaged file"
        raise FileError(str(kept), expected=expected, got=str(error.strerror)) from None
    return kept


def _rebuild(damaged: Path, rebuilt: Path) -> None:
    """Write a database with the tables of another, and the rows that can be read."""
    address = f"{damaged.absolute().as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(address, uri=True)) as source,
        closing(sqlite3.connect(rebuilt)) as target,
    ):
        made = source.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        parts = [part for part in made.fetchall() if not part[1].startswith(_NEVER)]
        for kind, name, sql in sorted(parts, key=lambda part: part[0] != "table"):
            target.execute(sql)
            for row in _rows(source, name) if kind == "table" else ():
                marks = ", ".join("?" * len(row))
                target.execute(f'INSERT OR IGNORE INTO "{name}" VALUES ({marks})', row)
        target.commit()


def _rows(database: sqlite3.Connection, table: str) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a table from both ends, up to what cannot be read."""
    for order in ("ASC", "DESC"):
        with suppress(sqlite3.Error, UnicodeDecodeError, OverflowError):
            yield from database.execute(f'SELECT * FROM "{table}" ORDER BY rowid {order}')
