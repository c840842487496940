"""Rows of a data set as the engine computes with them, and what each example counts."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.utils.class_weight import compute_sample_weight

from chainrule.data.dataset import Dataset
from chainrule.engine.dataset_view import DatasetView, normalised_weights
from chainrule.errors import ShapeError

BYTES = Dataset(
    np.array([[0, 51], np.array([102, 255]), [7, 9]], np.uint8), np.array([2, 0, 1]), scale=1 / 255
)
ROWS = np.array([2, 0])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_inputs_are_scaled_in_the_computations_type(dtype: str) -> None:
    x = DatasetView(BYTES, 3, dtype).inputs(ROWS)
    one = np.dtype(dtype).type
    assert x.dtype == dtype
    assert x.tolist() == [
        [float(one(7) * one(1 / 255)), float(one(9) * one(1 / 255))],
        [0, float(one(51) * one(1 / 255))],
    ]


def test_numbers_of_scale_1_stay_as_they_are() -> None:
    dataset = Dataset(np.array([[0.1], [0.2]]), np.array([0, 1]))
    assert DatasetView(dataset, 2, "float64").inputs(slice(0, 1)).tolist() == [[0.1]]


def test_the_stored_inputs_are_not_touched() -> None:
    dataset = Dataset(np.array([[4.0], [8.0]]), np.array([0, 1]), scale=0.5)
    assert DatasetView(dataset, 2, "float64").inputs(slice(None)).tolist() == [[2], [4]]
    assert dataset.inputs.tolist() == [[4], [8]]


def test_classes_become_one_hot_rows() -> None:
    y = DatasetView(BYTES, 3, "float32").targets(ROWS)
    assert y.tolist() == [[0, 1, 0], [0, 0, 1]]
    assert y.dtype == np.float32


def test_two_classes_become_0_and_1_for_a_single_output() -> None:
    dataset = Dataset(np.zeros((3, 1)), np.array([0, 1, 1]))
    assert DatasetView(dataset, 1, "float64").targets(slice(None)).tolist() == [[0], [1], [1]]
    assert DatasetView(dataset, 2, "float64").targets(slice(None)).tolist() == [
        [1, 0],
        [0, 1],
        [0, 1],
    ]


@pytest.mark.parametrize("outputs", [1, 2])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_targets_are_in_the_computations_type(outputs: int, dtype: str) -> None:
    dataset = Dataset(np.zeros((2, 1)), np.array([0, 1]))
    assert DatasetView(dataset, outputs, dtype).targets(slice(None)).dtype == dtype


def test_numbers_stay_numbers() -> None:
    dataset = Dataset(np.zeros((2, 1)), np.array([[0.5, 2], [3, 4]]))
    y = DatasetView(dataset, 2, "float32").targets(np.array([1]))
    assert y.tolist() == [[3, 4]]
    assert y.dtype == np.float32


def test_shares() -> None:
    assert DatasetView(BYTES, 3, "float32").shares(ROWS, 4) == 0.25
    weights = np.array([0.5, 1.0, 1.5])
    shares = DatasetView(BYTES, 3, "float32", weights).shares(ROWS, 2)
    assert isinstance(shares, np.ndarray)
    assert shares.tolist() == [[0.75], [0.25]]
    assert shares.dtype == np.float32


def test_right_answers_are_counted() -> None:
    outputs = np.array([[0.1, 0.8, 0.1], [0.9, 0.1, 0.0]])
    assert DatasetView(BYTES, 3, "float64").count_correct(outputs, ROWS) == 1
    assert DatasetView(BYTES, 3, "float64").count_correct(outputs, np.array([1, 1])) == 1
    assert DatasetView(BYTES, 3, "float64").count_correct(outputs, np.array([2, 1])) == 2
    two = Dataset(np.zeros((2, 1)), np.array([0, 1]))
    assert DatasetView(two, 1, "float64").count_correct(np.array([[0.5], [0.6]]), slice(None)) == 2
    numbers = Dataset(np.zeros((2, 1)), np.ones((2, 3)))
    assert DatasetView(numbers, 3, "float64").count_correct(outputs, slice(None)) == 0


def weighted(weights: list[float] | None, targets: object = (0, 1, 1)) -> Dataset:
    given = None if weights is None else np.array(weights)
    return Dataset(np.zeros((3, 1)), np.array(targets), sample_weights=given)


def test_weights_get_a_mean_of_1() -> None:
    assert normalised_weights(weighted(None), None) is None
    found = normalised_weights(weighted([1, 2, 6]), None)
    assert found is not None
    assert found.tolist() == [1 / 3, 2 / 3, 2]
    assert normalised_weights(weighted([0, 0, 5]), None) is not None


def test_class_weights_multiply_the_examples_own() -> None:
    found = normalised_weights(weighted(None), (2.0, 0.5))
    assert found is not None
    assert found.tolist() == [2, 0.5, 0.5]
    found = normalised_weights(weighted([1, 2, 4]), (3.0, 1.0))
    assert found is not None
    assert found.tolist() == [1, 2 / 3, 4 / 3]


def test_balanced_weights_are_those_of_scikit_learn() -> None:
    targets = np.array([0, 0, 0, 0, 2, 2, 2, 3])
    data = Dataset(np.zeros((8, 1)), targets, class_names=("a", "b", "c", "d"))
    found = normalised_weights(data, "balanced")
    assert found is not None
    assert found.tolist() == pytest.approx(compute_sample_weight("balanced", targets).tolist())
    sums = np.bincount(targets, weights=found)
    assert sums[[0, 2, 3]] == pytest.approx(8 / 3)


def test_balanced_weights_are_worked_out_without_the_examples_own() -> None:
    found = normalised_weights(weighted([1, 2, 4]), "balanced")
    assert found is not None
    own = np.array([1, 2, 4]) * (1.5, 0.75, 0.75)
    assert found.tolist() == pytest.approx((own / own.mean()).tolist())


@pytest.mark.parametrize(
    ("dataset", "class_weights", "text"),
    [
        (
            weighted(None, [[0.5], [1], [2]]),
            "balanced",
            "train: expected no class_weights for targets that are numbers, got balanced.",
        ),
        (
            weighted(None),
            (1.0, 2.0, 3.0),
            "train: expected 2 class_weights, one for each class, got 3.",
        ),
        (
            weighted(None, [[0.5], [1], [2]]),
            (1.0,),
            "train: expected no class_weights for targets that are numbers, got 1.",
        ),
        (
            weighted([1, 0, 0]),
            (0.0, 1.0),
            "train: expected at least one example with a weight above 0, got weights that are "
            "all 0.",
        ),
    ],
)
def test_class_weights_that_do_not_fit(
    dataset: Dataset, class_weights: tuple[float, ...], text: str
) -> None:
    with pytest.raises(ShapeError) as caught:
        normalised_weights(dataset, class_weights)
    assert str(caught.value) == text
    assert caught.value.argument == "class_weights"
    assert caught.value.value == class_weights


SHARES = np.array([0.75, 0.5, 1.0])
PARTNERS = np.array([1, 2, 0])


def test_targets_are_mixed_and_then_smoothed() -> None:
    mixed = DatasetView(BYTES, 3, "float64", mixing=(PARTNERS, SHARES))
    assert mixed.targets(ROWS).tolist() == [[0, 1, 0], [0.25, 0, 0.75]]
    smoothed = DatasetView(BYTES, 3, "float64", smoothing=0.5)
    low, high = 0.5 / 3, 0.5 + 0.5 / 3
    assert smoothed.targets(ROWS).tolist() == [[low, high, low], [low, low, high]]
    both = DatasetView(BYTES, 3, "float64", smoothing=0.5, mixing=(PARTNERS, SHARES))
    found = both.targets(slice(0, 1)).tolist()
    assert found == [pytest.approx([0.125 + low, low, 0.375 + low])]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_mixed_targets_are_in_the_computations_type(dtype: str) -> None:
    both = DatasetView(BYTES, 3, dtype, smoothing=0.1, mixing=(PARTNERS, SHARES))
    assert both.targets(ROWS).dtype == dtype


def test_numbers_and_single_outputs_are_mixed() -> None:
    numbers = Dataset(np.zeros((3, 1)), np.array([[4.0], [8], [0]]))
    found = DatasetView(numbers, 1, "float64", mixing=(PARTNERS, SHARES)).targets(slice(None))
    assert found.tolist() == [[5], [4], [0]]
    two = Dataset(np.zeros((3, 1)), np.array([0, 1, 1]))
    found = DatasetView(two, 1, "float64", mixing=(PARTNERS, SHARES)).targets(slice(None))
    assert found.tolist() == [[0.25], [1], [1]]
