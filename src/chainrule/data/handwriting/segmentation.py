"""The digit's ink apart from everything else in the picture. NumPy alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chainrule.data.handwriting.binarisation import find_pieces, grown, otsu_threshold
from chainrule.data.handwriting.digit_selection import Choice, choose_digit

__all__ = ["Isolation", "isolated"]

Grey = NDArray[np.float32]

# Two quantiles among the lightest pixels, which are paper, and their distance in deviations.
_GRAIN_QUANTILES = (0.05, 0.3)
_GRAIN_DISTANCE = 1.12
# Ink must stand out from the paper by so much, and by so many deviations of the paper's grain.
_LEAST_CONTRAST = 0.06
_LEAST_DEVIATIONS = 5.0
_OUTSIDE_GRAIN = 4.0
_DARKEST = 0.98
_HALF = 0.45
_FULL = 0.9
_FEWEST_PIXELS = 4
_REACH = 0.06
_TEXTURE_QUANTILE = 0.97
_MOST_TEXTURE = 0.6


@dataclass(frozen=True, eq=False)
class Isolation:
    """The digit's ink and how it was found.

    Args:
        ink: from 0 to 1, 0 outside the digit, (rows, columns).
        mask: all pixels above the threshold, the digit's and others.
        threshold: the amount of ink from which on a pixel is ink.
        contrast: the amount of the digit's full ink.
        texture: the amount that grain and lines of the paper reach, taken for none.
        share: the digit's share of all ink but frames and what lies at the border.
        specks: how many specks lie outside the digit's edges.
        choice: which of them are the digit.
    """

    ink: Grey
    mask: NDArray[np.bool_]
    threshold: float
    contrast: float
    texture: float
    share: float
    specks: int
    choice: Choice


def isolated(amount: Grey) -> Isolation | None:
    """The digit in a picture of ink amounts; None where nothing stands out from the paper.

    Args:
        amount: how much darker than its paper each pixel is, from 0 to 1.
    """
    low, high = (float(q) for q in np.quantile(amount, _GRAIN_QUANTILES))
    grain = (high - low) / _GRAIN_DISTANCE
    threshold = max(otsu_threshold(amount), high + _OUTSIDE_GRAIN * grain)
    mask = amount > threshold
    if not mask.any():
        return None
    threshold = max(threshold, _HALF * float(np.quantile(amount[mask], _DARKEST)))
    mask = amount > threshold
    pieces = find_pieces(mask)
    choice = choose_digit(pieces)
    kept = pieces.mask(choice.kept)
    contrast = float(np.quantile(amount[kept], _FULL))
    least = max(_LEAST_CONTRAST, _LEAST_DEVIATIONS * grain)
    specks = pieces.mask(choice.specks)
    if contrast - high < least or kept.sum() < _FEWEST_PIXELS:
        return None
    rows, columns = np.flatnonzero(kept.any(axis=1)), np.flatnonzero(kept.any(axis=0))
    reach = max(2, round(_REACH * max(np.ptp(rows), np.ptp(columns))))
    around = grown(kept, reach)
    texture = _texture(amount[~grown(mask, reach)], contrast)
    # Specks as near as this are the digit's own frayed edge.
    edges = around & ~(mask & ~kept & ~specks)
    ink = np.clip((amount - texture) / (contrast - texture), 0, 1) * edges
    return Isolation(
        ink=ink.astype(np.float32),
        mask=mask,
        threshold=threshold,
        contrast=contrast,
        texture=texture,
        share=float(pieces.areas[choice.kept].sum() / pieces.areas[choice.inside].sum()),
        specks=len(find_pieces(specks & ~around)),
        choice=choice,
    )


def _texture(outside: Grey, contrast: float) -> float:
    """The amount of ink that grain and printed lines of the paper reach, away from all ink."""
    reached = float(np.quantile(outside, _TEXTURE_QUANTILE)) if outside.size else 0.0
    return min(max(reached, 0.0), _MOST_TEXTURE * contrast)
