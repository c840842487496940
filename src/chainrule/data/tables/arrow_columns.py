"""Columns of Arrow's types, and columns of Python's values, as cells."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.schema import Cells, number_text

__all__ = ["arrow_cells", "value_cells"]

_MICROSECONDS_PER_DAY = 86_400_000_000
_EPOCH = datetime.datetime(1970, 1, 1)


def arrow_cells(column: Any) -> Cells | None:
    """Return the cells of an Arrow column; None for lists, structures and bytes.

    Whole numbers and decimals become the nearest float64, dates and times their days since
    1970-01-01, times of day texts.
    """
    import pyarrow as pa
    from pyarrow import types

    kind = column.type
    if types.is_dictionary(kind):
        return arrow_cells(_decode(column))
    if types.is_integer(kind) or types.is_floating(kind):
        return Cells(str(kind), numbers=_floats(column))
    if types.is_decimal(kind):  # by way of texts, as Arrow does not round to the nearest float
        return Cells(str(kind), numbers=_floats(column.cast(pa.string()).cast(pa.float64())))
    if types.is_boolean(kind):
        names = {True: "True", False: "False", None: None}
        return Cells.from_texts([names[value] for value in column.to_pylist()], "boolean")
    if types.is_date(kind) or types.is_timestamp(kind):
        moments = column.cast(pa.timestamp("us", getattr(kind, "tz", None)), safe=False)
        return _dates(moments.cast(pa.int64()), "timestamp" if types.is_timestamp(kind) else "date")
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return Cells.from_array(column.cast(pa.string()))
    if types.is_time(kind) or types.is_null(kind):
        return Cells.from_array(column.cast(pa.string()))
    return None


def _decode(column: Any) -> Any:
    """Return a column of categories as one of their values."""
    import pyarrow as pa

    values = column.type.value_type
    kind = pa.string() if pa.types.is_string_view(values) else values  # Arrow takes no views here
    chunks = [
        pa.DictionaryArray.from_arrays(chunk.indices, chunk.dictionary.cast(kind)).cast(kind)
        for chunk in column.chunks
    ]
    return pa.chunked_array(chunks, kind)


def _floats(column: Any) -> NDArray[np.float64]:
    from pyarrow import float64

    numbers: NDArray[np.float64] = column.cast(float64(), safe=False).to_numpy()
    return numbers


def _dates(microseconds: Any, storage: str) -> Cells:
    lost = np.asarray(microseconds.is_null())
    exact = np.asarray(microseconds.fill_null(0).to_numpy(), np.int64)
    days = np.where(lost, np.nan, exact / _MICROSECONDS_PER_DAY)
    clock = storage == "timestamp" and bool((exact % _MICROSECONDS_PER_DAY).any())
    return Cells("timestamp" if clock else "date", numbers=days)


def value_cells(values: Sequence[Any]) -> Cells:
    """Return the cells of a column of Python's values, as a workbook or a database gives them.

    A column of numbers, of truths or of dates alone is one of that kind; any other is one of texts,
    in which a number has the text that a CSV file would have. None is a missing cell.
    """
    kinds = {_kind(value) for value in values} - {"missing"}
    if kinds == {"number"}:
        numbers = [np.nan if value is None else float(value) for value in values]
        whole = all(isinstance(value, int) for value in values if value is not None)
        return Cells("int64" if whole else "float64", numbers=np.array(numbers))
    if kinds == {"date"}:
        return _python_dates(values)
    storage = "boolean" if kinds == {"boolean"} else "text"
    return Cells.from_texts([_text(value) for value in values], storage)


def _kind(value: Any) -> str:
    if value is None:
        return "missing"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    return "date" if isinstance(value, datetime.date) else "text"


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, (bool, bytes)):
        return str(value)
    return number_text(value) if isinstance(value, (int, float)) else str(value)


def _python_dates(values: Sequence[Any]) -> Cells:
    moments = [
        value
        if value is None or isinstance(value, datetime.datetime)
        else datetime.datetime(value.year, value.month, value.day)
        for value in values
    ]
    exact = [None if moment is None else _microseconds(moment) for moment in moments]
    days = [np.nan if us is None else us / _MICROSECONDS_PER_DAY for us in exact]
    clock = any(us % _MICROSECONDS_PER_DAY for us in exact if us is not None)
    return Cells("timestamp" if clock else "date", numbers=np.array(days))


def _microseconds(moment: datetime.datetime) -> int:
    """Return the microseconds since 1970-01-01, in universal time if the moment has a zone."""
    universal = moment if moment.tzinfo is None else moment.astimezone(datetime.UTC)
    return (universal.replace(tzinfo=None) - _EPOCH) // datetime.timedelta(microseconds=1)
