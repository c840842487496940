"""The affine map of a layer and its gradients for one row of a batch, sixteen columns at a time.

All weights lie transposed in one table: a row an input of a layer, a column a neuron, columns
padded with zeros to a multiple of sixteen. The order of all sums is fixed, and a row's do not
depend on the rows beside it.
"""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from chainrule.kernels.compiling import kernel
from chainrule.kernels.lanes import LANES, load, plus_times, store, sum_of, times

__all__ = ["add_dense", "add_sparse", "dense_sums", "pull_row", "sparse_sums"]

Array = NDArray[Any]


@kernel
def sparse_sums(
    inputs: tuple[Array, Array, Any], ends: tuple[int, int], W: Array, z: Array
) -> None:
    """[F1] z += x Wᵀ of the first layer for one sparse x, over the padded width."""
    indices, values, scale = inputs
    of, j = z.dtype.type, 0
    while j + 2 * LANES <= z.size:
        low, high = load(z, 0, j), load(z, 0, j + LANES)
        for p in range(ends[0], ends[1]):
            k, x = indices[p], of(values[p]) * scale
            low = plus_times(low, x, load(W, k, j))
            high = plus_times(high, x, load(W, k, j + LANES))
        store(z, 0, j, low)
        store(z, 0, j + LANES, high)
        j += 2 * LANES
    if j < z.size:
        low = load(z, 0, j)
        for p in range(ends[0], ends[1]):
            low = plus_times(low, of(values[p]) * scale, load(W, indices[p], j))
        store(z, 0, j, low)


@kernel
def dense_sums(x: Array, W: Array, top: int, z: Array) -> None:
    """[F1] z += x Wᵀ of the layer whose rows of weights begin at `top`, over the padded width."""
    for j in range(0, z.size, LANES):
        total = load(z, 0, j)
        for k in range(x.size):
            total = plus_times(total, x[k], load(W, top + k, j))
        store(z, 0, j, total)


@kernel
def add_sparse(
    inputs: tuple[Array, Array, Any], ends: tuple[int, int], W: Array, delta: Array
) -> None:
    """[BP4] W += x deltaᵀ of the first layer for one sparse x."""
    indices, values, scale = inputs
    of, j = delta.dtype.type, 0
    while j + 2 * LANES <= delta.size:
        low, high = load(delta, 0, j), load(delta, 0, j + LANES)
        for p in range(ends[0], ends[1]):
            k, x = indices[p], of(values[p]) * scale
            store(W, k, j, plus_times(load(W, k, j), x, low))
            store(W, k, j + LANES, plus_times(load(W, k, j + LANES), x, high))
        j += 2 * LANES
    if j < delta.size:
        low = load(delta, 0, j)
        for p in range(ends[0], ends[1]):
            k = indices[p]
            store(W, k, j, plus_times(load(W, k, j), of(values[p]) * scale, low))


@kernel
def add_dense(x: Array, W: Array, top: int, delta: Array) -> None:
    """[BP4] W += x deltaᵀ of the layer whose rows of weights begin at `top`."""
    for j in range(0, delta.size, LANES):
        error = load(delta, 0, j)
        for k in range(x.size):
            store(W, top + k, j, plus_times(load(W, top + k, j), x[k], error))


@kernel
def pull_row(delta: Array, W: Array, top: int, below: Array) -> None:
    """[BP2a] below = delta W of the layer whose rows of weights begin at `top`."""
    for k in range(below.size):
        total = times(load(delta, 0, 0), load(W, top + k, 0))
        for j in range(LANES, delta.size, LANES):
            total = plus_times(total, load(delta, 0, j), load(W, top + k, j))
        below[k] = sum_of(total)
