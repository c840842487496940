"""From settings to an architecture and a recipe, with the defaults that the data decide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chainrule.data import Dataset
from chainrule.errors import InputError
from chainrule.experiment.settings import NEURONS
from chainrule.limits import limits_of
from chainrule.network import Architecture
from chainrule.recipe import Recipe

__all__ = ["HIDDEN", "NETWORK_NAMES", "build_architecture", "build_recipe", "fill_defaults"]

HIDDEN = 128
"""Neurons of the hidden layer where the layers are not set."""

NETWORK_NAMES = (
    *("layers", "activation", "output_activation"),
    *(name for name in limits_of(Architecture) if name != "output_given"),
)
"""The settings of a network; all others but those of the data are fields of Recipe."""


def fill_defaults(settings: Mapping[str, Any], training: Dataset) -> dict[str, Any]:
    """Return the settings together with those that follow from the training set.

    Without layers there is one hidden layer of 128 neurons. Targets that are numbers have the cost
    half_squared_error and, where one activation stands for all layers, the output activation
    identity: most activations bound their output, and such targets are seldom bounded.

    Args:
        settings: values by name; they are not changed.
        training: the training set.
    """
    filled = {"layers": [training.features, HIDDEN, training.outputs], **settings}
    if training.classifies:
        return filled
    filled.setdefault("cost", "half_squared_error")
    activation = filled.get("activation", "relu")
    if isinstance(activation, str) or len(activation) == 1:
        filled.setdefault("output_activation", "identity")
    return filled


def build_recipe(settings: Mapping[str, Any]) -> Recipe:
    """Return the recipe that the settings describe; those of the network are passed over.

    Raises: InputError, UnknownNameError.
    """
    return Recipe.from_dict(
        {name: value for name, value in settings.items() if not _is_of_network(name)}
    )


def build_architecture(settings: Mapping[str, Any]) -> Architecture:
    """Return the architecture that the settings describe, before the cost decides its output.

    Args:
        settings: values by name, layers among them; neurons_1 is the width of the first hidden
            layer, whatever the layers say. Settings of the recipe are passed over.

    Raises: InputError, ShapeError, UnknownNameError.
    """
    network = {name: value for name, value in settings.items() if name in NETWORK_NAMES}
    layers = _replace_widths(network.pop("layers"), settings)
    activation = network.pop("activation", "relu")
    output = network.pop("output_activation", None)
    return Architecture.of(layers, activation, output, **network)


def _is_of_network(name: str) -> bool:
    return name in NETWORK_NAMES or NEURONS.fullmatch(name) is not None


def _replace_widths(layers: Any, settings: Mapping[str, Any]) -> Any:
    """Return the layers with the widths that settings such as neurons_1 give."""
    changed = list(layers) if isinstance(layers, (list, tuple)) else layers
    for name, width in settings.items():
        hidden = NEURONS.fullmatch(name)
        if hidden is None:
            continue
        if not isinstance(changed, list) or int(hidden[1]) > len(changed) - 2:
            raise InputError(
                "Architecture",
                expected=f"layers with a hidden layer {hidden[1]}",
                got=str(layers),
                why=f"{name} is its width",
                argument=name,
            )
        changed[int(hidden[1])] = width
    return changed
