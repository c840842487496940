"""The products of tiles against plain NumPy, in every shape that kernels ask for.

    python tests/kernels/products_in_use.py

runs them compiled and prints how many were compared. All numbers are whole and small, so that
every order of their sums gives the same bits.
"""

from __future__ import annotations

import itertools
import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.kernels.compiling import entry
from chainrule.kernels.products import (
    MOST_ROWS,
    PanelledTerms,
    PanelMatrix,
    PanelRow,
    RowMatrix,
    SparseRow,
    TileShape,
    sparse_product,
    tile_product,
    transpose_block,
)
from chainrule.kernels.products_lowering import CHAINS

Array = NDArray[Any]

TYPES = ("float32", "float64")
TERMS = (1, 5, 31, 32, 33, 70)
VECTORS = tuple(CHAINS)
FACTORS = (1.0, -0.5)
UNTOUCHED = 99.0


@entry
def tile(shape: Any, factor: float, C: Any, A: Any, B: Any, S: Any) -> None:
    """A tile's product, for Python to call."""
    tile_product(shape, factor, C, A, B, S)


@entry
def sparse(vectors: int, factor: float, C: Any, E: Any, B: Any, S: Any) -> None:
    """A sparse row's product, for Python to call."""
    sparse_product(vectors, factor, C, E, B, S)


@entry
def transpose(A: Any, B: Any) -> None:
    """A block transposed, for Python to call."""
    transpose_block(A, B)


class Chance:
    """Numbers of one type, drawn in one order."""

    def __init__(self, dtype: str) -> None:
        self.dtype, self._chance = dtype, np.random.default_rng(0)

    def whole(self, *shape: int) -> Array:
        """Whole numbers from -4 to 4."""
        return self._chance.integers(-4, 5, shape).astype(self.dtype)

    def fractions(self, *shape: int) -> Array:
        """Numbers whose sums depend on their order."""
        return self._chance.normal(size=shape).astype(self.dtype)

    def entries(self, most: int, many: int, kinds: tuple[str, str]) -> tuple[Array, Array]:
        """Indices below `most` in rising order, and values."""
        indices = np.sort(self._chance.integers(0, most, many)).astype(kinds[0])
        return indices, self._chance.integers(1, 9, many).astype(kinds[1])


def in_panels(matrix: Array, step: int, rows: int) -> Array:
    """A matrix as panels of `step` columns and so many rows, laid end to end."""
    panels = -(-matrix.shape[1] // step)
    laid = np.full((panels, rows, step), UNTOUCHED, matrix.dtype)
    for p in range(panels):
        columns = matrix[:, p * step : (p + 1) * step]
        laid[p, : len(matrix), : columns.shape[1]] = columns
    return laid.reshape(-1)


def forward_tile(chance: Chance, rows: int, vectors: int, terms: int, factor: float) -> None:
    """C = S + factor · A B, as on the way forward: A in panels of rows, one row of S for all."""
    columns, step, start = 16 * vectors, 16 if terms <= 16 else 32, chance.whole(40)
    a, b = chance.whole(rows, terms), chance.whole(terms, columns)
    out = np.full(500, UNTOUCHED, chance.dtype)
    A = PanelledTerms(in_panels(a, step, 11), 0, step, 1, 11 * step)
    B = RowMatrix(np.append(chance.whole(3), b), 3, columns)
    C, S = RowMatrix(out, 7, 40), RowMatrix(start, 5, 0)
    tile(TileShape(rows, vectors, terms, step), factor, C, A, B, S)
    wanted = np.full(500, UNTOUCHED, chance.dtype)
    for i in range(rows):
        at = 7 + 40 * i
        wanted[at : at + columns] = start[5 : 5 + columns] + factor * (a @ b)[i]
    np.testing.assert_array_equal(out, wanted, strict=True)


def gradient_tile(chance: Chance, rows: int, vectors: int, terms: int, factor: float) -> None:
    """C = C + factor · Aᵀ B, as for gradients: terms lie a row apart, and C is added to."""
    columns, before = 16 * vectors, chance.whole(500)
    a, b, out = chance.whole(terms, 24), chance.whole(terms, columns), before.copy()
    C, B = RowMatrix(out, 7, 40), RowMatrix(b.reshape(-1), 0, columns)
    A = PanelledTerms(a.reshape(-1), 2, 1, 24, 0)
    tile(TileShape(rows, vectors, terms, terms), factor, C, A, B, C)
    for i in range(rows):
        at = 7 + 40 * i
        before[at : at + columns] += factor * (a[:, 2 + i] @ b)
    np.testing.assert_array_equal(out, before, strict=True)


def sparse_row(
    chance: Chance, vectors: int, many: int, factor: float, kinds: tuple[str, str]
) -> None:
    """C = S + factor · Σ value · B[index] for one row in panels."""
    width, step = 16 * abs(vectors), 16 if abs(vectors) == 1 else 32
    b, s = chance.whole(9, width), chance.whole(1, width)
    indices, values = chance.entries(9, many + 4, kinds)
    C = PanelRow(np.full(500, UNTOUCHED, chance.dtype), 3, 40)
    E = SparseRow(indices, values, 2, 2 + many)
    B = PanelMatrix(in_panels(b, step, 9), 0, step, 9 * step)
    sparse(vectors, factor, C, E, B, PanelRow(in_panels(s, step, 1), 0, step))
    wanted = np.full(500, UNTOUCHED, chance.dtype)
    row = s[0] + factor * (values[2 : 2 + many].astype(chance.dtype) @ b[indices[2 : 2 + many]])
    for first in range(0, width, step):
        at = 3 + 40 * (first // step)
        wanted[at : at + step] = row[first : first + step]
    np.testing.assert_array_equal(C.array, wanted, strict=True)


def transposed(chance: Chance, step: int, by: int) -> None:
    """Sixteen by sixteen numbers, rows `step` apart, to rows `by` apart."""
    source = chance.whole(16 * step + 5)
    target = np.full(16 * by + 5, UNTOUCHED, chance.dtype)
    transpose(RowMatrix(source, 5, step), RowMatrix(target, 5, by))
    wanted = np.full(16 * by + 5, UNTOUCHED, chance.dtype)
    for i, j in itertools.product(range(16), range(16)):
        wanted[5 + i * by + j] = source[5 + j * step + i]
    np.testing.assert_array_equal(target, wanted, strict=True)


def same_order(chance: Chance, vectors: int, terms: int) -> None:
    """A sparse row in the order of its terms has the bits of a dense one, and of any tile of it."""
    width, step = 16 * vectors, 16 if vectors == 1 else 32
    a, b, s = chance.fractions(3, terms), chance.fractions(terms, width), chance.fractions(1, width)
    a[:, ::3] = 0
    start, right = in_panels(s, step, 1), in_panels(b, step, terms)
    dense = np.zeros((3, width), chance.dtype)
    for first in range(0, width, step):
        left, S = PanelledTerms(a.reshape(-1), 0, terms, 1, 0), RowMatrix(start, first, 0)
        out = RowMatrix(dense.reshape(-1), first, width)
        columns = RowMatrix(right, first * terms, step)
        tile(TileShape(3, step // 16, terms, terms), 0.1, out, left, columns, S)
    for i in range(3):
        kept = np.flatnonzero(a[i])
        E = SparseRow(kept.astype(np.int32), a[i, kept], 0, len(kept))
        row, B = np.zeros(width, chance.dtype), PanelMatrix(right, 0, step, terms * step)
        sparse(-vectors, 0.1, PanelRow(row, 0, step), E, B, PanelRow(start, 0, step))
        np.testing.assert_array_equal(row, dense[i], strict=True)


def compared(dtype: str) -> int:
    """Compare all shapes in one type; gives their number, or raises."""
    chance, count = Chance(dtype), 0
    for rows, vectors, terms, factor in itertools.product(
        range(1, MOST_ROWS + 1), (1, 2), TERMS, FACTORS
    ):
        forward_tile(chance, rows, vectors, terms, factor)
        gradient_tile(chance, rows, vectors, terms, factor)
        count += 2
    kinds = [("uint16", "uint8"), ("uint16", dtype), ("int32", dtype), ("int32", "uint8")]
    signed = [sign * n for n in VECTORS for sign in (1, -1)]
    for vectors, many, factor, kind in itertools.product(signed, range(10), FACTORS, kinds):
        sparse_row(chance, vectors, many, factor, kind)
        count += 1
    for step, by in itertools.product((16, 32, 48), repeat=2):
        transposed(chance, step, by)
        count += 1
    return count


def ordered(dtype: str) -> int:
    """Compare the bits of dense and sparse sums; gives how many, or raises."""
    shapes = list(itertools.product(VECTORS, (1, 7, 32, 70)))
    for vectors, terms in shapes:
        same_order(Chance(dtype), vectors, terms)
    return len(shapes)


if __name__ == "__main__":
    print(json.dumps({dtype: [compared(dtype), ordered(dtype)] for dtype in TYPES}))
