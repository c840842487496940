import hashlib

import numpy as np
import pytest

from chainrule.data.dataset import Dataset, DatasetPair
from chainrule.errors import ChainruleError, DataError, ShapeError


def _set(inputs=((0.0, 1.0), (2.0, 3.0), (4.0, 5.0)), targets=(0, 1, 1), **fields):
    return Dataset(np.asarray(inputs), np.asarray(targets), **fields)


def _refusal(*arguments, **fields):
    with pytest.raises(ChainruleError) as refused:
        Dataset(*arguments, **fields)
    return refused.value


def test_a_set_of_classes():
    dataset = _set()
    assert (len(dataset), dataset.features, dataset.outputs, dataset.shape) == (3, 2, 2, (2,))
    assert dataset.classifies
    assert dataset.class_names == ("0", "1")
    assert dataset.targets.dtype == np.int64
    assert (dataset.scale, dataset.name, dataset.source) == (1.0, "data", "")


def test_a_set_of_numbers():
    dataset = _set(targets=[0.5, 1, 2])
    assert dataset.targets.tolist() == [[0.5], [1], [2]]
    assert not dataset.classifies
    assert (dataset.outputs, dataset.class_names) == (1, ())
    assert _set(targets=[[1, 2], [3, 4], [5, 6]]).outputs == 2


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("uint8", "uint8"),
        ("float32", "float32"),
        ("float64", "float64"),
        ("float16", "float32"),
        ("int64", "float64"),
        ("bool", "float64"),
    ],
)
def test_inputs_are_stored_in_few_types(given, stored):
    inputs = np.array([[0, 1], [1, 0]], given)
    dataset = Dataset(inputs, np.array([0, 1]))
    assert dataset.inputs.dtype == stored
    np.testing.assert_array_equal(dataset.inputs, inputs.astype(stored))


def test_images_are_rows_with_a_shape():
    images = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    dataset = Dataset(images, np.array([0, 1]))
    assert (dataset.shape, dataset.inputs.shape) == ((3, 4), (2, 12))
    np.testing.assert_array_equal(dataset.inputs.reshape(2, 3, 4), images)
    assert Dataset(images, np.array([0, 1]), shape=(2, 6)).shape == (2, 6)


def test_bytes_are_not_copied():
    images = np.zeros((5, 4), np.uint8)
    assert np.shares_memory(Dataset(images, np.zeros(5, int)).inputs, images)


def test_nothing_in_it_can_be_written_to():
    dataset = _set(sample_weights=[1, 2, 3])
    for array in (dataset.inputs, dataset.targets, dataset.sample_weights):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 9


@pytest.mark.parametrize("targets", [[True, False, True], np.array([1, 0, 1], np.uint8)])
def test_bools_and_bytes_are_class_numbers(targets):
    assert _set(targets=targets).targets.tolist() == [1, 0, 1]


def test_class_names_may_name_more_classes_than_occur():
    assert _set(class_names=("a", "b", "c")).outputs == 3
    assert _set(targets=[0.5, 1, 2], class_names=("a",)).class_names == ()


@pytest.mark.parametrize(
    ("inputs", "got"),
    [
        (np.zeros(3), "an array of shape (3,) (float64)"),
        (np.zeros((0, 2)), "an array of shape (0, 2) (float64)"),
        (np.zeros((2, 0)), "an array of shape (2, 0) (float64)"),
        (np.array(3.0), "array(3.) (ndarray)"),
    ],
)
def test_inputs_that_are_no_rows_are_refused(inputs, got):
    error = _refusal(inputs, [0, 1, 1])
    assert isinstance(error, ShapeError)
    assert str(error) == (
        f"Dataset: expected inputs of shape (examples, features), at least one of each, got {got}."
    )


def test_a_shape_that_does_not_fit_is_refused():
    error = _refusal(np.zeros((2, 6)), [0, 1], shape=(2, 2))
    assert isinstance(error, ShapeError)
    assert str(error) == "Dataset: expected a shape of 6 values, got (2, 2)."


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_inputs_and_targets_must_be_finite(value):
    remedy = "Remove or fill the missing values."
    error = _refusal(np.array([[0, 1], [2, value]]), [0, 1])
    assert isinstance(error, DataError)
    assert str(error) == f"Dataset: expected inputs to be finite, got {value} at (1, 1). {remedy}"
    error = _refusal(np.zeros((2, 1)), np.array([0.5, value]))
    assert str(error) == f"Dataset: expected targets to be finite, got {value} at (1,). {remedy}"
    assert error.argument == "targets"


@pytest.mark.parametrize(
    ("inputs", "targets", "refusal"),
    [
        ([["a"], ["b"]], [0, 1], "inputs to be numbers, got an array of shape (2, 1) (<U1)"),
        ([[1j], [0]], [0, 1], "inputs to be numbers, got an array of shape (2, 1) (complex128)"),
        ([[1], [1, 2]], [0, 1], "inputs in rows of equal length, got rows of different lengths"),
        ([[0], [1]], ["cat", "dog"], "targets to be numbers, got an array of shape (2,) (<U3)"),
        (
            [[0], [1]],
            [[0], [1, 2]],
            "targets in rows of equal length, got rows of different lengths",
        ),
    ],
)
def test_what_is_no_number_is_refused(inputs, targets, refusal):
    error = _refusal(inputs, targets)
    assert isinstance(error, DataError)
    assert str(error) == f"Dataset: expected {refusal}."


def test_a_number_beyond_float64_is_refused():
    error = _refusal(np.array([["1e4000"]]).astype(np.longdouble), [0])
    assert str(error) == (
        "Dataset: expected inputs to be finite, got inf at (0, 0). "
        "Remove or fill the missing values."
    )


def test_the_byte_order_of_the_source_leaves_no_trace():
    here, there = (Dataset(np.array([[1.5]], dtype=order), [0]) for order in ("<f4", ">f4"))
    assert here.digest == there.digest


@pytest.mark.parametrize("scale", [0, -1.0, np.nan, "x"])
def test_a_scale_that_does_not_scale_is_refused(scale):
    error = _refusal(np.zeros((1, 1)), [0], scale=scale)
    assert error.argument == "scale"
    assert str(error).startswith("Dataset: expected scale to be a number above 0, got ")


def test_a_shape_of_negative_lengths_is_refused():
    error = _refusal(np.zeros((1, 6)), [0], shape=(-2, -3))
    assert str(error) == "Dataset: expected a shape of 6 values, got (-2, -3)."


@pytest.mark.parametrize(
    ("targets", "got"),
    [
        (np.zeros(2, int), "an array of shape (2,) (int64)"),
        (np.zeros((2, 3)), "an array of shape (2, 3) (float64)"),
        (np.array(1), "array(1) (ndarray)"),
    ],
)
def test_a_target_an_example(targets, got):
    error = _refusal(np.zeros((3, 1)), targets)
    assert isinstance(error, ShapeError)
    assert str(error) == f"Dataset: expected 3 targets, one per example, got {got}."


def test_class_numbers_out_of_range_are_refused():
    error = _refusal(np.zeros((3, 1)), [0, -2, 1])
    assert isinstance(error, DataError)
    assert str(error) == "Dataset: expected class numbers from 0 to 999999, got -2 at row 1."
    error = _refusal(np.zeros((2, 1)), np.array([0, 2**63], np.uint64))
    assert str(error) == (
        "Dataset: expected class numbers from 0 to 999999, got 9223372036854775808 at row 1."
    )
    error = _refusal(np.zeros((3, 1)), [0, 3, 1], class_names=("a", "b"))
    assert str(error) == (
        "Dataset: expected class numbers from 0 to 1, got 3 at row 1. The classes are a, b."
    )


@pytest.mark.parametrize(
    ("weights", "refusal"),
    [
        ([1, 1], "3 weights of at least 0, got an array of shape (2,) (float64)"),
        ([1, -1, 1], "3 weights of at least 0, got an array of shape (3,) (float64)"),
        ([[1], [1], [1]], "3 weights of at least 0, got an array of shape (3, 1) (float64)"),
        ("abc", "sample_weights to be numbers, got array('abc', dtype='<U3') (ndarray)"),
        (
            [1, np.nan, 1],
            "sample_weights to be finite, got nan at (1,). Remove or fill the missing values",
        ),
    ],
)
def test_weights_that_cannot_weigh_are_refused(weights, refusal):
    error = _refusal(np.zeros((3, 1)), [0, 1, 1], sample_weights=weights)
    assert str(error) == f"Dataset: expected {refusal}."


def test_a_subset_has_its_rows_in_its_order():
    dataset = _set(
        sample_weights=[1, 2, 3], class_names=("a", "b"), name="n", source="s", scale=2.0
    )
    for rows in ([2, 0], np.array([2, 0]), slice(2, None, -2)):
        part = dataset.subset(rows)
        assert part.inputs.tolist() == [[4, 5], [0, 1]]
        assert part.targets.tolist() == [1, 0]
        assert part.sample_weights.tolist() == [3, 1]
        assert (part.class_names, part.name, part.source, part.scale) == (("a", "b"), "n", "s", 2.0)
    assert dataset.subset([1]).class_names == ("a", "b")


def test_a_subset_of_images_keeps_their_shape():
    dataset = Dataset(np.zeros((4, 3, 2), np.uint8), np.arange(4))
    assert dataset.subset([1, 2]).shape == (3, 2)


def test_the_digest_by_hand():
    dataset = Dataset(np.array([[1, 2]], np.uint8), np.array([0]), scale=0.5)
    content = b"(2,) 0.5 0" + b"|u1 (1, 2)" + b"\1\2" + b"<i8 (1,)" + bytes(8)
    assert dataset.digest == hashlib.sha256(content).hexdigest()


def test_the_digest_depends_on_content_and_on_nothing_else():
    digest = _set().digest
    assert _set(name="n", source="s").digest == digest
    assert _set(np.asfortranarray(_set().inputs)).digest == digest
    others = [
        _set(scale=0.5),
        _set(targets=[0, 1, 0]),
        _set(targets=[0.0, 1.0, 1.0]),
        _set(class_names=("0", "x")),
        _set(sample_weights=[1, 1, 1]),
        _set(shape=(1, 2)),
        _set(inputs=np.array([[0, 1], [2, 3], [4, 5]], np.float32)),
        _set(inputs=((0.0, 1.0), (2.0, 3.0), (4.0, 5.5))),
    ]
    assert len({digest, *(other.digest for other in others)}) == len(others) + 1


def test_the_file_that_the_data_come_from_is_named():
    assert str(_refusal(np.zeros((1, 1)), [-1], _where="t.csv")).startswith("t.csv: expected ")


def test_a_pair_has_two_parts():
    train, test = _set(), _set(name="other")
    pair = DatasetPair(train, test)
    assert (pair.train, pair.test) == (train, test)
