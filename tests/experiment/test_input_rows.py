from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from chainrule.errors import ChainruleError
from chainrule.experiment.input_rows import read_rows


def test_rows_with_and_without_a_header() -> None:
    Path("a.csv").write_text("1,2\n\n3,4.5\n")
    rows = read_rows("a.csv", 2)
    assert rows.inputs.tolist() == [[1.0, 2.0], [3.0, 4.5]]
    assert (rows.lines, rows.remarks) == ((1, 3), ())
    Path("b.csv").write_text("length;width\n1;2\n")
    rows = read_rows("b.csv", 2)
    assert (rows.inputs.tolist(), rows.lines) == ([[1.0, 2.0]], (2,))


def test_the_column_of_targets_is_left_out() -> None:
    Path("a.csv").write_text("kind,length,width\nrose,1,2\n")
    rows = read_rows("a.csv", 2, target="kind")
    assert rows.inputs.tolist() == [[1.0, 2.0]]
    assert rows.remarks == ("Column 1 (the target) was left out.",)
    Path("b.csv").write_text("1,2,7\n")
    assert read_rows("b.csv", 2).inputs.tolist() == [[1.0, 2.0]]


def test_compressed_and_marked_as_unicode() -> None:
    Path("a.csv.gz").write_bytes(gzip.compress("\ufeff1\t2".encode()))
    assert read_rows("a.csv.gz", 2).inputs.tolist() == [[1.0, 2.0]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "a.csv: expected rows of numbers, got an empty file."),
        (b"a,b\n", "a.csv: expected at least one row below the header, got none."),
        (b"1,2\n3\n", "a.csv, line 2: expected 2 fields, as in the first row, got 1."),
        (b"1,2\n3,x\n", "a.csv, line 2: expected finite numbers, got 'x'."),
        (b"1,inf\n", "a.csv, line 1: expected finite numbers, got 'inf'."),
        (
            b"1,2,3,4\n",
            "a.csv: expected 2 columns, or 3 with the target's, got 4. "
            "The network takes 2 numbers.",
        ),
        (b'1,"2\n', "a.csv, line 1: expected comma-separated values, got unexpected end of data."),
        (b"1,\xff\n", "a.csv: expected a CSV file in UTF-8, got invalid start byte at byte 2."),
    ],
)
def test_other_files_are_refused(content, message) -> None:
    Path("a.csv").write_bytes(content)
    with pytest.raises(ChainruleError) as caught:
        read_rows("a.csv", 2)
    assert str(caught.value) == message
