"""Where the pixels of a distorted image come from: the affine map and the elastic field.

A page holds one channel of an image in a frame of zeros: a row above, two below, a column before,
two after.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.distortions import DOWN, RIGHT, ROTATION, SHEAR, TALL, WIDE
from chainrule.equations.hashing import SMALLEST
from chainrule.kernels.augmentation_records import FRAME, DistortionSettings, Scratch
from chainrule.kernels.compiling import kernel
from chainrule.kernels.hashing import random_bits, uniform
from chainrule.kernels.simd import LANES, load, multiply_add, store

__all__ = ["draw_affine_map", "draw_field", "draw_symmetric", "warp"]

Array = NDArray[Any]


@kernel
def draw_symmetric(key: int, counter: int, most: float) -> float:
    """[X9] A number between -most and most."""
    return most * (2.0 * uniform(key, counter) - 1.0)


@kernel
def draw_affine_map(key: int, how: DistortionSettings, affine: Array) -> None:
    """[X1] The map from a pixel (i, j) of the copy to its row and column on the page.

    Args:
        key: the example's.
        how: with the image's shape.
        affine: takes the map: row affine[0] · (i, j, 1) and column affine[1] · (i, j, 1).
    """
    middle_y, middle_x = 0.5 * (how.height - 1), 0.5 * (how.width - 1)
    angle = draw_symmetric(key, ROTATION, how.rotation)
    cos, sin = math.cos(angle), math.sin(angle)
    tall = 1.0 + draw_symmetric(key, TALL, how.zoom)
    wide = 1.0 + draw_symmetric(key, WIDE, how.zoom)
    k = draw_symmetric(key, SHEAR, how.shear)
    from_y = -middle_y - draw_symmetric(key, DOWN, how.shift)
    from_x = -middle_x - draw_symmetric(key, RIGHT, how.shift)
    affine[0, 0], affine[0, 1] = cos / tall, sin / tall
    affine[1, 0], affine[1, 1] = (-sin - k * cos) / wide, (cos - k * sin) / wide
    # 1.0 is the row above the image, and the column before it.
    affine[0, 2] = 1.0 + middle_y + affine[0, 0] * from_y + affine[0, 1] * from_x
    affine[1, 2] = 1.0 + middle_x + affine[1, 0] * from_y + affine[1, 1] * from_x


@kernel
def _multiply_matrices(
    scratch: Scratch, left: int, right: int, out: int, rows: int, terms: int, stride: int
) -> None:
    """out = left · right; all three are places in the field where a matrix begins.

    Args:
        scratch: with the field.
        left: (rows, terms), in one piece.
        right: (terms, stride).
        out: (rows, stride).
        rows: of left and out.
        terms: of each sum.
        stride: between rows of right and out, a multiple of sixteen.
    """
    field = scratch.field
    # Four rows go together, so that a vector of `right` is loaded once for four sums. Beyond the
    # last row that one is done again, which changes nothing.
    for row in range(0, rows, 4):
        r1, r2, r3 = min(row + 1, rows - 1), min(row + 2, rows - 1), min(row + 3, rows - 1)
        for column in range(0, stride, LANES):
            zero = load(field, 0, scratch.starts.zeros)
            s0, s1, s2, s3 = zero, zero, zero, zero
            for k in range(terms):
                lanes = load(field, 0, right + k * stride + column)
                s0 = multiply_add(s0, field[left + row * terms + k], lanes)
                s1 = multiply_add(s1, field[left + r1 * terms + k], lanes)
                s2 = multiply_add(s2, field[left + r2 * terms + k], lanes)
                s3 = multiply_add(s3, field[left + r3 * terms + k], lanes)
            store(field, 0, out + row * stride + column, s0)
            store(field, 0, out + r1 * stride + column, s1)
            store(field, 0, out + r2 * stride + column, s2)
            store(field, 0, out + r3 * stride + column, s3)


@kernel
def draw_field(key: int, how: DistortionSettings, scratch: Scratch) -> None:
    """[X2] u = α G_h N G_wᵀ; for y and for x, with α in the first matrix already.

    Args:
        key: of the field, from the example's.
        how: with the image's shape.
        scratch: its field is set.
    """
    h, w, starts = how.height, how.width, scratch.starts
    stride = (w + LANES - 1) // LANES * LANES
    for k in range(2 * h * w):
        number = float(random_bits(key, k)) + 0.5
        scratch.field[starts.white + k] = np.float32(2.0 * SMALLEST * number - 1.0)
    _multiply_matrices(scratch, starts.white, starts.across, starts.half, 2 * h, w, stride)
    for part in (0, h * stride):
        half, smooth = starts.half + part, starts.smooth + part
        _multiply_matrices(scratch, starts.down, half, smooth, h, h, stride)


@kernel
def _clamp(x: float, most: float) -> float:
    """x, or 0 or the most if it lies beyond; 0 for NaN, so that every place is on the page."""
    least = x if x > 0.0 else 0.0
    return least if least < most else most


@kernel
def warp(how: DistortionSettings, scratch: Scratch, page: Array, channel: int) -> None:
    """[X3] One channel of the copy, interpolated between the four pixels about each place.

    Args:
        how: with the image's shape.
        scratch: with the map and the field; `copy` is set.
        page: the channel in its frame.
        channel: which.
    """
    h, w, channels = how.height, how.width, how.channels
    stride, field_stride = w + FRAME, (w + LANES - 1) // LANES * LANES
    affine, field, copy = scratch.affine, scratch.field, scratch.copy
    bottom, side = float(h + 1), float(w + 1)
    for i in range(h):
        down = scratch.starts.smooth + i * field_stride
        right = down + h * field_stride
        first_y = affine[0, 0] * i + affine[0, 2]
        first_x = affine[1, 0] * i + affine[1, 2]
        for j in range(w):
            y = _clamp(first_y + affine[0, 1] * j + field[down + j], bottom)
            x = _clamp(first_x + affine[1, 1] * j + field[right + j], side)
            row, column = int(y), int(x)
            f_y, f_x, at = y - row, x - column, row * stride + column
            above = page[at] + f_x * (page[at + 1] - page[at])
            below = page[at + stride] + f_x * (page[at + stride + 1] - page[at + stride])
            copy[(i * w + j) * channels + channel] = above + f_y * (below - above)
