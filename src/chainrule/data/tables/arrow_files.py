"""Tables in Parquet, Feather and Arrow files, and data frames in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chainrule.data.reader import ReadOptions
from chainrule.data.tables.arrow_columns import arrow_cells, value_cells
from chainrule.errors import DataError, FileError
from chainrule.schema import DataTable, listed
from chainrule.storage import open_regular

__all__ = ["is_data_frame", "read_data_frame", "read_feather", "read_parquet"]

_BATCH = 2**16


def read_parquet(path: Path, options: ReadOptions) -> DataTable:
    """Return the table in a Parquet file.

    Raises: FileError, DataError.
    """
    where = str(path)
    with _arrow_errors(where, "Parquet"):
        from pyarrow import parquet

        with open_regular(path) as file, parquet.ParquetFile(file) as content:
            rows, schema = content.metadata.num_rows, content.schema_arrow
            _check_size(where, rows, len(schema), options.limit)
            # In batches, as the number of rows in a file is but a promise.
            return _table(where, content.iter_batches(batch_size=_BATCH), schema, rows)


def read_feather(path: Path, options: ReadOptions) -> DataTable:
    """Return the table in a Feather or Arrow file.

    Raises: FileError, DataError.
    """
    where = str(path)
    with _arrow_errors(where, "Arrow"):
        from pyarrow import ipc

        with open_regular(path) as file:
            head = file.read(6)
            file.seek(0)
            opened = ipc.open_file if head == b"ARROW1" else ipc.open_stream
            with opened(file) as reader:
                whole = reader.read_all()
        whole.validate(full=True)
        _check_size(where, whole.num_rows, whole.num_columns, options.limit)
        return _table(where, whole.to_batches(), whole.schema, whole.num_rows)


@contextmanager
def _arrow_errors(where: str, kind: str) -> Iterator[None]:
    """Turn what Arrow raises into the errors of this package."""
    from pyarrow import ArrowException

    try:
        yield
    except (DataError, FileError):
        raise
    except OSError as error:
        if error.errno is not None:
            raise FileError(where, expected="a readable file", got=str(error.strerror)) from None
        raise DataError(where, expected=f"an intact {kind} file", got=str(error)) from None
    except (ArrowException, UnicodeDecodeError) as error:
        raise DataError(where, expected=f"an intact {kind} file", got=str(error)) from None


def _check_size(where: str, rows: int, columns: int, limit: int) -> None:
    if not rows:
        raise DataError(where, expected="at least one row", got="none")
    if rows * columns * 8 > limit:
        raise DataError(
            where,
            expected=f"at most {limit} bytes of content",
            got=f"{rows} rows of {columns} columns, which make {rows * columns * 8}",
            remedy="Raise the limit if the file is supposed to be that large",
        )


def _table(where: str, batches: Any, schema: Any, rows: int) -> DataTable:
    import pyarrow as pa

    whole = pa.Table.from_batches(batches, schema)
    if whole.num_rows != rows:
        expected = f"{rows} rows, as its header promises"
        raise DataError(where, expected=expected, got=str(whole.num_rows))
    return _from_arrow(where, whole)


def _from_arrow(where: str, whole: Any) -> DataTable:
    """Return a table from Arrow's, without the index of pandas and without nested columns."""
    index = _pandas_index(whole.schema)
    columns = {
        name: arrow_cells(column)
        for name, column in zip(whole.column_names, whole.columns, strict=True)
        if name not in index
    }
    nested = [name for name, cells in columns.items() if cells is None]
    found = {name: cells for name, cells in columns.items() if cells is not None}
    if len(set(whole.column_names)) < len(whole.column_names):
        twice = next(n for n in whole.column_names if whole.column_names.count(n) > 1)
        raise DataError(
            where, expected="a name of its own for each column", got=f"{twice!r} for two columns"
        )
    remarks = []
    if nested:
        remarks.append(f"Columns of lists, structures or bytes were left out: {listed(nested)}.")
    if index and any(not name.startswith("__index_level") for name in index):
        remarks.append(f"The index of the data frame was left out: {listed(sorted(index))}.")
    if not found:
        raise DataError(where, expected="columns of numbers, texts or dates", got="none")
    return DataTable(where, tuple(found), tuple(found.values()), remarks=tuple(remarks))


def _pandas_index(schema: Any) -> set[str]:
    """Return the names of the columns that are the index of a pandas data frame."""
    stored = (schema.metadata or {}).get(b"pandas")
    if stored is None:
        return set()
    try:
        return {name for name in json.loads(stored)["index_columns"] if isinstance(name, str)}
    except (ValueError, KeyError, TypeError):
        return set()


def is_data_frame(source: Any) -> bool:
    """Return whether an object is a table in memory: of pandas, Polars, Arrow or their like."""
    return hasattr(source, "__arrow_c_stream__")


def read_data_frame(frame: Any, where: str = "data frame") -> DataTable:
    """Return the table that a data frame holds.

    Args:
        frame: of pandas, Polars, Arrow, or any other that has Arrow's interface.
        where: what error texts call it.

    Raises: DataError.
    """
    import pyarrow as pa

    if not hasattr(frame, "columns"):
        raise DataError(where, expected="a table of columns", got=type(frame).__name__)
    of_pandas = hasattr(frame, "iloc")
    if of_pandas:  # whose names need not be texts; Arrow would warn of them
        frame = frame.set_axis([str(name) for name in frame.columns], axis="columns")
    try:
        return _from_arrow(where, pa.table(frame))
    except (ValueError, pa.ArrowException) as error:
        if not of_pandas:
            expected = "columns of numbers, texts or dates"
            raise DataError(where, expected=expected, got=str(error)[:200]) from None
        return _from_objects(where, frame)


def _from_objects(where: str, frame: Any) -> DataTable:
    """Return the table of a pandas frame with columns of mixed Python values."""
    columns = [
        [_plain(value) for value in frame.iloc[:, place].tolist()]
        for place in range(len(frame.columns))
    ]
    return DataTable(where, tuple(frame.columns), tuple(map(value_cells, columns)))


def _plain(value: Any) -> Any:
    return None if value is None or value != value else value  # NaN and NaT differ from themselves
