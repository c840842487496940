"""Small images as text: a Braille character has two by four dots."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["drawn", "drawn_rows"]

_BLANK = 0x2800
# The bit of each dot, four rows of two, as Unicode numbers them.
_BITS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])
_GAP = "  "


def drawn(image: NDArray[Any]) -> list[str]:
    """An image as lines of Braille, a dot for each pixel brighter than the middle.

    Args:
        image: (height, width), any numbers.

    Example:
        >>> drawn(np.eye(4))
        ['⠑⢄']
    """
    dots = image > (float(image.min()) + float(image.max())) / 2
    height, width = image.shape
    dots = np.pad(dots, ((0, -height % 4), (0, -width % 2)))
    cells = dots.reshape(dots.shape[0] // 4, 4, dots.shape[1] // 2, 2)
    codes = np.einsum("rhcw,hw->rc", cells.astype(int), _BITS) + _BLANK
    return ["".join(map(chr, row)) for row in codes.tolist()]


def drawn_rows(images: Sequence[NDArray[Any]], width: int = 80) -> list[str]:
    """Images of one shape beside each other, in as many rows as they need.

    Args:
        images: (height, width) each.
        width: characters in a line.
    """
    texts = [drawn(image) for image in images]
    each = len(texts[0][0]) + len(_GAP)
    across = max(1, width // each)
    lines = []
    for start in range(0, len(texts), across):
        beside = zip(*texts[start : start + across], strict=True)
        lines += [_GAP.join(parts).rstrip() for parts in beside]
    return lines
