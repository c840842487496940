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
from chainrule.data.untrusted_files import open_archive, stored_size, translate_errors
from chainrule.errors import ChainruleError, DataError, unknown_name
from chainrule.schema import DataTable, listed
from chainrule.storage import open_regular

__all__ = ["read_workbook"]

_OLD_FORMAT = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MOST_COLUMNS = 16_384
_BELOW = 200
_CELL_BYTES = 8


def read_workbook(path: Path, options: ReadOptions) -> DataTable:
    """Return the table in a sheet of an .xlsx file: the one that is named, or the first shown.

    Other sheets are said. Empty rows and columns around the table are skipped. Formulas count as
    their stored values.

    Raises: FileError, DataError, UnknownNameError.
    """
    where = str(path)
    with translate_errors(where), open_regular(path) as file:
        if file.read(len(_OLD_FORMAT)) == _OLD_FORMAT:
            raise DataError(
                where,
                expected="an .xlsx workbook",
                got="an old .xls workbook, or one with a password",
                remedy="Save it as .xlsx without a password",
            )
    with open_archive(path) as archive:
        size = sum(info.file_size for info in archive.infolist())
    limit = options.content_limit(where, stored_size(path))
    limit.check(size)
    return _table(where, _read_sheet(where, options.table, limit), options)


@dataclass(frozen=True)
class _SheetRow:
    """A row of a sheet: its number, from 1, and the values of its cells."""

    number: int
    values: tuple[Any, ...]


@dataclass(frozen=True)
class _Sheet:
    """The rows of a sheet that hold anything, and a sentence on the other sheets, or none."""

    rows: tuple[_SheetRow, ...]
    remarks: tuple[str, ...]


def _read_sheet(where: str, sheet: str | None, limit: ContentLimit) -> _Sheet:
    import openpyxl

    try:
        book = openpyxl.load_workbook(where, read_only=True, data_only=True)
        try:
            names = [one.title for one in book.worksheets]
            if sheet is not None and sheet not in names:
                raise unknown_name(where, "a sheet", sheet, names, argument="table")
            shown = [one for one in book.worksheets if one.sheet_state == "visible"]
            chosen = book[sheet] if sheet is not None else (shown or book.worksheets)[0]
            chosen.reset_dimensions()  # what a file says of its size need not be true
            filled = tuple(_read_rows(chosen.iter_rows(values_only=True), limit))
        finally:
            book.close()
    except ChainruleError:
        raise
    except Exception as error:  # openpyxl lets through whatever a broken file leads to
        reason = str(error) or type(error).__name__
        raise DataError(where, expected="an intact .xlsx workbook", got=reason[:200]) from None
    others = [name for name in names if name != chosen.title]
    said = others and sheet is None
    remark = f"The sheet {chosen.title} was read; table= names another: {listed(others)}."
    return _Sheet(filled, (remark,) if said else ())


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


def _table(where: str, sheet: _Sheet, options: ReadOptions) -> DataTable:
    rows = sheet.rows
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
        remarks=(*sheet.remarks, *([f"{empty} empty rows were skipped."] if empty else [])),
    )


def _take(values: Sequence[Any], places: Sequence[int]) -> list[Any]:
    return [values[place] if place < len(values) else None for place in places]


def _header_text(value: Any) -> str:
    return "" if value is None else str(value)
