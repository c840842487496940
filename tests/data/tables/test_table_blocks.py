from __future__ import annotations

import gzip
import io
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from chainrule.data.reader import ReadOptions
from chainrule.data.tables.delimited import read_delimited
from chainrule.data.tables.table_blocks import TableBlock, read_table_blocks
from chainrule.errors import DataError, FileError

TABLE = "age,kind\n" + "".join(f"{k},{'xyz'[k % 3]}\n" for k in range(10))


def blocks(path: Path | str, rows: int = 4, **options) -> list[TableBlock]:
    return list(read_table_blocks(str(path), ReadOptions(**options), rows))


def fields(found: Sequence[TableBlock]) -> list[tuple[str, ...]]:
    return [tuple(row) for block in found for row in block.rows]


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_rows_come_in_blocks_with_their_lines(tmp_path) -> None:
    found = blocks(write(tmp_path / "t.csv", TABLE))
    assert [len(block.rows) for block in found] == [4, 4, 2]
    assert found[0].names == ("age", "kind")
    assert found[2].places == ["line 10", "line 11"]
    table = found[1].table
    assert table is not None
    assert (len(table), table.place(0), table.named) == (4, "line 6", True)
    assert table.columns[1].texts[table.columns[1].codes[0]] == "y"


@pytest.mark.parametrize(
    "content",
    [
        TABLE,
        TABLE.replace(",", ";"),
        TABLE.replace(",", "\t"),
        "# made by hand\n\n" + TABLE,
        TABLE.replace("\n", "\r\n"),
        "﻿" + TABLE,
        TABLE.replace("x", "é").encode("cp1252"),
        TABLE.encode("utf-16"),
        gzip.compress(TABLE.encode(), mtime=0),
        '"age","kind"\n' + "".join(f'{k},"a, ""b""\nc"\n' for k in range(5)),
        "3,x\n4,y\n5,z\n",
        "# age,kind\n3,x\n4,y\n5,z\n",
        "a,b\nr1,3,x\nr2,4,y\n",
        "a,b\n3,x,\n4,y,\n",
        "a,b,\n3,x\n4,y\n",
        "  1.5   2  a\n10.5  20  b\n",
    ],
)
def test_the_cells_are_those_of_the_whole_table(tmp_path, content) -> None:
    path = write(tmp_path / "t.csv", content)
    whole = read_delimited(path, ReadOptions())
    found = blocks(path, 2)
    assert found[0].names == whole.labels()
    texts = [
        [column.texts[code] for column in whole.columns for code in [column.codes[row]]]
        for row in range(len(whole))
    ]
    assert [[cell.strip() for cell in row] for row in fields(found)] == texts
    assert [place for block in found for place in block.places] == [
        whole.place(row) for row in range(len(whole))
    ]


def test_a_row_of_another_length_does_not_stop_the_others(tmp_path) -> None:
    found = blocks(write(tmp_path / "t.csv", "a,b\n1,2\n3\n4,5\n6,7,8\n"), 10)
    (block,) = found
    assert block.whole.tolist() == [0, 2]
    assert block.problems == {1: "expected 2 fields, got 1", 3: "expected 2 fields, got 3"}
    assert block.table is not None
    assert block.table.place(1) == "line 4"
    (only,) = blocks(write(tmp_path / "t.csv", "a,b\n1,2\n3,4\n5\n"), 2)[1:]
    assert only.table is None


def test_a_header_with_more_names_counts_more_than_the_rows(tmp_path) -> None:
    (block,) = blocks(write(tmp_path / "t.csv", "a,b,c\n1,2\n3,4\n5,6,7\n"))
    assert block.names == ("a", "b", "c")
    assert block.whole.tolist() == [2]


def test_a_quotation_mark_that_stays_open_names_its_line(tmp_path) -> None:
    with pytest.raises(DataError, match="line 3"):
        blocks(write(tmp_path / "t.csv", 'a,b\n1,2\n3,"4\n'))
    with pytest.raises(DataError, match="line 1"):
        blocks(write(tmp_path / "t.csv", '"a,b\n'))


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("", "expected at least one row, got an empty file"),
        ("a,b\n", "expected at least one row below the header, got none"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path, content, text) -> None:
    with pytest.raises(DataError, match=text):
        blocks(write(tmp_path / "t.csv", content))


def test_options_decide_over_what_is_detected(tmp_path) -> None:
    path = write(tmp_path / "t.csv", "a|b\nc|d\n")
    (block,) = blocks(path, delimiter="|", header=False)
    assert fields([block]) == [("a", "b"), ("c", "d")]
    assert block.names == ("column 0", "column 1")


def test_a_long_table_with_an_open_mark_at_the_sample_s_end(tmp_path) -> None:
    rows = "".join(f'{k},"two\nlines"\n' for k in range(150))
    found = blocks(write(tmp_path / "t.csv", "a,b\n" + rows), 1000)
    assert len(fields(found)) == 150


def test_standard_input_is_read_and_stays_open(monkeypatch) -> None:
    given = io.TextIOWrapper(io.BytesIO(TABLE.encode()))
    monkeypatch.setattr(sys, "stdin", given)
    assert len(fields(blocks("-"))) == 10
    assert not given.buffer.closed


def test_other_formats_are_cut_into_the_same_rows(tmp_path) -> None:
    frame = pd.DataFrame(
        {
            "age": [1.5, np.nan, 3, 4],
            "kind": ["x", "y", None, "x"],
            "born": pd.to_datetime(
                ["2020-01-02 00:00", "2020-01-03 12:30", None, "2020-01-05 00:00"]
            ),
        }
    )
    frame.to_parquet(tmp_path / "t.parquet")
    expected = [
        ("1.5", "x", "2020-01-02"),
        ("", "y", "2020-01-03T12:30"),
        ("3", "", ""),
        ("4", "x", "2020-01-05"),
    ]
    for source in (frame, str(tmp_path / "t.parquet")):
        found = list(read_table_blocks(source, ReadOptions(), 3))
        assert fields(found) == expected
        assert [len(block.rows) for block in found] == [3, 1]
        assert found[1].table is not None
        assert found[1].table.place(0) == found[1].places[0]


def test_a_file_that_is_not_there_is_refused() -> None:
    with pytest.raises(FileError):
        blocks("nowhere.csv")
