"""Parquet tables, where pyarrow is installed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data.columns import column_label, target_column
from chainrule.data.reader import RawPart, ReadOptions
from chainrule.errors import DataError, FileError, MissingLibraryError

__all__ = ["read_parquet"]

_BATCH = 2**16


def read_parquet(path: str | Path, options: ReadOptions) -> RawPart:
    """The rows of a Parquet file: one target column, all others numbers.

    Raises: MissingLibraryError without pyarrow; FileError, DataError, UnknownNameError.
    """
    where = str(path)
    try:
        from pyarrow import ArrowException, parquet
    except ImportError:
        raise MissingLibraryError(
            where,
            expected="pyarrow, which reads Parquet files",
            got="no such library",
            remedy="Install it: pip install 'chainrule[parquet]'",
        ) from None
    try:
        with Path(path).open("rb") as file, parquet.ParquetFile(file) as table:
            return _part(table, where, options)
    except (DataError, FileError):
        raise
    except OSError as error:
        if error.errno is not None:
            raise FileError(where, expected="a readable file", got=str(error.strerror)) from None
        raise _broken_file(where, error) from None
    except (ArrowException, UnicodeDecodeError) as error:
        raise _broken_file(where, error) from None


def _broken_file(where: str, error: Exception) -> DataError:
    return DataError(where, expected="an intact Parquet file", got=str(error))


def _part(table: Any, where: str, options: ReadOptions) -> RawPart:
    names = list(table.schema_arrow.names)
    target = target_column(options.target, names, where)
    rows = table.metadata.num_rows
    if not rows:
        raise DataError(where, expected="at least one row", got="none")
    if rows * len(names) * 8 > options.limit:
        raise DataError(
            where,
            expected=f"at most {options.limit} bytes of content",
            got=f"{rows} rows of {len(names)} columns, which make {rows * len(names) * 8}",
            remedy="Raise the limit if the file is supposed to be that large",
        )
    types = table.schema_arrow.types
    for column, kind in enumerate(types):
        if column != target and not _is_number(kind):
            at = f"{where}, {column_label(names, column)}"
            raise DataError(at, expected="a column of numbers", got=str(kind))
    return _read_columns(table, where, target, rows)


def _is_number(kind: Any) -> bool:
    from pyarrow import types

    tests = (types.is_integer, types.is_floating, types.is_boolean, types.is_decimal)
    return any(test(kind) for test in tests)


def _read_columns(table: Any, where: str, target: int, rows: int) -> RawPart:
    """The columns as arrays; read in batches, as a row count in a file is but a promise."""
    blocks: list[NDArray[np.float64]] = []
    labels: list[Any] = []
    for batch in table.iter_batches(batch_size=_BATCH):
        columns = [column for index, column in enumerate(batch.columns) if index != target]
        blocks.append(np.column_stack([_numbers(column) for column in columns]))
        labels.append(_labels(batch.columns[target]))
    found = sum(map(len, blocks))
    if found != rows:
        raise DataError(where, expected=f"{rows} rows, as its header promises", got=str(found))
    return RawPart(where, np.concatenate(blocks), np.concatenate(labels))


def _numbers(column: Any) -> NDArray[np.float64]:
    import pyarrow as pa

    floats = column.cast(pa.float64(), safe=False)
    numbers: NDArray[np.float64] = floats.to_numpy(zero_copy_only=False)
    return numbers


def _labels(column: Any) -> NDArray[Any]:
    """Numbers as they are; all else as texts, "" for a missing one."""
    from pyarrow import types

    if types.is_integer(column.type) and not column.null_count:
        # Large whole numbers would run together as floats.
        exact: NDArray[Any] = column.to_numpy(zero_copy_only=False)
        return exact
    if _is_number(column.type):
        return _numbers(column)
    texts = ["" if value is None else str(value) for value in column.to_pylist()]
    return np.array(texts, dtype=object)
