"""The target of a table: classes or numbers, rows without a label, columns that cannot be it."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.errors import DataError
from chainrule.schema import Cells, DataTable, choose_target


def _kind(table, values, **options):
    return choose_target(table(x=["1"] * len(values), y=list(values)), **options).target.kind


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["a", "b"] * 5, "classes"),
        (["0", "1"], "classes"),
        (["3", "6"], "classes"),
        ([str(k % 10) for k in range(50)], "classes"),
        ([str(k % 214) for k in range(442)], "numbers"),
        (["0.5", "1"], "numbers"),
        ([str(k) for k in range(10)], "numbers"),
        ([str(k % 47) for k in range(47 * 20)], "classes"),
        ([str(k % 47) for k in range(47 * 19)], "numbers"),
        ([str(k % 47 * 2) for k in range(47 * 20)], "numbers"),
        ([1.0, 2.0, 1.0, 2.0], "classes"),
        ([0.1, 0.2, 0.3], "numbers"),
        (["7,4", "3,2", "5,1"], "numbers"),
        (["a", "1"] * 5, "classes"),
        (["1.5", ".", "2.5", "-"], "numbers"),
    ],
)
def test_few_whole_numbers_and_texts_are_classes(table, values, kind) -> None:
    assert _kind(table, values) == kind


def test_truths_are_classes(table) -> None:
    flags = Cells.from_texts(["True", "False"], "boolean")
    numbers = Cells("float64", numbers=np.array([1.0, 2.0]))
    found = choose_target(DataTable("t", ("x", "y"), (numbers, flags)))
    assert (found.target.kind, found.labels) == ("classes", ("True", "False"))
    assert choose_target(
        DataTable("t", ("x", "y"), (numbers, flags)), task="numbers"
    ).numbers.tolist() == [[1], [0]]


def test_the_task_can_be_given(table) -> None:
    found = choose_target(table(x=["1"] * 4, y=["1", "2", "1", "2"]), task="numbers")
    assert found.numbers.tolist() == [[1], [2], [1], [2]]
    assert found.remarks == ()
    found = choose_target(table(x=["1"] * 4, y=["1.5", "2.0", "3.0", "1.5"]), task="classes")
    assert found.labels == ("1.5", "2", "3", "1.5")


def test_what_was_decided_is_said(table) -> None:
    assert choose_target(table(x=["1"] * 4, y=["a", "b"] * 2)).remarks == (
        "The target is y: 2 classes in 4 rows.",
    )
    assert choose_target(table(x=["1"] * 4, y=["1.5", "2.5"] * 2)).remarks == (
        "The target is y: 2 different numbers in 4 rows, so it is learned as a number.",
    )
    found = choose_target(table(label=["a"] * 2, x=["1.5", "2.5"]))
    assert found.remarks[1] == "Another column is called label: target='label' learns that one."
    assert len(choose_target(table(label=["a", "b"], x=["1", "2"]), "x").remarks) == 1


def test_rows_without_a_label_are_counted_and_left_out(table) -> None:
    labels = ["a", "NA", "b", "?", "nan", "a", "", None, "b", "N/A"]
    found = choose_target(table(x=["1"] * 10, kind=labels))
    assert found.labels == ("a", "b", "a", "b")
    assert found.rows.tolist() == [0, 2, 5, 8]
    assert found.remarks[1] == (
        "6 rows without a label were left out ('', '?', 'N/A', 'NA', 'nan')."
    )
    found = choose_target(table(x=["1"] * 4, y=["1.5", ".", "2.5", "9"]), missing=["9"])
    assert (found.rows.tolist(), found.numbers.tolist()) == ([0, 2], [[1.5], [2.5]])
    found = choose_target(table(x=["1"] * 3, y=[1.5, np.nan, 2.5]))
    assert found.rows.tolist() == [0, 2]
    assert choose_target(table(x=["1"] * 3, y=["-", "+", "-"])).labels == ("-", "+", "-")


@pytest.mark.parametrize(
    ("columns", "text"),
    [
        (
            {"label": ["a", "b", "a"], "pixel783": ["0", "0", "0"]},
            "t.csv: The target column pixel783 has one class. Name the label: target='label'.",
        ),
        (
            {"x": ["1", "2", "3"], "y": ["", "NA", "?"]},
            "t.csv: The target column y has no values. Name the label: target='NAME'.",
        ),
        (
            {"x": ["1"] * 40, "name": [f"Ward {k}" for k in range(40)]},
            "t.csv: The target column name has 40 different texts in 40 rows. "
            "Name the label: target='NAME'.",
        ),
    ],
)
def test_columns_that_cannot_be_the_target_are_named(table, columns, text) -> None:
    with pytest.raises(DataError) as refused:
        choose_target(table(**columns))
    assert str(refused.value) == text
    assert refused.value.argument == "target"


@pytest.mark.parametrize(("cells", "got"), [(["", "NA"], "no values"), (["7", "7"], "one value")])
def test_numbers_that_do_not_differ_are_no_target(table, cells, got) -> None:
    with pytest.raises(DataError, match=f"The target column y has {got}. Name the label"):
        choose_target(table(x=["1", "2"], y=cells), task="numbers")


def test_dates_and_blank_numbers_are_no_target(table) -> None:
    dates = Cells("date", numbers=np.array([1.0, 2.0]))
    blanks = Cells("float64", numbers=np.array([np.nan, np.nan]))
    for cells, got in ((dates, "dates"), (blanks, "no values")):
        with pytest.raises(DataError, match=f"The target column y has {got}"):
            choose_target(DataTable("t", ("x", "y"), (blanks, cells)))


def test_targets_that_cannot_be_read_or_are_spoilt_are_named(table) -> None:
    values = [f"{k}.5" for k in range(20)]
    with pytest.raises(DataError) as refused:
        choose_target(table(x=["1"] * 20, y=[*values[:19], "tall"]))
    assert str(refused.value) == (
        "t.csv, line 21, column 1 ('y'): expected a number, got 'tall'. "
        "If these are labels, give task='classes'."
    )
    with pytest.raises(
        DataError, match=r"line 21, column 1 \('y'\): expected numbers of one order"
    ):
        choose_target(table(x=["1"] * 20, y=[*values[:19], "1e14"]))


def test_one_column_is_not_enough(table) -> None:
    with pytest.raises(DataError) as refused:
        choose_target(table(x=["1", "2"]))
    assert str(refused.value) == (
        "t.csv: expected at least two columns, one of them the target, got 1. "
        "Give the delimiter if it is not a comma, semicolon, tab, bar or white space."
    )


def test_labels_that_are_written_differently_are_different_classes(table) -> None:
    found = choose_target(table(x=["1"] * 6, y=["007", "7", "7.0", "007", "7", "7.0"]))
    assert found.labels == ("007", "7", "7.0", "007", "7", "7.0")
    assert found.remarks == (
        "The target is y: 3 classes in 6 rows. Written differently, '7', '7.0' are different "
        "classes.",
    )
    found = choose_target(table(x=["1"] * 4, y=["true", "TRUE", "false", "FALSE"]))
    assert found.labels == ("True", "True", "False", "False")
    assert found.remarks == ("The target is y: 2 classes in 4 rows.",)
