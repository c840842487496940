"""Narrow writing made as wide as MNIST's."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from chainrule.data.handwriting.centring import crop
from chainrule.data.handwriting.mnist_statistics import NORMS, stroke_thickness

__all__ = ["find_widening", "widen"]

Grey = NDArray[np.float32]

# Half of MNIST's digits are wider than 0.8 of their height; the widest of several is taken to be
# so. If all of them are narrower than half of that, the writing is narrow, not a row of ones.
_USUAL = NORMS["aspect"][1]
_NARROW = 0.5 * _USUAL
# A straight stroke is as long as its box's diagonal; all digits but 1 and a narrow 7 are longer.
_BENT = 1.6


def find_widening(digits: Sequence[Grey]) -> float:
    """The factor by which the digits of a picture are to be widened; 1 for usual writing.

    Several digits are needed to tell narrow writing, and one of them must be no straight stroke.

    Args:
        digits: the ink of each, from 0 to 1, (rows, columns).
    """
    cropped = [crop(digit) for digit in digits]
    widest = max(digit.shape[1] / digit.shape[0] for digit in cropped)
    if len(cropped) < 2 or widest >= _NARROW or max(map(_bends, cropped)) < _BENT:
        return 1.0
    return float(_USUAL / widest)


def _bends(digit: Grey) -> float:
    """The length of the digit's strokes as a multiple of its diagonal."""
    height, width = digit.shape
    length = float(digit.sum()) / stroke_thickness(digit)
    return length / math.hypot(height, width)


def widen(digit: Grey, factor: float) -> Grey:
    """The digit stretched from left to right.

    Args:
        digit: from 0 to 1, (rows, columns).
        factor: at least 1.
    """
    from PIL import Image

    size = (round(digit.shape[1] * factor), digit.shape[0])
    wide = Image.fromarray(np.ascontiguousarray(digit)).resize(size, Image.Resampling.BILINEAR)
    return np.asarray(np.clip(np.asarray(wide), 0, 1), np.float32)
