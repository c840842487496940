"""The outputs of many rows, forward only.

Every number is one sum in the order of the inputs, so a row's outputs do not depend on the rows
beside it: not on how many there are, nor on whether zeros are left out.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chainrule.kernels.activations import SOFTMAX, activate_row
from chainrule.kernels.compiling import announce, entry, inline_kernel, kernel
from chainrule.kernels.forward_tiles import dense_sums, sparse_sums
from chainrule.kernels.panels import PANEL, element_index, panel_start, panels_of, stride_of
from chainrule.kernels.products import SparseRow
from chainrule.kernels.records import Buffers, KernelLayout

__all__ = ["compute_outputs"]

Array = NDArray[Any]

_SPARSE_FRACTION = 0.4
"""Blocks of rows with at most this fraction of non-zeros go by their non-zeros only.

A sparse row reads the weights for itself alone, a tile for up to eight rows; above this fraction
that outweighs the products saved. The outputs are the same to the bit.
"""


class InputRows(NamedTuple):
    """The rows to compute, with room for the non-zeros of one of them."""

    x: Array  # (rows, features), C-contiguous, read-only
    scale: float  # what the inputs are multiplied by
    indices: Array  # (features,) int32
    values: Array  # (features,) in the working type


@kernel
def _is_sparse(x: Array, first: int, count: int) -> bool:
    """Whether few inputs of a block of rows are not 0."""
    found: Any = 0
    for r in range(first, first + count):
        row = np.int32(0)  # as wide as the inputs, so that whole registers are counted
        for k in range(x.shape[1]):
            row += np.int32(x[r, k] != 0)
        found += row
    return found <= _SPARSE_FRACTION * count * x.shape[1]


@kernel
def _probe(x: Array, first: int, count: int) -> float:
    """0, or NaN if an input of a block of rows is not finite."""
    probe = 0.0
    for r in range(first, first + count):
        row = x.dtype.type(0)
        for k in range(x.shape[1]):
            row += x[r, k] * x.dtype.type(0)
        probe += row
    return probe


@kernel
def _find_non_zeros(rows: InputRows, r: int) -> int:
    """Columns and values of a row's non-zeros; gives how many there are.

    Every input is written, and kept if it is not 0: a branch would be guessed wrong too often.
    """
    count: Any = np.int32(0)
    for k in range(rows.x.shape[1]):
        rows.indices[count], rows.values[count] = k, rows.x[r, k]
        count += np.int32(rows.x[r, k] != 0)
    return count


@kernel
def _copy_row(layout: KernelLayout, buffers: Buffers, x: Array, r: int, i: int) -> None:
    """Row r of the inputs as row i of their matrix."""
    features, stride = x.shape[1], stride_of(x.shape[1])
    for p in range(panels_of(features)):
        at = panel_start(layout, 0, p) + i * stride
        for k in range(p * PANEL, min((p + 1) * PANEL, features)):
            buffers.a[at + k - p * PANEL] = x[r, k]


@inline_kernel
def _first_sums(
    layout: KernelLayout, buffers: Buffers, theta: Array, rows: InputRows, first: int, count: int
) -> None:
    """[F1] z of the first layer for a block of rows."""
    panels = panels_of(layout.widths[1])
    if _is_sparse(rows.x, first, count):
        for i in range(count):
            entries = SparseRow(rows.indices, rows.values, 0, _find_non_zeros(rows, first + i))
            for panel in range(0, panels, 2):
                both = min(2, panels - panel)
                # Negative: in the order of dense rows, so that the outputs have the same bits.
                sparse_sums(layout, buffers, theta, entries, panel, -both, i, rows.scale)
    else:
        for i in range(count):
            _copy_row(layout, buffers, rows.x, first + i, i)
        for panel in range(panels):
            dense_sums(layout, buffers, theta, 0, panel, rows.scale, 0, count)


@kernel
def _read_row(layout: KernelLayout, matrix: Array, layer: int, i: int, out: Array) -> None:
    """Row i of a layer's matrix, in one piece."""
    for j in range(out.size):
        out[j] = matrix[element_index(layout, layer + 1, i, j)]


@kernel
def _apply_softmax(layout: KernelLayout, buffers: Buffers, layer: int, count: int) -> None:
    """[A12] a of a softmax below the last layer, which needs whole rows."""
    n = layout.widths[layer + 1]
    z, a = buffers.output_rows[0][:n], buffers.output_rows[0][n : 2 * n]
    for i in range(count):
        _read_row(layout, buffers.z, layer, i, z)
        activate_row(SOFTMAX, z, a)
        for j in range(n):
            buffers.a[element_index(layout, layer + 1, i, j)] = a[j]


@inline_kernel
def _hidden_layer(
    layout: KernelLayout, buffers: Buffers, theta: Array, layer: int, count: int
) -> None:
    """[F1, F2] a of a layer from its z, and z of the next one."""
    width = layout.widths[layer + 1]
    if layout.activations[layer] == SOFTMAX:
        _apply_softmax(layout, buffers, layer, count)
    else:
        for panel in range(panels_of(width)):
            start = panel_start(layout, layer + 1, panel)
            end = start + count * stride_of(width)
            activate_row(layout.activations[layer], buffers.z[start:end], buffers.a[start:end])
    for panel in range(panels_of(layout.widths[layer + 2])):
        dense_sums(layout, buffers, theta, layer + 1, panel, 1.0, 0, count)


@announce("The kernels are compiled, this once: about 5 s.")
@entry
def compute_outputs(
    layout: KernelLayout,
    buffers: Buffers,
    theta: Array,
    x: Array,
    scale: float,
    indices: Array,
    values: Array,
    z: Array,
    a: Array,
    first: int,
    after: int,
) -> float:
    """[F3] The last layer's z and a of some rows.

    The arguments are not gathered in records, each of which would cost Python half a microsecond:
    a prediction of one row takes ten.

    Args:
        layout: of the network.
        buffers: room for as many rows as the layout's capacity; no other thread uses it.
        theta: the parameters in panels.
        x: the inputs, (rows, features), C-contiguous, read-only.
        scale: what the inputs are multiplied by.
        indices: room for the columns of one row's non-zeros, (features,) int32.
        values: room for their values, (features,) in the working type.
        z: takes the weighted sums, (rows, outputs).
        a: takes the outputs, (rows, outputs).
        first: the first row to compute.
        after: the row after the last.

    Returns: 0, or NaN if an input is not finite.
    """
    rows = InputRows(x, scale, indices, values)
    probe, last = 0.0, layout.widths.size - 2
    while first < after:
        count = min(layout.capacity, after - first)
        probe += _probe(rows.x, first, count)
        _first_sums(layout, buffers, theta, rows, first, count)
        for layer in range(last):
            _hidden_layer(layout, buffers, theta, layer, count)
        for i in range(count):
            _read_row(layout, buffers.z, last, i, z[first + i])
            activate_row(layout.activations[last], z[first + i], a[first + i])
        first += count
    return probe
