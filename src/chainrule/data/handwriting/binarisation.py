"""Binarisation of a picture: threshold, connected pieces, specks and frames, with NumPy alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Components", "dilate", "find_components", "otsu_threshold"]

_BINS = 256
# Numbers closer together than this are one class, and their greatest is returned.
_ALIKE = 1e-6


def otsu_threshold(values: NDArray[np.floating]) -> float:
    """The value that splits numbers into two classes whose means lie apart the most.

    The variance between the classes, w₀ w₁ (m₀ - m₁)², is greatest there; the middle of the
    stretch over which it stays greatest is returned.

    Args:
        values: any shape, finite, at least one.

    Example:
        >>> round(otsu_threshold(np.array([0.0, 0.0, 0.0, 1.0])), 2)
        0.5
    """
    if np.ptp(values) < _ALIKE:
        return float(values.max())
    counts, edges = np.histogram(values, bins=_BINS)
    centres = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)[:-1] / values.size
    sum_below = np.cumsum(counts * centres)[:-1] / values.size
    mean = float(np.sum(counts * centres) / values.size)
    share = np.maximum(below * (1 - below), np.finfo(float).tiny)
    between = np.where(below * (1 - below) > 0, (mean * below - sum_below) ** 2 / share, 0.0)
    best = np.flatnonzero(between >= between.max() * (1 - 1e-9))
    return float((edges[1:][best[0]] + edges[1:][best[-1]]) / 2)


@dataclass(frozen=True, eq=False)
class Components:
    """The connected pieces of a mask; pixels that touch by a corner are connected.

    Args:
        areas: pixels of each piece, (n,).
        boxes: top, left, bottom, right of each, the last two exclusive, (n, 4).
        shape: rows and columns of the mask.
    """

    areas: NDArray[np.int64]
    boxes: NDArray[np.int64]
    shape: tuple[int, int]
    _runs: tuple[NDArray[np.int64], ...]

    def __len__(self) -> int:
        return len(self.areas)

    def mask(self, selected: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """The pixels of the pieces for which `selected`, (n,), holds."""
        piece, row, start, end = self._runs
        chosen = selected[piece]
        marks = np.zeros((self.shape[0], self.shape[1] + 1), np.int8)
        marks[row[chosen], start[chosen]] = 1
        marks[row[chosen], end[chosen]] = -1
        return np.cumsum(marks, axis=1, dtype=np.int8)[:, :-1].astype(bool)

    def heights(self) -> NDArray[np.int64]:
        """The rows that each piece spans."""
        return self.boxes[:, 2] - self.boxes[:, 0]

    def widths(self) -> NDArray[np.int64]:
        """The columns that each piece spans."""
        return self.boxes[:, 3] - self.boxes[:, 1]

    def at_border(self) -> NDArray[np.bool_]:
        """Whether each piece reaches the first or last row or column."""
        outer = self.boxes[:, 2:] == np.array(self.shape)
        return np.asarray((self.boxes[:, :2] == 0).any(axis=1) | outer.any(axis=1))


def find_components(mask: NDArray[np.bool_]) -> Components:
    """The connected pieces of a mask, from the runs of pixels in each row.

    Args:
        mask: (rows, columns).

    Example:
        >>> find_components(np.array([[1, 0, 0, 1], [0, 1, 0, 1]], bool)).areas
        array([2, 2])
    """
    row, start, end = _row_runs(mask)
    root = _join_pairs(len(row), *_touching(row, start, end, mask.shape[1]))
    _, piece = np.unique(root, return_inverse=True)
    count = int(piece.max()) + 1 if len(piece) else 0
    areas = np.zeros(count, np.int64)
    np.add.at(areas, piece, end - start)
    boxes = np.tile(np.array([*mask.shape, 0, 0], np.int64), (count, 1))
    for column, bound in ((0, row), (1, start)):
        np.minimum.at(boxes[:, column], piece, bound)
    for column, bound in ((2, row + 1), (3, end)):
        np.maximum.at(boxes[:, column], piece, bound)
    return Components(areas, boxes, (mask.shape[0], mask.shape[1]), (piece, row, start, end))


def _row_runs(mask: NDArray[np.bool_]) -> tuple[NDArray[np.int64], ...]:
    """Row, first column and column after the last of each unbroken run, in reading order."""
    padded = np.zeros((mask.shape[0], mask.shape[1] + 2), np.int8)
    padded[:, 1:-1] = mask
    steps = np.diff(padded, axis=1)
    row, start = np.nonzero(steps == 1)
    return row, start, np.nonzero(steps == -1)[1]


def _touching(
    row: NDArray[np.int64], start: NDArray[np.int64], end: NDArray[np.int64], width: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of runs, one a row below the other, that touch by a side or a corner."""
    # Places counted through all rows, with a gap between rows that no run can bridge.
    stride = width + 3
    first = np.searchsorted(row * stride + end, (row + 1) * stride + start, side="left")
    after = np.searchsorted(row * stride + start, (row + 1) * stride + end, side="right")
    counts = np.maximum(after - first, 0)
    upper = np.repeat(np.arange(len(row)), counts)
    place = np.arange(len(upper)) - np.repeat(np.cumsum(counts) - counts, counts)
    return upper, np.repeat(first, counts) + place


def _join_pairs(count: int, left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each of `count` things the least one that it hangs together with, by these pairs."""
    root = np.arange(count)
    while True:
        a, b = root[left], root[right]
        if np.array_equal(a, b):
            return root
        np.minimum.at(root, np.maximum(a, b), np.minimum(a, b))
        while not np.array_equal(root, root[root]):
            root = root[root]


def dilate(mask: NDArray[np.bool_], steps: int) -> NDArray[np.bool_]:
    """The mask and all pixels at most `steps` rows and columns away from it.

    Example:
        >>> dilate(np.array([[0, 0, 0, 1]], bool), 2).astype(int)
        array([[0, 1, 1, 1]])
    """
    for axis in (0, 1):
        padded = np.pad(mask, [(steps, steps) if k == axis else (0, 0) for k in (0, 1)])
        near = np.lib.stride_tricks.sliding_window_view(padded, 2 * steps + 1, axis=axis)
        mask = np.asarray(near.any(axis=-1))
    return mask
