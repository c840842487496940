"""Whether a recipe fits network and data: what cannot work is refused before the first step."""

from __future__ import annotations

from typing import Any

from chainrule.data.dataset import Dataset
from chainrule.engine.expansion import augmentation_of
from chainrule.errors import InputError, ShapeError
from chainrule.network.architecture import Architecture
from chainrule.recipe import Recipe

__all__ = ["require_recipe_fits"]


def require_recipe_fits(architecture: Architecture, recipe: Recipe, training: Dataset) -> None:
    """Refuse a recipe that does not fit.

    Args:
        architecture: with its output activation settled by the cost.
        recipe: what is asked for.
        training: what is learned from.

    Raises: InputError, ShapeError.
    """
    _require_dropout(architecture, recipe)
    _require_normalisation(architecture, recipe)
    _require_classes(architecture, recipe, training)
    _require_images(recipe, training)


def _refused(argument: str, value: Any, expected: str, got: str, **why: str) -> InputError:
    return InputError("train", expected=expected, got=got, argument=argument, value=value, **why)


def _require_dropout(architecture: Architecture, recipe: Recipe) -> None:
    hidden = architecture.depth - 1
    if recipe.dropout is None:
        return
    if len(recipe.dropout) not in (1, hidden) or hidden == 0:
        raise ShapeError(
            "train",
            expected="one share of dropout for all hidden layers, or one for each",
            got=f"{len(recipe.dropout)} for {hidden}",
            argument="dropout",
            value=recipe.dropout,
        )
    _require_elementwise("dropout", recipe.dropout, architecture)


def _require_elementwise(name: str, value: Any, architecture: Architecture) -> None:
    if "softmax" in architecture.activations[:-1]:
        raise _refused(
            name,
            value,
            f"hidden activations other than softmax to go with {name}",
            "softmax",
            why="Each neuron of a softmax depends on all others",
        )


def _require_normalisation(architecture: Architecture, recipe: Recipe) -> None:
    if recipe.normalisation == "none":
        return
    _require_elementwise("normalisation", recipe.normalisation, architecture)
    if not architecture.biases:
        raise _refused(
            "biases",
            False,
            "biases to go with batch normalisation",
            "none",
            why="The means of a normalised layer become its biases once training is over",
        )
    if recipe.batch_size < 2 * recipe.accumulation:
        parts = f" in {recipe.accumulation} parts" if recipe.accumulation > 1 else ""
        raise _refused(
            "batch_size",
            recipe.batch_size,
            "at least 2 examples a step, or part of one, to go with batch normalisation",
            f"{recipe.batch_size}{parts}",
            why="A single example has no deviation",
        )


def _require_classes(architecture: Architecture, recipe: Recipe, training: Dataset) -> None:
    if not recipe.label_smoothing:
        return
    if training.classifies and architecture.layers[-1] > 1:
        return
    raise _refused(
        "label_smoothing",
        recipe.label_smoothing,
        "at least two outputs that stand for classes to go with label_smoothing",
        "a single output" if training.classifies else "targets that are numbers",
        remedy="Leave label_smoothing out",
    )


def _require_images(recipe: Recipe, training: Dataset) -> None:
    how = augmentation_of(recipe)
    if not how.moves or len(training.shape) in (2, 3):
        return
    raise ShapeError(
        "train",
        expected="images to go with " + ", ".join(how.moves),
        got=f"examples of shape {training.shape}",
        remedy="Leave them out; noise and mixup work on any table",
        argument=how.moves[0],
        value=training.shape,
    )
