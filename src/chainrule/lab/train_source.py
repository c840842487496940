"""Data, network and recipe with which the room Train begins: the lab's own, or built in."""

from __future__ import annotations

import threading
from dataclasses import fields, replace
from functools import cached_property
from typing import Any

from chainrule.errors import InputError
from chainrule.experiment import Experiment, list_data
from chainrule.lab.seekable_training import ENDLESS
from chainrule.lab.train_settings import OWN_DATA, TrainSettings
from chainrule.network import Architecture
from chainrule.recipe import Recipe

__all__ = ["TrainSources"]

_START: dict[str, Any] = {
    "hidden": [32, 16],
    "output_activation": "softmax",
    "optimiser": "sgd",
    "learning_rate": 0.1,
    "batch_size": 20,
    "seed": 1,
    "epochs": ENDLESS,
    "scaling": "none",
}
"""How built-in digits are learned if nothing else is asked for."""
_THERE = ("comes with chainrule", "intact")


class TrainSources:
    """The data that can be learned, each with the network and recipe of its beginning.

    Args:
        own: what the lab was opened with; None without.
    """

    def __init__(self, own: Experiment | None = None) -> None:
        self._found: dict[str, Experiment] = {} if own is None else {OWN_DATA: _at_once(own)}
        self._own = tuple(self._found)
        self._lock = threading.Lock()

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The data that are here: the lab's own first, then those built in or downloaded."""
        return (*self._own, *(one.name for one in list_data() if one.state in _THERE))

    @property
    def first(self) -> str:
        """The data that are learned if nothing else is asked for."""
        return self._own[0] if self._own else "mnist"

    def experiment(self, settings: TrainSettings) -> Experiment:
        """Return the experiment that settings describe, with its data.

        Raises: InputError for data that are not there; what loading and `Recipe` raise.
        """
        base = self.start(settings.data)
        given = {one.name: one.value for one in settings.values}
        of_recipe = {one.name for one in fields(Recipe)}
        recipe = base.recipe.replaced(**{n: v for n, v in given.items() if n in of_recipe})
        network = {n: v for n, v in given.items() if n not in of_recipe}
        return replace(
            base, recipe=recipe, architecture=_change_layers(base.architecture, settings, network)
        )

    def start(self, name: str) -> Experiment:
        """Return the experiment with which data begin; an empty name stands for the first.

        Raises: InputError for data that are not there; what loading raises.
        """
        name = name or self.first
        if name not in self.names:
            raise InputError(
                "lab",
                expected="data that are here: " + ", ".join(self.names),
                got=name,
                remedy="Name your data when the lab is opened: chainrule lab DATA",
                argument="data",
                value=name,
            )
        with self._lock:
            if name not in self._found:
                self._found[name] = _at_once(Experiment.create(name, **_START))
            return self._found[name]


def _change_layers(
    base: Architecture, settings: TrainSettings, given: dict[str, Any]
) -> Architecture:
    """The architecture with the hidden layers and the other settings that were set."""
    layers, names = base.layers, base.activations
    if settings.hidden is not None and settings.activations is not None:
        layers = (layers[0], *settings.hidden, layers[-1])
        names = (*settings.activations, names[-1])
    last = given.pop("output_activation", None)
    if last is not None:
        names, given = (*names[:-1], last), {**given, "output_given": True}
    return replace(base, layers=layers, activations=names, **given)


def _at_once(experiment: Experiment) -> Experiment:
    """The experiment by the engine that begins at once, where compiling takes seconds."""
    return replace(experiment, recipe=experiment.recipe.replaced(engine="reference")).load()
