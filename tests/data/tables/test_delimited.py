"""Tables as text: delimiters, headers, encodings, and what is refused."""

from __future__ import annotations

import gzip
import io
import lzma
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chainrule.data.reader import ReadOptions
from chainrule.data.tables import read_table_file
from chainrule.errors import ChainruleError, DataError, FileError

_FIXED = {"suppress_health_check": [HealthCheck.function_scoped_fixture]}


def _zipped(content: bytes, **others: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, part in {"t.csv": content, **others}.items():
            archive.writestr(name, part)
    return file.getvalue()


@pytest.mark.parametrize("compress", [bytes, gzip.compress, lzma.compress, _zipped])
def test_a_table_without_a_header(read, cells_of, compress) -> None:
    table = read(compress(b"5.1,3.5,setosa\n4.9,3.0,virginica\n"))
    assert cells_of(table) == [["5.1", "4.9"], ["3.5", "3.0"], ["setosa", "virginica"]]
    assert (table.named, table.names) == (False, ("", "", ""))
    assert (table.place(0), table.place(1)) == ("line 1", "line 2")


@pytest.mark.parametrize(
    ("first", "is_header"),
    [
        ("length,width,kind", True),
        ("1x1,1x2,label", True),
        (",width,kind", True),
        ("5.1,3.5,setosa", False),
        ("nan,1,setosa", False),
        ("1,width,kind", False),
        ("1,2,kind", False),
    ],
)
def test_the_first_row_is_a_header_if_it_has_words_above_numbers(read, first, is_header) -> None:
    table = read(f"{first}\n1,2,a\n")
    assert table.named is is_header
    assert len(table) == 2 - is_header


def test_a_header_of_numbers_is_one_where_the_caller_says_so(read) -> None:
    assert read("0,1,2\n3,4,5\n", header=True).names == ("0", "1", "2")
    assert len(read("0,1,2\n3,4,5\n", header=False)) == 2
    assert len(read("a,b,c\n3,4,5\n", header=False)) == 2


@pytest.mark.parametrize(
    ("content", "counted"),
    [
        ("0,1,2\n1.5,2,a\n", True),
        ("0,1,2\n3,4,5\n", False),
        ("0,1,2,3,4,5\n9,9,9,9,9,9\n", True),
        ("0,1,2,3,4,5\n1,2,3,4,5,6\n", False),
        ("0,1\n1.5,2\n", False),
    ],
)
def test_a_header_that_counts_the_columns_is_seen(read, content, counted) -> None:
    table = read(content)
    assert table.named is counted
    assert len(table.remarks) == counted
    assert not counted or table.remarks[0].startswith("The first row, 0, 1 …, counts")


def test_a_table_of_words_alone_has_a_header_unless_its_words_recur(read) -> None:
    letters = "p,x,s\ne,x,s\np,b,y\n"
    assert not read(letters).named
    assert read("class,cap,surface\n" + letters).named
    assert not read("a,a\nb,c\nd,e\n").named
    assert not read("5,a\n").named
    with pytest.raises(DataError, match="at least one row below the header"):
        read("a,b\n")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(read, cells_of, delimiter) -> None:
    lines = [["a b", "c", "d"], ["1", "2", "x"], ["3", "4", "y"]]
    table = read("\n".join(map(delimiter.join, lines)))
    assert table.names == ("a b", "c", "d")
    assert cells_of(table) == [["1", "3"], ["2", "4"], ["x", "y"]]
    assert table.decimal == ("," if delimiter == ";" else "")


@pytest.mark.parametrize(
    ("content", "columns"),
    [
        ("7,4;3,2;a\n7,5;3,1;b\n", [["7,4", "7,5"], ["3,2", "3,1"], ["a", "b"]]),
        ("  1.5   2  a\n 10.5  20  b\n", [["1.5", "10.5"], ["2", "20"], ["a", "b"]]),
        ("1\t2\t\ta\n3\t\t4\tb\n5\t6\tc\n", [["1", "3", "5"], ["2", "4", "6"], ["a", "b", "c"]]),
        ("1\t\ta\n2\t\tb\n", [["1", "2"], ["", ""], ["a", "b"]]),
        ('1 "a b"\n2   "c"\n', [["1", "2"], ["a b", "c"]]),
        ("1|2,5|a;b\n2|3,5|c;d\n", [["1", "2"], ["2,5", "3,5"], ["a;b", "c;d"]]),
        ("1,a b c\n2,d e\n", [["1", "2"], ["a b c", "d e"]]),
        ("1\t 2\n3\t 4\n", [["1", "3"], ["2", "4"]]),
    ],
)
def test_delimiters_of_many_programs(read, cells_of, content, columns) -> None:
    assert cells_of(read(content)) == columns


def test_the_delimiter_can_be_given(read, cells_of) -> None:
    assert cells_of(read("1!a,b\n", delimiter="!")) == [["1"], ["a,b"]]


def test_quotes_blank_lines_marks_and_line_ends(read, cells_of) -> None:
    table = read(b'\xef\xbb\xbf"x","the\nlabel"\r\n\r\n1, "a ""b"""\r\n  \n2,c')
    assert table.names == ("x", "the\nlabel")
    assert cells_of(table) == [["1", "2"], ['a "b"', "c"]]
    assert [table.place(row) for row in range(2)] == ["line 4", "line 6"]


def test_places_are_exact_with_quoted_line_ends_and_blank_lines(read, cells_of) -> None:
    table = read('x,text\n\n1,"a\nb\n"\n2,c\n\n\n3,"d"\n')
    assert cells_of(table) == [["1", "2", "3"], ["a\nb", "c", "d"]]
    assert [table.place(row) for row in range(3)] == ["line 5", "line 6", "line 9"]


def test_comments_above_the_table_are_skipped_and_may_name_the_columns(read) -> None:
    table = read("# made by a sensor\n\n% station 7\nx,y\n1,2\n3,4\n")
    assert (table.names, table.place(0)) == (("x", "y"), "line 5")
    table = read("# x,y,label\n1,2,0\n3,4,1\n")
    assert (table.named, table.names, len(table)) == (True, ("x", "y", "label"), 2)
    assert table.place(1) == "line 3"
    table = read("# a note, without names\n1,2,0\n3,4,1\n")
    assert (table.named, len(table)) == (False, 2)


def test_rs_names_of_rows_and_delimiters_at_the_ends_of_lines(read, cells_of) -> None:
    table = read('"mpg" "cyl"\n"Mazda RX4" 21 6\n"Datsun 710" 22.8 4\n', "cars.txt")
    assert table.names == ("", "mpg", "cyl")
    assert cells_of(table)[0] == ["Mazda RX4", "Datsun 710"]
    table = read("a,b\n1,2,\n3,4,\n")
    assert (table.names, cells_of(table)) == (("a", "b", ""), [["1", "3"], ["2", "4"], ["", ""]])
    table = read("a,b,\n1,2\n3,4\n")
    assert (table.names, cells_of(table)) == (("a", "b"), [["1", "3"], ["2", "4"]])
    assert table.place(1) == "line 3"
    table = read("a,b,\n1,2,\n3,4,\n")
    assert table.names == ("a", "b", "")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"])
def test_encodings_are_recognised_and_others_than_unicode_are_said(
    read, cells_of, encoding
) -> None:
    table = read("größe;art\n1,5;Äpfel\n2,5;Öl\n".encode(encoding))
    assert table.names == ("größe", "art")
    assert cells_of(table)[1] == ["Äpfel", "Öl"]
    said = ("The text is not in UTF-8; it was read as Windows-1252 (Latin-1).",)
    assert table.remarks == (said if encoding in ("latin-1", "cp1252") else ())


def test_bytes_that_windows_does_not_know_are_latin_1(read, cells_of) -> None:
    assert cells_of(read(b"x,y\n1,a\x81\xe4\n"))[1] == ["a\x81ä"]


def test_decimal_commas_below_a_single_name_separate_nothing(read, refusal, cells_of) -> None:
    table = read("size\n15,25\n7,5\n1.234,5\n")
    assert (table.names, cells_of(table)) == (("size",), [["15,25", "7,5", "1.234,5"]])
    assert refusal("size\n15,a\n7,b\n").startswith("t.csv, line 2: expected 1 fields, as in the")


def test_blank_lines_of_a_single_column_are_said(read, cells_of) -> None:
    table = read("x\n1\n\n2\n  \n\n3\n\n")
    assert cells_of(table) == [["1", "2", "3"]]
    assert table.remarks == ("4 blank lines were skipped.",)
    assert read("x\n1\n2\n").remarks == ()
    assert cells_of(read('x\n1\n""\n2\n')) == [["1", "", "2"]]


def test_numbers_keep_every_digit(read, cells_of) -> None:
    numbers = np.random.default_rng(0).normal(size=(20, 3)) * 10.0 ** np.arange(-200, 400, 200)
    rows = "".join(",".join(map(repr, row)) + ",k\n" for row in numbers.tolist())
    columns = np.array(cells_of(read(rows))[:3])
    np.testing.assert_array_equal(columns.astype(np.float64), numbers.T)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("1,2,a\n3,b\n", "t.csv, line 2: expected 3 fields, as in the first row, got 2."),
        ("a,b\n1,2\n\n1,2,3\n", "t.csv, line 4: expected 2 fields, as in the first row, got 3."),
        ("a,b,c\n1,2\n1,2,3\n", "t.csv, line 2: expected 3 fields, as in the first row, got 2."),
        ("", "t.csv: expected at least one row, got an empty file."),
        ("\n\n", "t.csv: expected at least one row, got an empty file."),
        ("# only\n", "t.csv: expected at least one row, got an empty file."),
        ("a,b\n", "t.csv: expected at least one row below the header, got none."),
        (
            "x,x\n1,2\n",
            "t.csv: expected a name of its own for each column, got 'x' for columns 0 and 1. "
            "Rename one of them; columns are known by their names.",
        ),
        (
            b"1,2,a\n1,2,\0\n",
            "t.csv, line 2: expected text, got a NUL byte. "
            "A file in UTF-16 has to begin with its byte order mark.",
        ),
        (
            b"\xff\xfe1\x002",
            "t.csv: expected text in UTF-16, got truncated data at byte 4.",
        ),
        (
            '1,2,"a\n',
            "t.csv, line 1: expected comma-separated values, got unexpected end of data.",
        ),
        (
            '1,2,a\n\n3,4,"b"c\n',
            "t.csv, line 3: expected comma-separated values, got ',' expected after '\"'.",
        ),
        (
            "x,y\n1," + '"' + "a" * 140000 + '"x\n',
            "t.csv, line 2: expected comma-separated values, "
            "got field larger than field limit (131072).",
        ),
    ],
)
def test_broken_tables_are_refused_by_line(refusal, content, text) -> None:
    assert refusal(content) == text


def test_a_row_that_differs_far_below_is_named_by_its_line(refusal) -> None:
    rows = "x,y\n" + "1,2\n" * 5000
    assert refusal(rows + "1,2,3\n") == (
        "t.csv, line 5002: expected 2 fields, as in the first row, got 3."
    )
    assert refusal(rows + '1,"2\n').startswith("t.csv, line 5002: expected comma-separated values")


def test_compressed_files_that_are_cut_are_refused(refusal) -> None:
    whole = gzip.compress(b"1,2,a\n" * 1000)
    assert "expected an intact compressed file" in refusal(whole[:-20])
    assert "expected an intact zip archive" in refusal(_zipped(b"1,2\n")[:-30])
    assert refusal(_zipped(b"1,2\n", **{"u.csv": b"3"})) == (
        "t.csv: expected a zip archive of one file, got 2 files. "
        "Unpack it, and give the file or the folder."
    )


def test_files_that_cannot_be_read(tmp_path) -> None:
    (tmp_path / "t.csv").mkdir()
    with pytest.raises(FileError) as refused:
        read_table_file(tmp_path / "t.csv", ReadOptions())
    assert str(refused.value).endswith("t.csv: expected a readable file, got Is a directory.")


def test_bombs_are_refused_in_small_memory(read, small_memory) -> None:
    for bomb in (b"1,2,a\n" * 2**21, b"1," * 2**22, b"1,2,a\n" + b"x" * 2**22):
        for content in (gzip.compress(bomb), _zipped(bomb)):
            with small_memory(2**24), pytest.raises(DataError) as refused:
                read(content, limit=2**20)
            assert "expected at most 1048576 bytes of content" in str(refused.value)


_pieces = st.sampled_from(
    ["1", "2.5", "a", "é", "-", "1e5", "nan", "", ",", ",", "\n", "\r", '"', ";", "\0", " ", "\t"]
)


@given(st.lists(_pieces, max_size=40))
@settings(max_examples=300, **_FIXED)
def test_random_tables_are_rows_or_an_error_of_ours(read, attempt, pieces) -> None:
    assert _is_sane(*attempt(read, "".join(pieces), refusals=ChainruleError))


@given(st.binary(max_size=60))
@settings(max_examples=150, **_FIXED)
def test_random_bytes_are_rows_or_an_error_of_ours(read, attempt, content) -> None:
    assert _is_sane(*attempt(read, content, refusals=ChainruleError))


def _is_sane(table, text) -> bool:
    if table is None:
        return "t.csv" in text
    places = [table.place(row) for row in range(len(table))]
    return len(set(places)) == len(places) >= 1


_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=6)
_ROW = st.lists(_TEXT, min_size=3, max_size=3)


@given(st.lists(_ROW, min_size=1, max_size=8))
@settings(max_examples=200, **_FIXED)
def test_arrow_and_pythons_reader_agree(read, cells_of, rows) -> None:
    import csv

    file = io.StringIO()
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([["a", "b", "c"], *rows])
    table = read(file.getvalue(), header=True, delimiter=",")
    trimmed = [[cell.strip() for cell in row] for row in rows]
    assert [[cell.strip() for cell in row] for row in zip(*cells_of(table), strict=True)] == trimmed
