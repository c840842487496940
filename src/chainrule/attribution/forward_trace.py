"""The forward pass of one example through a network, in float64."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.attribution.example_view import target_text
from chainrule.attribution.inspection import WHERE, InspectedRun, open_inspected
from chainrule.data import Dataset
from chainrule.errors import InputError
from chainrule.ledger import Ledger
from chainrule.ledger.steps import Step, WorkedExample
from chainrule.network import Network, require_outputs

__all__ = ["ForwardTrace", "open_trace"]

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class ForwardTrace:
    """A network, and one example that goes through it.

    Args:
        path: of the network, for titles and error texts.
        network: with any number type.
        dataset: that has the example.
        part: what of the data that is, such as "test".
        row: the example's, from 0.
        has_target: whether the example's target is known; what nobody knows is not compared.

    Raises: InputError if there is no such example, or the data do not fit the network.
    """

    path: str
    network: Network
    dataset: Dataset
    part: str
    row: int
    has_target: bool = True

    def __post_init__(self) -> None:
        last = len(self.dataset) - 1
        if not 0 <= self.row <= last:
            raise InputError(
                WHERE,
                expected=f"the number of an example from 0 to {last}",
                got=str(self.row),
                why=f"The {self.source} has {last + 1} examples",
                argument="image",
                value=self.row,
            )
        width = self.network.architecture.layers[0]
        if self.dataset.features != width:
            raise InputError(
                self.path,
                expected=f"examples of {width} inputs",
                got=str(self.dataset.features),
                argument="data",
                value=self.dataset.features,
            )
        require_outputs(self.network, self.dataset.outputs, self.path, self.dataset.classifies)

    @cached_property
    def ledger(self) -> Ledger:
        """Every number of the forward pass."""
        architecture = replace(self.network.architecture, dtype="float64")
        parameters = self.network.parameters.astype(np.float64)
        return Ledger(
            WorkedExample(
                title="",
                architecture=architecture,
                parameters=parameters,
                dataset=self.dataset,
                rows=(self.row,),
                recipe=None,
                where=self.path,
            )
        )

    @property
    def step(self) -> Step:
        """Its arrays."""
        return self.ledger.step(1)

    @property
    def depth(self) -> int:
        """How many layers there are."""
        return self.network.architecture.depth

    def weights(self, layer: int) -> Array:
        """Weights of a layer, (fan_out, fan_in), float64."""
        return self.step.layers[layer - 1].W

    def biases(self, layer: int) -> Array:
        """Biases of a layer, (fan_out,); zeros where it has none."""
        b = self.step.layers[layer - 1].b
        return np.zeros(len(self.weights(layer))) if b is None else b

    def sums(self, layer: int) -> Array:
        """Weighted sums of a layer, (width,)."""
        return np.asarray(self.step.z[layer - 1][0])

    def activations(self, layer: int) -> Array:
        """Activations of a layer, (width,); of layer 0 the inputs."""
        return np.asarray((self.step.a[layer - 1] if layer else self.step.x)[0])

    @property
    def description(self) -> str:
        """The example in words."""
        if not self.has_target:
            return "the row that was given"
        target = target_text(self.dataset, self.row)
        noun = "class" if self.dataset.classifies else "target"
        return f"example {self.row} of the {self.source}, {noun} {target}"

    @property
    def source(self) -> str:
        """Where the example is from, without how the data were parted."""
        return f"{self.part} part of {self.dataset.name.partition(' (')[0]}"


def open_trace(run: InspectedRun, image: int, part: str, data: str | None) -> ForwardTrace:
    """Send an example through the network of a saved run.

    Args:
        run: the run, or a network file.
        image: the example's number in its part of the data, from 0.
        part: "test", "train" or "all".
        data: a name or a path, if the run's data were moved; a network file needs it.

    Raises: InputError if there is no such example; what opening the run and loading its data
        raises.
    """
    opened = open_inspected(run)
    network = opened.network  # a run without one is refused before its data are loaded
    dataset = opened.prepared_data(part, data)
    return ForwardTrace(opened.path, network, dataset, part, image)
