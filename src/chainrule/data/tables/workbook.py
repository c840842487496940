"""Tables in Excel workbooks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chainrule.data.content_limits import ContentLimit
from chainrule.data.reader import ReadOptions
from chainrule.data.tables.arrow_columns import value_cells
from chainrule.data.tables.dialect import detect_header
from chainrule.data.untrusted_files import open_archive, stored_size
from chainrule.errors import ChainruleError, DataError, unknown_name
from chainrule.schema import DataTable

__all__ = ["read_workbook"]

_MOST_COLUMNS = 16_384
_BELOW = 200
_CELL_BYTES = 8


def read_workbook(path: Path, options: ReadOptions) -> DataTable:
    """Return the table in a sheet of an .xlsx file: the first sheet, or the one that is named.

    Empty rows and columns around the table are skipped. Formulas count as their stored values.

    Raises: FileError, DataError, UnknownNameError.
    """
    where = str(path)
    with open_archive(path) as archive:
        size = sum(info.file_size for info in archive.infolist())
    limit = options.content_limit(where, stored_size(path))
    limit.check(size)
    return _table(where, _filled_rows(where, options.table, limit), options)


@dataclass(frozen=True)
class _SheetRow:
    """A row of a sheet: its number, from 1, and the values of its cells."""

    number: int
    values: tuple[Any, ...]


def _filled_rows(where: str, sheet: str | None, limit: ContentLimit) -> list[_SheetRow]:
    """Return the rows of a sheet that hold anything."""
    import openpyxl

    try:
        book = openpyxl.load_workbook(where, read_only=True, data_only=True)
        try:
            names = [one.title for one in book.worksheets]
            if sheet is not None and sheet not in names:
                raise unknown_name(where, "a sheet", sheet, names, argument="table")
            chosen = book[sheet] if sheet is not None else book.worksheets[0]
            chosen.reset_dimensions()  # what a file says of its size need not be true
            return [*_read_rows(chosen.iter_rows(values_only=True), limit)]
        finally:
            book.close()
    except ChainruleError:
        raise
    except Exception as error:  # openpyxl lets through whatever a broken file leads to
        reason = str(error) or type(error).__name__
        raise DataError(where, expected="an intact .xlsx workbook", got=reason[:200]) from None


def _read_rows(rows: Iterable[Sequence[Any]], limit: ContentLimit) -> Iterator[_SheetRow]:
    """Yield the rows that hold anything, up to their last cell that does.

    Empty cells before another one take place too: a cell far to the right must not make millions.
    """
    size = 0
    for number, row in enumerate(rows, start=1):
        values = [_value(value) for value in row]
        while values and values[-1] is None:
            values.pop()
        if values:
            size += _CELL_BYTES * len(values)
            limit.check(size)
            yield _SheetRow(number, tuple(values))


def _value(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


def _table(where: str, rows: list[_SheetRow], options: ReadOptions) -> DataTable:
    if not rows:
        raise DataError(where, expected="at least one row", got="an empty sheet")
    empty = rows[-1].number - rows[0].number + 1 - len(rows)
    width = min(max(len(row.values) for row in rows), _MOST_COLUMNS)
    filled = [
        place
        for place in range(width)
        if any(place < len(row.values) and row.values[place] is not None for row in rows)
    ]
    cells = [_take(row.values, filled) for row in rows]
    header = options.header
    if header is None:
        texts = [[_header_text(value) for value in row] for row in cells[: _BELOW + 1]]
        header = detect_header(texts[0], texts[1:])
    names = [_header_text(value).strip() if header else "" for value in cells[0]]
    body, numbers = cells[int(header) :], [row.number for row in rows[int(header) :]]
    return DataTable(
        where,
        tuple(names),
        tuple(value_cells([row[place] for row in body]) for place in range(len(filled))),
        named=bool(header),
        place=lambda row: f"row {numbers[row]}",
        remarks=(f"{empty} empty rows were skipped.",) if empty else (),
    )


def _take(values: Sequence[Any], places: Sequence[int]) -> list[Any]:
    return [values[place] if place < len(values) else None for place in places]


def _header_text(value: Any) -> str:
    return "" if value is None else str(value)
