"""Tables matched with a schema: by name or place, unknown columns, and errors of single rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from chainrule.errors import DataError
from chainrule.schema import (
    Cells,
    ColumnChoices,
    DataTable,
    ImageFormat,
    LeftOut,
    RowError,
    Schema,
    Target,
    choose_target,
    learn_schema,
    match_table,
    refuse_rows,
)

_COLUMNS = {
    "id": [str(k * 7 % 41) for k in range(40)],
    "size": ["1.5", "2.5", "", "4"] * 10,
    "port": ["S", "C", "Q", "S"] * 10,
    "when": ["13/2/2020", "2/3/2020"] * 20,
    "alive": ["yes", "no"] * 20,
}


def _learned(made: DataTable, target="last", **choices) -> Schema:
    chosen = choose_target(made, target)
    classes = tuple(sorted(set(chosen.labels)))
    rows = chosen.rows
    return learn_schema(
        made, rows, replace(chosen.target, classes=classes), ColumnChoices(**choices)
    )


@pytest.fixture
def schema(table) -> Schema:
    return _learned(table(**_COLUMNS))


def test_columns_are_matched_by_name_in_any_order(table, schema) -> None:
    whole = match_table(schema, table(**_COLUMNS))
    assert whole.matrix.shape == (40, 3)
    np.testing.assert_array_equal(whole.matrix[:3, 1], [2, 0, 1])
    assert whole.labels.tolist() == [1, 0] * 20
    assert (whole.remarks, whole.outside, whole.errors) == ((), (), ())
    turned = match_table(schema, table(**dict(reversed(_COLUMNS.items()))))
    assert turned.matrix.tobytes() == whole.matrix.tobytes()


def test_the_target_and_columns_that_were_left_out_may_be_missing(table, schema) -> None:
    some = {name: _COLUMNS[name] for name in ("size", "port", "when")}
    found = match_table(schema, table(**some))
    assert found.labels is None
    assert found.remarks == ()
    assert found.matrix.tobytes() == match_table(schema, table(**_COLUMNS)).matrix.tobytes()


def test_unknown_columns_are_ignored_and_said(table, schema) -> None:
    found = match_table(schema, table(**_COLUMNS, extra=["1"] * 40, more=["2"] * 40))
    assert found.remarks == ("Columns that the network does not know were ignored: extra, more.",)


def test_missing_columns_are_refused_in_one_line(table, schema) -> None:
    with pytest.raises(DataError) as refused:
        match_table(schema, table(id=["1"], Size=["1"], when=["13/2/2020"]))
    assert str(refused.value) == (
        "t.csv: expected the columns size, port, got no such column among id, Size. "
        "The network was trained with them."
    )
    with pytest.raises(DataError, match="expected the columns size, port, when, got none of that"):
        match_table(schema, table(alive=["yes"]))


def test_categories_that_were_not_learned_count_as_missing_and_are_said(table, schema) -> None:
    found = match_table(
        schema, table(size=["1.5"] * 3, port=["S", "X", "Z"], when=["13/2/2020"] * 3)
    )
    assert found.matrix[:, 1].tolist()[0] == 2
    assert np.isnan(found.matrix[1:, 1]).all()
    assert found.remarks == (
        "port: 2 cells hold categories that the training data did not have (X, Z); they count as "
        "missing.",
    )


def test_numbers_outside_the_training_data_are_said(table, schema) -> None:
    new = table(size=["0.5", "9", "-3"], port=["S"] * 3, when=["1/1/2019", "13/2/2020", "2/3/2021"])
    assert match_table(schema, new).outside == (
        "size: 2 values below 1.5, the least of the training data; the furthest is -3.",
        "size: 1 value above 4, the greatest of the training data; the furthest is 9.",
        "when: 1 value below 2020-02-13, the least of the training data; the furthest is "
        "2019-01-01.",
        "when: 1 value above 2020-03-02, the greatest of the training data; the furthest is "
        "2021-03-02.",
    )


def test_cells_that_cannot_be_read_are_errors_of_their_rows(table, schema) -> None:
    new = table(
        size=["1", "tall", "inf", "1e15", "1,234", "2"],
        port=["S"] * 6,
        when=["13/2/2020", "13/2/2020", "soon", "13/2/2020", "13/2/2020", "3/2/2020"],
        alive=["yes", "no", "maybe", "NA", "yes", "no"],
    )
    found = match_table(schema, new)
    assert found.errors == (
        RowError(1, "line 3, column 0 ('size')", "expected a number, got 'tall'"),
        RowError(2, "line 4, column 0 ('size')", "expected a finite number, got inf"),
        RowError(2, "line 4, column 2 ('when')", "expected a date, got 'soon'"),
        RowError(
            2,
            "line 4, column 3 ('alive')",
            "expected one of the classes no, yes, got 'maybe'",
            of_target=True,
        ),
        RowError(
            3,
            "line 5, column 0 ('size')",
            "1e+15 is more than a million times outside 1.5 to 4, the range of the training data",
        ),
        RowError(
            4,
            "line 6, column 0 ('size')",
            "'1,234' may have a decimal comma or a thousands mark",
        ),
    )
    assert found.labels.tolist() == [1, 0, -1, -1, 1, 0]
    assert found.matrix[[0, 5], 0].tolist() == [1, 2]
    assert np.isnan(found.matrix[1:5, 0]).all()
    assert str(found.errors[0]) == "line 3, column 0 ('size'): expected a number, got 'tall'"


def test_errors_of_rows_are_one_error_where_none_may_be_left_out() -> None:
    errors = [RowError(k, f"line {k}, column 0", "expected a number, got 'a'") for k in range(7)]
    assert str(refuse_rows(errors[:1], "t.csv")) == (
        "t.csv, line 0, column 0: expected a number, got 'a'."
    )
    assert str(refuse_rows(errors, "t.csv")) == (
        "t.csv, line 0, column 0: expected a number, got 'a'; 6 more: line 1, column 0; "
        "line 2, column 0; line 3, column 0; line 4, column 0 …."
    )


def test_days_and_months_are_read_as_in_training(table, schema) -> None:
    new = table(size=["2"], port=["S"], when=["3/4/2020"])
    day = match_table(schema, new).matrix[0, 2]
    assert np.datetime64(int(day), "D") == np.datetime64("2020-04-03")


def test_other_storages_of_the_same_values_are_the_same_numbers(table, schema) -> None:
    days = np.array(["2020-02-13", "2020-03-02"], "datetime64[D]").astype(float)
    typed = DataTable(
        "frame",
        ("when", "port", "size", "alive"),
        (
            Cells("date", numbers=days),
            Cells.from_texts(["S", "C"]),
            Cells("float64", numbers=np.array([1.5, np.nan])),
            Cells.from_texts(["yes", "no"]),
        ),
    )
    texts = table(
        size=["1.5", ""], port=["S", "C"], when=["13/2/2020", "2/3/2020"], alive=["yes", "no"]
    )
    found, due = match_table(schema, typed), match_table(schema, texts)
    assert found.matrix.tobytes() == due.matrix.tobytes()
    assert found.labels.tobytes() == due.labels.tobytes()


def test_truths_and_numbers_as_categories_have_many_spellings(table) -> None:
    flags = ["True", "False"] * 10
    made = table(flag=flags, code=["1", "2"] * 10, y=["a", "b"] * 10)
    schema = _learned(made, category=("code",))
    new = table(flag=["1", "0", "true"], code=["1.0", "2", "3"])
    found = match_table(schema, new)
    np.testing.assert_array_equal(found.matrix, [[1, 0], [0, 1], [1, np.nan]])
    new = table(flag=[1.0, 0.0, 1.0], code=[1.0, 2.0, 3.0])
    np.testing.assert_array_equal(match_table(schema, new).matrix, found.matrix)


def test_dates_are_no_numbers_and_numbers_no_dates(table, schema) -> None:
    days, numbers = (Cells(kind, numbers=np.array([1.0])) for kind in ("date", "float64"))
    port = Cells.from_texts(["S"])
    found = match_table(schema, DataTable("t", ("size", "port", "when"), (days, port, numbers)))
    assert [error.problem for error in found.errors] == [
        "expected a number, got a date",
        "expected a date, got a number",
    ]
    assert np.isnan(found.matrix[0, [0, 2]]).all()


def test_ambiguous_marks_are_read_as_in_training_or_refused(table) -> None:
    german = _learned(table(x=["1.234,5", "7,5"] * 5, y=["a", "b"] * 5))
    assert match_table(german, table(x=["1,234"])).matrix.tolist() == [[1.234]]
    assert match_table(german, table(x=["1234.5"])).matrix.tolist() == [[1234.5]]
    assert match_table(german, table(x=["1.234"])).errors[0].problem == (
        "'1.234' may have a decimal comma or a thousands mark"
    )
    english = _learned(table(x=["1,234.5", "7.5"] * 5, y=["a", "b"] * 5))
    assert match_table(english, table(x=["1,234"])).matrix.tolist() == [[1234]]
    plain = _learned(table(x=["1.5", "7.5"] * 5, z=["2.5", "3"] * 5, y=["a", "b"] * 5))
    found = match_table(plain, table(x=["1,234", "0,5"], z=["1,234", "1"]))
    assert found.matrix.tolist() == [[1.234, 1.234], [0.5, 1]]


def test_targets_that_are_numbers(table) -> None:
    made = table(x=["1", "2", "3"], y=["1.5", "2.5", "4"])
    schema = _learned(made)
    found = match_table(schema, table(x=["1", "2", "3"], y=["1.5", "", "wide"]))
    np.testing.assert_array_equal(found.labels, [[1.5], [np.nan], [np.nan]])
    assert found.errors == (
        RowError(2, "line 4, column 1 ('y')", "expected a number, got 'wide'", of_target=True),
    )


def test_tables_without_names_are_matched_by_place(table) -> None:
    cells = list(_COLUMNS.values())
    names = [f"c{k}" for k in range(5)]
    unnamed = lambda *lists: table(named=False, **dict(zip(names, lists, strict=False)))  # noqa: E731
    schema = _learned(unnamed(*cells))
    assert schema.names == ("column 0", "column 1", "column 2", "column 3")
    due = match_table(schema, unnamed(*cells)).matrix
    short = match_table(schema, unnamed(*cells[:4]))
    assert short.matrix.tobytes() == due.tobytes()
    assert (short.labels, short.remarks) == (None, ())
    named = match_table(schema, table(**_COLUMNS))
    assert named.matrix.tobytes() == due.tobytes()
    said = "The columns were matched by their places, as their names are not known."
    assert named.remarks == (said,)
    with pytest.raises(DataError) as refused:
        match_table(schema, unnamed(*cells[:3]))
    assert str(refused.value) == (
        "t.csv: expected 4 or 5 columns, got 3. Columns without names are matched by their places. "
        "Name the columns in the first row, as in the training data."
    )


def test_a_first_row_of_names_that_look_like_numbers_is_no_row(table) -> None:
    columns = {"0": ["1.5", "2.5", "3"], "1": ["7", "8", "9"], "y": ["a", "b", "a"]}
    schema = _learned(table(**columns))
    with pytest.raises(DataError) as refused:
        match_table(schema, table(named=False, c0=["0", "1.5"], c1=["1", "7"]))
    assert str(refused.value) == (
        "t.csv: expected rows of values, got a first row that names the columns, though it looks "
        "like one of values. Say that it is a header: header=True."
    )


def test_a_table_without_names_may_lack_what_a_schema_with_names_left_out(table, schema) -> None:
    assert schema.left_out == (LeftOut(name="id", reason="identifier", place=0),)
    cells = dict(enumerate(_COLUMNS.values()))
    for chosen in ([0, 1, 2, 3, 4], [0, 1, 2, 3], [1, 2, 3]):
        new = table(named=False, **{f"c{k}": cells[k] for k in chosen})
        found = match_table(schema, new)
        assert found.matrix.tobytes() == match_table(schema, table(**_COLUMNS)).matrix.tobytes()
        assert found.remarks == (
            "The columns were matched by their places, as their names are not known.",
        )


def _images(names, rows=3) -> DataTable:
    cells = [Cells.from_texts([str((k * 37 + r) % 256) for r in range(rows)]) for k in range(4)]
    return DataTable("d.csv", tuple(names), tuple(cells), named=any(names))


def test_pixels_are_matched_by_their_numbers() -> None:
    target = Target(names=("label",), kind="classes", classes=("0", "1"))
    schema = Schema(target=target, image=ImageFormat(height=2, width=2))
    due = match_table(schema, _images(["pixel0", "pixel1", "pixel2", "pixel3"]))
    assert (due.matrix.dtype, due.matrix.shape, due.labels) == (np.uint8, (3, 4), None)
    turned = match_table(schema, _images(["pixel1", "pixel0", "pixel3", "pixel2"]))
    assert turned.matrix.tolist() == due.matrix[:, [1, 0, 3, 2]].tolist()
    assert match_table(schema, _images([""] * 4)).matrix.tolist() == due.matrix.tolist()
    whole = _images(["a", "b", "c", "d"])
    label, extra = Cells.from_texts(["1", "0", ""]), Cells.from_texts(["7"] * 3)
    more = DataTable("d.csv", ("label", *whole.names), (label, *whole.columns))
    found = match_table(schema, more)
    assert (found.labels.tolist(), found.remarks) == ([1, 0, -1], ())
    pixels = _images(["1x1", "1x2", "2x1", "2x2"])
    more = DataTable("d.csv", ("ImageId", *pixels.names), (extra, *pixels.columns))
    assert match_table(schema, more).remarks == (
        "Columns that the network does not know were ignored: ImageId.",
    )
    with pytest.raises(DataError) as refused:
        match_table(schema, DataTable("d.csv", ("a", "b"), whole.columns[:2]))
    assert str(refused.value) == (
        "d.csv: expected 4 columns of grey values, and label or not, got 2 columns. "
        "The network was trained with images of 2 x 2."
    )


def test_pixels_that_are_no_bytes_are_numbers_or_errors_of_their_rows() -> None:
    target = Target(names=("label",), kind="classes", classes=("0", "1"))
    schema = Schema(target=target, image=ImageFormat(height=1, width=2))
    numbers = Cells("float64", numbers=np.array([0.5, 1.0]))
    texts = Cells.from_texts(["3", "x"])
    found = match_table(schema, DataTable("d.csv", ("", ""), (numbers, texts), named=False))
    np.testing.assert_array_equal(found.matrix, [[0.5, 3], [1, np.nan]])
    assert found.errors == (RowError(1, "row 1, column 1", "expected a grey value, got none"),)


def test_a_column_without_a_name_among_others_is_known_by_its_place() -> None:
    cells = [Cells.from_texts(["1", "2", "4"]), Cells.from_texts(["5", "6", "5"])]
    label = Cells.from_texts(["a", "b", "a"])
    made = DataTable("t.csv", ("x", "", "y"), (*cells, label))
    schema = _learned(made)
    assert schema.names == ("x", "column 1")
    assert match_table(schema, made).matrix.tolist() == [[1, 5], [2, 6], [4, 5]]
    other = DataTable("t.csv", ("x", "y", ""), (cells[0], label, cells[1]))
    with pytest.raises(DataError, match="expected the columns column 1, got none of that name"):
        match_table(schema, other)
    with pytest.raises(DataError, match="got 'column 1' for columns 0 and 1"):
        DataTable("t.csv", ("column 1", "", "y"), (*cells, label))
