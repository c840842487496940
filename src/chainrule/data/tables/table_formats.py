"""The formats of tables by their suffixes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from chainrule.data.reader import ReadOptions
from chainrule.data.tables.arff import read_arff
from chainrule.data.tables.arrow_files import read_feather, read_parquet
from chainrule.data.tables.database import read_database
from chainrule.data.tables.delimited import read_delimited
from chainrule.data.tables.workbook import read_workbook
from chainrule.schema import DataTable

__all__ = ["TABLE_SUFFIXES", "is_text_table", "read_table_file", "table_suffix"]

_Reader = Callable[[Path, ReadOptions], DataTable]

_READERS: dict[str, _Reader] = {
    **dict.fromkeys((".csv", ".tsv", ".txt", ".data", ".tab", ".dat", ".zip"), read_delimited),
    ".arff": read_arff,
    **dict.fromkeys((".xlsx", ".xlsm"), read_workbook),
    **dict.fromkeys((".db", ".sqlite", ".sqlite3"), read_database),
    **dict.fromkeys((".parquet", ".pq"), read_parquet),
    **dict.fromkeys((".feather", ".arrow"), read_feather),
}

TABLE_SUFFIXES = tuple(_READERS)
"""The suffixes of the files that `read_table_file` reads."""

_COMPRESSED = (".gz", ".bz2", ".xz", ".zip")


def table_suffix(path: Path) -> str:
    """Return the suffix that tells the format: the last, or that before .gz, .bz2, .xz or .zip.

    Example:
        >>> table_suffix(Path("a.csv.gz")), table_suffix(Path("iris.zip"))
        ('.csv', '.zip')
    """
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if len(suffixes) > 1 and suffixes[-1] in _COMPRESSED and suffixes[-2] in _READERS:
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def is_text_table(path: Path) -> bool:
    """Whether a table can be read line by line: no archive, and no format of its own.

    >>> is_text_table(Path("a.csv.gz")), is_text_table(Path("a.csv.zip")), is_text_table(Path("a"))
    (True, False, True)
    """
    reader = _READERS.get(table_suffix(path), read_delimited)
    return reader is read_delimited and path.suffix.lower() != ".zip"


def read_table_file(path: Path, options: ReadOptions) -> DataTable:
    """Return the table in a file, whose suffix is one of `TABLE_SUFFIXES`.

    Raises: FileError, DataError, UnknownNameError.
    """
    return _READERS[table_suffix(path)](path, options)
