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
from chainrule.study.space import Parameter
from chainrule.study.space_reading import NETWORK_NAMES, NEURONS
from chainrule.study.spec import Spec

__all__ = ["built", "settled_study"]

HIDDEN = 128
"""Neurons of the hidden layer where nobody says how many."""


def built(spec: Spec, chosen: Mapping[str, Any]) -> tuple[Architecture, Recipe]:
    """The architecture, as it is before the cost settles its output, and the recipe.

    Args:
        spec: the study, whose layers are known.
        chosen: values of parameters by name.

    Raises: InputError, ShapeError, UnknownNameError.
    """
    network, recipe = copy.deepcopy(dict(spec.network)), dict(spec.recipe)
    widths: dict[int, int] = {}
    for name, value in chosen.items():
        layer = NEURONS.fullmatch(name)
        if layer is not None:
            widths[int(layer[1])] = value
        elif name in NETWORK_NAMES:
            network[name] = value
        else:
            recipe[name] = value
    made = Recipe.from_dict(recipe)
    layers = _with_widths(network.pop("layers"), widths)
    activation = network.pop("activation", "relu")
    last = network.pop("output_activation", None)
    return Architecture.of(layers, activation, last, **network), made


def _with_widths(layers: Any, widths: Mapping[int, int]) -> Any:
    changed = list(layers) if isinstance(layers, (list, tuple)) else layers
    for layer, width in widths.items():
        if not isinstance(changed, list) or layer > len(changed) - 2:
            raise InputError(
                "Architecture",
                expected=f"layers with a hidden layer {layer}",
                got=str(layers),
                why=f"neurons_{layer} is its width",
                argument=f"neurons_{layer}",
            )
        changed[layer] = width
    return changed


def settled_study(spec: Spec, learned: Dataset) -> Spec:
    """The study with what its data decide: layers, and for number targets the cost.

    Every value of its space is tried on a network and a recipe, so that a study that begins does
    not fail in the middle.

    Args:
        spec: as it was read.
        learned: its training set.

    Raises: InputError, ShapeError, UnknownNameError; each names the file and the line.
    """
    network, recipe = dict(spec.network), dict(spec.recipe)
    network.setdefault("layers", [learned.features, HIDDEN, learned.outputs])
    if not learned.classifies:
        recipe.setdefault("cost", "half_squared_error")
        network.setdefault("output_activation", "identity")
        if spec.settings.metric.endswith("accuracy"):
            raise InputError(
                spec.source.where("metric"),
                expected="a metric that targets of numbers have",
                got=spec.settings.metric,
                why="Accuracy is for classes",
                remedy="Set metric to 'validation_cost'",
            )
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
