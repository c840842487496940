"""Where the pixels of a distorted image come from, and what is found there.

Positions are in pixels: y rows down from the middle of the top row, x columns to the right from the
middle of the left one. The image's centre is c = ((h - 1)/2, (w - 1)/2).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.arrays import Array

__all__ = ["AffineMap", "displacements", "interpolate", "smoothing_matrix", "source_positions"]

FAR = 10
"""Widths of a bell from its top beyond which nothing of it is left."""


@dataclass(frozen=True)
class AffineMap:
    """One affine map of the plane; first zoom, then shear, rotation and shift.

    Args:
        down: shift in pixels.
        right: shift in pixels.
        rotation: in radians, anticlockwise as one sees it.
        tall: the factor of heights, above 0.
        wide: the factor of widths, above 0.
        shear: how far a pixel goes to the right for each that it lies below the centre.
    """

    down: float = 0.0
    right: float = 0.0
    rotation: float = 0.0
    tall: float = 1.0
    wide: float = 1.0
    shear: float = 0.0


def source_positions(shape: tuple[int, int], move: AffineMap) -> NDArray[np.float64]:
    """[X1] Where each pixel of the result lies in the original: q = c + Z⁻¹ S⁻¹ R⁻¹ (p - c - t).

    Args:
        shape: (h, w).
        move: t, R, S and Z.

    Returns:
        y and x of every pixel, (2, h, w).

    Example:
        >>> source_positions((1, 3), AffineMap(right=1.0))[1].tolist()
        [[-1.0, 0.0, 1.0]]
    """
    h, w = shape
    middle_y, middle_x = (h - 1) / 2, (w - 1) / 2
    p_y, p_x = np.mgrid[0:h, 0:w].astype(np.float64)
    y, x = p_y - middle_y - move.down, p_x - middle_x - move.right
    cos, sin = math.cos(move.rotation), math.sin(move.rotation)
    y, x = sin * x + cos * y, cos * x - sin * y
    x = x - move.shear * y
    return np.stack([middle_y + y / move.tall, middle_x + x / move.wide])


def smoothing_matrix(n: int, width: float) -> NDArray[np.float64]:
    """[X2] The matrix that smooths n numbers with a bell, those beyond the ends being 0.

    Args:
        n: how many numbers.
        width: s, the bell's standard deviation, above 0.

    Returns:
        G, (n, n), G_ij = e^(-(i - j)²/2s²) / Σ_d e^(-d²/2s²), d all whole numbers.
    """
    reach = math.ceil(FAR * width)
    whole = np.exp(-0.5 * np.square(np.arange(-reach, reach + 1) / width)).sum()
    i = np.arange(n)
    return np.asarray(np.exp(-0.5 * np.square((i[:, None] - i) / width)) / whole)


def displacements(white: Array, strength: float, width: float) -> NDArray[np.float64]:
    """[X2] The elastic field: u = α G_h N G_wᵀ, for y and for x.

    Args:
        white: N, independent numbers between -1 and 1, (2, h, w).
        strength: α, in pixels before smoothing, at least 0.
        width: s, in pixels, above 0.

    Returns:
        u, in pixels, (2, h, w).
    """
    h, w = white.shape[1:]
    return np.asarray(
        strength * (smoothing_matrix(h, width) @ white @ smoothing_matrix(w, width).T)
    )


def interpolate(image: Array, positions: Array) -> NDArray[np.float64]:
    """[X3] The brightness between four pixels, in proportion to how near each is; 0 outside.

        v = (1 - f_y) ((1 - f_x) I_00 + f_x I_01) + f_y ((1 - f_x) I_10 + f_x I_11)

    Args:
        image: (h, w).
        positions: y and x, (2, …).

    Returns:
        v, of the shape of one of the two.
    """
    h, w = image.shape
    framed = np.zeros((h + 3, w + 3))
    framed[1 : h + 1, 1 : w + 1] = image
    y, x = np.clip(positions[0], -1, h) + 1, np.clip(positions[1], -1, w) + 1
    i, j = y.astype(np.int64), x.astype(np.int64)
    f_y, f_x = y - i, x - j
    above = (1 - f_x) * framed[i, j] + f_x * framed[i, j + 1]
    below = (1 - f_x) * framed[i + 1, j] + f_x * framed[i + 1, j + 1]
    return np.asarray((1 - f_y) * above + f_y * below)
