"""Small networks for testing printed formulas, with gradients found without any formula."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.backpropagation import Layer, Trace, forward, trace
from chainrule.equations.costs import COSTS
from chainrule.randomness import generator

__all__ = ["SMALL_NETWORKS", "SmallNetwork"]

Array = NDArray[Any]

_STEP = 1e-3
"""Of differences: the error of fourth order, about 1e-12, is then as small as that of rounding."""


@dataclass(frozen=True, eq=False)
class SmallNetwork:
    """A network of sigmoids with one example, and all that one pass computes.

    Layers count from 1, as in addresses. Arrays of an example are vectors.

    Args:
        layers: weights, biases, activations.
        x: input, (1, features).
        y: target, (1, n).
        cost: its name.
    """

    layers: tuple[Layer, ...]
    x: Array
    y: Array
    cost: str

    @cached_property
    def trace(self) -> Trace:
        """The pass forward and back of the reference."""
        return trace(self.x, self.y, self.layers, COSTS[self.cost], 1 / len(self.x))

    @property
    def depth(self) -> int:
        """L."""
        return len(self.layers)

    def weights(self, layer: int) -> Array:
        """Weights, (fan_out, fan_in)."""
        return self.layers[layer - 1].W

    def biases(self, layer: int) -> Array:
        """Biases, (fan_out,)."""
        b = self.layers[layer - 1].b
        return np.zeros(len(self.weights(layer))) if b is None else b

    def a(self, layer: int) -> Array:
        """Activations, (width,); of layer 0 the input."""
        return np.asarray((self.trace.a[layer - 1] if layer else self.x)[0])

    def z(self, layer: int) -> Array:
        """Weighted sums, (width,)."""
        return np.asarray(self.trace.z[layer - 1][0])

    def derivative(self, layer: int) -> Array:
        """σ'(z), (width,)."""
        return np.asarray(self.a(layer) * (1 - self.a(layer)))

    def residual(self) -> Array:
        """a - y of the outputs, (n,)."""
        return np.asarray(self.a(self.depth) - self.y[0])

    def numeric_gradient(self, kind: str, layer: int) -> Array:
        """Returns ∂C/∂ an array, by differences of the cost alone.

        Args:
            kind: "W", "b", "z" or "a".
            layer: its layer.

        Returns: in the array's shape.
        """
        start: Array = {"W": self.weights, "b": self.biases, "z": self.z, "a": self.a}[kind](layer)

        def cost(array: Array) -> float:
            return self._cost_with(kind, layer, array)

        return _differences(cost, start)

    def _cost_with(self, kind: str, layer: int, array: Array) -> float:
        """The cost if an array had these values."""
        if kind in ("W", "b"):
            layers, old = list(self.layers), self.layers[layer - 1]
            layers[layer - 1] = replace(old, W=array) if kind == "W" else replace(old, b=array)
            return float(replace(self, layers=tuple(layers)).trace.cost)
        a = array if kind == "a" else self.layers[layer - 1].activation.value(array)
        rest = self.layers[layer:]
        outputs = forward(a[None], rest)[1][-1] if rest else a[None]
        return float(COSTS[self.cost].value(outputs, self.y)[0])


def _differences(function: Callable[[Array], float], start: Array) -> Array:
    """The gradient of a function with respect to an array, by fourth-order differences."""
    found = np.empty(start.shape)
    for index in np.ndindex(start.shape):
        by = np.zeros(start.shape)
        by[index] = _STEP
        near = function(start + by) - function(start - by)
        far = function(start + 2 * by) - function(start - 2 * by)
        found[index] = (8 * near - far) / (12 * _STEP)
    return found


def _random_network(widths: tuple[int, ...], cost: str, *, biases: bool = True) -> SmallNetwork:
    """A network with numbers between -1 and 1."""
    lot, sigmoid = generator(1, "small network", *widths), ACTIVATIONS["sigmoid"]
    layers = tuple(
        Layer(
            lot.uniform(-1, 1, (fan_out, fan_in)),
            lot.uniform(-1, 1, fan_out) if biases else None,
            sigmoid,
        )
        for fan_in, fan_out in pairwise(widths)
    )
    x, y = lot.uniform(-1, 1, (1, widths[0])), lot.uniform(0, 1, (1, widths[-1]))
    return SmallNetwork(layers, x, y, cost)


_SQUARE, _CHAIN = (3, 3, 3, 3), (1, 1, 1, 1)

SMALL_NETWORKS: dict[str, Callable[[str], SmallNetwork]] = {
    "3-3-3-3": lambda cost: _random_network(_SQUARE, cost),
    "1-1-1-1": lambda cost: _random_network(_CHAIN, cost),
    "4-2-1": lambda cost: _random_network((4, 2, 1), cost, biases=False),
}
"""Networks by their layers, all of sigmoids: (cost) -> network.

Layers of one width let formulas with a wrong layer or a transposed matrix be computed at all.
"""
