"""Whether the ink is darker or lighter than the paper."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from chainrule.data.handwriting.background import ink_amount, paper_brightness, ring_fraction
from chainrule.data.handwriting.segmentation import segment_digit
from chainrule.data.picture_decoding import shrink

__all__ = ["ink_is_dark"]

# Enough pixels to tell ink from paper, and few, since both guesses are tried.
_SKETCH_PIXELS = 20_000
# Neither paper nor ink: between a quarter and three quarters of full contrast.
_BETWEEN = (0.25, 0.75)
# Ink covers less of a picture than paper. The weight is so small that it decides only between two
# guesses that leave no pixel in between, as in a drawing without greys.
_COVER_WEIGHT = 0.01
# Dark ink is the rule, and the shadows that blur a picture fall on paper, not on screens. The guess
# of light ink must therefore be better by this factor.
_DARK_IS_LIKELIER = 1.5


def ink_is_dark(grey: NDArray[np.float32]) -> bool:
    """Whether the ink is darker than the paper; both are tried on a small copy of the picture.

    The right guess splits the picture into paper and ink; the wrong one leaves many pixels that
    are neither, or takes the border for ink.

    Args:
        grey: (rows, columns) from 0 to 1, without a frame.

    Example:
        >>> page = np.ones((20, 20), np.float32)
        >>> page[5:15, 9:12] = 0
        >>> ink_is_dark(page), ink_is_dark(1 - page)
        (True, False)
    """
    sketch = shrink(grey, _SKETCH_PIXELS)
    return _implausibility(sketch) <= _DARK_IS_LIKELIER * _implausibility(1 - sketch)


def _implausibility(grey: NDArray[np.float32]) -> float:
    """Return how badly a picture splits into paper and ink, if the ink is the darker of the two.

    This is the fraction of pixels that are neither, increased by ink at the border, plus a little
    for the ink itself, which decides if a drawing has no greys at all.
    """
    amount = ink_amount(grey, paper_brightness(grey))
    found = segment_digit(amount)
    if found is None:
        return math.inf
    low, high = (fraction * found.contrast for fraction in _BETWEEN)
    between = float(((amount > low) & (amount < high)).mean())
    border, cover = ring_fraction(found.mask, 0), float(found.mask.mean())
    return between * (1 + border) + _COVER_WEIGHT * (border + cover)
