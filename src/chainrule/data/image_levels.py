"""The grey levels of arrays of images: which value is black, white, and how they are stored."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import DataError

__all__ = ["ImageLevels", "as_images", "find_side"]

_TOPS = (1.0, 255.0, 1023.0, 4095.0, 16383.0, 65535.0)
"""Values of white: fractions, and whole numbers of 8, 10, 12, 14 and 16 bits."""
_FEW_TOPS = (1, 15, 16)
"""Whole values of white below 255: of one bit, of four, and of scikit-learn's 8 x 8 digits."""
_BYTE = 255
_LEAST_SIDE = 8
_WRAPPED_RING = 64
"""Bytes stored as int8 have paper near 0 or -1; values shifted by 128 have it near the ends."""


@dataclass(frozen=True)
class ImageLevels:
    """How an array of images stores brightness.

    Args:
        bottom: the value of black, after `shift`.
        top: the value of white.
        whole: whether values become bytes; otherwise they stay floats.
        wrapped: whether bytes were stored as int8, so that the bright ones are negative.
        shift: what is added to each value.
    """

    bottom: float = 0.0
    top: float = 255.0
    whole: bool = True
    wrapped: bool = False
    shift: int = 0

    @classmethod
    def find(cls, images: NDArray[Any]) -> ImageLevels:
        """Return the levels that the values of a training part show.

        Args:
            images: (n, rows, columns) or with colours, finite numbers.
        """
        if images.dtype == np.uint8:
            return cls(top=_byte_top(int(images.max())))
        low, high = float(images.min()), float(images.max())
        if images.dtype == np.int8 and low < 0:
            near = abs(float(np.median(_ring(images)))) <= _WRAPPED_RING
            return cls(wrapped=True) if near else cls(shift=128)
        if not np.isfinite(low + high):
            return cls(top=1.0, whole=False)
        whole = _are_whole(images)
        if low >= 0 and whole and high <= _BYTE:
            return cls(top=_byte_top(int(high)))
        if low < 0 or high > _TOPS[-1] or (not whole and 1 < high <= max(_FEW_TOPS)):
            return cls(bottom=min(low, 0.0), top=max(high, 1.0), whole=False)
        return cls(top=next(top for top in _TOPS if high <= top), whole=False)

    @property
    def scale(self) -> float:
        """What a stored value is multiplied by, so that it lies between 0 and 1."""
        return 1 / self.top if self.bottom == 0 and self.top > 1 else 1.0

    def apply(self, images: NDArray[Any], where: str) -> NDArray[Any]:
        """Return images stored in these levels: bytes, or floats as they are.

        Raises: DataError for values that do not fit.
        """
        if self.wrapped and images.dtype == np.int8:
            return images.view(np.uint8)
        if images.dtype == np.uint8 and self.whole:
            self._require_fit(images, where)
            return images
        moved = images.astype(np.int16) + self.shift if self.shift else images
        self._require_fit(moved, where)
        if self.whole:
            return moved.astype(np.uint8)
        return moved if moved.dtype.kind == "f" else moved.astype(np.float32)

    def _require_fit(self, images: NDArray[Any], where: str) -> None:
        low, high = float(images.min()), float(images.max())
        # Another part may hold darker images, but not only values of another unit.
        shrunk = 0 < high <= 1 < min(self.top, max(_FEW_TOPS) - 2)
        if self.whole and (low < 0 or high > self.top or shrunk or not _are_whole(images)):
            raise DataError(
                where,
                expected=f"whole grey values from 0 to {self.top:g}, as in the training part",
                got=f"values from {low:g} to {high:g} ({images.dtype})",
                remedy="Store both parts alike",
            )

    @property
    def remarks(self) -> tuple[str, ...]:
        """Sentences on what is unusual about the levels."""
        if self.wrapped:
            return ("Negative grey values: bytes stored as int8; they were read as uint8.",)
        if self.shift:
            return (f"Negative grey values: {self.shift} was added to each.",)
        if self.bottom < 0:
            return (f"Grey values run from {self.bottom:g} to {self.top:g}; they are kept.",)
        if self.top not in (1, _BYTE):
            return (f"Grey values run from 0 to {self.top:g}; they are scaled to 0 … 1.",)
        return ()


def _are_whole(images: NDArray[Any]) -> bool:
    return images.dtype.kind != "f" or bool((images == np.rint(images)).all())


def _byte_top(high: int) -> float:
    return float(high if high in _FEW_TOPS else _BYTE)


def _ring(images: NDArray[Any]) -> NDArray[Any]:
    """The values at the borders of images."""
    return np.concatenate(
        [images[:, edge].reshape(-1) for edge in (0, -1)]
        + [images[:, :, edge].reshape(-1) for edge in (0, -1)]
    )


def as_images(inputs: NDArray[Any]) -> NDArray[Any] | None:
    """Return inputs as (n, rows, columns) or (n, rows, columns, 3), or None if they are not images.

    A single channel is left out, be it the last or the first.
    """
    if inputs.ndim == 4 and inputs.shape[3] == 1:
        inputs = inputs[..., 0]
    elif inputs.ndim == 4 and inputs.shape[1] == 1:
        inputs = inputs[:, 0]
    colours = inputs.ndim == 4 and inputs.shape[3] == 3
    if inputs.dtype.kind not in "buif" or not (inputs.ndim == 3 or colours):
        return None
    return inputs if min(inputs.shape[1:3]) > 1 else None


def find_side(inputs: NDArray[Any]) -> int | None:
    """Return the side of the square images that rows of numbers are; None if they are none.

    They are if there are 64 or more in a row, the square of a whole number, and all are whole
    numbers from 0 to 255 of which some are above 127, or numbers from 0 to 15 or 16. Rows of bytes
    are left as they are.

    Args:
        inputs: any array.

    Example:
        >>> find_side(np.arange(128, 192, dtype=np.float64).reshape(1, 64))
        8
    """
    if inputs.ndim != 2 or inputs.dtype.kind not in "iuf" or inputs.dtype == np.uint8:
        return None
    side = math.isqrt(inputs.shape[1])
    if side * side != inputs.shape[1] or side < _LEAST_SIDE:
        return None
    low, high = float(inputs.min()), float(inputs.max())
    grey = low >= 0 and (high in _FEW_TOPS[1:] or _BYTE // 2 < high <= _BYTE)
    return side if grey and _are_whole(inputs) else None
