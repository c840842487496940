"""The affine map of a layer and its gradients for one row, sixteen columns at a time.

Weights lie in panels (panels.py): a row an input, a column a neuron. The order of all sums is
fixed, and a row's do not depend on the rows beside it.
"""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from chainrule.kernels.compiling import kernel
from chainrule.kernels.panels import PANEL, step_of
from chainrule.kernels.simd import LANES, load, plus_times, store, sum_of, times

__all__ = ["add_dense", "add_sparse", "dense_sums", "pull_row", "sparse_sums"]

Array = NDArray[Any]


@kernel
def sparse_sums(
    inputs: tuple[Array, Array, Any], ends: tuple[int, int], W: Array, ins: int, z: Array
) -> None:
    """[F1] z += x Wᵀ of the first layer for one sparse x, over the padded width."""
    indices, values, scale = inputs
    of, step = z.dtype.type, step_of(z.size)
    for j in range(0, z.size, step):
        top, low = j * ins, load(z, 0, j)
        if step == PANEL:
            high = load(z, 0, j + LANES)
            for p in range(ends[0], ends[1]):
                at, x = top + indices[p] * PANEL, of(values[p]) * scale
                low = plus_times(low, x, load(W, 0, at))
                high = plus_times(high, x, load(W, 0, at + LANES))
            store(z, 0, j + LANES, high)
        else:
            for p in range(ends[0], ends[1]):
                low = plus_times(low, of(values[p]) * scale, load(W, 0, top + indices[p] * LANES))
        store(z, 0, j, low)


@kernel
def dense_sums(x: Array, W: Array, top: int, z: Array) -> None:
    """[F1] z += x Wᵀ of the layer whose weights begin at `top`, over the padded width."""
    step = step_of(z.size)
    for j in range(0, z.size, LANES):
        at, total = top + j // step * x.size * step + j % step, load(z, 0, j)
        for k in range(x.size):
            total = plus_times(total, x[k], load(W, 0, at + k * step))
        store(z, 0, j, total)


@kernel
def add_sparse(
    inputs: tuple[Array, Array, Any], ends: tuple[int, int], W: Array, ins: int, delta: Array
) -> None:
    """[BP4] W += x deltaᵀ of the first layer for one sparse x."""
    indices, values, scale = inputs
    of, step = delta.dtype.type, step_of(delta.size)
    for j in range(0, delta.size, step):
        top, low = j * ins, load(delta, 0, j)
        if step == PANEL:
            high = load(delta, 0, j + LANES)
            for p in range(ends[0], ends[1]):
                at, x = top + indices[p] * PANEL, of(values[p]) * scale
                store(W, 0, at, plus_times(load(W, 0, at), x, low))
                store(W, 0, at + LANES, plus_times(load(W, 0, at + LANES), x, high))
        else:
            for p in range(ends[0], ends[1]):
                at = top + indices[p] * LANES
                store(W, 0, at, plus_times(load(W, 0, at), of(values[p]) * scale, low))


@kernel
def add_dense(x: Array, W: Array, top: int, delta: Array) -> None:
    """[BP4] W += x deltaᵀ of the layer whose weights begin at `top`."""
    step = step_of(delta.size)
    for j in range(0, delta.size, LANES):
        error, at = load(delta, 0, j), top + j // step * x.size * step + j % step
        for k in range(x.size):
            place = at + k * step
            store(W, 0, place, plus_times(load(W, 0, place), x[k], error))


@kernel
def pull_row(delta: Array, W: Array, top: int, below: Array) -> None:
    """[BP2a] below = delta W of the layer whose weights begin at `top`."""
    step = step_of(delta.size)
    for k in range(below.size):
        at = top + k * step
        total = times(load(delta, 0, 0), load(W, 0, at))
        for j in range(LANES, delta.size, LANES):
            place = at + j // step * below.size * step + j % step
            total = plus_times(total, load(delta, 0, j), load(W, 0, place))
        below[k] = sum_of(total)
