import gzip
import lzma

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chainrule.data.csv_table import read_csv
from chainrule.data.reader import ReadOptions
from chainrule.errors import ChainruleError, DataError, FileError, UnknownNameError


@pytest.fixture
def table(tmp_path):
    def read(content, **options):
        path = tmp_path / "t.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_csv(path, ReadOptions(**options))

    return read


@pytest.fixture
def refusal(table, tmp_path):
    def text(content, **options):
        with pytest.raises(ChainruleError) as refused:
            table(content, **options)
        return str(refused.value).replace(str(tmp_path / "t.csv"), "t.csv")

    return text


@pytest.mark.parametrize("compress", [bytes, gzip.compress, lzma.compress])
def test_a_table_without_a_header(table, compress):
    part = table(compress(b"5.1,3.5,setosa\n4.9,3.0,virginica\n"))
    assert part.inputs.tolist() == [[5.1, 3.5], [4.9, 3.0]]
    assert part.labels == ["setosa", "virginica"]
    assert (part.place(0), part.place(1)) == ("line 1", "line 2")


@pytest.mark.parametrize(
    ("options", "inputs", "labels"),
    [
        ({}, [[1, 2], [4, 5]], ["3", "6"]),
        ({"target": "first"}, [[2, 3], [5, 6]], ["1", "4"]),
        ({"target": "b"}, [[1, 3], [4, 6]], ["2", "5"]),
        ({"target": 1}, [[1, 3], [4, 6]], ["2", "5"]),
        ({"header": True}, [[1, 2], [4, 5]], ["3", "6"]),
    ],
)
def test_the_target_is_the_column_that_was_named(table, options, inputs, labels):
    part = table("a,b,c\n1,2,3\n4,5,6\n", **options)
    assert (part.inputs.tolist(), part.labels) == (inputs, labels)
    assert part.place(0) == "line 2"


@pytest.mark.parametrize(
    ("first", "is_header"),
    [
        ("length,width,kind", True),
        ("1x1,1x2,label", True),
        (",width,kind", True),
        ("1,width,kind", None),
        ("5.1,3.5,setosa", False),
        ("nan,1,setosa", None),
    ],
)
def test_the_first_row_is_a_header_if_none_of_its_features_is_a_number(table, first, is_header):
    content = f"{first}\n1,2,a\n"
    if is_header is None:
        with pytest.raises(DataError, match="line 1"):
            table(content)
    else:
        assert len(table(content).labels) == (1 if is_header else 2)


def test_a_header_of_numbers_is_one_where_the_caller_says_so(table):
    assert table("0,1,2\n3,4,5\n", header=True).labels == ["5"]
    assert table("0,1,2\n3,4,5\n", header=False).labels == ["2", "5"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found(table, delimiter):
    content = delimiter.join(["a b", "c", "d"]) + "\n" + delimiter.join(["1", "2", "x,y;z\t!"[:1]])
    part = table(content)
    assert (part.inputs.tolist(), part.labels) == ([[1, 2]], ["x"])


def test_the_delimiter_can_be_given(table):
    assert table("1|2|a,b\n", delimiter="|").labels == ["a,b"]


def test_quotes_blank_lines_marks_and_line_ends(table):
    part = table(b'\xef\xbb\xbf"x","the\nlabel"\r\n\r\n1, "a ""b"""\r\n\n2,c')
    assert part.inputs.tolist() == [[1], [2]]
    assert part.labels == ['a "b"', "c"]
    assert [part.place(row) for row in range(2)] == ["line 4", "line 6"]


def test_numbers_keep_every_digit(table):
    numbers = np.random.default_rng(0).normal(size=(20, 3)) * 10.0 ** np.arange(-200, 400, 200)
    rows = "".join(",".join(map(repr, row)) + ",k\n" for row in numbers.tolist())
    np.testing.assert_array_equal(table(rows).inputs, numbers)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("1,2,a\n3,b\n", "t.csv, line 2: expected 3 fields, as in the first row, got 2."),
        ("a,b\n1,2\n\n1,2,3\n", "t.csv, line 4: expected 2 fields, as in the first row, got 3."),
        ("", "t.csv: expected at least one row, got an empty file."),
        ("\n\n", "t.csv: expected at least one row, got an empty file."),
        ("a,b\n", "t.csv: expected at least one row below the header, got none."),
        (
            "1\n2\n",
            "t.csv: expected at least two columns, one of them the target, got 1. "
            "Give the delimiter if it is not a comma, semicolon or tab.",
        ),
        (
            "long,wide,kind\n1,2,a\n1,wide,a\n",
            "t.csv, line 3, column 1 ('wide'): expected a finite number, got 'wide'. "
            "Name the column of the labels with target=, or fill in what is missing.",
        ),
        (
            "1,2,a\n,2,a\n",
            "t.csv, line 2, column 0: expected a finite number, got ''. "
            "Name the column of the labels with target=, or fill in what is missing.",
        ),
        (
            "1,2,a\n1,nan,a\n",
            "t.csv, line 2, column 1: expected a finite number, got 'nan'. "
            "Name the column of the labels with target=, or fill in what is missing.",
        ),
        (
            "1,1e999,a\n",
            "t.csv, line 1, column 1: expected a finite number, got 'inf'. "
            "Name the column of the labels with target=, or fill in what is missing.",
        ),
        (b"1,2,a\n1,2,\xff\n", "t.csv: expected text in UTF-8, got invalid start byte at byte 10."),
        (
            '1,2,"a\n',
            "t.csv, line 1: expected comma-separated values, got unexpected end of data.",
        ),
        (
            "1,2," + "a" * 140000 + "\n",
            "t.csv, line 1: expected comma-separated values, "
            "got field larger than field limit (131072).",
        ),
    ],
)
def test_broken_tables_are_refused_by_line_and_column(refusal, content, text):
    assert refusal(content) == text


def test_the_column_of_a_bad_number_is_counted_with_the_target(refusal):
    assert refusal("a,1,x\n", target="first") == (
        "t.csv, line 1, column 2: expected a finite number, got 'x'. "
        "Name the column of the labels with target=, or fill in what is missing."
    )


def test_a_target_that_does_not_exist_is_refused(table, refusal):
    assert refusal("long,kind\n1,a\n", target="kin") == (
        "t.csv: expected a column, got 'kin' (str). Did you mean 'kind'? "
        "Valid names: first, kind, last, long."
    )
    with pytest.raises(UnknownNameError):
        table("1,a\n", target="kind", header=False)


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(FileError) as refused:
        read_csv(tmp_path, ReadOptions())
    assert str(refused.value) == f"{tmp_path}: expected a readable file, got Is a directory."


def test_bombs_are_refused_in_small_memory(table, small_memory):
    for bomb in (b"1,2,a\n" * 2**21, b"1," * 2**22, b"1,2,a\n" + b"x" * 2**22):
        content = gzip.compress(bomb)
        with small_memory(2**23), pytest.raises(DataError) as refused:
            table(content, limit=2**20)
        assert "characters in a line and 1048576 in all, got more." in str(refused.value)


_pieces = st.sampled_from(
    ["1", "2.5", "a", "é", "-", "1e5", "nan", "", ",", ",", "\n", "\r", '"', ";", "\0"]
)


@given(st.lists(_pieces, max_size=40))
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_tables_are_rows_or_an_error_of_ours(table, attempt, pieces):
    assert _is_sane(*attempt(table, "".join(pieces), refusals=ChainruleError))


@given(st.binary(max_size=60))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_bytes_are_rows_or_an_error_of_ours(table, attempt, content):
    assert _is_sane(*attempt(table, content, refusals=ChainruleError))


def _is_sane(part, text):
    if part is None:
        return "t.csv" in text
    return len(part.inputs) == len(part.labels) >= 1 and np.isfinite(part.inputs).all()
