"""What is settled before the first step, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from chainrule.data.dataset import Dataset, DatasetPair
from chainrule.equations.updates import UPDATES
from chainrule.errors import ChainruleError, InputError
from chainrule.network.network import Network
from chainrule.recipe import Recipe
from chainrule.training.setup import first_position, prepare_training

Change = Callable[[Network, Dataset, Recipe], tuple[Any, ...]]


def test_the_network_takes_what_the_data_know(
    network: Network, three: Dataset, recipe: Recipe
) -> None:
    plan = prepare_training(network, three, recipe)
    assert plan.network.input_scale == 1 / 255
    assert plan.network.input_shape == (2, 2)
    assert plan.network.class_names == ("a", "b", "c")
    assert plan.network.architecture.activations == ("tanh", "softmax")
    assert plan.network.parameters.tobytes() == network.parameters.tobytes()
    assert (plan.training, plan.validation, plan.recipe) == (three, None, recipe)
    assert network.class_names == ()


def test_a_seed_is_drawn_where_there_is_none(network: Network, three: Dataset) -> None:
    plans = [prepare_training(network, three, Recipe()) for _ in range(3)]
    seeds = [plan.recipe.seed for plan in plans]
    assert None not in seeds
    assert len(set(seeds)) > 1


@pytest.mark.parametrize("optimiser", sorted(UPDATES))
def test_a_run_begins_with_the_networks_parameters_and_a_state_of_zeros(
    network: Network, three: Dataset, optimiser: str
) -> None:
    plan = prepare_training(network, three, Recipe(optimiser=optimiser, seed=0))
    position = first_position(plan)
    assert position.parameters is plan.network.parameters
    assert position.state.shape == (len(UPDATES[optimiser].slots), network.parameters.size)
    assert not position.state.any()
    assert position.state.dtype == np.float32
    assert (position.epoch, position.batch, position.step) == (0, 0, 0)


def rows(dataset: Dataset) -> list[tuple[int, ...]]:
    return [tuple(row) for row in dataset.inputs.tolist()]


def test_the_part_held_out_is_the_seeds_and_shares_no_example(
    network: Network, three: Dataset, recipe: Recipe
) -> None:
    held = recipe.replaced(validation_fraction=0.25)
    plan = prepare_training(network, three, held)
    assert plan.validation is not None
    assert len(set(rows(three))) == 41
    assert sorted(rows(plan.training) + rows(plan.validation)) == sorted(rows(three))
    assert len(plan.validation) == 10
    again = prepare_training(network, three, held).validation
    other = prepare_training(network, three, held.replaced(seed=4)).validation
    assert again is not None
    assert other is not None
    assert again.digest == plan.validation.digest
    assert other.digest != plan.validation.digest


def test_a_validation_set_of_its_own(network: Network, three: Dataset, recipe: Recipe) -> None:
    validation = three.subset(slice(0, 9))
    plan = prepare_training(network, three, recipe, validation)
    assert plan.validation is validation
    assert plan.training is three


NUMBERS = Dataset(np.zeros((5, 4)), np.ones((5, 3)))


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (
            lambda n, d, r: (n, DatasetPair(d, d), r),
            "train: expected a Dataset, got DatasetPair. Pass the .train of a pair.",
        ),
        (
            lambda n, d, r: (n, d, r, [1, 2]),
            "train: expected a Dataset, got list. Pass the .train of a pair.",
        ),
        (
            lambda n, d, r: (Network.create([784, 3]), d, r),
            "train: expected examples of 784 values, got 4, shape (2, 2). The first layer "
            "has this number of inputs. Begin the layers with 4.",
        ),
        (
            lambda n, d, r: (n, d, r, Dataset(np.zeros((2, 5)), np.array([0, 2]))),
            "train: expected examples of 4 values, got 5, shape (5,). The first layer has "
            "this number of inputs. Begin the layers with 5.",
        ),
        (
            lambda n, d, r: (Network.create([4, 10]), d, r),
            "train: expected 3 outputs in the last layer, got 10. The data have 3 classes or "
            "target columns. End the layers with 3.",
        ),
        (
            lambda n, d, r: (n, d, r, Dataset(np.zeros((2, 4)), np.array([0, 1]))),
            "train: expected 2 outputs in the last layer, got 3. The data have 2 classes or "
            "target columns. End the layers with 2.",
        ),
        (
            lambda n, d, r: (
                Network.create([4, 1], "sigmoid"),
                Dataset(np.zeros((2, 4)), np.array([0, 1])),
                r,
            ),
            "train: expected an output activation other than softmax for a single output, got "
            "softmax. The softmax of one number is always 1. Set cost to 'binary_cross_entropy' "
            "and output_activation to 'sigmoid', or end the layers with 2.",
        ),
        (
            lambda n, d, r: (n, d, r.replaced(monitor="validation_cost")),
            "train: expected a validation set for the monitor validation_cost, got none. "
            "Set validation_fraction, for example to 0.1, or give a validation set.",
        ),
        (
            lambda n, d, r: (n, d, r.replaced(validation_fraction=0.2), d),
            "train: expected either a validation set or a validation_fraction, got both, "
            "with validation_fraction 0.2.",
        ),
        (
            lambda n, d, r: (n, d, r, NUMBERS),
            "train: expected a validation set with targets of classes, as in training, "
            "got numbers.",
        ),
        (
            lambda n, d, r: (n, NUMBERS, r, d),
            "train: expected a validation set with targets of numbers, as in training, "
            "got classes.",
        ),
        (
            lambda n, d, r: (n, NUMBERS, r.replaced(cost="huber", monitor="accuracy")),
            "train: expected a monitor for numeric targets, got accuracy. "
            "Accuracy is defined for classes only. Monitor cost or validation_cost.",
        ),
        (
            lambda n, d, r: (
                n,
                NUMBERS,
                r.replaced(monitor="validation_accuracy", validation_fraction=0.5),
            ),
            "train: expected a monitor for numeric targets, got validation_accuracy. "
            "Accuracy is defined for classes only. Monitor cost or validation_cost.",
        ),
        (
            lambda n, d, r: (n, d, r.replaced(class_weights=[1, 2])),
            "train: expected 3 class_weights, one for each class, got 2.",
        ),
        (
            lambda n, d, r: (n, d.subset([0]), r.replaced(validation_fraction=0.5)),
            "split: expected at least two examples of one class, got 1 in all. "
            "No examples would be left for training.",
        ),
    ],
)
def test_what_does_not_fit_is_refused(
    network: Network, three: Dataset, recipe: Recipe, change: Change, text: str
) -> None:
    with pytest.raises(ChainruleError) as caught:
        prepare_training(*change(network, three, recipe))
    assert str(caught.value) == text
    assert isinstance(caught.value, ValueError)


def test_softmax_is_refused_only_for_a_single_output(three: Dataset, recipe: Recipe) -> None:
    two = replace(three, targets=three.targets % 2, class_names=("a", "b"))
    squared = recipe.replaced(cost="squared_error")
    single = Network.create([4, 1], "sigmoid")
    assert prepare_training(single, two, squared).network.architecture.activations == ("sigmoid",)
    named = Network.create([4, 1], "tanh", output_activation="softmax")
    with pytest.raises(InputError):
        prepare_training(named, two, squared)
