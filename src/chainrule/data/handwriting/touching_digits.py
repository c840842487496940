"""Digits that touch, cut apart where the least ink joins them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chainrule.data.handwriting.digit_selection import WIDEST

__all__ = ["cut_apart"]

Grey = NDArray[np.float32]

_SOLID = 0.5
# Cuts lean to either side by up to 17 degrees, as handwriting does.
_LEANS = (0.0, 0.1, -0.1, 0.2, -0.2, 0.3, -0.3)
# A cut goes through ink of at most this fraction of the height: round digits touch along a part of
# it, a blot fills it.
_MOST_HEIGHT = 0.6
# Each part is at least this wide, and this high, as fractions of the whole's height.
_NARROWEST = 0.15
_LOWEST = 0.6
_MOST_PARTS = 6
# Half of MNIST's digits are wider than this fraction of their height; a pixel away from where one
# should end counts as much as this many pixels of ink.
_USUAL = 0.8
_PER_COLUMN = 0.3


@dataclass(frozen=True, eq=False)
class _Cut:
    """A straight line between two digits.

    Args:
        left: whether each pixel lies on its left, (rows, columns).
        cost: the ink it goes through, and more the farther it is from where a digit should end.
        ink: how many pixels of ink it goes through.
    """

    left: NDArray[np.bool_]
    cost: float
    ink: float


def cut_apart(ink: Grey) -> tuple[Grey, ...]:
    """Cut ink that may be several digits into these.

    Args:
        ink: from 0 to 1 on 0, (rows, columns), with some ink.

    Returns: the parts from left to right, of the same shape; none if the ink is no wider than half
        of all digits, or cannot be cut through single strokes into parts as high and as slim as
        digits.

    Example:
        >>> pair = np.zeros((20, 30), np.float32)
        >>> pair[:, 3:6] = pair[:, 24:27] = pair[10:12, 3:27] = 1
        >>> [float(part.sum()) for part in cut_apart(pair)]
        [78.0, 78.0]
    """
    height, width = _extent(ink)
    if width <= _USUAL * height:
        return ()
    parts = _halve(ink, height)
    return tuple(parts) if 2 <= len(parts) <= _MOST_PARTS else ()


def _cut(ink: Grey, whole: int) -> list[Grey]:
    """The ink, or its parts if it is too wide for a digit, or none if it is not like digits."""
    height, width = _extent(ink)
    if height < _LOWEST * whole:
        return []
    return [ink] if width <= WIDEST * height else _halve(ink, whole)


def _halve(ink: Grey, whole: int) -> list[Grey]:
    """The parts on both sides of the best cut, or none if one of them is not like a digit."""
    cuts = [_best_cut(ink, lean, whole) for lean in _LEANS]
    best = min(cuts, key=lambda cut: cut.cost)
    if best.ink > _MOST_HEIGHT * whole:
        return []
    left, right = _cut(ink * best.left, whole), _cut(ink * ~best.left, whole)
    return [*left, *right] if left and right else []


def _best_cut(ink: Grey, lean: float, whole: int) -> _Cut:
    """The cut of this lean through one thin stroke, and about where one digit ends."""
    shifts = np.rint(lean * (np.arange(len(ink)) - len(ink) / 2)).astype(int)
    columns = np.arange(ink.shape[1]) - shifts[:, None]
    upright = np.take_along_axis(ink >= _SOLID, np.clip(columns, 0, ink.shape[1] - 1), axis=1)
    inked = np.flatnonzero(upright.any(axis=0))
    first, last = int(inked[0]), int(inked[-1]) + 1
    margin = max(1, int(_NARROWEST * whole))
    at = np.arange(first + margin, last - margin)
    strokes = (np.diff(upright.astype(np.int8), axis=0, prepend=0) == 1).sum(axis=0)[at]
    counts = upright.sum(axis=0)[at].astype(float)
    count = max(2, round((last - first) / (_USUAL * whole)))
    ends = first + (last - first) * np.arange(1, count) / count
    away = np.abs(at[:, None] - ends).min(axis=1)
    cost = np.where(strokes <= 1, counts + _PER_COLUMN * away, np.inf)
    if not np.isfinite(cost).any():
        return _Cut(ink > 0, np.inf, np.inf)
    best = int(np.argmin(cost))
    left = np.arange(ink.shape[1]) + shifts[:, None] < at[best]
    return _Cut(left, float(cost[best]), float(counts[best]))


def _extent(ink: Grey) -> tuple[int, int]:
    """Height and width of the solid ink."""
    solid = ink >= _SOLID
    sides = (np.flatnonzero(solid.any(axis=axis)) for axis in (1, 0))
    height, width = (int(np.ptp(side)) + 1 if len(side) else 0 for side in sides)
    return height, width
