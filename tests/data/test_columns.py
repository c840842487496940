import pytest

from chainrule.data.columns import column_label, target_column
from chainrule.errors import DataError, InputError, UnknownNameError

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
def test_a_column_is_told_by_name_number_or_place(target, column):
    assert target_column(target, _NAMES, "f") == column


def test_a_name_that_exists_comes_first():
    assert target_column("last", ["first", "last", "5"], "f") == 1
    assert target_column("5", ["first", "last", "5"], "f") == 2
    assert target_column("", ["a", "", "b"], "f") == 1


def test_columns_that_do_not_exist_are_refused():
    with pytest.raises(UnknownNameError) as unknown:
        target_column("knd", _NAMES, "f")
    assert str(unknown.value) == (
        "f: expected a column, got 'knd' (str). Did you mean 'kind'? "
        "Valid names: first, kind, last, length, width."
    )
    for number in (3, -4):
        with pytest.raises(InputError) as refused:
            target_column(number, _NAMES, "f")
        assert str(refused.value) == (
            f"f: expected a target column from 0 to 2, got {number} (int)."
        )


def test_one_column_is_not_enough():
    with pytest.raises(DataError) as refused:
        target_column("last", ["a"], "f")
    assert str(refused.value) == (
        "f: expected at least two columns, one of them the target, got 1. "
        "Give the delimiter if it is not a comma, semicolon or tab."
    )


def test_a_column_is_called_by_number_and_name():
    assert column_label(["", "b"], 0) == "column 0"
    assert column_label(["", "b"], 1) == "column 1 ('b')"
