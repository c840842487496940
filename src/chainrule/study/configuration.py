"""From a study's parameters to a network's architecture and a recipe."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule.data import Dataset
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
from chainrule.study.spec import Spec

__all__ = ["built", "settled_study"]


def built(spec: Spec, chosen: Mapping[str, Any]) -> tuple[Architecture, Recipe]:
    """Return the architecture, as it is before the cost decides its output, and the recipe.

    Args:
        spec: the study, whose layers are known.
        chosen: values of parameters by name.

    Raises: InputError, ShapeError, UnknownNameError.
    """
    settings = {**spec.network, **spec.recipe, **chosen}
    recipe = build_recipe(settings)
    return build_architecture(settings), recipe


def settled_study(spec: Spec, learned: Dataset) -> Spec:
    """The study with what its data decide: layers, and for number targets the cost.

    Every value of its space is tried on a network and a recipe, so that a study that begins does
    not fail in the middle.

    Args:
        spec: as it was read.
        learned: its training set.

    Raises: InputError, ShapeError, UnknownNameError; each names the file and the line.
    """
    if not learned.classifies and spec.settings.metric.endswith("accuracy"):
        raise InputError(
            spec.source.where("metric"),
            expected="a metric that targets of numbers have",
            got=spec.settings.metric,
            why="Accuracy is for classes",
            remedy="Set metric to 'validation_cost'",
        )
    filled = fill_defaults({**spec.network, **spec.recipe}, learned)
    network = {name: value for name, value in filled.items() if name in NETWORK_NAMES}
    recipe = {name: value for name, value in filled.items() if name not in NETWORK_NAMES}
    settled = spec.replaced(network=network, recipe=recipe)
    _require(settled, {}, settled.source.where("network"), learned)
    for parameter in settled.space:
        for value in parameter.ends():
            chosen = {**_beside(settled, parameter), parameter.name: value}
            _require(settled, chosen, settled.source.where("space", parameter.name), learned)
    return settled


def _beside(spec: Spec, parameter: Parameter) -> dict[str, Any]:
    """Values of the parameters on which one depends, so that it exists."""
    chosen: dict[str, Any] = {}
    by_name = {other.name: other for other in spec.space}
    for name, values in parameter.when:
        chosen |= _beside(spec, by_name[name])
        chosen[name] = values[0]
    return chosen


def _require(spec: Spec, chosen: Mapping[str, Any], where: str, learned: Dataset) -> None:
    """Refuse a configuration that cannot be trained, in the words of the study's file."""
    try:
        architecture, recipe = built(spec, chosen)
        _require_widths(architecture.for_cost(recipe.cost), learned)
    except ChainruleError as error:
        told = copy.copy(error)
        told.where = where
        raise copy.copy(told) from None


def _require_widths(architecture: Architecture, learned: Dataset) -> None:
    inputs = architecture.layers[0]
    if inputs != learned.features:
        raise ShapeError(
            "study",
            expected=f"a first layer of {learned.features} inputs, as the data have",
            got=str(inputs),
            remedy=f"Begin the layers with {learned.features}",
            argument="layers",
        )
    blank = np.zeros(Layout(architecture).size, architecture.dtype)
    require_outputs(Network(architecture, blank), learned.outputs, "study", learned.classifies)
