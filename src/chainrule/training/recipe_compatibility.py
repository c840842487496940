"""Checks that network, recipe and data fit together, before the first step."""

from __future__ import annotations

import warnings
from typing import Any

from chainrule.data import Dataset
from chainrule.engine import augmentation_from_recipe, normalised_weights
from chainrule.errors import InputError, ShapeError
from chainrule.network import Architecture, Network, require_outputs
from chainrule.recipe import Recipe

__all__ = ["require_compatible", "require_dataset", "require_recipe_fits", "warn_of_snapshots"]

MOVING = ("shift", "rotation", "zoom", "shear", "elastic", "thickness", "cutout")
"""Distortions that need images."""


def require_dataset(given: object) -> None:
    """Refuse what is not a Dataset.

    Raises: InputError.
    """
    if not isinstance(given, Dataset):
        raise InputError(
            "train",
            expected="a Dataset",
            got=type(given).__name__,
            remedy="Pass the .train of a pair",
            argument="dataset",
        )


def require_compatible(
    network: Network, recipe: Recipe, training: Dataset, validation: Dataset | None
) -> None:
    """Refuse a training whose network, recipe and data do not fit together.

    Args:
        network: with the output activation that suits the cost.
        recipe: what is asked for.
        training: what is learned from.
        validation: what the monitor looks at; None without validation.

    Raises: InputError, ShapeError.
    """
    for dataset in (training, *([] if validation is None else [validation])):
        _require_widths(network, dataset)
    _require_same_kind(training, validation)
    _require_monitor(recipe, training, validation)
    require_recipe_fits(network.architecture, recipe, training)
    normalised_weights(training, recipe.class_weights)


def _require_widths(network: Network, dataset: Dataset) -> None:
    width = network.architecture.layers[0]
    if dataset.features != width:
        raise ShapeError(
            "train",
            expected=f"examples of {width} values",
            got=f"{dataset.features}, shape {dataset.shape}",
            why="The first layer has this number of inputs",
            remedy=f"Begin the layers with {dataset.features}",
            argument="dataset",
            value=dataset.shape,
        )
    require_outputs(network, dataset.outputs, "train", dataset.classifies)


def _require_same_kind(training: Dataset, validation: Dataset | None) -> None:
    if validation is not None and validation.classifies != training.classifies:
        raise InputError(
            "train",
            expected=f"a validation set with targets of {_kind(training)}, as in training",
            got=_kind(validation),
            argument="validation",
        )


def _kind(dataset: Dataset) -> str:
    return "classes" if dataset.classifies else "numbers"


def _require_monitor(recipe: Recipe, training: Dataset, validation: Dataset | None) -> None:
    monitor = recipe.monitor or ""
    if validation is None and monitor.startswith("validation_"):
        raise InputError(
            "train",
            expected=f"a validation set for the monitor {monitor}",
            got="none",
            remedy="Set validation_fraction, for example to 0.1, or give a validation set",
            argument="validation",
        )
    if not training.classifies and monitor.endswith("accuracy"):
        raise InputError(
            "train",
            expected="a monitor for numeric targets",
            got=monitor,
            why="Accuracy is defined for classes only",
            remedy="Monitor cost or validation_cost",
            argument="monitor",
            value=monitor,
        )


def require_recipe_fits(architecture: Architecture, recipe: Recipe, training: Dataset) -> None:
    """Refuse a recipe that does not fit architecture and data.

    Args:
        architecture: with the output activation that suits the cost.
        recipe: what is asked for.
        training: what is learned from.

    Raises: InputError, ShapeError.
    """
    _require_dropout(architecture, recipe)
    _require_normalisation(architecture, recipe)
    _require_classes(architecture, recipe, training)
    _require_images(recipe, training)
    _require_whole(recipe)


def warn_of_snapshots(recipe: Recipe) -> None:
    """Warn that a recipe asks for networks of the cycles' ends of a schedule without cycles."""
    if recipe.snapshots and recipe.schedule != "cosine_restarts":
        text = (
            f"train: no snapshots are saved, since the schedule {recipe.schedule} has no cycles. "
            "Set schedule to cosine_restarts, or leave snapshots out."
        )
        warnings.warn(text, RuntimeWarning, stacklevel=3)


def _refused(argument: str, value: Any, expected: str, got: str, **why: str) -> InputError:
    return InputError("train", expected=expected, got=got, argument=argument, value=value, **why)


def _require_dropout(architecture: Architecture, recipe: Recipe) -> None:
    hidden = architecture.depth - 1
    if recipe.dropout is None:
        return
    if len(recipe.dropout) not in (1, hidden) or hidden == 0:
        raise ShapeError(
            "train",
            expected="one dropout fraction for all hidden layers, or one for each",
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
            why="The means of a normalised layer become its biases after the training",
        )
    if recipe.batch_size < 2 * recipe.accumulation:
        parts = f" in {recipe.accumulation} parts" if recipe.accumulation > 1 else ""
        raise _refused(
            "batch_size",
            recipe.batch_size,
            "at least 2 examples in a step, or in a part of one, to go with batch normalisation",
            f"{recipe.batch_size}{parts}",
            why="A single example has no standard deviation",
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
    how, shape = augmentation_from_recipe(recipe), training.shape
    if not how.needs_images or (len(shape) in (2, 3) and min(shape[:2]) >= 2):
        return
    asked = [name for name in MOVING if getattr(recipe, name)]
    raise ShapeError(
        "train",
        expected="images to go with " + ", ".join(asked),
        got=f"examples of shape {shape}",
        remedy="Leave it out; noise and mixup work on any table",
        argument=asked[0],
        value=shape,
    )


def _require_whole(recipe: Recipe) -> None:
    """L-BFGS descends one function, whose value is the same whenever it is asked for."""
    if recipe.optimiser != "lbfgs":
        return
    others = {
        "dropout": recipe.dropout is not None,
        "normalisation": recipe.normalisation != "none",
        "averaging": recipe.averaging != "none",
        "clip_norm": recipe.clip_norm is not None,
        "max_norm": recipe.max_norm is not None,
    }
    for name, asked in others.items():
        if asked:
            raise _refused(
                name,
                getattr(recipe, name),
                f"no {name} to go with the optimiser lbfgs",
                str(getattr(recipe, name)),
                why="SciPy computes its steps from the objective alone",
                remedy=f"Leave {name} out, or choose another optimiser",
            )
