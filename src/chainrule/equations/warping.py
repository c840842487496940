"""Distortions that move pixels: the affine map, the elastic field, and interpolation.

Positions are in pixels: y counts rows downwards from the centre of the top row, x counts columns to
the right from the centre of the left one. The centre of the image is c = ((h - 1)/2, (w - 1)/2).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.arrays import Array

__all__ = ["AffineMap", "displacements", "interpolate", "smoothing_matrix", "source_positions"]

FAR = 10
"""Standard deviations after which a bell curve is cut off: it is below e^-50 there, far less than the
last digit of its sum."""


@dataclass(frozen=True)
class AffineMap:
    """An affine map of the plane: first zoom, then shear, rotation and shift.

    Args:
        down: shift downwards, in pixels.
        right: shift to the right, in pixels.
        rotation: in radians, anticlockwise as seen on the screen.
        tall: factor of heights, above 0.
        wide: factor of widths, above 0.
        shear: pixels to the right for each pixel below the centre.
    """

    down: float = 0.0
    right: float = 0.0
    rotation: float = 0.0
    tall: float = 1.0
    wide: float = 1.0
    shear: float = 0.0


def source_positions(shape: tuple[int, int], move: AffineMap) -> NDArray[np.float64]:
    """[X1] The position in the original of each pixel of the result.

        q = c + Z⁻¹ S⁻¹ R⁻¹ (p - c - t)

    Args:
        shape: (h, w).
        move: the shift t, rotation R, shear S and zoom Z.

    Returns:
        q: the y and the x of every pixel, (2, h, w).

    Example:
        >>> source_positions((1, 3), AffineMap(right=1.0))[1].tolist()
        [[-1.0, 0.0, 1.0]]

    Source: LeCun et al. (1998) [lecun1998a], section III; Simard, Steinkraus & Platt (2003)
    [simard2003].
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
    """[X2] The matrix that smooths n numbers with a Gaussian; numbers beyond the ends count as 0.

        G_ij = e^(-(i - j)²/2s²) / Σ_d e^(-d²/2s²), d all whole numbers

    Args:
        n: the number of numbers.
        width: s, the standard deviation, above 0.

    Returns:
        G, (n, n).
    """
    reach = math.ceil(FAR * width)
    whole = np.exp(-0.5 * np.square(np.arange(-reach, reach + 1) / width)).sum()
    i = np.arange(n)
    return np.asarray(np.exp(-0.5 * np.square((i[:, None] - i) / width)) / whole)


def displacements(white: Array, strength: float, width: float) -> NDArray[np.float64]:
    """[X2] The elastic field, for y and for x.

        u = α G_h N G_wᵀ

    Args:
        white: N, independent uniform numbers between -1 and 1, (2, h, w).
        strength: α, the greatest displacement before smoothing, in pixels, at least 0.
        width: s, the standard deviation of the smoothing, in pixels, above 0.

    Returns:
        u, in pixels, (2, h, w).

    Source: Simard, Steinkraus & Platt (2003) [simard2003], section 2.
    """
    h, w = white.shape[1:]
    return np.asarray(
        strength * (smoothing_matrix(h, width) @ white @ smoothing_matrix(w, width).T)
    )


def interpolate(image: Array, positions: Array) -> NDArray[np.float64]:
    """[X3] Bilinear interpolation between four pixels; 0 outside the image.

        v = (1 - f_y) ((1 - f_x) I_00 + f_x I_01) + f_y ((1 - f_x) I_10 + f_x I_11)

    Args:
        image: I, (h, w).
        positions: y and x, (2, …).

    Returns:
        v, (…).

    Source: Simard, Steinkraus & Platt (2003) [simard2003], section 2.
    """
    h, w = image.shape
    # One row of zeros above the image, two below: a position clipped to h lies in row h + 1 of the
    # frame, and row h + 2 is read too. The same holds for columns.
    framed = np.zeros((h + 3, w + 3))
    framed[1 : h + 1, 1 : w + 1] = image
    y, x = np.clip(positions[0], -1, h) + 1, np.clip(positions[1], -1, w) + 1
    i, j = y.astype(np.int64), x.astype(np.int64)
    f_y, f_x = y - i, x - j
    above = (1 - f_x) * framed[i, j] + f_x * framed[i, j + 1]
    below = (1 - f_x) * framed[i + 1, j] + f_x * framed[i + 1, j + 1]
    return np.asarray((1 - f_y) * above + f_y * below)
