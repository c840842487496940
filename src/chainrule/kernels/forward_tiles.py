"""A batch forward, layer by layer: each task computes some rows of some columns."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from chainrule.kernels.compiling import inlined, kernel
from chainrule.kernels.panels import PANEL, panels_of, step_of, vectors_of
from chainrule.kernels.products import MOST_ROWS, sparse_product, tile_product
from chainrule.kernels.records import Buffers, Examples, Plan
from chainrule.kernels.simd import LANES, load, plus_times, sum_of

__all__ = [
    "ROW_BLOCK",
    "dense_sums",
    "forward_task",
    "forward_tasks",
    "gather_rows",
    "place_of",
    "sparse_sums",
]

Array = NDArray[Any]

ROW_BLOCK = 64
"""Rows of a task."""


@kernel
def gather_rows(examples: Examples, plan: Plan, buffers: Buffers, rows: Array, block: int) -> None:
    """The inputs of a block of dense rows, as a sheet."""
    features, step = plan.widths[0], step_of(plan.widths[0])
    for i in range(block * ROW_BLOCK, min((block + 1) * ROW_BLOCK, rows.size)):
        for p in range(panels_of(features)):
            at = (p * plan.capacity + i) * step
            for k in range(p * PANEL, min((p + 1) * PANEL, features)):
                buffers.a[at + k - p * PANEL] = examples.dense[rows[i], k]


@kernel
def _start_of(
    plan: Plan, buffers: Buffers, theta: Array, place: tuple[int, int, int]
) -> tuple[Array, int, int]:
    """The biases of a panel as a matrix, with a distance; zeros where there are none yet."""
    layer, panel, step = place
    if plan.biases[layer] < 0 or plan.gains[layer] >= 0:
        return buffers.zeros, 0, 0
    return theta, plan.biases[layer] + panel * PANEL, step


@kernel
def dense_sums(
    plan: Plan, buffers: Buffers, theta: Array, place: tuple[int, int, float], ends: tuple[int, int]
) -> None:
    """[F1] z = x Wᵀ + b of one panel of a layer, for rows from the first end to the other."""
    layer, panel, scale = place
    ins, width = plan.widths[layer], plan.widths[layer + 1]
    step, below = step_of(width), step_of(ins)
    top = plan.tops[layer] + panel * ins * step
    S = _start_of(plan, buffers, theta, (layer, panel, 0))
    sheet, vectors = plan.sheets[layer + 1] + panel * plan.capacity * step, vectors_of(width, panel)
    many = ends[1] - ends[0]
    groups, i = (many + MOST_ROWS - 1) // MOST_ROWS, ends[0]
    for left in range(groups, 0, -1):
        rows = (ends[1] - i + left - 1) // left  # tiles of nearly equal height
        A = (buffers.a, plan.sheets[layer] + i * below, below, 1, plan.capacity * below)
        C, how = (buffers.z, sheet + i * step, step), (rows, vectors, scale, ins, below)
        tile_product(how, C, A, (theta, top, step), S)
        i += rows


@kernel
def sparse_sums(
    plan: Plan,
    buffers: Buffers,
    theta: Array,
    source: tuple[Array, Array, int, int],
    what: tuple[int, int, int, float],
) -> None:
    """[F1] z of a group of panels of the first layer, for one row: non-zeros only.

    Args:
        plan: of the network.
        buffers: z of the first layer is set.
        theta: the table.
        source: indices and values of the inputs; the row's first entry and the one after its last.
        what: the first panel; how many, 1 or 2, negative for the sums of dense rows to the bit; the
            row's place in the sheet; a factor for the values.
    """
    first, panels, i, scale = what
    ins, width = plan.widths[0], plan.widths[1]
    step = step_of(width)
    vectors = 2 * panels if step == PANEL else panels
    C = (buffers.z, plan.sheets[1] + (first * plan.capacity + i) * step, plan.capacity * step)
    B = (theta, first * ins * step, step, ins * step)
    S = _start_of(plan, buffers, theta, (0, first, PANEL))
    sparse_product((vectors, scale), C, source, B, S)


@kernel
def _probe(plan: Plan, buffers: Buffers, place: tuple[int, int, int, int]) -> float:
    """0, or NaN where a z of some rows of a panel is not finite."""
    layer, panel, begin, end = place
    step = step_of(plan.widths[layer + 1])
    at = plan.sheets[layer + 1] + panel * plan.capacity * step
    zero = buffers.z.dtype.type(0)
    probe = load(buffers.zeros, 0, 0)
    for k in range(at + begin * step, at + end * step, LANES):
        probe = plus_times(probe, zero, load(buffers.z, 0, k))
    return float(sum_of(probe))


@kernel
def forward_tasks(plan: Plan, layer: int, count: int) -> int:
    """How many tasks a layer has."""
    return panels_of(plan.widths[layer + 1]) * ((count + ROW_BLOCK - 1) // ROW_BLOCK)


@kernel
def place_of(task: int, layer: int, count: int) -> tuple[int, int, int, int]:
    """The layer, the panel, and the rows from the first to the one after the last, of a task."""
    blocks = (count + ROW_BLOCK - 1) // ROW_BLOCK
    panel, block = task // blocks, task % blocks
    return layer, panel, block * ROW_BLOCK, min((block + 1) * ROW_BLOCK, count)


@inlined
def forward_task(
    examples: Examples,
    plan: Plan,
    buffers: Buffers,
    theta: Array,
    what: tuple[tuple[int, int, int, int], Array],
) -> float:
    """[F1] The weighted sums of one task; gives 0, or NaN where one is not finite."""
    place, rows = what
    layer, panel, begin, end = place
    if layer > 0 or examples.indptr.size == 0:
        scale = examples.scale if layer == 0 else 1.0
        dense_sums(plan, buffers, theta, (layer, panel, scale), (begin, end))
    else:
        for i in range(begin, end):
            entries = (examples.indptr[rows[i]], examples.indptr[rows[i] + 1])
            source = (examples.indices, examples.values, entries[0], entries[1])
            sparse_sums(plan, buffers, theta, source, (panel, 1, i, examples.scale))
    return _probe(plan, buffers, place)
