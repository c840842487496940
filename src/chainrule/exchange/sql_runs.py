"""The databases in which an exported query is proved."""

from __future__ import annotations

import math
import sqlite3
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import InputError
from chainrule.exchange.optional_libraries import require_library
from chainrule.exchange.sample_rows import SampleRows

__all__ = ["DIALECTS", "describe_runtime", "run_query"]

DIALECTS = ("sqlite", "duckdb", "postgresql")

_TYPES = {"number": "DOUBLE PRECISION", "category": "TEXT", "date": "TIMESTAMP"}


def describe_runtime(dialect: str = "sqlite", database: str = "") -> str:
    """Return the name of the database that ran a query."""
    del database
    if dialect == "sqlite":
        return f"SQLite {sqlite3.sqlite_version}"
    return f"DuckDB {version('duckdb')}" if dialect == "duckdb" else "PostgreSQL"


def run_query(
    query: str, rows: SampleRows, table: str, *, dialect: str = "sqlite", database: str = ""
) -> NDArray[np.float64]:
    """Return the outputs of a query for some rows, (rows, outputs).

    Args:
        query: what was exported.
        rows: they are put into a temporary table.
        table: its name.
        dialect: one of `DIALECTS`.
        database: the address of a PostgreSQL server.

    Raises: MissingLibraryError, InputError.
    """
    names, types, cells = _columns(rows, dialect)
    quoted = ['"' + name.replace('"', '""') + '"' for name in names]
    columns = ", ".join(f"{name} {kind}" for name, kind in zip(quoted, types, strict=True))
    create = f"CREATE TEMPORARY TABLE {table} ({columns})"
    connection, mark = _connect(dialect, database)
    try:
        cursor = connection.cursor()
        cursor.execute(create)
        marks = ", ".join([mark] * len(names))
        cursor.executemany(f"INSERT INTO {table} VALUES ({marks})", cells)
        cursor.execute(query)
        found = cursor.fetchall()
    finally:
        connection.close()
    width = rows.outputs.shape[1]
    return np.array([row[1 : 1 + width] for row in found], np.float64)


def _columns(rows: SampleRows, dialect: str) -> tuple[list[str], list[str], list[tuple[Any, ...]]]:
    """Return names and types of the columns, and the rows as a database takes them."""
    if not rows.columns:
        width = rows.inputs.shape[1]
        floats = rows.inputs.astype(np.float64).tolist()
        return [f"x{k}" for k in range(1, width + 1)], ["DOUBLE PRECISION"] * width, floats
    lists: list[list[Any]] = []
    for place, column in enumerate(rows.columns):
        if column.kind == "category":
            lists.append(list(rows.texts(place)))
            continue
        numbers = rows.inputs[:, place].astype(np.float64).tolist()
        as_cell = _date(dialect) if column.kind == "date" else lambda value: value
        lists.append([None if math.isnan(value) else as_cell(value) for value in numbers])
    sqlite = dialect == "sqlite"
    types = ["TEXT" if sqlite and c.kind == "date" else _TYPES[c.kind] for c in rows.columns]
    return [c.name for c in rows.columns], types, list(zip(*lists, strict=True))


def _date(dialect: str) -> Any:
    def cell(days: float) -> Any:
        moment = datetime(1970, 1, 1) + timedelta(seconds=math.floor(days * 86400 + 0.5))
        return moment.isoformat(" ") if dialect == "sqlite" else moment

    return cell


def _connect(dialect: str, database: str) -> tuple[Any, str]:
    """Return a connection, and the mark of a parameter."""
    if dialect == "sqlite":
        return sqlite3.connect(":memory:"), "?"
    library = "duckdb" if dialect == "duckdb" else "psycopg"
    driver = require_library(library, "sql", "proves the query")
    if dialect == "duckdb":
        return driver.connect(":memory:"), "?"
    if not database:
        raise InputError(
            "export as sql",
            expected="the address of a PostgreSQL server, where the query is proved",
            got="none",
            remedy="Give one: --database postgresql://user@host/name",
            argument="database",
        )
    return driver.connect(database), "%s"
