"""The cells of columns, and the columns of tables by name and number."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from chainrule.errors import DataError, InputError, UnknownNameError
from chainrule.schema import Cells, DataTable, column_position, listed, number_text
from chainrule.schema.table import column_label

_NAMES = ["length", "width", "kind"]


@pytest.mark.parametrize(
    ("target", "column"),
    [
        ("last", 2),
        ("first", 0),
        ("width", 1),
        (0, 0),
        (2, 2),
        (-1, 2),
        (-3, 0),
        ("1", 1),
        ("-2", 1),
    ],
)
def test_a_column_is_known_by_name_number_or_place(target, column) -> None:
    assert column_position(target, _NAMES, "f") == column


def test_a_name_that_exists_comes_first() -> None:
    assert column_position("last", ["first", "last", "5"], "f") == 1
    assert column_position("5", ["first", "last", "5"], "f") == 2
    assert column_position("", ["a", "", "b"], "f") == 1


def test_columns_that_do_not_exist_are_refused() -> None:
    with pytest.raises(UnknownNameError) as unknown:
        column_position("knd", _NAMES, "f")
    assert str(unknown.value) == (
        "f: expected a column, got 'knd' (str). Did you mean 'kind'? "
        "Valid names: first, kind, last, length, width."
    )
    for number in (3, -4):
        with pytest.raises(InputError) as refused:
            column_position(number, _NAMES, "f")
        assert str(refused.value) == (
            f"f: expected a target column from 0 to 2, got {number} (int)."
        )


def test_a_column_is_called_by_number_and_name() -> None:
    assert column_label(["", "b"], 0) == "column 0"
    assert column_label(["", "b"], 1) == "column 1 ('b')"


def test_cells_of_texts_are_stored_once_and_trimmed() -> None:
    cells = Cells.from_texts([" a", "b", None, "a "])
    assert cells.texts == ("a", "b", "a")
    assert (len(cells), cells.codes.tolist()) == (4, [0, 1, -1, 2])
    assert cells.counts().tolist() == [1, 1, 1]
    some = cells.rows(np.array([3, 2]))
    assert (some.texts, some.codes.tolist()) == (("a",), [0, -1])
    assert some.spread(np.array([7.0]), np.nan).tolist()[0] == 7
    assert len(Cells.from_array(pa.chunked_array([], pa.string()))) == 0
    chunks = pa.chunked_array([["x", "y"], ["y", "z"]], pa.string())
    assert Cells.from_array(chunks).codes.tolist() == [0, 1, 1, 2]


@pytest.mark.parametrize("count", [100, 1000, 40_000])
def test_cells_of_many_texts_keep_their_places(count) -> None:
    texts = [str(k) for k in range(count)]
    cells = Cells.from_texts([*texts, *texts])
    assert cells.codes.tolist() == [*range(count), *range(count)]


def test_numbers_have_one_text_however_they_are_stored() -> None:
    numbers = Cells("float64", numbers=np.array([3.0, 0.1, np.nan, -0.0, 3.0]))
    assert numbers.as_texts().codes.tolist() == [2, 1, -1, 0, 2]
    assert numbers.texts == ("0", "0.1", "3")
    assert [number_text(x) for x in (1e300, 1e15, 2.5)] == ["1e+300", "1000000000000000", "2.5"]
    assert numbers.rows(np.array([0])).texts == ("3",)


def test_a_table_names_its_columns_and_rows() -> None:
    column = Cells.from_texts(["1", "2"])
    table = DataTable("t.csv", ("a", ""), (column, column))
    assert (len(table), table.labels()) == (2, ("a", "column 1"))
    assert table.at(1, 0) == "row 1, column 0 ('a')"
    with pytest.raises(DataError) as refused:
        DataTable("t.csv", ("a", "b", "a"), (column,) * 3)
    assert str(refused.value) == (
        "t.csv: expected a name of its own for each column, got 'a' for columns 0 and 2. "
        "Rename one of them; columns are known by their names."
    )
    with pytest.raises(DataError, match=r"at least one row below the header, got none"):
        DataTable("t.csv", ("a",), (Cells.from_texts([]),))
    with pytest.raises(DataError, match=r"at least one row, got none"):
        DataTable("t.csv", (), (), named=False)


def test_lists_of_names_are_cut() -> None:
    assert listed(["a", "b"]) == "a, b"
    assert listed([str(k) for k in range(10)]) == "0, 1, 2, 3, 4, 5, 6, 7 and 2 more"
