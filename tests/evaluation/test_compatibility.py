from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from chainrule.data.dataset import Dataset, DatasetPair
from chainrule.errors import DataError, InputError, ShapeError
from chainrule.evaluation.compatibility import match_dataset
from chainrule.network.network import Network

NAMES = ("ant", "bee", "cat")
NETWORK = replace(Network.create([2, 3], "sigmoid"), class_names=NAMES)


def _data(targets: list[int], names: tuple[str, ...], **more: Any) -> Dataset:
    return Dataset(np.zeros((len(targets), 2)), np.array(targets), class_names=names, **more)


def test_the_same_names_are_left_as_they_are() -> None:
    data = _data([0, 2], NAMES)
    assert match_dataset(NETWORK, data, "evaluate") is data


def test_names_in_another_order_are_renumbered() -> None:
    data = match_dataset(NETWORK, _data([0, 1, 2], ("cat", "ant", "bee")), "evaluate")
    assert data.targets.tolist() == [2, 0, 1]
    assert data.class_names == NAMES


def test_some_of_the_classes_are_enough() -> None:
    weights = np.array([1.0, 2.0])
    data = match_dataset(NETWORK, _data([0, 1], ("cat", "bee"), sample_weights=weights), "evaluate")
    assert data.targets.tolist() == [2, 1]
    assert data.sample_weights is not None
    assert data.sample_weights.tolist() == [1.0, 2.0]


def test_a_network_without_names_goes_by_number() -> None:
    bare = replace(NETWORK, class_names=())
    assert match_dataset(bare, _data([0, 2], ("x", "y", "z")), "evaluate").targets.tolist() == [
        0,
        2,
    ]


def test_a_single_output_has_a_second_class_even_where_only_one_occurs() -> None:
    single = Network.create([2, 1], "sigmoid")
    assert match_dataset(single, _data([0], ("ant",)), "evaluate").class_names == ("ant", "not ant")
    two = _data([0, 1], ("ant", "bee"))
    assert match_dataset(single, two, "evaluate") is two


@pytest.mark.parametrize(
    ("network", "data", "kind", "text"),
    [
        (
            NETWORK,
            _data([0, 1], ("ant", "dog")),
            DataError,
            "evaluate: expected the classes ant, bee, cat, got a class 'dog'. The network was "
            "trained on other classes. Evaluate it on data with its classes, or train a "
            "network for these.",
        ),
        (
            replace(NETWORK, class_names=()),
            _data([0, 1], ("ant", "dog")),
            InputError,
            "evaluate: expected 2 outputs in the last layer, got 3. The data have 2 classes or "
            "target columns. End the layers with 2.",
        ),
        (
            Network.create([3, 3]),
            _data([0], ("ant",)),
            ShapeError,
            "evaluate: expected examples of 3 values, one for each input of the network, got 2, of "
            "shape (2,).",
        ),
        (
            replace(NETWORK, input_scale=1 / 255),
            Dataset(np.zeros((1, 2), np.uint8), np.array([0]), class_names=NAMES),
            DataError,
            "evaluate: expected bytes times 0.00392157, as in training, got bytes times 1. Load "
            "the data with scale 0.00392156862745098.",
        ),
        (
            Network.create([2, 1]),
            Dataset(np.zeros((1, 2)), np.zeros((1, 2))),
            InputError,
            "evaluate: expected 2 outputs in the last layer, got 1. The data have 2 target "
            "columns. End the layers with 2.",
        ),
    ],
)
def test_what_does_not_belong_together_is_refused(
    network: Network, data: Dataset, kind: type[Exception], text: str
) -> None:
    with pytest.raises(kind) as caught:
        match_dataset(network, data, "evaluate")
    assert type(caught.value) is kind
    assert str(caught.value) == text


def test_many_classes_are_not_all_listed() -> None:
    names = tuple(f"c{k}" for k in range(13))
    network = replace(Network.create([2, 13]), class_names=names)
    with pytest.raises(DataError) as caught:
        match_dataset(network, _data([0], ("x",)), "evaluate")
    assert "c11 …, got a class 'x'" in str(caught.value)


def test_a_pair_is_no_data_set() -> None:
    data = _data([0], ("ant",))
    pair: Any = DatasetPair(data, data)
    with pytest.raises(InputError) as caught:
        match_dataset(NETWORK, pair, "evaluate")
    text = str(caught.value)
    assert text.startswith("evaluate: expected a Dataset, got DatasetPair(")
    assert text.endswith("(DatasetPair). Pass the .test of a pair.")


def test_bytes_may_have_the_scale_of_training_or_meet_a_network_without_one() -> None:
    stored = Dataset(np.zeros((1, 2), np.uint8), np.array([0]), scale=1 / 255, class_names=NAMES)
    for scale in (1.0, 1 / 255):
        assert match_dataset(replace(NETWORK, input_scale=scale), stored, "evaluate") is stored
    floats = _data([0], NAMES)
    assert match_dataset(replace(NETWORK, input_scale=1 / 255), floats, "evaluate") is floats
