"""The numbers that the cells of a column stand for, once the column's kind is known."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.schema.columns import Column
from chainrule.schema.date_cells import DateReading, read_dates
from chainrule.schema.missing_marks import marked_missing
from chainrule.schema.number_cells import NumberReading, read_numbers
from chainrule.schema.table import Cells, number_text

__all__ = ["CellValues", "category_text", "read_column", "texts_as_dates", "texts_as_numbers"]

DATES = ("date", "timestamp")
"""The storages of cells that are dates already."""

_TRUTHS = {"true": "True", "false": "False"}
_WHOLE = re.compile(r"([+-]?)(0|[1-9]\d*)(?:\.0*)?", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(?:(?:0|[1-9]\d*)\.\d+|\d\.\d+[eE][+-]\d+)", re.ASCII)
_SPOILT = 1e6
"""How many times the width of the range seen a number may lie outside it."""


@dataclass(frozen=True, eq=False)
class CellValues:
    """What the cells of a column are in a table's matrix.

    Args:
        values: (rows,) float64; NaN for what is missing, unknown or unreadable.
        problems: why a cell cannot be read, for each row number that has such a cell.
        unknown: the rows whose category the training data did not have.
    """

    values: NDArray[np.float64]
    problems: tuple[tuple[int, str], ...] = ()
    unknown: tuple[int, ...] = ()


def category_text(text: str) -> str:
    """Return the one text of a category, however a file writes it: 3.0 and 3, true and TRUE.

    Example:
        >>> category_text("3.0"), category_text("TRUE"), category_text("03")
        ('3', 'True', '03')
    """
    if match := _WHOLE.fullmatch(text):
        return ("-" if match[1] == "-" and match[2] != "0" else "") + match[2]
    if _DECIMAL.fullmatch(text):
        return number_text(float(text))
    return _TRUTHS.get(text.casefold(), text)


def texts_as_numbers(
    cells: Cells, given: Collection[str] = (), *, hint: str = "", before: str = ""
) -> NumberReading:
    """Return the texts of a column read as numbers; missing marks are neither readable nor read.

    Args:
        cells: a column of texts.
        given: texts that the caller counts as missing.
        hint: as in `read_numbers`.
        before: as in `read_numbers`.
    """
    known = np.flatnonzero(~marked_missing(cells.distinct, given, of_numbers=True))
    found = read_numbers(cells.distinct.take(known), hint=hint, before=before)
    count = len(cells.distinct)
    return replace(
        found,
        values=_placed(found.values, known, count, np.nan),
        readable=_placed(found.readable, known, count, False),
        ambiguous=_placed(found.ambiguous, known, count, False),
    )


def texts_as_dates(cells: Cells, given: Collection[str] = (), *, hint: str = "") -> DateReading:
    """Return the texts of a column read as dates; arguments as in `texts_as_numbers`."""
    known = np.flatnonzero(~marked_missing(cells.distinct, given, of_numbers=True))
    found = read_dates([cells.texts[place] for place in known.tolist()], hint=hint)
    count = len(cells.distinct)
    return replace(
        found,
        days=_placed(found.days, known, count, np.nan),
        readable=_placed(found.readable, known, count, False),
        ambiguous=_placed(found.ambiguous, known, count, False),
    )


def _placed(
    values: NDArray[Any], places: NDArray[np.int64], count: int, other: Any
) -> NDArray[Any]:
    every = np.full(count, other, values.dtype)
    every[places] = values
    return every


def read_column(column: Column, cells: Cells, *, hint: str = "") -> CellValues:
    """Return what the cells of a column are in the matrix.

    Args:
        column: what the training data say of the column.
        cells: the cells to read.
        hint: the decimal mark that other columns of the same table show; "" if they show none.
    """
    if column.kind == "category":
        return _categories(column, cells)
    if cells.numbers is not None:
        return _stored_numbers(column, cells)
    if column.kind == "date":
        return _dates(column, cells)
    if cells.storage == "boolean":
        truths = np.array([text == "True" for text in cells.texts], np.float64)
        return CellValues(cells.spread(truths, np.nan))
    return _numbers(column, cells, hint)


def _categories(column: Column, cells: Cells) -> CellValues:
    as_texts = cells.as_texts()
    missing = marked_missing(as_texts.distinct, column.marks)
    names = {name: place for place, name in enumerate(column.categories)}
    texts = [category_text(text) for text in as_texts.texts]
    if set(names) == {"False", "True"}:  # SQLite and R's integers write them so
        texts = [{"0": "False", "1": "True"}.get(text, text) for text in texts]
    places = np.array([names.get(text, np.nan) for text in texts], np.float64)
    strange = np.isnan(places) & ~missing
    values = as_texts.spread(np.where(missing, np.nan, places), np.nan)
    unknown = np.flatnonzero(as_texts.spread(strange, False))
    return CellValues(values, unknown=tuple(unknown.tolist()))


def _stored_numbers(column: Column, cells: Cells) -> CellValues:
    assert cells.numbers is not None
    values = cells.numbers
    if (column.kind == "date") != (cells.storage in DATES):
        word = "a date" if column.kind == "date" else "a number"
        other = "a date" if cells.storage in DATES else "a number"
        rows = np.flatnonzero(~np.isnan(values)).tolist()
        blank = np.full(len(values), np.nan)
        return CellValues(blank, tuple((row, f"expected {word}, got {other}") for row in rows))
    marks = [number for number in map(_number, column.marks) if number is not None]
    values = np.where(np.isin(values, marks), np.nan, values) if marks else values
    return _checked(column, values, {}, cells)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _dates(column: Column, cells: Cells) -> CellValues:
    found = texts_as_dates(cells, column.marks, hint=column.storage)
    missing = marked_missing(cells.distinct, column.marks, of_numbers=True)
    reasons = {}
    for place in np.flatnonzero(found.ambiguous | ~(found.readable | missing)).tolist():
        got = repr(cells.texts[place][:60])
        reasons[place] = (
            f"{got} may have the day or the month first"
            if found.ambiguous[place]
            else f"expected a date, got {got}"
        )
    return _checked(column, cells.spread(found.days, np.nan), reasons, cells)


def _numbers(column: Column, cells: Cells, hint: str) -> CellValues:
    style = column.storage
    before = "," if "decimal comma" in style else "." if "thousands" in style else ""
    found = texts_as_numbers(cells, column.marks, hint=hint, before=before)
    missing = marked_missing(cells.distinct, column.marks, of_numbers=True)
    reasons = {}
    for place in np.flatnonzero(found.ambiguous | ~(found.readable | missing)).tolist():
        got = repr(cells.texts[place][:60])
        reasons[place] = (
            f"{got} may have a decimal comma or a thousands mark"
            if found.ambiguous[place]
            else f"expected a number, got {got}"
        )
    marks = [number for number in map(_number, column.marks) if number is not None]
    values = np.where(np.isin(found.values, marks), np.nan, found.values)
    return _checked(column, cells.spread(values, np.nan), reasons, cells)


def _checked(
    column: Column, values: NDArray[np.float64], reasons: dict[int, str], cells: Cells
) -> CellValues:
    """Return the values with the unreadable, infinite and spoilt cells taken out."""
    problems: dict[int, str] = {}
    if reasons:
        assert cells.codes is not None
        for row in np.flatnonzero(np.isin(cells.codes, list(reasons))).tolist():
            problems[row] = reasons[int(cells.codes[row])]
    for row in np.flatnonzero(np.isinf(values)).tolist():
        problems[row] = f"expected a finite number, got {values[row]}"
    if column.low is not None and column.high is not None:
        width = (column.high - column.low) or max(abs(column.high), 1.0)
        outside = np.maximum(values - column.high, column.low - values) / _SPOILT > width
        for row in np.flatnonzero(outside).tolist():
            problems.setdefault(row, _spoilt(values[row], column))
    if problems:
        values = values.copy()
        values[list(problems)] = np.nan
    return CellValues(values, tuple(sorted(problems.items())))


def _spoilt(value: float, column: Column) -> str:
    return (
        f"{value:.6g} is more than a million times outside {column.low:.6g} to {column.high:.6g}, "
        "the range of the training data"
    )


def text_at(cells: Cells, row: int) -> str:
    """Return the text of one cell, for error texts."""
    one = cells.rows(np.array([row]))
    return one.texts[0] if one.texts else ""


def sorted_categories(texts: Collection[str]) -> tuple[str, ...]:
    """Return categories in order: whole numbers by value, others by code points.

    Example:
        >>> sorted_categories(["10", "9"]), sorted_categories(["b", "10", "a"])
        (('9', '10'), ('10', 'a', 'b'))
    """
    distinct = set(texts)
    if all(_WHOLE.fullmatch(text) for text in distinct):
        return tuple(sorted(distinct, key=int))
    return tuple(sorted(distinct))


def decimal_hint(readings: Iterable[NumberReading]) -> str:
    """Return the decimal mark that most columns of a table show; "" if none shows one.

    Args:
        readings: the columns of texts, read as numbers; those that are mostly words do not count.
    """
    marks = [
        reading.decimal
        for reading in readings
        if reading.decided and reading.readable.sum() > len(reading.readable) // 2
    ]
    return max(set(marks), key=lambda mark: (marks.count(mark), mark)) if marks else ""
