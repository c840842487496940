"""The affine map of a layer and its gradients for one row, sixteen columns at a time.

Weights lie in panels (panels.py): a row for each input, a column for each neuron. All rows here lie
in one piece, padded to whole panels. The order of all sums is fixed, and a row's sums do not depend
on the rows beside it.
"""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from chainrule.kernels.compiling import kernel
from chainrule.kernels.panels import PANEL, stride_of
from chainrule.kernels.records import Examples
from chainrule.kernels.simd import LANES, load, multiply, multiply_add, store, sum_lanes

__all__ = [
    "add_dense_gradient",
    "add_dense_sums",
    "add_sparse_gradient",
    "add_sparse_sums",
    "pull_back_sums",
]

Array = NDArray[Any]


@kernel
def add_sparse_sums(examples: Examples, r: int, W: Array, inputs: int, z: Array) -> None:
    """[F1] z += x Wᵀ, in the first layer for a sparse example r, over the padded width."""
    indices, values = examples.indices, examples.values
    first, after = examples.indptr[r], examples.indptr[r + 1]
    of, stride = z.dtype.type, stride_of(z.size)
    scale = of(examples.scale)
    for j in range(0, z.size, stride):
        start, low = j * inputs, load(z, 0, j)
        if stride == PANEL:  # two registers; a layer of at most sixteen neurons has one
            high = load(z, 0, j + LANES)
            for p in range(first, after):
                at, x = start + indices[p] * PANEL, of(values[p]) * scale
                low = multiply_add(low, x, load(W, 0, at))
                high = multiply_add(high, x, load(W, 0, at + LANES))
            store(z, 0, j + LANES, high)
        else:
            for p in range(first, after):
                x = of(values[p]) * scale
                low = multiply_add(low, x, load(W, 0, start + indices[p] * LANES))
        store(z, 0, j, low)


@kernel
def add_dense_sums(x: Array, W: Array, start: int, z: Array) -> None:
    """[F1] z += x Wᵀ, in the layer whose weights begin at `start`, over the padded width."""
    stride = stride_of(z.size)
    for j in range(0, z.size, LANES):
        at, total = start + j // stride * x.size * stride + j % stride, load(z, 0, j)
        for k in range(x.size):
            total = multiply_add(total, x[k], load(W, 0, at + k * stride))
        store(z, 0, j, total)


@kernel
def add_sparse_gradient(examples: Examples, r: int, W: Array, inputs: int, delta: Array) -> None:
    """[BP4] W_kj += x_k delta_j, in the first layer for a sparse example r."""
    indices, values = examples.indices, examples.values
    first, after = examples.indptr[r], examples.indptr[r + 1]
    of, stride = delta.dtype.type, stride_of(delta.size)
    scale = of(examples.scale)
    for j in range(0, delta.size, stride):
        start, low = j * inputs, load(delta, 0, j)
        if stride == PANEL:  # two registers, as above
            high = load(delta, 0, j + LANES)
            for p in range(first, after):
                at, x = start + indices[p] * PANEL, of(values[p]) * scale
                store(W, 0, at, multiply_add(load(W, 0, at), x, low))
                store(W, 0, at + LANES, multiply_add(load(W, 0, at + LANES), x, high))
        else:
            for p in range(first, after):
                at = start + indices[p] * LANES
                store(W, 0, at, multiply_add(load(W, 0, at), of(values[p]) * scale, low))


@kernel
def add_dense_gradient(x: Array, W: Array, start: int, delta: Array) -> None:
    """[BP4] W_kj += x_k delta_j, in the layer whose weights begin at `start`."""
    stride = stride_of(delta.size)
    for j in range(0, delta.size, LANES):
        error, at = load(delta, 0, j), start + j // stride * x.size * stride + j % stride
        for k in range(x.size):
            place = at + k * stride
            store(W, 0, place, multiply_add(load(W, 0, place), x[k], error))


@kernel
def pull_back_sums(delta: Array, W: Array, start: int, below: Array) -> None:
    """[BP2a] below = delta W, for the layer whose weights begin at `start`."""
    stride = stride_of(delta.size)
    for k in range(below.size):
        at = start + k * stride
        total = multiply(load(delta, 0, 0), load(W, 0, at))
        for j in range(LANES, delta.size, LANES):
            place = at + j // stride * below.size * stride + j % stride
            total = multiply_add(total, load(delta, 0, j), load(W, 0, place))
        below[k] = sum_lanes(total)
