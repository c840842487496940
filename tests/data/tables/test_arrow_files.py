"""Parquet, Feather and Arrow files, and data frames: their types as cells, and what is refused."""

from __future__ import annotations

import datetime
import decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import feather, ipc, parquet

from chainrule.data.reader import ReadOptions
from chainrule.data.tables import is_data_frame, read_data_frame, read_table_file
from chainrule.errors import DataError, FileError

_DAY = float((datetime.date(2020, 1, 2) - datetime.date(1970, 1, 1)).days)


@pytest.fixture
def saved(tmp_path):
    def save(columns, **options):
        path = tmp_path / "t.parquet"
        parquet.write_table(pa.table(columns), path, **options)
        return path

    return save


def _read(path, **options):
    return read_table_file(path, ReadOptions(**options))


@pytest.mark.parametrize(
    ("column", "cells", "storage"),
    [
        (pa.array([1, None], pa.int8()), [1, None], "int8"),
        (pa.array([0.5, 1.5], pa.float32()), [0.5, 1.5], "float"),
        (pa.array([True, None]), ["True", None], "boolean"),
        (pa.array([decimal.Decimal("1.10"), None]), [1.1, None], "decimal128(3, 2)"),
        (pa.array(["a", None]).dictionary_encode(), ["a", None], "text"),
        (pa.array([" a", "b"], pa.large_string()), ["a", "b"], "text"),
        (pa.array([2**62, 2**62 + 1], pa.int64()), [2.0**62, 2.0**62], "int64"),
        (pa.array([datetime.date(2020, 1, 2), None]), [_DAY, None], "date"),
        (
            pa.array([datetime.datetime(2020, 1, 2, 6), None], pa.timestamp("ns", "UTC")),
            [_DAY + 0.25, None],
            "timestamp",
        ),
        (pa.array([datetime.datetime(2020, 1, 2)], pa.timestamp("s")), [_DAY], "date"),
        (pa.array([datetime.time(6, 30)]), ["06:30:00.000000"], "text"),
        (pa.array([None, None]), [None, None], "text"),
    ],
)
def test_types_of_columns(saved, cells_of, column, cells, storage) -> None:
    table = _read(saved({"x": column, "y": pa.array([1.0] * len(column))}))
    assert cells_of(table)[0] == cells
    assert table.columns[0].storage == storage


def test_nested_columns_and_the_index_of_pandas_are_left_out(tmp_path) -> None:
    frame = pd.DataFrame({"x": [1.0, 2.0], "list": [[1], [2]], "y": ["a", "b"]}, index=[7, 9])
    frame.to_parquet(tmp_path / "t.parquet")
    table = _read(tmp_path / "t.parquet")
    assert table.names == ("x", "y")
    assert table.remarks == ("Columns of lists, structures or bytes were left out: list.",)
    frame.drop(columns="list").rename_axis("passenger").to_parquet(tmp_path / "t.parquet")
    table = _read(tmp_path / "t.parquet")
    assert table.names == ("x", "y")
    assert table.remarks == ("The index of the data frame was left out: passenger.",)


def test_a_damaged_note_on_the_index_is_passed_over(tmp_path) -> None:
    whole = pa.table({"x": [1.0], "y": ["a"]})
    for note in (b"{", b"[]", b"{}", b'{"index_columns": 3}'):
        parquet.write_table(whole.replace_schema_metadata({b"pandas": note}), tmp_path / "t.pq")
        assert _read(tmp_path / "t.pq").names == ("x", "y")


@pytest.mark.parametrize("kind", ["feather", "file", "stream"])
def test_feather_and_arrow_files(tmp_path, cells_of, kind) -> None:
    whole, path = pa.table({"x": [1, 2], "y": ["a", "b"]}), tmp_path / "t.arrow"
    if kind == "feather":
        feather.write_feather(whole, path)
    else:
        opened = ipc.new_file if kind == "file" else ipc.new_stream
        with opened(path, whole.schema) as writer:
            writer.write_table(whole)
    assert cells_of(_read(path)) == [[1, 2], ["a", "b"]]
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(DataError, match=r"t.arrow: expected an intact Arrow file, got "):
        _read(path)
    with pytest.raises(FileError):
        _read(tmp_path / "gone.feather")


def test_a_header_that_promises_rows_that_are_not_there_is_refused(saved) -> None:
    path = saved({"x": [1.0] * 100, "y": ["a"] * 100}, compression="none")
    content = path.read_bytes()
    # The number of rows, a variable-length 100, stands in the footer: make it 96.
    footer = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    at = content.index(b"\xc8\x01", footer)
    path.write_bytes(content[:at] + b"\xc0\x01" + content[at + 2 :])
    with pytest.raises(DataError) as refused:
        _read(path)
    assert str(refused.value) == f"{path}: expected 96 rows, as its header promises, got 100."


def test_many_batches_are_one_table(saved, cells_of, monkeypatch) -> None:
    monkeypatch.setattr("chainrule.data.tables.arrow_files._BATCH", 7)
    path = saved({"x": range(100), "y": [str(k % 9) for k in range(100)]}, row_group_size=11)
    assert cells_of(_read(path)) == [list(range(100)), [str(k % 9) for k in range(100)]]


@pytest.mark.parametrize(
    ("columns", "options", "text"),
    [
        (
            {"x": pa.array([], pa.int64()), "y": pa.array([], pa.int64())},
            {},
            ": expected at least one row, got none.",
        ),
        (
            {"x": range(100), "y": range(100)},
            {"limit": 1599},
            ": expected at most 1599 bytes of content, "
            "got 100 rows of 2 columns, which make 1600. "
            "Raise the limit (--limit BYTES) if the file is supposed to be that large.",
        ),
        ({"x": [[1]], "y": [[2]]}, {}, ": expected columns of numbers, texts or dates, got none."),
    ],
)
def test_tables_that_do_not_fit_are_refused(saved, columns, options, text) -> None:
    path = saved(columns)
    with pytest.raises(DataError) as refused:
        _read(path, **options)
    assert str(refused.value) == f"{path}{text}"


def test_two_columns_of_one_name_are_refused(tmp_path) -> None:
    twice = pa.table([pa.array([1]), pa.array([2])], ["x", "x"])
    feather.write_feather(twice, tmp_path / "t.feather")
    with pytest.raises(DataError, match=r"a name of its own for each column, got 'x' for two"):
        _read(tmp_path / "t.feather")


def test_what_is_no_parquet_file_is_refused(tmp_path) -> None:
    path = tmp_path / "t.parquet"
    with pytest.raises(FileError) as missing:
        _read(path)
    assert str(missing.value) == f"{path}: expected a readable file, got No such file or directory."
    path.write_bytes(b"PAR1" + bytes(40))
    with pytest.raises(DataError, match=f"^{path}: expected an intact Parquet file, got "):
        _read(path)


@given(st.integers(0, 10**4), st.integers(1, 255))
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_flipped_byte_is_a_table_or_a_data_error(saved, attempt, at, mask) -> None:
    path = saved({"x": [1.0, 2.0], "y": ["a", "b"]})
    content = bytearray(path.read_bytes())
    content[at % len(content)] ^= mask
    path.write_bytes(content)
    table, text = attempt(_read, path)
    assert text.startswith(str(path)) if table is None else len(table) == 2


_FRAME = {"x": [1.5, None], "kind": ["a", "b"], "when": [datetime.datetime(2020, 1, 2), None]}


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame(_FRAME),
        pd.DataFrame(_FRAME, index=[5, 3]),
        pl.DataFrame(_FRAME),
        pa.table(_FRAME),
    ],
    ids=["pandas", "pandas with an index", "polars", "arrow"],
)
def test_frames_of_all_libraries_are_the_same_table(cells_of, frame) -> None:
    assert is_data_frame(frame)
    assert not is_data_frame([[1, 2]])
    table = read_data_frame(frame)
    assert table.names == ("x", "kind", "when")
    assert cells_of(table) == [[1.5, None], ["a", "b"], [_DAY, None]]
    assert (table.where, table.place(1)) == ("data frame", "row 1")


def test_a_frame_of_mixed_values_is_one_of_texts(cells_of) -> None:
    frame = pd.DataFrame({"x": [1, "a", None, 2.5, np.nan], "n": [1.0, 2, 3, 4, 5]})
    assert cells_of(read_data_frame(frame)) == [["1", "a", None, "2.5", None], [1, 2, 3, 4, 5]]


def test_categories_of_polars_are_texts(cells_of) -> None:
    frame = pl.DataFrame({"c": pl.Series(["b", "a", None], dtype=pl.Categorical), "x": [1, 2, 3]})
    assert cells_of(read_data_frame(frame)) == [["b", "a", None], [1, 2, 3]]


@pytest.mark.filterwarnings("error")
def test_names_of_pandas_that_are_no_texts(cells_of) -> None:
    assert read_data_frame(pd.DataFrame({0: [1.5], "y": [2.0]})).names == ("0", "y")
    mixed = pd.DataFrame([["a", 1.5], [2, 2.5]])
    assert cells_of(read_data_frame(mixed)) == [["a", "2"], [1.5, 2.5]]
    with pytest.raises(
        DataError, match="a name of its own for each column, got '0' for columns 0 and 1"
    ):
        read_data_frame(pd.DataFrame([[1, 2]], columns=[0, "0"]))


def test_types_that_arrow_does_not_know_are_texts(cells_of) -> None:
    assert cells_of(read_data_frame(pd.DataFrame({"z": [1 + 2j]}))) == [["(1+2j)"]]


def test_a_single_column_of_a_frame_is_refused() -> None:
    with pytest.raises(DataError) as caught:
        read_data_frame(pd.Series([1.0, 2.0]))
    assert str(caught.value) == "data frame: expected a table of columns, got Series."


def test_times_with_a_zone_are_one_moment_however_they_are_stored(cells_of) -> None:
    tokyo = datetime.timezone(datetime.timedelta(hours=9))
    when = [datetime.datetime(2020, 1, 2, 9, tzinfo=tokyo), None]
    typed = cells_of(read_data_frame(pa.table({"when": when})))
    values = pd.DataFrame({"when": pd.Series(when, dtype=object), "mixed": [1, "a"]})
    assert typed == [[_DAY, None]] == cells_of(read_data_frame(values))[:1]


def test_a_frame_that_arrow_cannot_take_is_refused() -> None:
    with pytest.raises(DataError, match="expected columns of numbers, texts or dates, got Invalid"):
        read_data_frame(pl.DataFrame({"o": pl.Series([1, 2], dtype=pl.Int128)}))


def test_a_frame_of_lists_alone_is_refused() -> None:
    with pytest.raises(DataError, match="columns of numbers, texts or dates, got none"):
        read_data_frame(pa.table({"x": [[1]]}))


def test_texts_that_are_no_utf_8_are_refused(tmp_path) -> None:
    """Parquet stores bytes: only a look at them tells that they are texts."""
    stored = pa.array([b"good", b"b\xffd"], pa.binary()).buffers()
    texts = pa.StringArray.from_buffers(2, stored[1], stored[2])
    path = tmp_path / "bad.parquet"
    parquet.write_table(pa.table({"a": texts, "y": [1, 2]}), path)
    with pytest.raises(DataError, match=r"expected an intact Parquet file, got .*Invalid UTF8"):
        read_table_file(path, ReadOptions())
