"""All weights and biases of a network in one flat buffer, with a view for each tensor."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.arrays import flatten
from chainrule.equations.initialisers import INITIALISERS, InitialiserSettings
from chainrule.errors import DataError, ShapeError, describe
from chainrule.network.architecture import Architecture
from chainrule.randomness import generator

__all__ = ["Layout", "Slot", "check_parameters", "draw_parameters", "flatten", "tensor_digests"]

Array = NDArray[Any]


@dataclass(frozen=True)
class Slot:
    """Where one tensor lies in the flat buffer.

    Args:
        name: its address, such as "W[1]" or "b[2]"; layers count from 1.
        start: its first index.
        shape: (fan_out, fan_in) of weights, (fan_out,) of biases.
    """

    name: str
    start: int
    shape: tuple[int, ...]

    @property
    def layer(self) -> int:
        """The layer that it belongs to, from 1."""
        return int(self.name.split("[")[1][:-1])

    @property
    def stop(self) -> int:
        """One past its last index."""
        return self.start + math.prod(self.shape)

    def view(self, flat: Array) -> Array:
        """The tensor as a view into the flat buffer."""
        return flat[self.start : self.stop].reshape(self.shape)


@dataclass(frozen=True)
class Layout:
    """The order of the tensors in the flat buffer: W[1], b[1], W[2], b[2] …

    Args:
        architecture: of the network.
        gains: whether each hidden layer also has the gains of batch normalisation, gain[l], after
            its biases; they are there in training only.
    """

    architecture: Architecture
    gains: bool = False

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        """A slot a tensor, in the buffer's order."""
        slots, start = [], 0
        widths = self.architecture.layers
        for layer, (fan_in, fan_out) in enumerate(pairwise(widths), 1):
            shapes: dict[str, tuple[int, ...]] = {f"W[{layer}]": (fan_out, fan_in)}
            if self.architecture.biases:
                shapes[f"b[{layer}]"] = (fan_out,)
            if self.gains and layer < self.architecture.depth:
                shapes[f"gain[{layer}]"] = (fan_out,)
            for name, shape in shapes.items():
                slots.append(Slot(name, start, shape))
                start = slots[-1].stop
        return tuple(slots)

    @property
    def size(self) -> int:
        """How many numbers there are in all."""
        return self.slots[-1].stop

    def weights(self, flat: Array) -> list[Array]:
        """The weights of each layer as views, (fan_out, fan_in) each."""
        return [slot.view(flat) for slot in self.slots if slot.name[0] == "W"]

    def biases(self, flat: Array) -> list[Array | None]:
        """The biases of each layer as views, (fan_out,) each; None for layers without."""
        if not self.architecture.biases:
            return [None] * self.architecture.depth
        return [slot.view(flat) for slot in self.slots if slot.name[0] == "b"]

    def gains_of(self, flat: Array) -> list[Array | None]:
        """The gains of each layer as views, (fan_out,) each; None for layers without."""
        found = [slot.view(flat) for slot in self.slots if slot.name[0] == "g"]
        return [*found, *[None] * (self.architecture.depth - len(found))]

    def add_gains(self, flat: Array) -> Array:
        """Weights and biases in this layout, with gains of 1 if it has gains.

        Args:
            flat: weights and biases in the layout without gains, (n,).
        """
        if not self.gains:
            return flat
        without = Layout(self.architecture)
        gains = [np.ones(width, flat.dtype) for width in self.architecture.layers[1:-1]]
        return flatten(without.weights(flat), without.biases(flat), gains)

    def drop_gains(self, flat: Array) -> Array:
        """The weights and biases of a flat array in this layout, in the layout without gains."""
        return flatten(self.weights(flat), self.biases(flat)) if self.gains else flat

    @cached_property
    def is_weight(self) -> Array:
        """1 where the flat buffer holds a weight and 0 where it holds a bias."""
        mask = np.zeros(self.size, dtype=self.architecture.dtype)
        for weights in self.weights(mask):
            weights[...] = 1
        return mask


def draw_parameters(architecture: Architecture, seed: int) -> Array:
    """The parameters before the first step, drawn from the seed.

    Each tensor has a generator of its own, so that one layer's width does not change another's.

    Args:
        architecture: which also names the initialisers.
        seed: at least 0.

    Returns: the flat buffer in the architecture's number type.
    """
    layout = Layout(architecture)
    flat = np.empty(layout.size, dtype=architecture.dtype)
    spread = InitialiserSettings(
        architecture.initialiser_low,
        architecture.initialiser_high,
        architecture.initialiser_deviation,
    )
    for layer, W in enumerate(layout.weights(flat), 1):
        draw = INITIALISERS[architecture.initialiser_of(layer)].draw
        W[...] = draw(generator(seed, "weights", layer), W.shape[1], W.shape[0], spread)
    draw = INITIALISERS[architecture.bias_initialiser].draw
    for layer, b in enumerate(layout.biases(flat), 1):
        if b is not None:
            # A bias is a weight from a neuron that is always 1, of the same fan-in as the others.
            fan_in = architecture.layers[layer - 1]
            b[...] = draw(generator(seed, "biases", layer), fan_in, len(b), spread)[:, 0]
    return flat


def tensor_digests(layout: Layout, flat: Array) -> dict[str, str]:
    """SHA-256, in hex, of each tensor's bytes, by the tensor's name."""
    return {s.name: hashlib.sha256(s.view(flat).tobytes()).hexdigest() for s in layout.slots}


def check_parameters(layout: Layout, given: Any, where: str) -> Array:
    """The flat buffer in the layout's type, read-only.

    Raises: ShapeError, DataError for values that are not finite.
    """
    with np.errstate(over="ignore"):  # what overflows is refused below
        flat = np.array(given, dtype=layout.architecture.dtype)
    if flat.shape != (layout.size,):
        raise ShapeError(
            where,
            expected=f"{layout.size}parameters in one row",
            got=describe(flat),
            argument="parameters",
            value=given,
        )
    if not np.isfinite(flat).all():
        at = int(np.argmin(np.isfinite(flat)))
        slot = next(s for s in layout.slots if s.start <= at < s.stop)
        raise DataError(
            where,
            expected="finite parameters",
            got=f"{flat[at]} in {slot.name}",
            argument="parameters",
        )
    flat.flags.writeable = False
    return flat
