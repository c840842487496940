"""What cannot work is refused before the first step, in full sentences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chainrule.data.dataset import Dataset
from chainrule.errors import InputError, ShapeError
from chainrule.network.architecture import Architecture
from chainrule.network.network import Network
from chainrule.recipe import Recipe
from chainrule.training.loop import train
from chainrule.training.recipe_compatibility import MOVING, require_recipe_fits

IMAGES = Dataset(np.zeros((6, 12)), np.arange(6) % 3, shape=(3, 4))
COLOURED = Dataset(np.zeros((6, 12)), np.arange(6) % 3, shape=(2, 2, 3))
TABLE = Dataset(np.zeros((6, 12)), np.arange(6) % 3)
STRIP = Dataset(np.zeros((6, 12)), np.arange(6) % 3, shape=(1, 12))
NUMBERS = Dataset(np.zeros((6, 12)), np.zeros((6, 3)))
TWO = Dataset(np.zeros((6, 12)), np.arange(6) % 2)

DEEP = Architecture.of([12, 5, 4, 3], "tanh")
SHALLOW = Architecture.of([12, 3])
INNER = Architecture.of([12, 5, 4, 3], ["softmax", "tanh", "sigmoid"])
BARE = Architecture.of([12, 5, 4, 3], "tanh", biases=False)
SINGLE = Architecture.of([12, 5, 1], "sigmoid")

NO_LBFGS = "SciPy computes its steps from the objective alone."


def lbfgs(name: str, value: str) -> str:
    return (
        f"train: expected no {name} to go with the optimiser lbfgs, got {value}. {NO_LBFGS} "
        f"Leave {name} out, or choose another optimiser."
    )


REFUSED: list[tuple[Architecture, dict[str, Any], Dataset, str, str]] = [
    (
        DEEP,
        {"dropout": [0.1, 0.2, 0.3]},
        IMAGES,
        "dropout",
        "train: expected one dropout fraction for all hidden layers, or one for each, got 3 for 2.",
    ),
    (
        SHALLOW,
        {"dropout": 0.1},
        IMAGES,
        "dropout",
        "train: expected one dropout fraction for all hidden layers, or one for each, got 1 for 0.",
    ),
    (
        INNER,
        {"dropout": 0.1},
        IMAGES,
        "dropout",
        "train: expected hidden activations other than softmax to go with dropout, got softmax. "
        "Each neuron of a softmax depends on all others.",
    ),
    (
        INNER,
        {"normalisation": "batch"},
        IMAGES,
        "normalisation",
        "train: expected hidden activations other than softmax to go with normalisation, got "
        "softmax. Each neuron of a softmax depends on all others.",
    ),
    (
        BARE,
        {"normalisation": "batch"},
        IMAGES,
        "biases",
        "train: expected biases to go with batch normalisation, got none. The means of a "
        "normalised layer become its biases after the training.",
    ),
    (
        DEEP,
        {"normalisation": "batch", "batch_size": 1},
        IMAGES,
        "batch_size",
        "train: expected at least 2 examples in a step, or in a part of one, to go with batch "
        "normalisation, got 1. A single example has no standard deviation.",
    ),
    (
        DEEP,
        {"normalisation": "batch", "batch_size": 7, "accumulation": 4},
        IMAGES,
        "batch_size",
        "train: expected at least 2 examples in a step, or in a part of one, to go with batch "
        "normalisation, got 7 in 4 parts. A single example has no standard deviation.",
    ),
    (
        SINGLE,
        {"label_smoothing": 0.1},
        TWO,
        "label_smoothing",
        "train: expected at least two outputs that stand for classes to go with label_smoothing, "
        "got a single output. Leave label_smoothing out.",
    ),
    (
        DEEP,
        {"label_smoothing": 0.1},
        NUMBERS,
        "label_smoothing",
        "train: expected at least two outputs that stand for classes to go with label_smoothing, "
        "got targets that are numbers. Leave label_smoothing out.",
    ),
    (
        DEEP,
        {"shift": 1.0},
        TABLE,
        "shift",
        "train: expected images to go with shift, got examples of shape (12,). "
        "Leave it out; noise and mixup work on any table.",
    ),
    (
        DEEP,
        {"cutout": 1, "rotation": 5.0, "noise": 0.1},
        STRIP,
        "rotation",
        "train: expected images to go with rotation, cutout, got examples of shape (1, 12). "
        "Leave it out; noise and mixup work on any table.",
    ),
    (DEEP, {"optimiser": "lbfgs", "dropout": 0.1}, IMAGES, "dropout", lbfgs("dropout", "(0.1,)")),
    (
        DEEP,
        {"optimiser": "lbfgs", "normalisation": "batch"},
        IMAGES,
        "normalisation",
        lbfgs("normalisation", "batch"),
    ),
    (
        DEEP,
        {"optimiser": "lbfgs", "averaging": "swa"},
        IMAGES,
        "averaging",
        lbfgs("averaging", "swa"),
    ),
    (
        DEEP,
        {"optimiser": "lbfgs", "clip_norm": 1.0},
        IMAGES,
        "clip_norm",
        lbfgs("clip_norm", "1.0"),
    ),
    (DEEP, {"optimiser": "lbfgs", "max_norm": 2.0}, IMAGES, "max_norm", lbfgs("max_norm", "2.0")),
]


@pytest.mark.parametrize(("described", "values", "data", "argument", "text"), REFUSED)
def test_what_does_not_fit_is_refused(
    described: Architecture, values: dict[str, Any], data: Dataset, argument: str, text: str
) -> None:
    with pytest.raises(InputError) as caught:
        require_recipe_fits(described, Recipe.from_dict(values), data)
    assert str(caught.value) == text
    assert caught.value.argument == argument


def test_what_is_about_shapes_is_a_shape_error() -> None:
    for values, data in (({"dropout": [0.1] * 3}, IMAGES), ({"zoom": 0.1}, TABLE)):
        with pytest.raises(ShapeError):
            require_recipe_fits(DEEP, Recipe.from_dict(values), data)


@pytest.mark.parametrize("name", MOVING)
def test_each_distortion_of_images_needs_some(name: str) -> None:
    recipe = Recipe.from_dict({name: 1 if name == "cutout" else 0.5})
    with pytest.raises(ShapeError) as caught:
        require_recipe_fits(DEEP, recipe, TABLE)
    assert caught.value.argument == name
    for data in (IMAGES, COLOURED):
        require_recipe_fits(DEEP, recipe, data)


@pytest.mark.parametrize(
    ("described", "values", "data"),
    [
        (DEEP, {}, IMAGES),
        (SHALLOW, {"normalisation": "batch"}, IMAGES),
        (SHALLOW, {"dropout": 0.0}, IMAGES),
        (DEEP, {"dropout": 0.5}, IMAGES),
        (DEEP, {"dropout": [0.5, 0.0]}, TABLE),
        (DEEP, {"normalisation": "batch", "batch_size": 2}, TABLE),
        (DEEP, {"normalisation": "batch", "batch_size": 8, "accumulation": 4}, TABLE),
        (DEEP, {"label_smoothing": 0.1}, IMAGES),
        (SINGLE, {"label_smoothing": 0.0}, TWO),
        (DEEP, {"noise": 0.1, "mixup": 0.2}, TABLE),
        (DEEP, {"noise": 0.1, "mixup": 0.2}, NUMBERS),
        (BARE, {"dropout": 0.5, "max_norm": 1.0}, TABLE),
        (INNER, {"max_norm": 1.0, "averaging": "ema"}, TABLE),
        (INNER, {"optimiser": "lbfgs", "l2": 0.1, "shift": 1.0}, IMAGES),
    ],
)
def test_what_fits_is_let_through(
    described: Architecture, values: dict[str, Any], data: Dataset
) -> None:
    require_recipe_fits(described, Recipe.from_dict(values), data)


def test_train_refuses_before_it_begins() -> None:
    seen: list[object] = []

    def look(moment: object) -> None:
        seen.append(moment)

    with pytest.raises(InputError) as caught:
        train(
            Network.create([12, 5, 4, 3], biases=False),
            IMAGES,
            Recipe(normalisation="batch"),
            observers=[look],
        )
    assert caught.value.argument == "biases"
    assert seen == []
