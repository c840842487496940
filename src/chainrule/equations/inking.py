"""What changes an image where it stands: the pen's width, noise, a square that is missing."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.arrays import Array

__all__ = ["add_noise", "cut_out", "thicken"]


def _spread(image: NDArray[np.float64], r: float) -> NDArray[np.float64]:
    """Each pixel's ink, or what it gets from the most inked neighbour at a distance r ≤ 1."""
    h, w = image.shape
    framed = np.pad(image, 1)
    beside = [framed[i : i + h, j : j + w] for i, j in ((0, 1), (1, 0), (1, 2), (2, 1))]
    across = [framed[i : i + h, j : j + w] for i, j in ((0, 0), (0, 2), (2, 0), (2, 2))]
    near = r * (np.max(beside, axis=0) - image)
    far = r * math.sqrt(0.5) * (np.max(across, axis=0) - image)
    return np.asarray(image + np.maximum(0.0, np.maximum(near, far)))


def thicken(image: Array, by: float) -> NDArray[np.float64]:
    """[X4] Strokes made thicker by so many pixels, or thinner: half of it at each edge.

    For r = |by|/2 up to 1, and again with what is left above 1:

        I' = I + max(0, r (max of 4 beside - I), r/√2 (max of 4 across - I))

    and for thinner strokes -I in place of I. Outside the image is 0.

    Args:
        image: (h, w).
        by: in pixels; below 0 for thinner.

    Returns:
        The image, (h, w).
    """
    sign = 1.0 if by >= 0 else -1.0
    ink, left = sign * np.asarray(image, np.float64), abs(by) / 2
    while left > 0:
        ink, left = _spread(ink, min(left, 1.0)), left - 1.0
    return sign * ink + 0.0  # no -0


def add_noise(x: Array, normals: Array, deviation: float, full: float) -> NDArray[np.float64]:
    """[X5] x + s f g, kept between min(0, least x) and max(f, greatest x).

    Args:
        x: of any shape.
        normals: g, numbers of the standard normal distribution, of the same shape.
        deviation: s, as a share of full ink.
        full: f, what full ink is.
    """
    low, high = min(0.0, float(x.min())), max(full, float(x.max()))
    return np.asarray(np.clip(x + deviation * full * normals, low, high))


def cut_out(image: Array, top: int, left: int, side: int) -> Array:
    """[X6] The image with a square of zeros.

    Args:
        image: (h, w, …).
        top: the square's first row.
        left: its first column.
        side: its rows and columns.

    Example:
        >>> cut_out(np.ones((2, 3)), 0, 1, 2).tolist()
        [[1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]
    """
    kept = image.copy()
    kept[top : top + side, left : left + side] = 0
    return kept
