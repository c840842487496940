"""Settings of recipes that a worked example does not support, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any, NamedTuple

import numpy as np

from chainrule.data import Dataset
from chainrule.errors import InputError, describe
from chainrule.limits import limits_of
from chainrule.recipe import Recipe

__all__ = [
    "require_class_targets",
    "require_supported",
    "supported_recipe",
    "unsupported_error",
    "unsupported_settings",
]

_REASONS = {
    "dropout": "It drops other neurons at random in every step",
    "normalisation": "A worked example has layers without normalised sums",
    "max_norm": "It scales weights down after the update, for which there is no formula here",
    "snapshots": "Snapshots are files of a whole run",
    "accumulation": "The parts of a batch add up to the same gradient",
    **dict.fromkeys(
        ("imputation", "encoding", "scaling", "target_scaling"),
        "A worked example takes inputs and targets as they are given",
    ),
    "iterations": "It belongs to lbfgs, whose steps are not written as formulas",
    "class_weights": "Each example has its own weight",
    **dict.fromkeys(
        ("averaging", "averaging_decay", "averaging_start"),
        "Averaging does not change the steps",
    ),
    **dict.fromkeys(
        ("batch_growth", "batch_growth_every"), "The batches of a few steps have the same size"
    ),
    **dict.fromkeys(
        ("schedule_patience", "schedule_cooldown"),
        "It belongs to plateau, which needs the costs of whole epochs",
    ),
}
_GROUP_REASONS = {"augmentation": "A worked example uses its examples unchanged"}
_RUN_REASON = "It belongs to a whole run"
_REMEDIES = {"class_weights": "Write weight = … in the table [[examples]] of each example"}


class _UnsupportedChoice(NamedTuple):
    """A named choice of a recipe that has no place in a worked example.

    `instead` is the choice that has the same objective.
    """

    field: str
    name: str
    instead: str
    expected: str
    why: str
    remedy: str


_CHOICES = (
    _UnsupportedChoice(
        field="schedule",
        name="plateau",
        instead="constant",
        expected="a schedule that follows from the number of the step",
        why="It needs the costs of whole epochs",
        remedy="Set schedule to 'constant' and learning_rate to the rate of the step",
    ),
    _UnsupportedChoice(
        field="optimiser",
        name="lbfgs",
        instead="sgd",
        expected="an optimiser that takes one step for each gradient",
        why="It tries several step lengths and takes one of them",
        remedy="Set optimiser to 'sgd' or another that is written as a formula",
    ),
)
_GRADIENT_FIELDS = (
    *("dropout", "normalisation", "shift", "rotation", "zoom", "shear", "elastic", "thickness"),
    *("noise", "cutout", "mixup"),
)
"""Fields that change the gradients of a run."""
_STEP_FIELDS = (
    *_GRADIENT_FIELDS,
    *("max_norm", "averaging", "snapshots", "accumulation", "batch_growth"),
)
"""Fields that change its steps."""


def unsupported_error(name: str, value: Any, where: str) -> InputError:
    """The error for a field of a recipe that has no place in a worked example.

    Args:
        name: of the field.
        value: that it was given.
        where: file and line, or who asks.
    """
    limit = limits_of(Recipe).get(name)
    why = _REASONS.get(name) or _GROUP_REASONS.get(
        "" if limit is None else limit.group, _RUN_REASON
    )
    return InputError(
        where,
        expected=f"no {name} in a worked example",
        got=describe(value),
        why=why,
        remedy=_REMEDIES.get(name, f"Leave {name} out"),
        argument=name,
        value=value,
    )


def unsupported_settings(recipe: Recipe, *, gradients: bool = False) -> Iterator[str]:
    """Yield the fields of a recipe that change its steps and that a worked example does not have.

    Args:
        recipe: of a training.
        gradients: whether only those count that change the gradients.
    """
    defaults = {field.name: field.default for field in fields(Recipe)}
    for name in _GRADIENT_FIELDS if gradients else _STEP_FIELDS:
        if getattr(recipe, name) != defaults[name]:
            yield name


def _unsupported_choices(recipe: Recipe) -> list[_UnsupportedChoice]:
    return [one for one in _CHOICES if getattr(recipe, one.field) == one.name]


def supported_recipe(recipe: Recipe) -> Recipe:
    """The recipe without all that has no place in a worked example; its objective is the same.

    A schedule that needs a whole run is made constant, and L-BFGS gradient descent.
    """
    defaults = {field.name: field.default for field in fields(Recipe)}
    changes = {name: defaults[name] for name in unsupported_settings(recipe)}
    changes |= {one.field: one.instead for one in _unsupported_choices(recipe)}
    return recipe.replaced(**changes)


def require_supported(recipe: Recipe, where: str) -> None:
    """Refuse a recipe whose steps cannot be shown number by number.

    Args:
        recipe: of a worked example.
        where: who asks, or file and line.

    Raises: InputError.
    """
    for one in _unsupported_choices(recipe):
        raise InputError(
            where,
            expected=one.expected,
            got=repr(one.name),
            why=one.why,
            remedy=one.remedy,
            argument=one.field,
            value=one.name,
        )
    for name in unsupported_settings(recipe):
        raise unsupported_error(name, getattr(recipe, name), where)


def require_class_targets(recipe: Recipe, dataset: Dataset, where: str) -> None:
    """Refuse label smoothing if the targets are not classes.

    Args:
        recipe: of a worked example.
        dataset: its examples.
        where: who asks, or file and line.

    Raises: InputError.
    """
    if not recipe.label_smoothing:
        return
    if dataset.outputs >= 2 and (dataset.classifies or _is_one_hot(dataset.targets)):
        return
    raise InputError(
        where,
        expected="at least two outputs, and targets of one 1 among zeros, for label_smoothing",
        got="others",
        why="It moves a fraction of the target of one class to all classes",
        remedy="Leave label_smoothing out",
        argument="label_smoothing",
        value=recipe.label_smoothing,
    )


def _is_one_hot(targets: Any) -> bool:
    return bool(np.isin(targets, (0, 1)).all() and (targets.sum(axis=1) == 1).all())
