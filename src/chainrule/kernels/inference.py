"""The outputs of many rows, forward only.

Every number is one sum in the order of the inputs, so a row's outputs do not depend on the rows
beside it: not on how many there are, nor on whether zeros are left out.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.kernels.compiling import announced, entry, inlined, kernel
from chainrule.kernels.forward_tiles import dense_sums, sparse_sums
from chainrule.kernels.panels import PANEL, panels_of, step_of
from chainrule.kernels.records import Buffers, Plan
from chainrule.kernels.rows import activate_row
from chainrule.kernels.scalars import SOFTMAX

__all__ = ["compute_outputs"]

Array = NDArray[Any]

_SPARSE_SHARE = 0.4
"""Blocks of rows with a smaller share of non-zeros go by their non-zeros only."""


@kernel
def _is_sparse(x: Array, first: int, count: int) -> bool:
    found: Any = 0
    for r in range(first, first + count):
        row = np.int32(0)  # as wide as the inputs, so that whole registers are counted
        for k in range(x.shape[1]):
            row += np.int32(x[r, k] != 0)
        found += row
    return found <= _SPARSE_SHARE * count * x.shape[1]


@kernel
def _probe(x: Array, first: int, count: int) -> float:
    """0, or NaN where an input is not finite."""
    probe = 0.0
    for r in range(first, first + count):
        row = x.dtype.type(0)
        for k in range(x.shape[1]):
            row += x[r, k] * x.dtype.type(0)
        probe += row
    return probe


@kernel
def _non_zeros(x: Array, r: int, entries: Array, values: Array) -> int:
    """A row's non-zeros, column and value; no branch, since processors would guess it wrong."""
    count: Any = np.int32(0)
    for k in range(x.shape[1]):
        entries[count], values[count] = k, x[r, k]
        count += np.int32(x[r, k] != 0)
    return count


@kernel
def _copy_row(plan: Plan, buffers: Buffers, x: Array, r: int, i: int) -> None:
    """Row r of the inputs as row i of their sheet."""
    features, step = x.shape[1], step_of(x.shape[1])
    for p in range(panels_of(features)):
        at = (p * plan.capacity + i) * step
        for k in range(p * PANEL, min((p + 1) * PANEL, features)):
            buffers.a[at + k - p * PANEL] = x[r, k]


@inlined
def _first_sums(
    plan: Plan,
    buffers: Buffers,
    theta: Array,
    source: tuple[Array, float, Array, Array],
    block: tuple[int, int],
) -> None:
    """[F1] z of the first layer for a block of rows."""
    x, scale, entries, values = source
    first, count = block
    panels = panels_of(plan.widths[1])
    if _is_sparse(x, first, count):
        for i in range(count):
            row = (entries, values, 0, _non_zeros(x, first + i, entries, values))
            for panel in range(0, panels, 2):
                both = min(2, panels - panel)
                sparse_sums(plan, buffers, theta, row, (panel, -both, i, scale))
    else:
        for i in range(count):
            _copy_row(plan, buffers, x, first + i, i)
        for panel in range(panels):
            dense_sums(plan, buffers, theta, (0, panel, scale), (0, count))


@kernel
def _row_of(plan: Plan, sheet: Array, layer: int, i: int, out: Array) -> None:
    """Row i of a layer's sheet, in one piece."""
    step = step_of(out.size)
    for j in range(out.size):
        at = plan.sheets[layer + 1] + (j // PANEL * plan.capacity + i) * step
        out[j] = sheet[at + j % PANEL]


@kernel
def _soften(plan: Plan, buffers: Buffers, layer: int, count: int) -> None:
    """[A12] a of a softmax below the last layer."""
    n = plan.widths[layer + 1]
    step = step_of(n)
    z, a = buffers.rows[0][:n], buffers.rows[0][n : 2 * n]
    for i in range(count):
        _row_of(plan, buffers.z, layer, i, z)
        activate_row(SOFTMAX, z, a)
        for j in range(n):
            at = plan.sheets[layer + 1] + (j // PANEL * plan.capacity + i) * step
            buffers.a[at + j % PANEL] = a[j]


@inlined
def _inner_layer(plan: Plan, buffers: Buffers, theta: Array, layer: int, count: int) -> None:
    """[F1, F2] a of a layer from its z, and z of the next one."""
    width = plan.widths[layer + 1]
    if plan.activations[layer] == SOFTMAX:
        _soften(plan, buffers, layer, count)
    else:
        for panel in range(panels_of(width)):
            at = plan.sheets[layer + 1] + panel * plan.capacity * step_of(width)
            after = at + count * step_of(width)
            activate_row(plan.activations[layer], buffers.z[at:after], buffers.a[at:after])
    for panel in range(panels_of(plan.widths[layer + 2])):
        dense_sums(plan, buffers, theta, (layer + 1, panel, 1.0), (0, count))


@announced("The kernels are compiled, this once: about 5 s.")
@entry
def compute_outputs(
    plan: Plan,
    buffers: Buffers,
    theta: Array,
    source: tuple[Array, float, Array, Array],
    out: tuple[Array, Array, int, int],
) -> float:
    """[F3] The last layer's z and a of some rows.

    Args:
        plan: of the network.
        buffers: room for as many rows as the plan's capacity; no other thread's.
        theta: the table.
        source: the inputs, (rows, features), C-contiguous; a factor for them; room for one row's
            columns and values, (features,) each.
        out: z and a, (rows, outputs) each; the first row to compute and the one after the last.

    Returns: 0, or NaN where an input is not finite.
    """
    zs, activations, first, after = out
    probe = 0.0
    depth = plan.widths.size - 1
    while first < after:
        count = min(plan.capacity, after - first)
        probe += _probe(source[0], first, count)
        _first_sums(plan, buffers, theta, source, (first, count))
        for layer in range(depth - 1):
            _inner_layer(plan, buffers, theta, layer, count)
        for i in range(count):
            z, a = zs[first + i], activations[first + i]
            _row_of(plan, buffers.z, depth - 1, i, z)
            activate_row(plan.activations[depth - 1], z, a)
        first += count
    return probe
