"""Columns matched by name, and categories by their texts."""

import numpy as np
import pytest

from chainrule.errors import DataError, ShapeError
from chainrule.schema import Column, Schema, Target, align_columns

TARGET = Target(names=("y",), kind="classes", classes=("a", "b"))


def _schema(*columns: Column) -> Schema:
    return Schema(columns=columns, target=TARGET)


def _number(name: str) -> Column:
    return Column(name=name, kind="number")


def test_columns_are_found_by_name_in_any_order() -> None:
    learned = _schema(_number("x"), _number("z"))
    read = _schema(_number("z"), _number("more"), _number("x"))
    rows = np.array([[1.0, 2, 3], [4, 5, 6]])
    assert align_columns(rows, read, learned, "new.csv").tolist() == [[3, 1], [6, 4]]
    assert align_columns(rows, read, read, "new.csv") is rows


def test_missing_columns_are_named_all_at_once() -> None:
    learned = _schema(*(_number(f"x{k}") for k in range(20)))
    with pytest.raises(DataError, match=r"^new.csv: .* and 8 more, got a table without x1, x2"):
        align_columns(np.zeros((1, 1)), _schema(_number("x0")), learned, "new.csv")


def test_columns_without_names_are_matched_by_place() -> None:
    learned = _schema(_number(""), _number(""))
    rows = np.array([[1.0, 2]])
    read = _schema(_number("p"), _number("q"))
    assert align_columns(rows, read, learned, "new.csv").tolist() == [[1, 2]]
    with pytest.raises(ShapeError, match="expected 2 columns, got 1"):
        align_columns(np.zeros((1, 1)), _schema(_number("p")), learned, "new.csv")


def test_categories_are_found_by_their_texts() -> None:
    learned = _schema(Column(name="port", kind="category", categories=("C", "Q", "7")))
    read = _schema(Column(name="port", kind="category", categories=("Q", "new")))
    rows = np.array([[0.0], [1], [np.nan]])
    found = align_columns(rows, read, learned, "new.csv")[:, 0]
    assert found[0] == 1
    assert np.isnan(found[1:]).all()
    numbers = align_columns(
        np.array([[7.0], [7.5], [np.nan]]), _schema(_number("port")), learned, ""
    )
    assert numbers[0, 0] == 2
    assert np.isnan(numbers[1:]).all()


def test_another_kind_is_refused_unless_nothing_tells_it() -> None:
    learned = _schema(_number("x"))
    text = _schema(Column(name="x", kind="category", categories=("low",)))
    with pytest.raises(DataError, match="a number in each row of the column 'x', as in training"):
        align_columns(np.array([[0.0]]), text, learned, "new.csv")
    assert np.isnan(align_columns(np.array([[np.nan]]), text, learned, "new.csv")).all()
