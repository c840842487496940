"""Products of matrices by tiles, and what threads need to share them.

All matrices lie in panels: thirty-two columns each, the last one sixteen where no more are needed,
row after row. With NUMBA_DISABLE_JIT=1 these are NumPy's products.

tile_product((rows, vectors, factor, terms, width), (C, at, row), (A, at, row, term, panel),
             (B, at, row), (S, at, row))
    C = S + factor · A B for up to 8 rows of 1 or 2 vectors of sixteen columns, a sum of so many
    terms. Each matrix comes with the place of its first number and the distance between its rows;
    A also with that between terms, and between panels of `width` terms. A distance of 0 takes the
    same row of S for all.
sparse_product((vectors, factor), (C, at, panel), (indices, values, first, after),
               (B, at, row, panel), (S, at, panel))
    C = S + factor · Σ values[e] · B[indices[e]] for one row of 1, 2 or 4 vectors, two a panel. The
    terms are added up in several chains; for -1, -2 and -4 vectors in their order, as tile_product
    does it.
transpose_block((A, at, row), (B, at, row))
    Sixteen by sixteen numbers of A, transposed, to B.
"""

from __future__ import annotations

import os
import threading
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from chainrule.kernels import atomics, tile_products
from chainrule.kernels.compiling import numba
from chainrule.kernels.simd import LANES
from chainrule.kernels.tile_products import MOST_ROWS, MOST_VECTORS

__all__ = [
    "MOST_ROWS",
    "MOST_VECTORS",
    "add_to",
    "give_way",
    "sparse_product",
    "tile_product",
    "transpose_block",
    "value_in",
]

Array = NDArray[Any]


def _seen(array: Array, at: int, shape: tuple[int, ...], steps: tuple[int, ...]) -> Array:
    """A view of a flat array by steps of its elements."""
    by = tuple(step * array.itemsize for step in steps)
    return as_strided(array[at:], shape, by)


def _tile_product(
    how: tuple[int, int, Any, int, int],
    C: tuple[Array, int, int],
    A: tuple[Array, int, int, int, int],
    B: tuple[Array, int, int],
    S: tuple[Array, int, int],
) -> None:
    rows, vectors, factor, many, width = how
    columns, of = vectors * LANES, C[0].dtype.type
    total = np.zeros((rows, columns), of)
    for first in range(0, many, width):
        n = min(width, many - first)
        left = _seen(A[0], A[1] + first // width * A[4], (rows, n), A[2:4])
        total += left @ _seen(B[0], B[1] + first * B[2], (n, columns), (B[2], 1))
    start = _seen(S[0], S[1], (rows, columns), (S[2], 1))
    _seen(C[0], C[1], (rows, columns), (C[2], 1))[...] = start + of(factor) * total


def _in_panels(array: Array, at: int, vectors: int, panel: int) -> Array:
    """The vectors of one row: two a panel."""
    pairs = (vectors + 1) // 2
    shape = (pairs, min(vectors, 2) * LANES)
    return _seen(array, at, shape, (panel, 1))


def _sparse_product(
    how: tuple[int, Any],
    C: tuple[Array, int, int],
    E: tuple[Array, Array, int, int],
    B: tuple[Array, int, int, int],
    S: tuple[Array, int, int],
) -> None:
    vectors, of = abs(how[0]), C[0].dtype.type
    start = _in_panels(S[0], S[1], vectors, S[2])
    total = np.zeros(start.shape, of)
    for entry in range(*E[2:]):
        row = _in_panels(B[0], B[1] + int(E[0][entry]) * B[2], vectors, B[3])
        total += of(E[1][entry]) * row
    _in_panels(C[0], C[1], vectors, C[2])[...] = start + of(how[1]) * total


def _transpose_block(A: tuple[Array, int, int], B: tuple[Array, int, int]) -> None:
    block = _seen(A[0], A[1], (LANES, LANES), (A[2], 1))
    _seen(B[0], B[1], (LANES, LANES), (B[2], 1))[...] = block.T.copy()


_DOOR = threading.Lock()


def _add_to(array: Array, index: int, number: int) -> int:
    with _DOOR:
        before = int(array[index])
        array[index] += number
    return before


def _value_in(array: Array, index: int) -> int:
    return int(array[index])


def _give_way() -> None:
    os.sched_yield() if hasattr(os, "sched_yield") else None


_AS_PYTHON = bool(numba.config.DISABLE_JIT)

tile_product: Any = _tile_product if _AS_PYTHON else tile_products.tile_product
sparse_product: Any = _sparse_product if _AS_PYTHON else tile_products.sparse_product
transpose_block: Any = _transpose_block if _AS_PYTHON else tile_products.transpose_block
add_to: Any = _add_to if _AS_PYTHON else atomics.add_to
"""(array, index, number) -> the value there before; all threads see one order of changes."""
value_in: Any = _value_in if _AS_PYTHON else atomics.value_in
"""(array, index) -> the value there now."""
give_way: Any = _give_way if _AS_PYTHON else atomics.give_way
"""() -> another thread may go first."""
