import datetime
import decimal
import sys

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from chainrule.data.parquet import read_parquet
from chainrule.data.reader import ReadOptions
from chainrule.errors import DataError, FileError, MissingLibraryError, UnknownNameError


@pytest.fixture
def saved(tmp_path):
    def save(columns, **options):
        path = tmp_path / "t.parquet"
        parquet.write_table(pa.table(columns), path, **options)
        return path

    return save


def test_numbers_of_every_kind_are_features(saved):
    columns = {
        "a": pa.array([1, 2], pa.int8()),
        "b": pa.array([0.5, 1.5], pa.float32()),
        "c": pa.array([True, False]),
        "d": pa.array([decimal.Decimal("1.25"), decimal.Decimal("2.50")]),
        "kind": ["x", "y"],
    }
    part = read_parquet(saved(columns), ReadOptions())
    assert part.inputs.tolist() == [[1, 0.5, 1, 1.25], [2, 1.5, 0, 2.5]]
    assert list(part.labels) == ["x", "y"]
    assert part.inputs.dtype == np.float64


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (pa.array([3, 5]), [3, 5]),
        (pa.array(["a", None]), ["a", ""]),
        (pa.array(["a", "b"]).dictionary_encode(), ["a", "b"]),
        (pa.array([True, False]), [1, 0]),
    ],
)
def test_labels_of_every_kind(saved, labels, expected):
    part = read_parquet(saved({"y": labels, "x": [1.0, 2.0]}), ReadOptions(target="y"))
    assert list(part.labels) == expected
    assert part.inputs.tolist() == [[1], [2]]


def test_large_whole_numbers_keep_their_digits_as_labels(saved):
    large = [2**62, 2**62 + 1]
    part = read_parquet(saved({"x": large, "y": large}), ReadOptions())
    assert list(part.labels) == large
    assert part.inputs.tolist() == [[2.0**62], [2.0**62]]


def test_a_header_that_promises_rows_that_are_not_there_is_refused(saved):
    path = saved({"x": [1.0] * 100, "y": ["a"] * 100}, compression="none")
    content = path.read_bytes()
    # The number of rows, a variable-length 100, stands in the footer: make it 96.
    footer = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    at = content.index(b"\xc8\x01", footer)
    path.write_bytes(content[:at] + b"\xc0\x01" + content[at + 2 :])
    with pytest.raises(DataError) as refused:
        read_parquet(path, ReadOptions())
    assert str(refused.value) == f"{path}: expected 96 rows, as its header promises, got 100."


def test_many_batches_are_one_table(saved, monkeypatch):
    monkeypatch.setattr("chainrule.data.parquet._BATCH", 7)
    path = saved({"x": range(100), "y": [str(k) for k in range(100)]}, row_group_size=11)
    part = read_parquet(path, ReadOptions())
    assert part.inputs[:, 0].tolist() == list(range(100))
    assert list(part.labels) == [str(k) for k in range(100)]


def test_a_missing_number_is_no_number(saved):
    part = read_parquet(saved({"x": [1, None], "b": [None, True], "y": ["a", "b"]}), ReadOptions())
    np.testing.assert_array_equal(part.inputs, [[1, np.nan], [np.nan, 1]])


@pytest.mark.parametrize(
    ("columns", "options", "text"),
    [
        (
            {"x": ["a"], "y": [1]},
            {},
            ", column 0 ('x'): expected a column of numbers, got string.",
        ),
        (
            {"x": [1], "t": [datetime.date(2020, 1, 1)], "y": [1]},
            {},
            ", column 1 ('t'): expected a column of numbers, got date32[day].",
        ),
        (
            {"x": pa.array([], pa.int64()), "y": pa.array([], pa.int64())},
            {},
            ": expected at least one row, got none.",
        ),
        (
            {"x": [1]},
            {},
            ": expected at least two columns, one of them the target, got 1. "
            "Give the delimiter if it is not a comma, semicolon or tab.",
        ),
        (
            {"x": range(100), "y": range(100)},
            {"limit": 1599},
            ": expected at most 1599 bytes of content, "
            "got 100 rows of 2 columns, which make 1600. "
            "Raise the limit if the file is supposed to be that large.",
        ),
    ],
)
def test_tables_that_do_not_fit_are_refused(saved, columns, options, text):
    path = saved(columns)
    with pytest.raises(DataError) as refused:
        read_parquet(path, ReadOptions(**options))
    assert str(refused.value) == f"{path}{text}"


def test_a_target_that_does_not_exist_is_refused(saved):
    path = saved({"x": [1], "kind": ["a"]})
    with pytest.raises(UnknownNameError) as refused:
        read_parquet(path, ReadOptions(target="knd"))
    assert str(refused.value) == (
        f"{path}: expected a column, got 'knd' (str). Did you mean 'kind'? "
        "Valid names: first, kind, last, x."
    )


def test_without_pyarrow_the_remedy_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingLibraryError) as refused:
        read_parquet("t.parquet", ReadOptions())
    assert str(refused.value) == (
        "t.parquet: expected pyarrow, which reads Parquet files, got no such library. "
        "Install it: pip install 'chainrule[parquet]'."
    )


def test_what_is_no_parquet_file_is_refused(tmp_path):
    path = tmp_path / "t.parquet"
    with pytest.raises(FileError) as missing:
        read_parquet(path, ReadOptions())
    assert str(missing.value) == f"{path}: expected a readable file, got No such file or directory."
    path.write_bytes(b"PAR1" + bytes(40))
    with pytest.raises(DataError, match=f"^{path}: expected an intact Parquet file, got "):
        read_parquet(path, ReadOptions())


@given(st.integers(0, 10**4), st.integers(1, 255))
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_flipped_byte_is_a_table_or_a_data_error(saved, attempt, at, mask):
    path = saved({"x": [1.0, 2.0], "y": ["a", "b"]})
    content = bytearray(path.read_bytes())
    content[at % len(content)] ^= mask
    path.write_bytes(content)
    part, text = attempt(read_parquet, path, ReadOptions())
    assert text.startswith(str(path)) if part is None else len(part.inputs) == 2
