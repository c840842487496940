"""Segmentation of a picture into the ink of each digit and everything else, with NumPy alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chainrule.data.handwriting.binarisation import (
    Components,
    dilate,
    find_components,
    otsu_threshold,
)
from chainrule.data.handwriting.digit_selection import (
    DigitSelection,
    select_digit,
    select_digits,
)

__all__ = ["SegmentedDigit", "Window", "segment_digit", "segment_digits"]

Grey = NDArray[np.float32]

# The lightest 30 % of a picture of one digit are paper. If its grain is normally distributed, these
# two quantiles lie 1.12 standard deviations apart, so that their distance measures the grain.
_GRAIN_QUANTILES = (0.05, 0.3)
_GRAIN_DISTANCE = 1.12
# Otsu's threshold may fall into the grain if there is little ink. Four deviations above the paper's
# 30 % quantile next to no pixel of paper is left.
_OUTSIDE_GRAIN = 4.0
# Ink that stands out less, absolutely or in deviations of the grain, is taken for none: a stain or
# the grain itself would be read as a digit.
_LEAST_CONTRAST = 0.06
_LEAST_DEVIATIONS = 5.0
# The ink's darkest pixels, apart from 2 % of outliers, give the threshold a second lower bound,
# just below their half: fainter marks, such as printed lines, are not ink of this pen.
_DARKEST = 0.98
_HALF = 0.45
# Full ink is the 90 % quantile of the digit: a single dark pixel does not make the rest pale.
_FULL = 0.9
# A digit of fewer pixels cannot be distinguished from dust.
_FEWEST_PIXELS = 4
# A stroke's grey edge, and specks that belong to it, lie within this fraction of the digit's size.
_REACH = 0.06
# What 97 % of the paper away from all ink stays below is texture and becomes 0, but never more than
# this fraction of full ink, or faint strokes would go with it.
_TEXTURE_QUANTILE = 0.97
_MOST_TEXTURE = 0.6


class Window(NamedTuple):
    """A part of a picture: the first row and column, and those after the last."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def slices(self) -> tuple[slice, slice]:
        """The index of the part in an array."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def widened(self, by: int, shape: tuple[int, ...]) -> Window:
        """The part with so many more pixels on each side, within a picture of this shape."""
        return Window(
            max(self.top - by, 0),
            max(self.left - by, 0),
            min(self.bottom + by, shape[0]),
            min(self.right + by, shape[1]),
        )


@dataclass(frozen=True, eq=False)
class SegmentedDigit:
    """One digit's ink and how it was found.

    Args:
        part: the ink in a window around the digit, from 0 to 1, 0 outside the digit.
        window: top, left, bottom and right of the window, the last two exclusive.
        box: the same of the digit's pixels above the threshold.
        mask: all pixels of the picture above the threshold, the digit's and others.
        threshold: the amount of ink from which on a pixel is ink.
        contrast: the amount of the digit's full ink.
        texture: the amount that grain and lines of the paper reach; counted as 0.
        fraction: the digit's part of all ink but frames and what lies at the border.
        specks: how many specks lie outside the digits' edges.
        choice: which connected pieces are the digit.
    """

    part: Grey
    window: Window
    box: Window
    mask: NDArray[np.bool_]
    threshold: float
    contrast: float
    texture: float
    fraction: float
    specks: int
    choice: DigitSelection

    @property
    def ink(self) -> Grey:
        """The digit's ink in the whole picture, (rows, columns)."""
        whole = np.zeros(self.mask.shape, np.float32)
        whole[self.window.slices] = self.part
        return whole


@dataclass(frozen=True, eq=False)
class _Ink:
    """What stands out from the paper of a picture.

    Args:
        amount: as `segment_digit` takes it.
        mask: what lies above the threshold.
        threshold: the amount of ink from which on a pixel is ink.
        paper: the greatest amount that most of the paper reaches.
        grain: the deviation of the paper's grain.
        pieces: of the mask.
    """

    amount: Grey
    mask: NDArray[np.bool_]
    threshold: float
    paper: float
    grain: float
    pieces: Components


def segment_digit(amount: Grey) -> SegmentedDigit | None:
    """Find the digit in a picture of ink amounts.

    Args:
        amount: how much darker than its paper each pixel is, from 0 to 1.

    Returns: the largest digit, or None if nothing stands out from the paper.
    """
    ink = _find_ink(amount)
    found = () if ink is None else _segment(ink, (select_digit(ink.pieces),))
    return found[0] if found else None


def segment_digits(amount: Grey) -> tuple[SegmentedDigit, ...]:
    """Find all digits in a picture of ink amounts, in reading order; none if nothing stands out.

    Args:
        amount: how much darker than its paper each pixel is, from 0 to 1.
    """
    ink = _find_ink(amount)
    return () if ink is None else _segment(ink, select_digits(ink.pieces))


def _find_ink(amount: Grey) -> _Ink | None:
    low, high = (float(q) for q in np.quantile(amount, _GRAIN_QUANTILES))
    grain = (high - low) / _GRAIN_DISTANCE
    threshold = max(otsu_threshold(amount), high + _OUTSIDE_GRAIN * grain)
    mask = amount > threshold
    if not mask.any():
        return None
    threshold = max(threshold, _HALF * float(np.quantile(amount[mask], _DARKEST)))
    mask = amount > threshold
    return _Ink(amount, mask, threshold, high, grain, find_components(mask))


@dataclass(frozen=True, eq=False)
class _Edges:
    """A digit's pixels, and all that are near enough to be their grey edge, in a window."""

    choice: DigitSelection
    box: Window
    window: Window
    selected: NDArray[np.bool_]
    around: NDArray[np.bool_]
    reach: int


def _segment(ink: _Ink, choices: tuple[DigitSelection, ...]) -> tuple[SegmentedDigit, ...]:
    """The digits that stand out from the paper."""
    edges = [_edges(ink, choice) for choice in choices]
    edges = [one for one in edges if _stands_out(ink, one)]
    if not edges:
        return ()
    reach = max(one.reach for one in edges)
    outside = ink.amount[~dilate(ink.mask, reach)]
    reached = float(np.quantile(outside, _TEXTURE_QUANTILE)) if outside.size else 0.0
    specks = ink.pieces.mask(choices[0].specks)
    lost = specks.copy()
    for one in edges:
        lost[one.window.slices] &= ~one.around
    count = len(find_components(lost))
    return tuple(_cut_out(ink, one, specks, max(reached, 0.0), count) for one in edges)


def _edges(ink: _Ink, choice: DigitSelection) -> _Edges:
    boxes = ink.pieces.boxes[choice.selected]
    box = Window(*map(int, (*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0))))
    longer = max(box.bottom - box.top, box.right - box.left) - 1
    reach = max(2, round(_REACH * longer))
    window = box.widened(reach, ink.mask.shape)
    selected = ink.pieces.mask(choice.selected)[window.slices]
    return _Edges(choice, box, window, selected, dilate(selected, reach), reach)


def _contrast(ink: _Ink, edges: _Edges) -> float:
    return float(np.quantile(ink.amount[edges.window.slices][edges.selected], _FULL))


def _stands_out(ink: _Ink, edges: _Edges) -> bool:
    least = max(_LEAST_CONTRAST, _LEAST_DEVIATIONS * ink.grain)
    large = int(edges.selected.sum()) >= _FEWEST_PIXELS
    return large and _contrast(ink, edges) - ink.paper >= least


def _cut_out(
    ink: _Ink, edges: _Edges, specks: NDArray[np.bool_], reached: float, count: int
) -> SegmentedDigit:
    """One digit with its grey edge, without what else is inked near it."""
    slices, contrast = edges.window.slices, _contrast(ink, edges)
    texture = min(reached, _MOST_TEXTURE * contrast)
    # Specks as near as this are the digit's own frayed edge.
    foreign = ink.mask[slices] & ~edges.selected & ~specks[slices]
    part = np.clip((ink.amount[slices] - texture) / (contrast - texture), 0, 1)
    areas, choice = ink.pieces.areas, edges.choice
    return SegmentedDigit(
        part=(part * (edges.around & ~foreign)).astype(np.float32),
        window=edges.window,
        box=edges.box,
        mask=ink.mask,
        threshold=ink.threshold,
        contrast=contrast,
        texture=texture,
        fraction=float(areas[choice.selected].sum() / areas[choice.inside].sum()),
        specks=count,
        choice=choice,
    )
