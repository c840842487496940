"""Excel workbooks: sheets, headers, types of cells, and what is refused."""

from __future__ import annotations

import datetime

import openpyxl
import pytest

from chainrule.data.reader import ReadOptions
from chainrule.data.tables import read_table_file
from chainrule.errors import DataError, FileError, UnknownNameError

_DAY = float((datetime.date(2020, 1, 2) - datetime.date(1970, 1, 1)).days)


@pytest.fixture
def book(tmp_path):
    def save(*rows, **sheets):
        made = openpyxl.Workbook()
        made.active.title = "first"
        for row in rows:
            made.active.append(row)
        for name, others in sheets.items():
            sheet = made.create_sheet(name)
            for row in others:
                sheet.append(row)
        made.save(tmp_path / "t.xlsx")
        return tmp_path / "t.xlsx"

    return save


def _read(path, **options):
    return read_table_file(path, ReadOptions(**options))


def test_types_of_cells(book, cells_of) -> None:
    path = book(
        ["n", "x", "text", "date", "moment", "true", "mixed", "blank"],
        [1, 1.5, "a", datetime.date(2020, 1, 2), datetime.datetime(2020, 1, 2, 6), True, 3, None],
        [2, 2, " b", None, None, False, "c", ""],
        [None, 3, None, datetime.date(2020, 1, 2), None, None, 2.5, "  "],
        [4, 3, "7", None, None, None, True, None],
    )
    table = _read(path)
    assert table.names == ("n", "x", "text", "date", "moment", "true", "mixed", "blank")
    assert cells_of(table) == [
        [1, 2, None, 4],
        [1.5, 2, 3, 3],
        ["a", "b", None, "7"],
        [_DAY, None, _DAY, None],
        [_DAY + 0.25, None, None, None],
        ["True", "False", None, None],
        ["3", "c", "2.5", "True"],
        [None] * 4,
    ]
    kinds = [cells.storage for cells in table.columns]
    assert kinds == ["int64", "float64", "text", "date", "timestamp", "boolean", "text", "text"]
    assert table.place(2) == "row 4"


def test_empty_rows_and_columns_around_the_table_are_skipped(book, cells_of) -> None:
    path = book(
        [], [None, None, None], [None, "x", "y", None], [None, 1, "a", None], [], [None, 2, "b"]
    )
    table = _read(path)
    assert (table.names, cells_of(table)) == (("x", "y"), [[1, 2], ["a", "b"]])
    assert (table.place(0), table.place(1)) == ("row 4", "row 6")
    assert table.remarks == ("1 empty rows were skipped.",)


def test_headers_are_found_or_given(book) -> None:
    path = book([1, "a"], [2, "b"])
    assert (_read(path).named, len(_read(path))) == (False, 2)
    assert _read(path, header=True).names == ("1", "a")
    path = book([None, "x"], [0, 1.5], [1, 2.5])
    assert _read(path).names == ("", "x")


def test_sheets_are_chosen_by_name(book) -> None:
    path = book(["x", "y"], [1, 2], more=[["u", "v"], [3, 4]], none=[])
    assert _read(path).names == ("x", "y")
    assert _read(path, table="more").names == ("u", "v")
    with pytest.raises(UnknownNameError, match=r"expected a sheet, got 'mor' .* Did you mean 'mor"):
        _read(path, table="mor")
    with pytest.raises(DataError, match=r"expected at least one row, got an empty sheet"):
        _read(path, table="none")


def test_what_is_no_workbook_is_refused(book, tmp_path) -> None:
    path = book(["x", "y"], [1, 2])
    content = path.read_bytes()
    path.write_bytes(content[:-40])
    with pytest.raises(DataError, match=r"t.xlsx: expected an intact zip archive, got "):
        _read(path)
    import zipfile

    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "text")
    with pytest.raises(DataError, match=r"t.xlsx: expected an intact .xlsx workbook, got "):
        _read(path)
    with pytest.raises(FileError):
        _read(tmp_path / "gone.xlsx")
    path = book(["x", "y"], *([k, k] for k in range(5000)))
    with pytest.raises(DataError, match=r"expected at most 10000 bytes of content, got "):
        _read(path, limit=10_000)


def test_sheets_that_are_hidden_are_passed_over_and_others_are_said(tmp_path, cells_of) -> None:
    made = openpyxl.Workbook()
    made.active.title = "lists"
    made.active.append(["nothing"])
    made.active.sheet_state = "hidden"
    for name, value in (("data", 5), ("more", 6)):
        sheet = made.create_sheet(name)
        sheet.append(["x", "y"])
        sheet.append([value, "a"])
    made.save(tmp_path / "t.xlsx")
    table = read_table_file(tmp_path / "t.xlsx", ReadOptions())
    assert cells_of(table) == [[5], ["a"]]
    assert table.remarks == ("The sheet data was read; table= names another: lists, more.",)
    named = read_table_file(tmp_path / "t.xlsx", ReadOptions(table="more"))
    assert (cells_of(named), named.remarks) == ([[6], ["a"]], ())


def test_old_workbooks_and_those_with_a_password_are_refused(tmp_path) -> None:
    (tmp_path / "t.xlsx").write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(500))
    with pytest.raises(DataError, match=r"got an old .xls workbook, or one with a password\. Save"):
        read_table_file(tmp_path / "t.xlsx", ReadOptions())
