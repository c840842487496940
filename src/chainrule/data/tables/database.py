"""Tables in SQLite databases."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from chainrule.data.reader import ReadOptions
from chainrule.data.tables.arrow_columns import value_cells
from chainrule.data.untrusted_files import translate_errors
from chainrule.errors import DataError, unknown_name
from chainrule.schema import DataTable, listed

__all__ = ["read_database"]


def read_database(path: Path, options: ReadOptions) -> DataTable:
    """Return a table or view of an SQLite database: the only one, or the one that is named.

    Raises: FileError, DataError, UnknownNameError.
    """
    where = str(path)
    with translate_errors(where):
        size = path.stat().st_size
        with path.open("rb"):
            pass
    options.content_limit(where, size).check(size)
    try:
        address = f"file:{quote(str(path.absolute()))}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as connection:
            return _read(connection, where, options.table)
    except (sqlite3.Error, UnicodeDecodeError, OverflowError) as error:
        raise DataError(where, expected="an intact SQLite database", got=str(error)) from None


def _read(connection: sqlite3.Connection, where: str, asked: str | None) -> DataTable:
    name = _choose(connection, where, asked)
    quoted = '"' + name.replace('"', '""') + '"'
    cursor = connection.execute(f"SELECT * FROM {quoted}")
    names = [str(column[0]) for column in cursor.description]
    rows = cursor.fetchall()
    if not rows:
        raise DataError(f"{where}, table {name}", expected="at least one row", got="none")
    return DataTable(
        f"{where}, table {name}",
        tuple(names),
        tuple(
            value_cells([_value(value) for value in column]) for column in zip(*rows, strict=True)
        ),
    )


def _choose(connection: sqlite3.Connection, where: str, asked: str | None) -> str:
    found = connection.execute(
        "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') "
        "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
    )
    names = [str(row[0]) for row in found]
    if asked is not None:
        if asked not in names:
            raise unknown_name(where, "a table", asked, names, argument="table")
        return asked
    if len(names) != 1:
        raise DataError(
            where,
            expected="a database of one table",
            got=f"{len(names)}: {listed(names)}" if names else "none",
            remedy="Name one: table='NAME'" if names else "",
            argument="table",
        )
    return names[0]


def _value(value: Any) -> Any:
    return repr(value) if isinstance(value, bytes) else value
