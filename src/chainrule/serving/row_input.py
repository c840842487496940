"""Rows in JSON as the inputs of a network: objects by the names of columns, arrays by place.

A cell has the type that the description of the service gives its column, so that nothing needs to
be guessed: numbers have decimal points, and a missing cell is null or "".
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chainrule.schema import NUMBER_MARKS, Cells, Column, DataTable, listed, number_text
from chainrule.serving.problems import RequestError
from chainrule.serving.served_model import ServedModel

__all__ = [
    "GREATEST",
    "InputRow",
    "NumberRange",
    "RowTable",
    "image_row",
    "number_range",
    "plain_row",
    "read_rows",
    "table_of_rows",
]

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
GREATEST = 1e30
"""The greatest number of a row: products with weights stay within float32."""
_FAR = 1e6 * (1 - 1e-15)
"""How many widths of its range a number may lie outside; those beyond are taken for spoilt."""
_WHITE = 255
_DARK = "No grey value is above 1, where 255 is white."
_FRACTIONS = "Values from 0 to 1 were taken for fractions of white."


class NumberRange(NamedTuple):
    """The least and the greatest number."""

    low: float
    high: float


class InputRow(NamedTuple):
    """One row as `Network.predict` takes it.

    Args:
        row: the bytes of an image's pixels, or numbers, (columns,) float64.
        remarks: sentences on what was unusual.
    """

    row: bytes | NDArray[np.float64]
    remarks: tuple[str, ...] = ()

    @property
    def inputs(self) -> NDArray[Any]:
        """The row as a matrix, (1, columns)."""
        if isinstance(self.row, bytes):
            return np.frombuffer(self.row, np.uint8)[None]
        return self.row[None]


@dataclass(frozen=True, eq=False)
class RowTable:
    """The rows of a request that fit the columns of a model, as a table.

    Args:
        table: these rows; None if no row fits.
        places: their numbers among the request's rows, from 0.
        problems: what is wrong with each other row, as pairs of its number and the problem.
        remarks: sentences on columns that are not known.
    """

    table: DataTable | None
    places: tuple[int, ...]
    problems: tuple[tuple[int, RequestError], ...]
    remarks: tuple[str, ...]


def read_rows(model: ServedModel, value: Any) -> list[Any] | None:
    """Return the rows of a request, or None if it is a single row.

    Args:
        model: what will answer.
        value: an array of rows, {"rows": [...]}, or one row.

    Raises: RequestError for no row, and for what is neither array nor object.
    """
    if isinstance(value, dict):
        known = () if model.schema is None else model.schema.names
        if set(value) != {"rows"} or "rows" in known:
            return None
        value = value["rows"]
        if not isinstance(value, list):
            raise _problem("rows", "an array of rows", _describe(value))
    elif not isinstance(value, list):
        raise _problem("body", "an array, or an object", _describe(value))
    elif value and _is_row(model, value):
        return None
    if not value:
        raise _problem("body", "at least one row", "none")
    return value


def _is_row(model: ServedModel, value: list[Any]) -> bool:
    """Return whether an array is one row rather than several.

    Raises: RequestError for rows among which something else stands.
    """
    if model.takes_images:
        return not all(_is_image(model, one) for one in value)
    rows = [isinstance(one, (dict, list)) for one in value]
    if any(rows) and not all(rows):
        other = value[rows.index(False)]
        raise _problem("body", "an array of rows", f"{_describe(other)} among them")
    return not any(rows)


def _is_image(model: ServedModel, value: Any) -> bool:
    """Return whether a part of an array can be an image by itself, and no line of one."""
    if not isinstance(value, list):
        return isinstance(value, dict)
    lines = len(value) == model.shape[0] and all(isinstance(line, list) for line in value)
    return lines or len(value) == model.width


def plain_row(model: ServedModel, value: Any, where: str = "row 0") -> InputRow | None:
    """Return the input for a row of a model without columns: an image's pixels, or numbers.

    Args:
        model: what will answer.
        value: an array of numbers, or of arrays in the shape of an input.
        where: the row, for errors.

    Returns: None for the arrays of an image of another shape, which has to be prepared.
    Raises: RequestError.
    """
    flat = value
    if isinstance(value, list) and value and isinstance(value[0], list):
        shape = _nested_shape(value)
        if shape != model.shape and model.takes_images:
            return None
        flat = None if shape != model.shape else _flatten(value)
    if not isinstance(flat, list) or len(flat) != model.width:
        sides = " x ".join(map(str, model.shape))
        got = str(len(flat)) if isinstance(flat, list) else _describe(value)
        raise _problem(where, f"an array of {model.width} numbers ({sides})", got)
    if bool in set(map(type, flat)):
        raise _problem(where, "numbers", "true or false")
    if not model.takes_images:
        return InputRow(_numbers(flat, where) * model.network.input_scale)
    try:
        pixels = bytes(flat)
    except (ValueError, TypeError):
        return _grey_numbers(model, _numbers(flat, where), where)
    return image_row(pixels)


def image_row(pixels: bytes) -> InputRow:
    """Return the input for an image's bytes; a remark says if they look like fractions."""
    is_dark = not pixels.strip(b"\0\1") and bool(pixels.strip(b"\0"))
    return InputRow(pixels, (_DARK,) if is_dark else ())


def _nested_shape(value: Any) -> tuple[int, ...] | None:
    """Return the shape of nested arrays; None if they are not of equal lengths."""
    if not isinstance(value, list):
        return ()
    shapes = {_nested_shape(part) for part in value}
    if len(shapes) != 1 or None in shapes:
        return None
    (inner,) = shapes
    assert inner is not None
    return (len(value), *inner)


def _flatten(value: list[Any]) -> list[Any]:
    """Return the numbers of nested arrays of equal lengths in their order."""
    while isinstance(value[0], list):
        value = [one for part in value for one in part]
    return value


def _numbers(values: Sequence[Any], where: str) -> NDArray[np.float64]:
    for place, value in enumerate(values):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise _problem(f"{where}, number {place}", "a number", _describe(value))
    return np.array([_float(value, where) for value in values])


def _float(value: float, where: str) -> float:
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not abs(number) <= GREATEST:
        raise _problem(where, f"numbers of at most {GREATEST:g}", f"{number:.6g}")
    return number


def _grey_numbers(model: ServedModel, values: NDArray[np.float64], where: str) -> InputRow:
    """Return grey values that are not bytes; of a model of bytes, fractions are recognised."""
    if model.network.input_scale == 1:
        return InputRow(values)
    if values.min() < 0 or values.max() > _WHITE:
        got = f"values from {values.min():g} to {values.max():g}"
        raise _problem(where, f"grey values from 0 to {_WHITE}, or from 0 to 1", got)
    if values.max() <= 1:
        return InputRow(values, (_FRACTIONS,))
    return InputRow(values * model.network.input_scale)


def table_of_rows(model: ServedModel, rows: Sequence[Any]) -> RowTable:
    """Return the rows of a request to a model of a table, with those apart that do not fit."""
    assert model.schema is not None
    columns = model.schema.columns
    known = {*model.schema.names, *model.schema.target.names}
    known |= {one.name for one in model.schema.left_out}
    fitting: list[list[Any]] = []
    places, problems, strange = [], [], dict[str, None]()
    for number, row in enumerate(rows):
        try:
            fitting.append(_row_cells(columns, row, f"row {number}"))
        except RequestError as problem:
            problems.append((number, problem))
            continue
        places.append(number)
        if isinstance(row, dict):
            strange.update(dict.fromkeys(name for name in row if name not in known))
    remark = f"Columns that the network does not know were ignored: {listed(list(strange))}."
    table = None
    if fitting:
        cells = zip(columns, zip(*fitting, strict=True), strict=True)
        table = DataTable(
            "request",
            model.schema.names,
            tuple(_column_cells(column, values) for column, values in cells),
            place=lambda row: f"row {places[row]}",
        )
    return RowTable(table, tuple(places), tuple(problems), (remark,) if strange else ())


def _row_cells(columns: Sequence[Column], row: Any, where: str) -> list[Any]:
    """Return the cells of a row in the order of the columns."""
    if isinstance(row, dict):
        missing = [column.name for column in columns if column.name not in row]
        if missing:
            remedy = "Give null for a missing cell"
            raise _problem(where, f"the columns {listed(missing)}", "none of that name", remedy)
        values = [row[column.name] for column in columns]
    elif isinstance(row, list):
        if len(row) != len(columns):
            names = listed([column.name for column in columns])
            raise _problem(where, f"{len(columns)} cells: {names}", str(len(row)))
        values = row
    else:
        raise _problem(where, "an object or an array", _describe(row))
    return [_cell(*pair, where) for pair in zip(columns, values, strict=True)]


def _cell(column: Column, value: Any, where: str) -> float | str | None:
    """Return a cell as the column's kind has it: a number, or a text; None if it is missing."""
    at = f"{where}, column {column.name!r}"
    if value is None:
        return None
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise _problem(at, "text in Unicode", "half of a surrogate pair") from None
        return value if column.kind != "number" else _number_cell(column, value, at)
    if column.kind == "category" and isinstance(value, (bool, int, float)):
        return str(value) if isinstance(value, bool) else _category_text(value)
    if column.kind == "number" and type(value) in (int, float):  # which a truth value is not
        return _check_range(column, _float(value, at), at)
    kinds = {"number": "a number", "date": "a date such as 2020-02-29", "category": "a text"}
    raise _problem(at, f"{kinds[column.kind]}, or null", _describe(value))


def _category_text(value: float) -> str:
    """Return the text of a number that is a category."""
    try:
        return number_text(float(value))
    except OverflowError:  # a whole number beyond float64, which no column of numbers holds
        return str(value)


def _number_cell(column: Column, text: str, where: str) -> float | None:
    """Return a number that is given as a text; None for a mark of a missing one."""
    text = text.strip()
    if text.lower() in NUMBER_MARKS or text in column.marks:
        return None
    if _NUMBER.fullmatch(text) is None:
        remedy = "Numbers have decimal points; null stands for a missing one"
        raise _problem(where, "a number, or null", repr(text[:60]), remedy)
    return _check_range(column, _float(float(text), where), where)


def number_range(column: Column) -> NumberRange:
    """Return the numbers that a column may have: within a million widths of its training data."""
    if column.low is None or column.high is None:
        return NumberRange(-GREATEST, GREATEST)
    width = (column.high - column.low) or max(abs(column.high), 1.0)
    low, high = column.low - _FAR * width, column.high + _FAR * width
    return NumberRange(max(low, -GREATEST), min(high, GREATEST))


def _check_range(column: Column, value: float, where: str) -> float:
    low, high = number_range(column)
    if not low <= value <= high:
        seen = f"{column.low:.6g} to {column.high:.6g}"
        got = f"{value:.6g}, more than a million times outside {seen}"
        raise _problem(where, "a number like those of the training data", got)
    return value


def _column_cells(column: Column, values: Sequence[Any]) -> Cells:
    if column.kind == "number":
        numbers = [np.nan if value is None else value for value in values]
        return Cells("float64", numbers=np.array(numbers, np.float64))
    return Cells.from_texts(values)


def _describe(value: Any) -> str:
    names = {dict: "an object", list: "an array", str: "a text", bool: "true or false"}
    return "null" if value is None else names.get(type(value), "a number")


def _problem(where: str, expected: str, got: str, remedy: str = "") -> RequestError:
    return RequestError(422, "input", where=where, expected=expected, got=got, remedy=remedy)
