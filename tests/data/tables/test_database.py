"""SQLite databases: tables, views, types of values, and what is refused."""

from __future__ import annotations

import sqlite3

import pytest

from chainrule.data.reader import ReadOptions
from chainrule.data.tables import read_table_file
from chainrule.errors import DataError, FileError, UnknownNameError


@pytest.fixture
def database(tmp_path):
    def save(*statements):
        path = tmp_path / "t.db"
        path.unlink(missing_ok=True)
        with sqlite3.connect(path) as connection:
            for statement in statements:
                connection.execute(statement)
        connection.close()
        return path

    return save


def _read(path, **options):
    return read_table_file(path, ReadOptions(**options))


def test_types_of_values(database, cells_of) -> None:
    path = database(
        "CREATE TABLE t (n INTEGER, x REAL, word TEXT, mixed, bytes BLOB)",
        "INSERT INTO t VALUES (1, 0.5, 'a', 3, x'00ff'), (NULL, 2, NULL, 'b', NULL)",
    )
    table = _read(path)
    assert table.names == ("n", "x", "word", "mixed", "bytes")
    assert cells_of(table) == [
        [1, None],
        [0.5, 2],
        ["a", None],
        ["3", "b"],
        ["b'\\x00\\xff'", None],
    ]
    assert (table.where, table.place(1)) == (f"{path}, table t", "row 1")


def test_tables_and_views_are_chosen_by_name(database) -> None:
    path = database(
        'CREATE TABLE "a ""b" (x, y)',
        'INSERT INTO "a ""b" VALUES (1, 2)',
        'CREATE VIEW seen AS SELECT y, x FROM "a ""b"',
    )
    assert _read(path, table='a "b').names == ("x", "y")
    assert _read(path, table="seen").names == ("y", "x")
    with pytest.raises(
        UnknownNameError, match=r"expected a table, got 'see' .* Did you mean 'seen"
    ):
        _read(path, table="see")
    with pytest.raises(DataError) as refused:
        _read(path)
    assert str(refused.value) == (
        f"{path}: expected a database of one table, got 2: a \"b, seen. Name one: table='NAME'."
    )


def test_what_cannot_be_read_is_refused(database, tmp_path) -> None:
    with pytest.raises(DataError, match=r"expected a database of one table, got none"):
        _read(database())
    path = database("CREATE TABLE t (x, y)")
    with pytest.raises(DataError, match=r"t.db, table t: expected at least one row, got none"):
        _read(path)
    with pytest.raises(DataError, match=r"expected at most 100 bytes of content, got "):
        _read(path, limit=100)
    path.write_bytes(b"SQLite format 3\0" + bytes(200))
    with pytest.raises(DataError, match=r"t.db: expected an intact SQLite database, got "):
        _read(path)
    with pytest.raises(FileError, match=r"gone.db: expected a readable file, got No such file"):
        _read(tmp_path / "gone.db")
    assert not (tmp_path / "gone.db").exists()
