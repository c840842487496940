"""Segmentation of a picture into the ink of the digit and everything else, with NumPy alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chainrule.data.handwriting.binarisation import dilate, find_components, otsu_threshold
from chainrule.data.handwriting.digit_selection import DigitSelection, select_digit

__all__ = ["SegmentedDigit", "segment_digit"]

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
# just below their half: fainter marks, such as printed lines, are no ink of this pen.
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


@dataclass(frozen=True, eq=False)
class SegmentedDigit:
    """The digit's ink and how it was found.

    Args:
        ink: from 0 to 1, 0 outside the digit, (rows, columns).
        mask: all pixels above the threshold, the digit's and others.
        threshold: the amount of ink from which on a pixel is ink.
        contrast: the amount of the digit's full ink.
        texture: the amount that grain and lines of the paper reach; counted as 0.
        fraction: the digit's part of all ink but frames and what lies at the border.
        specks: how many specks lie outside the digit's edges.
        choice: which connected pieces are the digit.
    """

    ink: Grey
    mask: NDArray[np.bool_]
    threshold: float
    contrast: float
    texture: float
    fraction: float
    specks: int
    choice: DigitSelection


def segment_digit(amount: Grey) -> SegmentedDigit | None:
    """Find the digit in a picture of ink amounts.

    Args:
        amount: how much darker than its paper each pixel is, from 0 to 1.

    Returns: the digit, or None if nothing stands out from the paper.
    """
    low, high = (float(q) for q in np.quantile(amount, _GRAIN_QUANTILES))
    grain = (high - low) / _GRAIN_DISTANCE
    threshold = max(otsu_threshold(amount), high + _OUTSIDE_GRAIN * grain)
    mask = amount > threshold
    if not mask.any():
        return None
    threshold = max(threshold, _HALF * float(np.quantile(amount[mask], _DARKEST)))
    mask = amount > threshold
    pieces = find_components(mask)
    choice = select_digit(pieces)
    selected = pieces.mask(choice.selected)
    contrast = float(np.quantile(amount[selected], _FULL))
    least = max(_LEAST_CONTRAST, _LEAST_DEVIATIONS * grain)
    specks = pieces.mask(choice.specks)
    if contrast - high < least or selected.sum() < _FEWEST_PIXELS:
        return None
    rows, columns = np.flatnonzero(selected.any(axis=1)), np.flatnonzero(selected.any(axis=0))
    reach = max(2, round(_REACH * max(np.ptp(rows), np.ptp(columns))))
    around = dilate(selected, reach)
    texture = _texture(amount[~dilate(mask, reach)], contrast)
    # Specks as near as this are the digit's own frayed edge.
    edges = around & ~(mask & ~selected & ~specks)
    ink = np.clip((amount - texture) / (contrast - texture), 0, 1) * edges
    return SegmentedDigit(
        ink=ink.astype(np.float32),
        mask=mask,
        threshold=threshold,
        contrast=contrast,
        texture=texture,
        fraction=float(pieces.areas[choice.selected].sum() / pieces.areas[choice.inside].sum()),
        specks=len(find_components(specks & ~around)),
        choice=choice,
    )


def _texture(outside: Grey, contrast: float) -> float:
    """The amount of ink that grain and printed lines of the paper reach, away from all ink."""
    reached = float(np.quantile(outside, _TEXTURE_QUANTILE)) if outside.size else 0.0
    return min(max(reached, 0.0), _MOST_TEXTURE * contrast)
