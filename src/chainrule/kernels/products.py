"""Products of matrices by tiles: small blocks of the result that stay in registers.

All matrices lie in panels (panels.py): thirty-two columns each, the last one sixteen where no more
are needed, row after row. With NUMBA_DISABLE_JIT=1 these are NumPy's products.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from chainrule.kernels import products_lowering
from chainrule.kernels.compiling import numba
from chainrule.kernels.products_lowering import MOST_ROWS, MOST_VECTORS
from chainrule.kernels.simd import LANES

__all__ = [
    "MOST_ROWS",
    "MOST_VECTORS",
    "PanelMatrix",
    "PanelRow",
    "PanelledTerms",
    "RowMatrix",
    "SparseRow",
    "TileShape",
    "sparse_product",
    "tile_product",
    "transpose_block",
]

Array = NDArray[Any]

# The lowering reads these records by position: their fields keep their order.


class TileShape(NamedTuple):
    """The size of a tile, and of the sums in it."""

    rows: int  # 1 to MOST_ROWS
    vectors: int  # of sixteen columns, 1 or 2
    terms: int  # of each sum
    panel_terms: int  # that lie in one panel of A


class RowMatrix(NamedTuple):
    """A matrix whose rows lie at one distance, each in one piece."""

    array: Array  # flat
    start: int  # the place of its first number
    stride: int  # between rows; 0 for the same row again and again


class PanelledTerms(NamedTuple):
    """The left matrix of a tile: its rows hold the terms of the sums, panel after panel."""

    array: Array  # flat
    start: int  # the place of its first number
    row_stride: int
    term_stride: int
    panel_stride: int


class SparseRow(NamedTuple):
    """The non-zeros of a row."""

    indices: Array
    values: Array
    first: int  # its first entry
    after: int  # the one after its last


class PanelRow(NamedTuple):
    """One row, which goes on from panel to panel."""

    array: Array  # flat
    start: int  # the place of its first number
    panel_stride: int


class PanelMatrix(NamedTuple):
    """A matrix in panels."""

    array: Array  # flat
    start: int  # the place of its first number
    row_stride: int
    panel_stride: int


def _view(array: Array, start: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> Array:
    """A view of a flat array; strides count elements."""
    return as_strided(array[start:], shape, tuple(step * array.itemsize for step in strides))


def _tile_product(
    tile: TileShape, factor: float, C: RowMatrix, A: PanelledTerms, B: RowMatrix, S: RowMatrix
) -> None:
    rows, columns, of = tile.rows, tile.vectors * LANES, C.array.dtype.type
    total = np.zeros((rows, columns), of)
    for first in range(0, tile.terms, tile.panel_terms):
        n = min(tile.panel_terms, tile.terms - first)
        panel = A.start + first // tile.panel_terms * A.panel_stride
        left = _view(A.array, panel, (rows, n), (A.row_stride, A.term_stride))
        total += left @ _view(B.array, B.start + first * B.stride, (n, columns), (B.stride, 1))
    start = _view(S.array, S.start, (rows, columns), (S.stride, 1))
    _view(C.array, C.start, (rows, columns), (C.stride, 1))[...] = start + of(factor) * total


def _panel_view(array: Array, start: int, vectors: int, panel_stride: int) -> Array:
    """The vectors of one row: two a panel."""
    shape = ((vectors + 1) // 2, min(vectors, 2) * LANES)
    return _view(array, start, shape, (panel_stride, 1))


def _sparse_product(
    vectors: int, factor: float, C: PanelRow, E: SparseRow, B: PanelMatrix, S: PanelRow
) -> None:
    vectors, of = abs(vectors), C.array.dtype.type
    start = _panel_view(S.array, S.start, vectors, S.panel_stride)
    total = np.zeros(start.shape, of)
    for entry in range(E.first, E.after):
        row = B.start + int(E.indices[entry]) * B.row_stride
        total += of(E.values[entry]) * _panel_view(B.array, row, vectors, B.panel_stride)
    _panel_view(C.array, C.start, vectors, C.panel_stride)[...] = start + of(factor) * total


def _transpose_block(A: RowMatrix, B: RowMatrix) -> None:
    block = _view(A.array, A.start, (LANES, LANES), (A.stride, 1))
    _view(B.array, B.start, (LANES, LANES), (B.stride, 1))[...] = block.T.copy()


_AS_PYTHON = bool(numba.config.DISABLE_JIT)

tile_product: Any = _tile_product if _AS_PYTHON else products_lowering.tile_product
"""(tile: TileShape, factor, C: RowMatrix, A: PanelledTerms, B: RowMatrix, S: RowMatrix):
C = S + factor · A B for one tile.
"""
sparse_product: Any = _sparse_product if _AS_PYTHON else products_lowering.sparse_product
"""(vectors, factor, C: PanelRow, E: SparseRow, B: PanelMatrix, S: PanelRow):
C = S + factor · Σ values[e] · B[indices[e]] for one row of 1, 2 or 4 vectors, two a panel.

Several chains add the terms up, which is faster; for -1, -2 and -4 vectors one chain adds them in
their order, as tile_product does.
"""
transpose_block: Any = _transpose_block if _AS_PYTHON else products_lowering.transpose_block
"""(A: RowMatrix, B: RowMatrix): sixteen by sixteen numbers of A, transposed, to B."""
