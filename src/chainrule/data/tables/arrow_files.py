"""Tables in Parquet, Feather and Arrow files, and data frames in memory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chainrule.data.content_limits import ContentLimit
from chainrule.data.reader import ReadOptions
from chainrule.data.tables.arrow_columns import arrow_cells, value_cells
from chainrule.data.untrusted_files import stored_size
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
        from pyarrow import parquet, types

        with open_regular(path) as file:
            metadata = parquet.read_metadata(file)
            rows, schema = metadata.num_rows, metadata.schema.to_arrow_schema()
            limit = options.content_limit(where, stored_size(path))
            _check_size(rows, len(schema), limit)
            nested = [one.name for one in schema if types.is_nested(one.type)]
            schema = _without(schema, nested)
            if not schema.names:
                raise _no_columns(where)
            content = parquet.ParquetFile(
                file, metadata=metadata, read_dictionary=_flat_texts(schema)
            )
            # In batches, as the number of rows in a file is but a promise.
            batches = _validated(content.iter_batches(batch_size=_BATCH, columns=schema.names))
            return _table(where, _bounded(batches, schema, limit), schema, rows, nested)


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
            limit = options.content_limit(where, stored_size(path))
            with opened(file) as reader:
                schema = reader.schema
                batches = [*_bounded(_record_batches(reader), schema, limit)]
        for batch in batches:
            batch.validate(full=True)
        rows = sum(batch.num_rows for batch in batches)
        _check_size(rows, len(schema), limit)
        return _table(where, batches, schema, rows)


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


def _record_batches(reader: Any) -> Iterator[Any]:
    """Yield the batches of an open Arrow file, or of a stream, one after the other."""
    if hasattr(reader, "num_record_batches"):
        return (reader.get_batch(place) for place in range(reader.num_record_batches))
    return iter(reader)


def _validated(batches: Iterable[Any]) -> Iterator[Any]:
    """Yield batches whose content is as their types have it, such as texts that are UTF-8."""
    for batch in batches:
        batch.validate(full=True)
        yield batch


def _flat_texts(schema: Any) -> list[str]:
    """Return the columns of texts or bytes."""
    return [one.name for one in schema if _is_text(one.type)]


def _is_text(kind: Any) -> bool:
    from pyarrow import types

    tests = (types.is_string, types.is_large_string, types.is_binary, types.is_large_binary)
    return any(test(kind) for test in tests)


def _bounded(batches: Iterable[Any], schema: Any, limit: ContentLimit) -> Iterator[Any]:
    """Yield batches with the types of a schema, until they take more bytes than may be read."""
    import pyarrow as pa

    size = 0
    for batch in batches:
        for column in batch.columns:
            size += _written_out(column)
            limit.check(size)
        columns = [
            column if column.type == field.type else column.cast(field.type)
            for column, field in zip(batch.columns, schema, strict=True)
        ]
        yield pa.RecordBatch.from_arrays(columns, schema=schema)


def _written_out(column: Any) -> int:
    """Return the bytes of a column whose texts are written out.

    A text that stands in a dictionary once can be that of a million rows.
    """
    from pyarrow import compute, types

    if not (types.is_dictionary(column.type) and _is_text(column.type.value_type)):
        return int(column.nbytes)
    lengths = compute.binary_length(column.dictionary)
    return int(compute.sum(lengths.take(column.indices)).as_py() or 0)


def _check_size(rows: int, columns: int, limit: ContentLimit) -> None:
    if not rows:
        raise DataError(limit.where, expected="at least one row", got="none")
    size = rows * columns * 8
    limit.check(size, f"{rows} rows of {columns} columns, which make {size}")


def _without(schema: Any, names: Sequence[str]) -> Any:
    """Return a schema without some columns."""
    import pyarrow as pa

    return pa.schema([one for one in schema if one.name not in names], schema.metadata)


def _table(
    where: str, batches: Any, schema: Any, rows: int, nested: Sequence[str] = ()
) -> DataTable:
    import pyarrow as pa

    whole = pa.Table.from_batches(batches, schema)
    if whole.num_rows != rows:
        expected = f"{rows} rows, as its header promises"
        raise DataError(where, expected=expected, got=str(whole.num_rows))
    return _from_arrow(where, whole, nested)


def _from_arrow(where: str, whole: Any, left_out: Sequence[str] = ()) -> DataTable:
    """Return a table from Arrow's, without the index of pandas and without nested columns."""
    index = _pandas_index(whole.schema)
    columns = {
        name: arrow_cells(column)
        for name, column in zip(whole.column_names, whole.columns, strict=True)
        if name not in index
    }
    nested = [*left_out, *(name for name, cells in columns.items() if cells is None)]
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
        raise _no_columns(where)
    return DataTable(where, tuple(found), tuple(found.values()), remarks=tuple(remarks))


def _no_columns(where: str) -> DataError:
    return DataError(where, expected="columns of numbers, texts or dates", got="none")


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
