"""Strokes made as thick as those of the images that a network learned from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from chainrule.data.handwriting.centring import Placing, scale_to_box
from chainrule.schema import stroke_widths

__all__ = ["match_strokes"]

Grey = NDArray[np.float32]

_STEP = 20
"""A step of thickness is this part of the digit's longer side, or a pixel."""
_STEPS = (0, 1, -1, 2, -2, 3, -3, 4)
"""Steps that are tried, the least first, above 0 to thicken."""


def match_strokes(digit: Grey, placing: Placing, shape: tuple[int, int]) -> Grey:
    """The digit with strokes that are as wide as wanted once the digit is scaled.

    Pens of all widths draw the same digit; a network that has seen one width only takes thicker
    strokes for other shapes. Each pixel becomes the greatest, or the least, of those around it.

    Args:
        digit: ink from 0 to 1, as `crop` gives it.
        placing: the width, and the box in which it is measured; without a width the digit stays.
        shape: rows and columns of the whole picture.

    Example:
        >>> digit = np.zeros((40, 40), np.float32)
        >>> digit[:, 19:21] = 1
        >>> thick = match_strokes(digit, Placing(20, (14, 14), stroke=3.0), (28, 28))
        >>> int((thick[0] > 0).sum())
        6
    """
    if placing.stroke is None:
        return digit
    tried = [_thicken(digit, step) for step in _STEPS]
    found = [one for one in tried if one.any()]
    scaled = np.array([scale_to_box(one, placing, shape) for one in found])
    return found[int(np.argmin(np.abs(stroke_widths(scaled) - placing.stroke)))]


def _thicken(digit: Grey, steps: int) -> Grey:
    """The digit with strokes that are wider by a number of steps, or narrower."""
    from scipy.ndimage import maximum_filter, minimum_filter

    width = round(abs(steps) * max(digit.shape) / _STEP)
    if not steps or not width:
        return digit
    # What lies beyond the crop is paper.
    padded = np.pad(digit, width)
    choose = maximum_filter if steps > 0 else minimum_filter
    return np.asarray(choose(padded, size=width + 1), np.float32)[width:-width, width:-width]
