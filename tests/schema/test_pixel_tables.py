"""Tables of grey values: how they are recognised, and the order of their pixels."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.schema import Cells, DataTable, find_pixels
from chainrule.schema.pixel_tables import pixel_order, read_pixels


def _table(values, names=None, typed=False) -> DataTable:
    columns = [
        Cells("int64", numbers=column.astype(float))
        if typed
        else Cells.from_texts([str(x) for x in column])
        for column in np.asarray(values).T
    ]
    called = tuple(names or [""] * len(columns))
    return DataTable("d.csv", called, tuple(columns), named=any(called))


_GREY = np.random.default_rng(0).integers(0, 256, (5, 256))
_NAMES = [f"pixel{k}" for k in range(64)]


@pytest.mark.parametrize("typed", [False, True])
def test_squares_of_grey_values_are_pixels(typed) -> None:
    found = find_pixels(_table(_GREY[:, :64], _NAMES, typed), ())
    assert found == list(range(64))
    assert find_pixels(_table(_GREY, typed=typed), ()) == list(range(256))
    labelled = _table(np.column_stack([[0, 1, 0, 1, 0], _GREY]), typed=typed)
    assert find_pixels(labelled, (0,)) == list(range(1, 257))
    turned = find_pixels(_table(_GREY[:, :64], _NAMES[::-1], typed), ())
    assert turned == list(range(63, -1, -1))


@pytest.mark.parametrize(
    ("values", "names"),
    [
        (_GREY[:, :63], _NAMES[:63]),
        (_GREY[:, :64], None),
        (_GREY, [f"x{k}" for k in range(256)]),
        (_GREY // 2, None),
        (_GREY * 1.5, None),
        (_GREY - 1000, None),
        (_GREY + 0.5, None),
        (_GREY[:, :64], [*_NAMES[:63], "pixel0x1"]),
        (_GREY[:, :49], _NAMES[:49]),
    ],
)
def test_other_tables_are_none(values, names) -> None:
    assert find_pixels(_table(values, names), ()) is None
    assert find_pixels(_table(values, names, typed=True), ()) is None


def test_texts_blanks_and_truths_are_no_grey_values() -> None:
    whole = _table(_GREY)
    for cells in (
        Cells.from_texts(["a"] * 5),
        Cells.from_texts(["1", "", "2", "3", "4"]),
        Cells.from_texts(["True"] * 5, "boolean"),
        Cells.from_texts(["10%"] * 5),
        Cells("float64", numbers=np.array([1, 2, np.nan, 3, 4])),
    ):
        columns = (cells, *whole.columns[1:])
        assert find_pixels(DataTable("d", whole.names, columns, named=False), ()) is None
    many = Cells.from_texts([str(k % 300) for k in range(600)])
    assert find_pixels(DataTable("d", ("",) * 256, (many,) * 256, named=False), ()) is None


def test_names_of_pixels_give_their_order() -> None:
    assert pixel_order(["px_3", "px_1", "px_2"]) == [1, 2, 0]
    assert pixel_order(["pixel_1_0", "pixel_0_1", "pixel_0_0"]) == [2, 1, 0]
    assert pixel_order(["28x28", "1x10", "1x2"]) == [2, 1, 0]
    assert pixel_order(["pixel1", "pixel01"]) is None
    assert pixel_order(["pixel1", "width"]) is None


def test_pixels_are_bytes_where_they_can_be() -> None:
    grey = read_pixels(_table(_GREY), range(256))
    assert grey.dtype == np.uint8
    np.testing.assert_array_equal(grey, _GREY)
    numbers = read_pixels(_table(_GREY + 0.5, typed=True), [3, 1])
    np.testing.assert_array_equal(numbers, _GREY[:, [3, 1]] + 0.5)
    texts = read_pixels(_table([["1", "2.5"], ["x", "3"]]), [0, 1])
    np.testing.assert_array_equal(texts, [[1, 2.5], [np.nan, 3]])
