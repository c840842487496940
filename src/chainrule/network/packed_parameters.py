"""The parameters packed into panels, the layout that kernels use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.kernels import PANEL, aligned_zeros, panel_count, panel_width, panelled_size
from chainrule.network.parameters import Layout

__all__ = ["PackedLayout"]

Array = NDArray[Any]


@dataclass(frozen=True)
class PackedLayout:
    """Where the tensors of a layout lie in the table.

    Each layer's weights lie transposed, a row an input and a column a neuron, in the panels of
    kernels/panels.py. The biases follow, layer after layer, as one row of panels each, and after
    them the gains of batch normalisation, if any. What pads the panels is 0 and stays so.

    Args:
        layout: the flat buffer's.
    """

    layout: Layout

    @property
    def widths(self) -> tuple[int, ...]:
        """Widths from the inputs to the outputs."""
        return self.layout.architecture.layers

    @cached_property
    def tops(self) -> Array:
        """Where each layer's weights begin, (depth,)."""
        return np.array(list(accumulate(self._sizes, initial=0))[:-1])

    @cached_property
    def biases(self) -> Array:
        """Where each layer's biases begin, (depth,); -1 without."""
        rows = [panelled_size(1, width) for width in self.widths[1:]]
        if not self.layout.architecture.biases:
            return np.full(len(rows), -1)
        return np.array(list(accumulate(rows, initial=sum(self._sizes)))[:-1])

    @cached_property
    def gains(self) -> Array:
        """Where each layer's gains begin, (depth,); -1 without."""
        rows = [panelled_size(1, width) for width in self.widths[1:-1]]
        if not self.layout.gains:
            return np.full(len(rows) + 1, -1)
        return np.array([*list(accumulate(rows, initial=self._plain_size))[:-1], -1])

    @cached_property
    def _sizes(self) -> list[int]:
        return [panelled_size(*pair) for pair in zip(self.widths, self.widths[1:], strict=False)]

    @cached_property
    def size(self) -> int:
        """Numbers in the table."""
        gains = self.widths[1:-1] if self.layout.gains else ()
        return self._plain_size + sum(panelled_size(1, width) for width in gains)

    @cached_property
    def _plain_size(self) -> int:
        """Numbers of weights and biases."""
        biases = self.widths[1:] if self.layout.architecture.biases else ()
        return sum(self._sizes) + sum(panelled_size(1, width) for width in biases)

    def pack(self, flat: Array) -> Array:
        """A new table with the numbers of a flat buffer."""
        table = aligned_zeros(self.size, flat.dtype)
        for part, tensor in self._pairs(table, flat):
            part[...] = tensor
        return table

    def unpack(self, table: Array) -> Array:
        """A new flat buffer with the numbers of a table."""
        flat = np.empty(self.layout.size, dtype=table.dtype)
        for part, tensor in self._pairs(table, flat):
            tensor[...] = part
        return flat

    def _pairs(self, table: Array, flat: Array) -> Iterator[tuple[Array, Array]]:
        """Places in the table, and what lies there in the flat buffer, in one shape."""
        weights, biases = self.layout.weights(flat), self.layout.biases(flat)
        for layer, (W, b) in enumerate(zip(weights, biases, strict=True)):
            ins = W.shape[1]
            yield from _panels(table[self.tops[layer] :], ins, W.T)
            if b is not None:
                yield from _panels(table[self.biases[layer] :], 1, b[None])
        for layer, gain in enumerate(self.layout.gains_of(flat)):
            if gain is not None:
                yield from _panels(table[self.gains[layer] :], 1, gain[None])


def _panels(table: Array, rows: int, matrix: Array) -> Iterator[tuple[Array, Array]]:
    """The panels of a matrix that begins with the table, and its columns in each."""
    width = matrix.shape[1]
    step = panel_width(width)
    for p in range(panel_count(width)):
        columns = matrix[:, p * PANEL : (p + 1) * PANEL]
        panel = table[p * rows * step : (p + 1) * rows * step].reshape(rows, step)
        yield panel[:, : columns.shape[1]], columns
