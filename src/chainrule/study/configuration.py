"""From the parameters of a study to the architecture and the recipe of a network."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule.data import Dataset, count_inputs
from chainrule.errors import ChainruleError, InputError, ShapeError
from chainrule.network import Architecture, Layout, Network, require_outputs
from chainrule.recipe import Recipe
from chainrule.settings import (
    NETWORK_NAMES,
    build_architecture,
    build_recipe,
    fill_defaults,
)
from chainrule.study.space import Parameter
from chainrule.study.spec import StudySpec

__all__ = ["build_configuration", "resolve_study"]


def build_configuration(spec: StudySpec, chosen: Mapping[str, Any]) -> tuple[Architecture, Recipe]:
    """Return the architecture, as it is before the cost decides its output, and the recipe.

    Args:
        spec: the study, whose layers are known.
        chosen: values of parameters by name.

    Raises: InputError, ShapeError, UnknownNameError.
    """
    settings = {**spec.network, **spec.recipe, **chosen}
    recipe = build_recipe(settings)
    return build_architecture(settings), recipe


def resolve_study(spec: StudySpec, learned: Dataset) -> StudySpec:
    """Return the study with the settings that its data decide: layers, and the cost for numbers.

    Every value of the space is tried on a network and a recipe, so that a study that begins does
    not fail in the middle.

    Args:
        spec: the description as read.
        learned: the training set.

    Raises: InputError, ShapeError, UnknownNameError; each names the file and the line.
    """
    if not learned.classifies and spec.settings.metric.endswith("accuracy"):
        raise InputError(
            spec.source.where("metric"),
            expected="a metric for numeric targets",
            got=spec.settings.metric,
            why="Accuracy is defined for classes only",
            remedy="Set metric to 'validation_cost'",
        )
    filled = fill_defaults({**spec.network, **spec.recipe}, learned)
    network = {name: value for name, value in filled.items() if name in NETWORK_NAMES}
    recipe = {name: value for name, value in filled.items() if name not in NETWORK_NAMES}
    resolved = spec.replaced(network=network, recipe=recipe)
    _require_trainable(resolved, {}, resolved.source.where("network"), learned)
    for parameter in resolved.space:
        where = resolved.source.where("space", parameter.name)
        for value in parameter.ends():
            chosen = {**_required_values(resolved, parameter), parameter.name: value}
            _require_trainable(resolved, chosen, where, learned)
    return resolved


def _required_values(spec: StudySpec, parameter: Parameter) -> dict[str, Any]:
    """Return values of the parameters on which one depends, for which it exists."""
    chosen: dict[str, Any] = {}
    by_name = {other.name: other for other in spec.space}
    for name, values in parameter.when:
        chosen |= _required_values(spec, by_name[name])
        chosen[name] = values[0]
    return chosen


def _require_trainable(
    spec: StudySpec, chosen: Mapping[str, Any], where: str, learned: Dataset
) -> None:
    """Refuse a configuration that cannot be trained; the error names the place in the file."""
    try:
        architecture, recipe = build_configuration(spec, chosen)
        _require_widths(architecture.for_cost(recipe.cost), learned, recipe.encoding)
    except ChainruleError as error:
        located = copy.copy(error)
        located.where = where
        raise copy.copy(located) from None  # a copy makes its message from its fields


def _require_widths(architecture: Architecture, learned: Dataset, encoding: str) -> None:
    inputs, expected = architecture.layers[0], count_inputs(learned, encoding)
    if inputs != expected:
        raise ShapeError(
            "study",
            expected=f"a first layer of {expected} inputs, as the data have",
            got=str(inputs),
            remedy=f"Begin the layers with {expected}",
            argument="layers",
        )
    blank = np.zeros(Layout(architecture).size, architecture.dtype)
    require_outputs(Network(architecture, blank), learned.outputs, "study", learned.classifies)
