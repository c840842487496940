"""Distortions that move no pixel: thicker or thinner strokes, noise, cutout."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.arrays import Array

__all__ = ["add_noise", "cut_out", "thicken"]


def _spread(image: NDArray[np.float64], r: float) -> NDArray[np.float64]:
    """Return what each pixel gets when ink spreads by a distance r ≤ 1 in all directions."""
    h, w = image.shape
    framed = np.pad(image, 1)
    beside = [framed[i : i + h, j : j + w] for i, j in ((0, 1), (1, 0), (1, 2), (2, 1))]
    across = [framed[i : i + h, j : j + w] for i, j in ((0, 0), (0, 2), (2, 0), (2, 2))]
    near = r * (np.max(beside, axis=0) - image)
    far = r * math.sqrt(0.5) * (np.max(across, axis=0) - image)
    return np.asarray(image + np.maximum(0.0, np.maximum(near, far)))


def thicken(image: Array, by: float) -> NDArray[np.float64]:
    """[X4] Thicker or thinner strokes: half of the change at each edge.

        I' = I + max(0, r (max_beside(I) - I), (r/√2) (max_across(I) - I))      r = |by|/2

    max_beside and max_across are the greatest of the four pixels beside and across. An r above 1 is
    divided into steps of 1 and a remainder.
    Thinner strokes are computed with -I in place of I. Pixels outside the image are 0.

    Args:
        image: I, (h, w).
        by: the change of width in pixels, below 0 for thinner strokes.

    Returns:
        I', (h, w).

    Source: own, because the grey-scale dilation of Serra (1982) [serra1982], which is the case
    r = 1 of the first maximum, spreads by whole pixels only.
    """
    sign = 1.0 if by >= 0 else -1.0
    ink, left = sign * np.asarray(image, np.float64), abs(by) / 2
    while left > 0:
        ink, left = _spread(ink, min(left, 1.0)), left - 1.0
    return sign * ink + 0.0  # no -0


def add_noise(x: Array, normals: Array, deviation: float, full: float) -> NDArray[np.float64]:
    """[X5] Noise, clipped to the range of the image and of ink.

        x' = min(max(x + s f g, l), t)      l = min(0, min x)      t = max(f, max x)

    Args:
        x: of any shape.
        normals: g, standard normal numbers, of the same shape.
        deviation: s, as a fraction of full ink.
        full: f, the value of full ink.

    Source: Bishop (1995) [bishop1995].
    """
    low, high = min(0.0, float(x.min())), max(full, float(x.max()))
    return np.asarray(np.clip(x + deviation * full * normals, low, high))


def cut_out(image: Array, top: int, left: int, side: int) -> Array:
    """[X6] Cutout: the image with a square of zeros.

    Args:
        image: (h, w, …).
        top: first row of the square.
        left: first column of the square.
        side: number of its rows and of its columns.

    Example:
        >>> cut_out(np.ones((2, 3)), 0, 1, 2).tolist()
        [[1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]

    Source: DeVries & Taylor (2017) [devries2017].
    """
    cut = image.copy()
    cut[top : top + side, left : left + side] = 0
    return cut
