"""Schemas learned from tables: kinds of columns, what is left out, and cells that are refused."""

from __future__ import annotations

import datetime

import numpy as np
import pytest

from chainrule.errors import DataError, UnknownNameError
from chainrule.schema import (
    Cells,
    Column,
    ColumnChoices,
    DataTable,
    LeftOut,
    Schema,
    Target,
    describe_schema,
    learn_schema,
    match_table,
)

_TARGET = Target(names=("y",), kind="classes", classes=("a", "b"))


def _learn(made: DataTable, rows=None, **choices) -> Schema:
    places = tuple(k for k, name in enumerate(made.names) if name == "y")
    target = Target(names=("y",), kind="classes", classes=("a", "b"), places=places)
    chosen = np.arange(len(made)) if rows is None else np.array(rows)
    return learn_schema(made, chosen, target, ColumnChoices(**choices))


def _column(made: DataTable, rows=None, **choices):
    """Return what the column "x" becomes, beside another that keeps the schema from being empty."""
    schema = _learn(made, rows, **choices)
    return next(one for one in (*schema.columns, *schema.left_out) if one.name == "x")


@pytest.fixture
def column(table):
    """Learn the column "x" with these cells."""

    def learn(cells, rows=None, name="x", **choices):
        made = table(**{"first": [0.5, 0.25] * (len(cells) // 2) + [0.1] * (len(cells) % 2)},
                     **{name: cells})  # fmt: skip
        schema = _learn(made, rows, **choices)
        return next(one for one in (*schema.columns, *schema.left_out) if one.name == name)

    return learn


@pytest.mark.parametrize(
    ("cells", "kind", "storage", "missing", "edges"),
    [
        (["1", "3", "2"], "number", "whole numbers", 0, (1, 3)),
        (["1.5", "3", "NA", ""], "number", "decimal point", 2, (1.5, 3)),
        (["7,4", "3,2", "-", "?"], "number", "decimal comma", 2, (3.2, 7.4)),
        (["1.234", "7,5", "."], "number", "decimal comma", 1, (7.5, 1234)),
        (["12%", "50 %"], "number", "per cent", 0, (0.12, 0.5)),
        (["$1,200", "$300"], "number", "thousands commas, currency", 0, (300, 1200)),
        ([1.5, np.nan, 2.5], "number", "float64", 1, (1.5, 2.5)),
        (["2020-01-02", "2020-01-03", "NaT"], "date", "Y-m-d", 1, (18263, 18264)),
        (["1.2.2020", "13.2.2020"], "date", "d.m.Y", 0, (18293, 18305)),
        (["2", "1"] * 9 + ["", "None"], "number", "whole numbers", 2, (1, 2)),
    ],
)
def test_kinds_of_columns(column, cells, kind, storage, missing, edges) -> None:
    found = column(cells)
    assert (found.kind, found.storage, found.missing) == (kind, storage, missing)
    assert (found.low, found.high) == edges


@pytest.mark.parametrize(
    ("cells", "categories", "missing"),
    [
        (["S", "C", "Q", "C"], ("C", "Q", "S"), 0),
        (["b", "", "a", "NA"], ("a", "b"), 2),
        (["-", "+", "-", "?"], ("+", "-"), 1),
        (["true", "FALSE", "True"], ("False", "True"), 0),
        (["true", "", "True"], ("False", "True"), 1),
        (["1", "b", "2.0", "10"], ("1", "10", "2", "b"), 0),
        (["none", "mild", "severe"], ("mild", "none", "severe"), 0),
        (["02139", "94103", "A1", "2.50"], ("02139", "2.5", "94103", "A1"), 0),
    ],
)
def test_categories_are_in_order_and_have_one_text_each(column, cells, categories, missing) -> None:
    found = column(cells)
    assert (found.kind, found.categories, found.missing) == ("category", categories, missing)
    assert (found.low, found.high) == (None, None)


def test_typed_truths_and_dates(table) -> None:
    truths = Cells.from_texts(["True", "False", None], "boolean")
    days = Cells("timestamp", numbers=np.array([0.5, 1.5, np.nan]))
    made = DataTable("t", ("x", "when"), (truths, days))
    x, when = _learn(made).columns
    assert (x.kind, x.categories, x.missing) == ("category", ("False", "True"), 1)
    assert (when.kind, when.clock, when.low, when.high) == ("date", True, 0.5, 1.5)
    found = _learn(made, number=("x",)).columns[0]
    assert (found.kind, found.low, found.high) == ("number", 0, 1)
    assert _learn(made, date=("when",)).columns[1].kind == "date"


@pytest.mark.parametrize(
    ("name", "cells", "reason"),
    [
        ("x", ["7"] * 30, "constant"),
        ("x", [7.0] * 30, "constant"),
        ("x", ["a"] * 30, "constant"),
        ("x", ["", "NA"] * 15, "empty"),
        ("x", [None] * 30, "empty"),
        ("x", ["-", "."] * 15, None),
        ("x", [np.nan] * 30, "empty"),
        ("x", [str(k) for k in range(30)], "index"),
        ("nr", [str(k + 1) for k in range(30)], "index"),
        ("nr", [float(k) for k in range(30)], "index"),
        ("year", [str(k) for k in range(30)], None),
        ("x", [str(k + 7) for k in range(30)], None),
        ("index", [str(k) for k in range(29, -1, -1)], "index"),
        ("Unnamed: 0", [str(k * 7 % 31) for k in range(30)], "index"),
        ("id", [str(k * 7 % 31) for k in range(30)], "identifier"),
        ("PassengerId", [float(k * 7 % 31) for k in range(30)], "identifier"),
        ("customer_id", [f"c{k}" for k in range(30)], "identifier"),
        ("user-ID", [str(k % 25) for k in range(30)], "identifier"),
        ("shop_id", [str(k % 3) for k in range(30)], None),
        ("acid", [str(k * 7 % 31) for k in range(30)], None),
        ("x", [f"Ward, Miss {k}" for k in range(30)], "identifier"),
        ("x", [f"Ward, Miss {k % 22}" for k in range(30)], "text"),
        ("x", [f"word {k % 101}" for k in range(303)], "text"),
        ("x", [f"word {k % 99}" for k in range(303)], None),
        ("x", [f"word {k % 15}" for k in range(30)], None),
        ("x", [f"word {k}" for k in range(12)], "identifier"),
        ("x", [f"word {k}" for k in range(9)], None),
        ("x", ["", "NA", "?"] * 30 + [f"C{k}" for k in range(25)], "identifier"),
    ],
)
def test_columns_that_tell_nothing_are_left_out(column, name, cells, reason) -> None:
    found = column(cells, name=name)
    assert (found.reason if isinstance(found, LeftOut) else None) == reason
    assert not isinstance(found, LeftOut) or found.place == 1


def test_few_different_numbers_called_id_are_categories(column) -> None:
    found = column([str(k % 3) for k in range(30)], name="shop_id")
    assert (found.kind, found.categories) == ("category", ("0", "1", "2"))


def test_the_first_column_may_be_an_index_without_a_name(table) -> None:
    rows = [f"Mazda {k}" for k in range(30)]
    made = table(**{"": rows, "mpg": [str(k % 7) for k in range(30)]})
    assert _learn(made).left_out == (LeftOut(name="column 0", reason="index", place=0),)
    made = table(**{"no": [str(k + 50) for k in range(30)], "mpg": [str(k % 7) for k in range(30)]})
    assert _learn(made).left_out == (LeftOut(name="no", reason="index", place=0),)


def test_the_only_input_is_kept_though_it_counts_up(table) -> None:
    made = table(x=[str(k) for k in range(20)], y=["a", "b"] * 10)
    assert [one.kind for one in _learn(made).columns] == ["number"]
    made = table(x=["1"] * 20, id=[str(k * 7 % 23) for k in range(20)], y=["a", "b"] * 10)
    with pytest.raises(DataError) as refused:
        _learn(made)
    assert str(refused.value) == (
        "t.csv: expected at least one input column beside the target, "
        "got x (constant); id (identifier). Keep a column with number=, category= or date=."
    )


def test_what_the_user_says_counts_more(column) -> None:
    counting = [str(k) for k in range(30)]
    assert column(counting, number=("x",)).kind == "number"
    assert column(["1", "2"] * 5, category=("x",)).categories == ("1", "2")
    assert column([1.0, 2.0, np.nan], category=("x",)).missing == 1
    assert column(["7"] * 9, number=("x",)).low == 7
    assert column(["1", "2"] * 5, drop=("x",)).reason == "dropped"
    names = [f"Ward {k}" for k in range(30)]
    assert len(column(names, category=("x",)).categories) == 30
    days = ["1/2/2020"] * 5 + ["13/2/2020"] + ["soon"] * 5
    assert column([*days[:6], ""], date=("x",)).storage == "d/m/Y"
    with pytest.raises(DataError, match=r"expected a date, got 'soon'; 4 more cells like it, at"):
        column(days, date=("x",))
    with pytest.raises(DataError, match=r"expected a number, got 'a'"):
        column(["a", "1"], number=("x",))
    missing = column(["1", "-999", "5"], missing=("-999",))
    assert (missing.low, missing.missing, missing.marks) == (1, 1, ("-999",))
    typed = column([1.0, -999.0, 5.0], missing=("-999", "zz"))
    assert (typed.low, typed.missing) == (1, 1)
    assert column(["a", "zz", "b"], missing=("zz",)).categories == ("a", "b")


@pytest.mark.parametrize("choice", ["drop", "category", "number", "date"])
def test_a_choice_that_names_no_column_is_refused(table, choice) -> None:
    with pytest.raises(UnknownNameError) as refused:
        _learn(table(size=["1", "2"], y=["a", "b"]), **{choice: ("sise",)})
    assert str(refused.value) == (
        "t.csv: expected a column, got 'sise' (str). Did you mean 'size'? Valid names: size, y."
    )
    assert refused.value.argument == choice


def test_the_target_cannot_be_dropped(table) -> None:
    with pytest.raises(DataError, match="expected columns to drop beside the target, got 'y'"):
        _learn(table(x=["1", "2"], y=["a", "b"]), drop=("y",))


def test_a_few_cells_that_do_not_fit_are_named(column) -> None:
    with pytest.raises(DataError) as refused:
        column(["1", "2"] * 30 + ["wide", "2 m", "inf", "x1", "x2", "x3"])
    assert str(refused.value) == (
        "t.csv, line 62, column 1 ('x'): expected a number, got 'wide'; "
        "5 more cells like it, at line 63, line 64, line 65, line 66 …. "
        "If 'wide' stands for a missing cell, give missing='wide'; leave the column out with "
        "drop='x'."
    )
    with pytest.raises(DataError, match=r"line 64, column 1 \('x'\): expected a date, got 'soon'"):
        column(["2020-01-02", "2020-02-02"] * 31 + ["soon"])
    with pytest.raises(DataError, match=r"'3/4/2020' may have the day or the month first"):
        column(["3/4/2020", "5/6/2020", "7/7/2020"])


def test_a_column_of_two_decimal_marks_is_refused(column) -> None:
    with pytest.raises(DataError, match=r"expected a number, got '7.5'"):
        column([*["7,4", "3,2"] * 10, "7.5"])


def test_one_mark_before_three_digits_is_decided_by_the_table(table) -> None:
    german = table(x=["1.234", "987"], z=["0,5", "1,5"], y=["a", "b"])
    assert _learn(german).columns[0].high == 1234
    assert match_table(_learn(german), german).matrix[0, 0] == 1234
    english = table(x=["1.234", "987"], z=["0.5", "1.5"], y=["a", "b"])
    assert _learn(english).columns[0].low == 1.234
    commas = table(x=["1,234", "987"], z=["0.5", "1.5"], y=["a", "b"])
    assert _learn(commas).columns[0].high == 1234
    alone = table(x=["1,234", "987"], y=["a", "b"])
    assert _learn(alone).columns[0].high == 1234
    semicolons = DataTable("t", alone.names, alone.columns, decimal=",")
    assert _learn(semicolons).columns[0].low == 1.234
    points = table(x=["1.234", "2.345"], y=["a", "b"])
    assert _learn(DataTable("t", points.names, points.columns, decimal=",")).columns[0].low == 1.234


def test_single_numbers_far_outside_are_refused(column) -> None:
    values = [f"{10 + k % 7}" for k in range(100)]
    spoilt = [*values, "100333333333333", *values, "-2e15"]
    with pytest.raises(DataError) as refused:
        column(spoilt)
    assert str(refused.value) == (
        "t.csv, line 102, column 1 ('x'): expected numbers of one order of magnitude, "
        "got 100333333333333 at line 102, -2e15 at line 203; the others are between 10 and 16. "
        "Correct them, count them as missing with missing='100333333333333', or insist with "
        "number='x'."
    )
    assert column(spoilt, number=("x",)).high == 100333333333333
    found = column(spoilt, missing=("100333333333333", "-2e15"))
    assert (found.high, found.missing) == (16, 2)
    many = [*values, *["1e15"] * 9]
    assert column(many).high == 1e15
    assert column([0.0] * 90 + [1.0, 2e5]).high == 2e5
    assert column([1.0, 2.0, 1e14]).high == 1e14
    assert column(["7", "7", "", "7"]).missing == 1


def test_a_schema_is_a_function_of_the_training_rows(column) -> None:
    cells = ["1", "2", "3", "4", "tall", "NA"]
    assert column(cells, rows=[0, 1, 2]).high == 3
    assert column(cells, rows=[0, 1, 2]).missing == 0
    found = column(["a", "b", "c"], rows=[2, 0])
    assert found.categories == ("a", "c")


def test_what_became_of_each_column_is_a_table(table) -> None:
    made = table(
        size=["1", "2.5", "", "4"] * 10,
        port=["S", "C", "Q", "S"] * 10,
        when=["2020-01-02", "2021-03-04"] * 20,
        id=[str(k * 7 % 41) for k in range(40)],
        y=["a", "b"] * 20,
    )
    found = describe_schema(_learn(made))
    rows = [tuple(row) for row in found.rows]
    assert rows[0] == ("size", "number, decimal point", "1 to 4", "10 (blank)", "2 inputs")
    assert rows[3] == ("id", "left out", "tells rows apart", "", "no input")
    assert rows[4] == ("y", "classes", "a, b", "", "the target")
    many = table(**{f"x{k}": [str(j * k % 17) for j in range(20)] for k in range(1, 46)})
    assert describe_schema(_learn(many)).note == "and 5 more columns"


def test_a_column_without_a_range_shows_none() -> None:
    schema = Schema(target=_TARGET, columns=(Column(name="x", kind="number"),))
    assert describe_schema(schema).rows[0] == ("x", "number", "", "", "1 input")


def test_dates_keep_their_day(table) -> None:
    made = table(x=["2020-02-29", "2020-03-01"], y=["a", "b"])
    day = datetime.date(1970, 1, 1) + datetime.timedelta(days=_learn(made).columns[0].low)
    assert day == datetime.date(2020, 2, 29)
