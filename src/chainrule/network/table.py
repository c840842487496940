"""The parameters as kernels hold them: one table of rows that vector registers can walk along."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.kernels.lanes import LANES
from chainrule.network.parameters import Layout

__all__ = ["Table"]

Array = NDArray[Any]


@dataclass(frozen=True)
class Table:
    """Where the tensors of a layout lie in the table.

    Each layer's weights lie transposed: a row an input, a column a neuron. The biases follow, a
    row a layer. Columns are padded with zeros, which stay zeros, to a multiple of sixteen.

    Args:
        layout: the flat buffer's.
    """

    layout: Layout

    @property
    def widths(self) -> Array:
        """Widths from the inputs to the outputs, (depth + 1,)."""
        return np.array(self.layout.architecture.layers)

    @property
    def tops(self) -> Array:
        """The first row of each layer's weights, (depth,)."""
        return np.cumsum(np.concatenate(([0], self.widths[:-2])))

    @property
    def bias_top(self) -> int:
        """The row of the first layer's biases; -1 without."""
        return int(self.widths[:-1].sum()) if self.layout.architecture.biases else -1

    @property
    def columns(self) -> int:
        """The greatest width after the inputs, padded."""
        return int(-(-self.widths[1:].max() // LANES) * LANES)

    @cached_property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        layers = self.layout.architecture.depth if self.layout.architecture.biases else 0
        return int(self.widths[:-1].sum()) + layers, self.columns

    def filled(self, flat: Array) -> Array:
        """A new table with the numbers of a flat buffer."""
        table = np.zeros(self.shape, dtype=flat.dtype)
        for part, tensor in self._pairs(table, flat):
            part[...] = tensor
        return table

    def emptied(self, table: Array) -> Array:
        """A new flat buffer with the numbers of a table."""
        flat = np.empty(self.layout.size, dtype=table.dtype)
        for part, tensor in self._pairs(table, flat):
            tensor[...] = part
        return flat

    def _pairs(self, table: Array, flat: Array) -> Iterator[tuple[Array, Array]]:
        """Each tensor's place in the table, and its view of the flat buffer, in one shape."""
        weights, biases = self.layout.weights(flat), self.layout.biases(flat)
        for layer, (W, b) in enumerate(zip(weights, biases, strict=True)):
            top, (outs, ins) = self.tops[layer], W.shape
            yield table[top : top + ins, :outs], W.T
            if b is not None:
                yield table[self.bias_top + layer, :outs], b
