import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.data.encoding import class_numbers, one_hot
from chainrule.errors import DataError, InputError


def test_one_hot_by_hand():
    rows = one_hot(np.array([2, 0, 2]), 3, np.float32)
    assert rows.dtype == np.float32
    assert rows.tolist() == [[0, 0, 1], [1, 0, 0], [0, 0, 1]]


@pytest.mark.parametrize(("label", "row"), [(3, 1), (-1, 1)])
def test_one_hot_refuses_a_label_out_of_range(label, row):
    with pytest.raises(InputError) as refused:
        one_hot(np.array([0, label, 9]), 3)
    assert str(refused.value) == f"one_hot: expected labels from 0 to 2, got {label} at row {row}."


@pytest.mark.parametrize(
    ("labels", "numbers", "names"),
    [
        (["b", "a", "b"], [1, 0, 1], ("a", "b")),
        ([" b", "a ", "b"], [1, 0, 1], ("a", "b")),
        (["10.0", "9.0", "10.0"], [1, 0, 1], ("9", "10")),
        (["10", "9", "10.0"], [0, 2, 1], ("10", "10.0", "9")),
        (["7", "007", "07", "7.0"], [2, 0, 1, 3], ("007", "07", "7", "7.0")),
        (["010", "9"], [0, 1], ("010", "9")),
        (["1_0", "10"], [1, 0], ("10", "1_0")),
        (["1e1", "10"], [1, 0], ("10", "1e1")),
        (["٣", "3"], [1, 0], ("3", "٣")),
        (["-1", "1"], [0, 1], ("-1", "1")),
        (["1", "a"], [0, 1], ("1", "a")),
        (["1.5", "a"], [0, 1], ("1.5", "a")),
        (["nan", "dog"], [1, 0], ("dog", "nan")),
        (["é", "z"], [1, 0], ("z", "é")),
        (np.array([7, 3, 7], np.uint8), [1, 0, 1], ("3", "7")),
        (np.array([2.0, 1.0]), [1, 0], ("1", "2")),
        (np.array([True, False]), [1, 0], ("0", "1")),
        (np.array(["y", "x"]), [1, 0], ("x", "y")),
        (
            ["12345678901234567890", "12345678901234567891"],
            [0, 1],
            ("12345678901234567890", "12345678901234567891"),
        ),
    ],
)
def test_labels_are_numbered_in_order(labels, numbers, names):
    found, classes = class_numbers(labels, "set.csv")
    assert found.dtype == np.int64
    assert (found.tolist(), classes) == (numbers, names)


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=60))
def test_names_at_the_numbers_are_the_labels(labels):
    texts = [str(label) for label in labels]
    for given_labels in (texts, np.array(labels)):
        numbers, names = class_numbers(given_labels, "set.csv")
        assert [names[number] for number in numbers] == texts


def test_known_names_fix_the_numbers():
    assert class_numbers(["b"], "f", names=("a", "b", "c"))[0].tolist() == [1]
    assert class_numbers(np.array([2]), "f", names=("0", "1", "2"))[0].tolist() == [2]
    # One form of a number names the class that was learned from another form of it.
    assert class_numbers(["7.0"], "f", names=("6", "7"))[0].tolist() == [1]
    assert class_numbers(["007"], "f", names=("6", "7"))[0].tolist() == [1]
    assert class_numbers(["000"], "f", names=("0", "7"))[0].tolist() == [0]
    assert class_numbers(["TRUE", "True"], "f", names=("False", "True"))[0].tolist() == [1, 1]


@pytest.mark.parametrize("other", ["007", "7.0", "+7"])
def test_two_forms_of_a_number_are_not_one_known_class(other):
    with pytest.raises(DataError, match="expected one of the classes 6, 7, got"):
        class_numbers(["7", other], "f", names=("6", "7"))


@pytest.mark.parametrize(
    ("labels", "names", "text"),
    [
        (["a", " "], None, "f: expected a label for each example, got '' at row 1."),
        (
            ["1", "2.5"],
            None,
            "f: expected labels that are strings or whole numbers, got '2.5' at row 1. "
            "For numeric targets, give task='numbers'.",
        ),
        (
            np.array([1.0, np.nan]),
            None,
            "f: expected labels that are strings or whole numbers, got 'nan' at row 1. "
            "For numeric targets, give task='numbers'.",
        ),
        (
            ["1", "inf"],
            None,
            "f: expected labels that are strings or whole numbers, got 'inf' at row 1. "
            "For numeric targets, give task='numbers'.",
        ),
        (["a", "d"], ("a", "b"), "f: expected one of the classes a, b, got 'd' at row 1."),
        (
            ["x"],
            [str(k) for k in range(13)],
            "f: expected one of the classes 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 …, "
            "got 'x' at row 0.",
        ),
        (["9" * 5000, "1"], ("1",), None),
    ],
)
def test_labels_that_name_no_class_are_refused(labels, names, text):
    with pytest.raises(DataError) as refused:
        class_numbers(labels, "f", names=names)
    assert text is None or str(refused.value) == text
    assert len(str(refused.value)) < 300


def test_the_place_of_a_broken_label_is_told_in_the_words_of_the_file():
    with pytest.raises(DataError) as refused:
        class_numbers(["a", ""], "f", place=lambda row: f"line {row + 2}")
    assert str(refused.value) == "f: expected a label for each example, got '' at line 3."
