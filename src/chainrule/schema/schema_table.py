"""What became of each column of a table, for people."""

from __future__ import annotations

import numpy as np

from chainrule.documents import Table
from chainrule.schema.columns import Column
from chainrule.schema.preprocessing import Preprocessing
from chainrule.schema.schema import Schema
from chainrule.schema.table import listed

__all__ = ["describe_schema"]

_MOST_ROWS = 40
_HEADER = ("column", "kind", "values", "missing", "becomes")
_REASONS = {
    "index": "counts the rows",
    "identifier": "tells rows apart",
    "text": "too many different texts",
    "constant": "always the same",
    "empty": "no values",
    "dropped": "left out as asked",
}


def describe_schema(schema: Schema, encoding: str = "one_hot") -> Table:
    """Return the table of what became of each column: its kind, values and inputs.

    Args:
        schema: that of a table; images and plain arrays have no columns.
        encoding: how categories are encoded, as in `Recipe`.
    """
    rows = [_column_row(column, schema, encoding) for column in schema.columns]
    rows += [
        (one.name, "left out", _REASONS.get(one.reason, one.reason), "", "no input")
        for one in schema.left_out
    ]
    target = schema.target
    values = listed(target.classes, 5) if target.classes else target.storage
    shown = rows[:_MOST_ROWS]
    note = f"and {len(rows) - _MOST_ROWS} more columns" if len(rows) > _MOST_ROWS else ""
    last = (", ".join(target.names), target.kind, values, "", "the target")
    return Table("Columns", _HEADER, (*shown, last), note, leftward=("kind", "values", "becomes"))


def _column_row(column: Column, schema: Schema, encoding: str) -> tuple[str, ...]:
    alone = Schema(target=schema.target, columns=(column,))
    inputs = Preprocessing.count_inputs(alone, encoding)
    missing = "" if not column.missing else f"{column.missing}"
    if column.missing and column.marks:
        missing += f" ({listed([mark or 'blank' for mark in column.marks], 3)})"
    kind = f"{column.kind}, {column.storage}" if column.storage else column.kind
    becomes = "1 input" if inputs == 1 else f"{inputs} inputs"
    return column.name, kind, _values(column), missing, becomes


def _values(column: Column) -> str:
    if column.kind == "category":
        return f"{len(column.categories)}: {listed(column.categories, 5)}"
    if column.low is None or column.high is None:
        return ""
    return f"{_edge(column, column.low)} to {_edge(column, column.high)}"


def _edge(column: Column, value: float) -> str:
    if column.kind == "date":
        return str(np.datetime64(int(np.floor(value)), "D"))
    return f"{value:.6g}"
