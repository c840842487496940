"""Size and place of a digit as MNIST has them: a box of 20 pixels, the centre of mass at 14, 14."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Placing",
    "box_side",
    "centre_digit",
    "centre_of_mass",
    "crop",
    "is_mnist_like",
    "scale_to_box",
    "to_bytes",
]

Grey = NDArray[np.float32]
# MNIST's makers scaled each digit into a box of 20 x 20 and placed it in a picture of 28 x 28.
_BOX = 20
_SIDE = 28
_BLACK = 255
_ANY = 2**16  # more pixels than any picture has
# The outermost pixels of a digit have at least this much ink; paler ones are a blurred edge, which
# would make the digit smaller in its box.
_LEAST_INK = 0.3
# All of MNIST's centres of mass lie within this distance of the middle, in pixels.
_CENTRED = 0.525


def box_side(shape: tuple[int, int]) -> int:
    """The longer side of a digit in a picture of this shape: 20/28 of the shorter side.

    >>> box_side((28, 28)), box_side((16, 20))
    (20, 11)
    """
    return round(_BOX * min(shape) / _SIDE)


def centre_of_mass(ink: NDArray[np.generic]) -> tuple[float, float]:
    """Mean row and mean column, weighted by the ink; row and column of the first pixel are 0.

    >>> centre_of_mass(np.array([[0, 1], [0, 3]]))
    (0.75, 1.0)
    """
    amounts = ink.astype(np.float64)
    rows, columns = np.indices(ink.shape)
    total = amounts.sum()
    return float((rows * amounts).sum() / total), float((columns * amounts).sum() / total)


def is_mnist_like(ink: Grey, shape: tuple[int, int]) -> bool:
    """Whether a picture is boxed and centred as MNIST's are.

    MNIST's digits lie on pure black, have a longer side of 20 pixels (0.02 % of them 19), and the
    centre of mass within 0.52 pixels of row and column 14, counted from 0.

    Args:
        ink: from 0 to 1, (rows, columns).
        shape: rows and columns of the pictures that the network reads.
    """
    stored = to_bytes(ink)
    top, left, bottom, right = _extent(stored > 0)
    side = box_side(shape)
    if ink.shape != shape or not side - 1 <= max(bottom - top, right - left) <= side:
        return False
    offsets = np.array(centre_of_mass(stored)) - np.array(shape) // 2
    return bool(np.abs(offsets).max() <= _CENTRED)


def to_bytes(ink: Grey) -> NDArray[np.uint8]:
    """Ink from 0 to 1 as the nearest bytes from 0 to 255.

    >>> to_bytes(np.array([0, 0.5, 1], np.float32))
    array([  0, 128, 255], dtype=uint8)
    """
    return np.asarray(np.rint(ink * np.float32(_BLACK)), np.uint8)


def _extent(mask: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """Top, left, bottom and right of the pixels that are set, the last two exclusive."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return 0, 0, 0, 0
    return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1


def crop(ink: Grey) -> Grey:
    """The digit cut out along its outermost pixels with at least 0.3 of full ink.

    Args:
        ink: from 0 to 1, (rows, columns), with such a pixel.

    Example:
        >>> crop(np.array([[0.0, 0.1, 0.0], [0.0, 1.0, 0.5]], np.float32))
        array([[1. , 0.5]], dtype=float32)
    """
    top, left, bottom, right = _extent(ink >= _LEAST_INK)
    return ink[top:bottom, left:right]


@dataclass(frozen=True)
class Placing:
    """Size and place of a digit in a picture.

    Args:
        box: the longer side of the digit, in pixels.
        centre: row and column of its centre of mass, counted from 0.
        heights: the least and the greatest height; a digit of another is stretched or compressed.
        widest: the greatest width.
        stroke: the width in pixels to which its strokes are thickened or thinned; None to leave
            them.
    """

    box: int
    centre: tuple[float, float]
    heights: tuple[int, int] = (1, _ANY)
    widest: int = _ANY
    stroke: float | None = None

    @classmethod
    def mnist(cls, shape: tuple[int, int]) -> Self:
        """That of MNIST's digits, in a picture of a shape of its own.

        >>> found = Placing.mnist((28, 28))
        >>> found.box, found.centre
        (20, (14, 14))
        """
        return cls(box_side(shape), (shape[0] // 2, shape[1] // 2))


def scale_to_box(digit: Grey, placing: Placing, shape: tuple[int, int]) -> Grey:
    """The digit scaled so that its longer side fills the box.

    Its proportions are kept but for the bounds of height and width. Each new pixel is the mean of
    what it covers; then the inkiest one is made full ink.

    Args:
        digit: from 0 to 1, as `crop` gives it.
        placing: the box, and the bounds.
        shape: rows and columns of the whole picture, which the digit does not exceed.
    """
    from PIL import Image

    height, width = digit.shape
    scale = min(placing.box / max(height, width), shape[0] / height, shape[1] / width)
    least, most = placing.heights
    rows = min(max(least, round(height * scale)), most)
    size = (min(max(1, round(width * scale)), placing.widest), rows)
    picture = Image.fromarray(np.ascontiguousarray(digit))
    boxed = np.asarray(picture.resize(size, Image.Resampling.BOX))
    return np.asarray(np.clip(boxed / boxed.max(), 0, 1), np.float32)


def centre_digit(
    boxed: Grey, shape: tuple[int, int], centre: tuple[float, float]
) -> NDArray[np.uint8]:
    """The digit placed so that its centre of mass is nearest to a point, as bytes.

    Args:
        boxed: ink from 0 to 1, no larger than `shape`.
        shape: rows and columns of the picture.
        centre: row and column of the point, counted from 0.
    """
    offsets = [
        int(np.clip(np.floor(middle - mass + 0.5), 0, size - inner))
        for size, middle, mass, inner in zip(
            shape, centre, centre_of_mass(boxed), boxed.shape, strict=True
        )
    ]
    image = np.zeros(shape, np.uint8)
    top, left = offsets
    image[top : top + boxed.shape[0], left : left + boxed.shape[1]] = to_bytes(boxed)
    return image
