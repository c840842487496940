from pathlib import Path

import numpy as np
import pytest

from chainrule.data import load_dataset
from chainrule.data.reader import RawPart, ReadOptions
from chainrule.data.split_assembly import assemble_pair
from chainrule.errors import ChainruleError, DataError, ShapeError


def _part(inputs, labels, where="f"):
    return RawPart(where, np.asarray(inputs), labels, place=lambda row: f"line {row + 1}")


def _pair(train, test=None, **options):
    return assemble_pair("set", "the/set", ReadOptions(**options), train, test)


def _refusal(*parts, **options):
    with pytest.raises(ChainruleError) as refused:
        _pair(*parts, **options)
    return refused.value


def test_two_parts_share_the_classes_of_the_first():
    pair = _pair(_part([[1.0], [2.0], [3.0]], ["b", "c", "a"]), _part([[4.0]], ["b"]))
    assert pair.train.class_names == pair.test.class_names == ("a", "b", "c")
    assert (pair.train.targets.tolist(), pair.test.targets.tolist()) == ([1, 2, 0], [1])
    assert (pair.test.name, pair.test.source) == ("set", "the/set")


def test_a_class_of_the_test_part_alone_is_refused():
    error = _refusal(_part([[1.0], [2.0]], ["a", "b"]), _part([[1.0]], ["d"], "g"))
    assert str(error) == "g: expected one of the classes a, b, got 'd' at line 1."


def test_known_classes_fix_the_numbers():
    pair = _pair(_part([[1.0]] * 4, ["b"] * 4), class_names=("a", "b", "c"))
    assert pair.train.class_names == ("a", "b", "c")
    assert set(pair.train.targets.tolist()) == {1}
    error = _refusal(_part([[1.0]] * 4, ["x"] * 4), class_names=("a", "b"))
    assert str(error) == "f: expected one of the classes a, b, got 'x' at line 1."


def test_a_held_out_part_is_said_in_the_names():
    pair = _pair(_part(np.eye(10), ["a", "b"] * 5), test_fraction=0.4, seed=3)
    assert (len(pair.train), len(pair.test)) == (6, 4)
    assert pair.train.name == "set (without 0.4 held out of 10, seed 3)"
    assert pair.test.name == "set (0.4 held out of 10, seed 3)"
    assert pair.test.class_names == ("a", "b")


@pytest.mark.parametrize(
    ("labels", "targets"),
    [
        (["1.5", "-2"], [[1.5], [-2]]),
        (np.array([1, 2]), [[1], [2]]),
        (np.array([[1.0, 2.0], [3.0, 4.0]], np.float32), [[1, 2], [3, 4]]),
    ],
)
def test_number_targets(labels, targets):
    pair = _pair(_part(np.eye(2), labels), _part(np.eye(2), labels), task="numbers")
    assert pair.train.targets.tolist() == targets
    assert not pair.train.classifies


def test_one_hot_rows_are_classes() -> None:
    rows = np.eye(3)[[0, 2, 0, 2, 0, 2]]
    pair = _pair(_part(np.eye(6), rows), _part(np.eye(6), rows.astype(bool)))
    assert pair.train.class_names == ("0", "1", "2")
    assert pair.train.targets.tolist() == pair.test.targets.tolist() == [0, 2, 0, 2, 0, 2]
    assert pair.remarks == ("The targets are one-hot rows; they were read as 3 classes.",)
    assert _pair(_part(np.eye(6), rows), class_names=["a", "b", "c"]).train.class_names[0] == "a"
    numbers = _pair(_part(np.eye(6), rows), task="numbers").train
    assert numbers.targets.shape[1] == 3
    error = _refusal(_part(np.eye(6), rows), class_names=["a", "b"])
    assert str(error) == (
        "f: expected 2 class names, one for each column of the targets, got 3 columns."
    )


@pytest.mark.parametrize(
    ("labels", "classifies"),
    [
        (np.array([0.5, 1.5, 2.5, 3.5]), False),
        (np.array([0.0, 1.0, 0.0, 1.0]), True),
        (np.array([[0.5, 1.0], [1.0, 2.0]] * 2), False),
        (np.arange(60).repeat(2), True),
        (np.arange(60).repeat(2) * 3, False),
        (np.arange(6, dtype=np.uint8).repeat(2) * 7, True),
        (np.array([True, False, True, False]), True),
    ],
)
def test_the_task_follows_from_the_targets(labels, classifies) -> None:
    pair = _pair(_part(np.ones((len(labels), 2)), labels))
    assert pair.train.classifies is classifies


def test_a_target_that_is_no_number_is_refused():
    error = _refusal(_part(np.eye(2), ["1", "tall"]), task="numbers")
    assert str(error) == "f: expected a number as target, got 'tall' at line 2."
    error = _refusal(_part(np.eye(2), np.array(["1", "x"])), task="numbers")
    assert str(error) == "f: expected a number as target, got 'x' at line 2."
    error = _refusal(_part(np.eye(2), ["1", "nan"]), task="numbers")
    assert str(error) == (
        "f: expected targets to be finite, got nan at (1, 0). Remove or fill the missing values."
    )


def test_bytes_are_seen_as_0_to_1():
    images = np.zeros((2, 3, 4), np.uint8)
    pair = _pair(_part(images, ["a", "a"]), _part(images, ["a", "a"]))
    assert (pair.train.scale, pair.train.shape) == (1 / 255, (3, 4))
    assert _pair(_part(images + 0.5, ["a", "a"])).train.scale == 1.0


@pytest.mark.parametrize(("width", "shape"), [(9, (3, 3)), (8, (8,)), (1, (1, 1))])
def test_pixels_of_a_table_are_bytes_and_perhaps_a_square(width, shape):
    inputs = np.arange(2.0 * width).reshape(2, width) + 0.0
    train = _pair(_part(inputs, ["a", "a"]), _part(inputs, ["a", "a"]), pixels=True).train
    assert (train.inputs.dtype, train.shape, train.scale) == (np.uint8, shape, 1 / 255)
    np.testing.assert_array_equal(train.inputs, inputs)
    assert _pair(_part(inputs, ["a", "a"])).train.inputs.dtype == np.float64
    bytes_already = _pair(_part(inputs.astype(np.uint8), ["a", "a"]), pixels=True).train
    assert (bytes_already.shape, bytes_already.scale) == (shape, 1 / 255)


@pytest.mark.parametrize("value", [256.0, -1.0, 0.5, np.nan, np.inf, 1e300, 2.0**32])
def test_a_pixel_that_is_no_byte_is_refused(value):
    error = _refusal(_part([[1.0, 2.0], [3.0, value]], ["a", "a"]), pixels=True)
    assert str(error) == (
        f"f: expected grey values, whole numbers from 0 to 255, got {value} at line 2, value 1."
    )


def test_parts_that_do_not_fit_are_refused():
    error = _refusal(_part(np.eye(3), ["a", "b"]))
    assert isinstance(error, ShapeError)
    assert str(error) == "f: expected 3 labels, one per example, got 2."
    error = _refusal(_part(np.eye(2), ["a", "b"]), _part(np.eye(3), ["a", "b", "a"], "g"))
    assert isinstance(error, ShapeError)
    assert str(error) == (
        "g: expected examples of shape (2,) with 2 outputs, got shape (3,) with 2 outputs. "
        "f has these."
    )
    error = _refusal(_part(np.eye(2), 2 * np.eye(2)), task="classes")
    assert str(error) == (
        "f: expected class labels of shape (2,), got an array of shape (2, 2) (float64). "
        "For numeric targets, give task='numbers'."
    )


def test_a_column_of_labels_is_a_list_of_labels():
    labels = np.array([[3], [5], [3], [5]])
    assert _pair(_part(np.eye(4), labels)).train.class_names == ("3", "5")


def test_the_file_is_named_where_the_record_refuses():
    error = _refusal(_part([[1.0], [np.nan]], ["a", "b"]))
    assert isinstance(error, DataError)
    assert str(error) == (
        "f: expected inputs to be finite, got nan at (1, 0). Remove or fill the missing values."
    )


def test_no_examples_are_refused():
    error = _refusal(_part(np.zeros((0, 3)), []))
    assert str(error) == (
        "f: expected inputs of shape (examples, features), at least one of each, "
        "got an array of shape (0, 3) (float64)."
    )


def test_grey_values_stay_numbers_if_they_are_no_pixels(tmp_path: Path) -> None:
    grey = np.arange(40 * 64).reshape(40, 8, 8) % 256
    for name, array in (("bytes", grey.astype(np.uint8)), ("rows", grey.reshape(40, 64) * 1.0)):
        np.savez(tmp_path / f"{name}.npz", x=array, y=np.arange(40) % 4)
        images = load_dataset(tmp_path / f"{name}.npz").train
        numbers = load_dataset(tmp_path / f"{name}.npz", pixels=False).train
        assert images.schema is not None
        assert (numbers.schema, numbers.scale) == (None, 1.0)
        assert numbers.shape == array.shape[1:]
