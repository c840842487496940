"""Alignment of a table that was read by itself with the columns that a network learned from."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import DataError, ShapeError
from chainrule.schema.columns import Column
from chainrule.schema.schema import Schema

__all__ = ["align_columns"]

Matrix = NDArray[np.float64]

_MOST_LISTED = 12


def align_columns(matrix: Matrix, read: Schema, learned: Schema, where: str) -> Matrix:
    """Return a table's columns in the order and the categories of the schema that was learned.

    Columns are matched by name, or by place where the learned ones have no names. Columns that
    were not learned are left out. A category that was not learned is missing (NaN).

    Args:
        matrix: (rows, columns) in the order of `read`.
        read: the schema with which the table was read.
        learned: the schema of the network.
        where: what error texts name.

    Returns: (rows, columns) in the order of `learned`.
    Raises: DataError for columns that are not there, or of another kind; ShapeError.
    """
    if read.columns == learned.columns:
        return matrix
    if "" in learned.names:
        return _by_place(matrix, learned, where)
    missing = [name for name in learned.names if name not in read.names]
    if missing:
        raise DataError(
            where,
            expected=f"the columns {_listed(learned.names)}",
            got=f"a table without {_listed(tuple(missing))}",
            why="The network learned from them",
        )
    places = {name: place for place, name in enumerate(read.names)}
    aligned = [
        _align_values(
            matrix[:, places[column.name]], read.columns[places[column.name]], column, where
        )
        for column in learned.columns
    ]
    return np.column_stack(aligned)


def _by_place(matrix: Matrix, learned: Schema, where: str) -> Matrix:
    if matrix.shape[1] != len(learned.columns):
        raise ShapeError(
            where,
            expected=f"{len(learned.columns)} columns",
            got=str(matrix.shape[1]),
            why="The network learned from columns without names, which are matched by their place",
        )
    return matrix


def _align_values(values: Matrix, read: Column, learned: Column, where: str) -> Matrix:
    """Return a column's values as the learned column has them."""
    if learned.kind == "category":
        return _align_categories(values, read, learned)
    if read.kind == learned.kind:
        return values
    if np.isnan(values).all():  # nothing in the column tells its kind
        return values
    raise DataError(
        where,
        expected=f"a {learned.kind} in each row of the column {learned.name!r}, as in training",
        got=f"a column of kind {read.kind}",
        remedy="Read the file with the schema of the network: load_dataset(…, schema=…)",
    )


def _align_categories(values: Matrix, read: Column, learned: Column) -> Matrix:
    place = {category: float(at) for at, category in enumerate(learned.categories)}
    if read.kind == "category":
        table = np.array([place.get(text, math.nan) for text in read.categories] + [math.nan])
        known = np.where(np.isnan(values), len(read.categories), values).astype(np.int64)
        found: Matrix = table[known]
        return found
    return np.array([place.get(_number_text(value), math.nan) for value in values.tolist()])


def _number_text(value: float) -> str:
    """Return a number as a category's text: whole numbers without a point."""
    return str(int(value)) if math.isfinite(value) and value == int(value) else str(value)


def _listed(names: tuple[str, ...]) -> str:
    more = "" if len(names) <= _MOST_LISTED else f" and {len(names) - _MOST_LISTED} more"
    return ", ".join(names[:_MOST_LISTED]) + more
