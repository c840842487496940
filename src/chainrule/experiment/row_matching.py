"""The rows of tables, files and data frames, matched with what a network learned."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data import ReadOptions, read_table
from chainrule.data.tables import (
    TABLE_SUFFIXES,
    is_data_frame,
    is_text_table,
    read_data_frame,
    read_table_blocks,
    read_table_file,
    table_suffix,
)
from chainrule.errors import DataError, InputError, describe
from chainrule.network import Network
from chainrule.schema import (
    Column,
    ColumnNote,
    DataTable,
    ImageFormat,
    RowError,
    Schema,
    Target,
    column_position,
    match_table,
)

__all__ = [
    "CompleteRows",
    "TableRows",
    "holds_images",
    "holds_named_table",
    "list_sources",
    "match_rows",
    "read_complete_rows",
    "read_rows",
    "require_source",
]


_ARRAYS = ".npz"


@dataclass(frozen=True, eq=False)
class TableRows:
    """The rows of a table as a network takes them, with those that it cannot take.

    Args:
        inputs: what `Network.predict` takes, one for each row of the table that can be read.
        rows: the numbers of these rows in the table, from 0.
        ignored: sentences on how the table was read, and on columns that were ignored.
        notes: on cells that are not like those of the training data.
        errors: for each other row, by its number, what is wrong with its first cell that is.
    """

    inputs: NDArray[Any]
    rows: NDArray[np.int64]
    ignored: tuple[str, ...]
    notes: tuple[ColumnNote, ...]
    errors: Mapping[int, RowError]

    @property
    def remarks(self) -> tuple[str, ...]:
        """All sentences on the table as a whole."""
        return (*self.ignored, *map(str, self.notes))


@dataclass(frozen=True, eq=False)
class CompleteRows:
    """The rows of a table that have a cell in every column.

    Args:
        table: these rows.
        rows: the number of each among all rows of the file, from 0.
        errors: what is wrong with each other row, by its number.
    """

    table: DataTable
    rows: NDArray[np.int64]
    errors: Mapping[int, RowError]


def list_sources(files: Any) -> list[Any]:
    """Return paths as texts and data frames as they are, of one or of several.

    Raises: InputError for anything else.
    """
    several = isinstance(files, Iterable) and not isinstance(files, (str, Mapping))
    listed = files if several and not is_data_frame(files) else [files]
    return [require_source(one) for one in listed]


def require_source(source: Any) -> Any:
    """Return a path as text, or a data frame as it is.

    Raises: InputError for anything else.
    """
    if is_data_frame(source):
        return source
    if isinstance(source, (str, os.PathLike)):
        return os.fspath(source)
    raise InputError(
        "predict",
        expected="the path of a file, or a data frame of pandas, Polars or pyarrow",
        got=describe(source),
        remedy="For arrays there is Network.predict",
        argument="source",
        value=source,
    )


def read_rows(source: Any, options: Mapping[str, Any]) -> DataTable:
    """Return a table of any format, or a data frame, as it stands.

    Args:
        source: a path, or a data frame of pandas, Polars or pyarrow.
        options: how the training data was read, as for `load_dataset`.

    Raises: FileError, DataError, InputError.
    """
    if is_data_frame(source):
        return read_data_frame(source)
    path = Path(source)
    if table_suffix(path) in TABLE_SUFFIXES:
        return read_table_file(path, _reading(options))
    if holds_named_table(source):
        return read_table(source)
    raise DataError(
        str(path),
        expected=f"a table that ends in {', '.join((*TABLE_SUFFIXES, _ARRAYS))}",
        got=repr(path.name),
    )


def holds_named_table(source: Any) -> bool:
    """Return whether a path is that of arrays with names, or FILE::NAME, a table in a file."""
    text = str(source)
    return text.lower().endswith(_ARRAYS) or ("::" in text and not Path(text).exists())


def read_complete_rows(source: Any, options: Mapping[str, Any]) -> CompleteRows:
    """Return the rows of a table that have a cell in every column, and the others as errors.

    Args:
        source: as in `read_rows`.
        options: as in `read_rows`.

    Raises: FileError, InputError; DataError if the table cannot be read otherwise.
    """
    try:
        table = read_rows(source, options)
    except DataError:
        named = is_data_frame(source) or table_suffix(Path(source)) not in TABLE_SUFFIXES
        if named or not is_text_table(Path(source)):
            raise
        (block,) = read_table_blocks(source, _reading(options), sys.maxsize)
        if block.table is None or not block.problems:
            raise
        errors = {row: RowError(row, block.places[row], why) for row, why in block.problems.items()}
        return CompleteRows(block.table, block.whole, MappingProxyType(errors))
    return CompleteRows(table, np.arange(len(table)), MappingProxyType({}))


def _reading(options: Mapping[str, Any]) -> ReadOptions:
    """Return how to read a table like the training data."""
    names = ("header", "delimiter", "table", "missing", "limit")
    return ReadOptions(**{name: options[name] for name in names if name in options})


def _table_schema(network: Network, table: DataTable, target: str | int) -> Schema:
    """Return the schema of a network's columns; that of a network without one is made of places.

    Args:
        network: what will answer.
        table: the rows.
        target: for a network that knows no columns, which column held the target in training.

    Raises: DataError for another number of columns.
    """
    if network.schema is not None and (network.schema.is_table or network.schema.image):
        return network.schema
    if len(network.input_shape) == 2:
        height, width = network.input_shape
        form = ImageFormat(height=height, width=width)
        return Schema(target=Target(names=(), kind="classes"), image=form)
    width, labels = network.architecture.layers[0], list(table.labels())
    left_out = Target(names=(), kind="numbers")
    if len(labels) == width + 1:
        place = column_position(target, table.names, table.where)
        left_out = Target(names=(labels.pop(place),), kind="numbers", places=(place,))
    elif len(labels) != width:
        raise DataError(
            table.where,
            expected=f"{width} columns, or {width + 1} with the target's",
            got=str(len(labels)),
            why=f"The network takes {width} numbers",
        )
    columns = tuple(Column(name=label, kind="number") for label in labels)
    return Schema(columns=columns, target=left_out)


def holds_images(network: Network, table: DataTable) -> bool:
    """Return whether each row of a table is an image for the network, rather than the whole one."""
    return len(network.input_shape) == 2 and len(table.columns) >= network.architecture.layers[0]


def match_rows(network: Network, table: DataTable, options: Mapping[str, Any]) -> TableRows:
    """Return the rows of a table as the inputs of a network.

    Args:
        network: what will answer.
        table: the rows, with or without the target, in any order of columns.
        options: how the training data was read.

    Raises: DataError for columns that are missing.
    """
    schema = _table_schema(network, table, options.get("target", "last"))
    matched = match_table(schema, table)
    errors: dict[int, RowError] = {}
    for error in matched.errors:
        if not error.of_target:
            errors.setdefault(error.row, error)
    inputs: NDArray[Any] = matched.matrix
    plain = network.schema is None and schema.is_table
    if plain:
        errors |= _gaps(schema, table, inputs, errors)
    if plain or (schema.image is not None and inputs.dtype != np.uint8):
        inputs = inputs * network.input_scale
    good = np.array([row for row in range(len(table)) if row not in errors], np.int64)
    ignored = (*table.remarks, *matched.ignored)
    if plain:
        left_out = (
            f"Column {place + 1} (the target) was left out." for place in schema.target.places
        )
        ignored = (*ignored, *left_out)
    return TableRows(inputs[good], good, ignored, matched.notes, MappingProxyType(errors))


def _gaps(
    schema: Schema, table: DataTable, inputs: NDArray[Any], known: Mapping[int, RowError]
) -> dict[int, RowError]:
    """Return the rows with a missing cell: a network that knows no columns cannot fill it."""
    found: dict[int, RowError] = {}
    for row, column in np.argwhere(np.isnan(inputs)).tolist():
        if row not in known and row not in found:
            place = table.labels().index(schema.names[column])
            found[row] = RowError(
                row, table.at(row, place), "expected a number, got a missing cell"
            )
    return found
