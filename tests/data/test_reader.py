import pytest

from chainrule.data.reader import RawPart, ReadOptions
from chainrule.errors import InputError, UnknownNameError


def test_the_defaults():
    reading = ReadOptions()
    assert (reading.target, reading.task, reading.test_fraction) == ("last", None, 0.2)
    assert reading.limit is None


@pytest.mark.parametrize(
    ("option", "text"),
    [
        (
            {"target": 1.5},
            "expected target to be a column's name or number, 'first' or 'last', got 1.5 (float).",
        ),
        (
            {"target": True},
            "expected target to be a column's name or number, 'first' or 'last', got True (bool).",
        ),
        ({"drop": "abc"}, "expected drop to be a list of texts, got 'abc' (str)."),
        ({"missing": [9]}, "expected missing to be a list of texts, got [9] (list)."),
        ({"class_names": "abc"}, "expected class_names to be a list of names, got 'abc' (str)."),
        (
            {"header": 1},
            "expected header to be true or false or none, got 1 (int). "
            "header: whether the first row of a table names the columns.",
        ),
        (
            {"pixels": 2},
            "expected pixels to be true or false or none, got 2 (int). "
            "pixels: whether numbers are grey values, 0 to 255.",
        ),
        (
            {"test_fraction": 1},
            "expected test_fraction to be a number above 0 and below 1, got 1 (int). "
            "test_fraction: fraction to hold out.",
        ),
        (
            {"seed": -1},
            "expected seed to be a whole number at least 0, got -1 (int). "
            "seed: seed for the choice of the examples held out.",
        ),
        (
            {"limit": 0},
            "expected limit to be a whole number at least 1 or none, got 0 (int). "
            "limit: the most bytes that a file may unpack to.",
        ),
    ],
)
def test_options_that_do_not_fit_are_refused(option, text):
    with pytest.raises(InputError) as refused:
        ReadOptions(**option)
    assert str(refused.value) == f"load_dataset: {text}"
    assert refused.value.argument == next(iter(option))


@pytest.mark.parametrize("delimiter", [",,", "", '"', "\n", "\r", "\0", " "])
def test_a_delimiter_that_cannot_delimit_is_refused(delimiter):
    with pytest.raises(InputError) as refused:
        ReadOptions(delimiter=delimiter)
    assert str(refused.value) == (
        "load_dataset: expected delimiter to be one character that is no quote, space or line end, "
        f"got {delimiter!r} (str)."
    )


def test_an_unknown_task_is_refused():
    with pytest.raises(UnknownNameError) as refused:
        ReadOptions(task="class")
    assert str(refused.value) == (
        "load_dataset: expected a name for task, got 'class' (str). Did you mean 'classes'? "
        "Valid names: classes, numbers."
    )


def test_a_part_tells_rows_where_its_reader_does_not():
    assert RawPart("f", None, []).place(3) == "row 3"
