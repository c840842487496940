"""Where the pixels of a distorted image come from, and what is found there.

A page holds an image in a frame of zeros: a row above, two below, a column before, two after.
"""

from __future__ import annotations

import math
from typing import Any

from numpy.typing import NDArray

from chainrule.equations.distortions import DOWN, RIGHT, ROTATION, SHEAR, TALL, WIDE
from chainrule.kernels.augmentation_records import FRAME, Distortion, Sketch
from chainrule.kernels.compiling import kernel
from chainrule.kernels.hashing import uniform
from chainrule.kernels.simd import LANES

__all__ = ["draw_map", "drawn", "warp"]

Array = NDArray[Any]


@kernel
def drawn(key: int, which: int, most: float) -> float:
    """[X9] A number between -most and most."""
    return most * (2.0 * uniform(key, which) - 1.0)


@kernel
def draw_map(key: int, how: Distortion, by: Array) -> None:
    """[X1] The map from a pixel of the result to its place on the page.

    Row by[0] i + by[1] j + by[2] and column by[3] i + by[4] j + by[5] for pixel (i, j).
    """
    middle_y, middle_x = 0.5 * (how.height - 1), 0.5 * (how.width - 1)
    angle = drawn(key, ROTATION, how.rotation)
    cos, sin = math.cos(angle), math.sin(angle)
    tall, wide = 1.0 + drawn(key, TALL, how.zoom), 1.0 + drawn(key, WIDE, how.zoom)
    k = drawn(key, SHEAR, how.shear)
    from_y = -middle_y - drawn(key, DOWN, how.shift)
    from_x = -middle_x - drawn(key, RIGHT, how.shift)
    by[0], by[1] = cos / tall, sin / tall
    by[3], by[4] = (-sin - k * cos) / wide, (cos - k * sin) / wide
    by[2] = 1.0 + middle_y + by[0] * from_y + by[1] * from_x
    by[5] = 1.0 + middle_x + by[3] * from_y + by[4] * from_x


@kernel
def _between(x: float, most: float) -> float:
    """x, or 0 or the most where it lies beyond; 0 for NaN, so that every place is on the page."""
    least = x if x > 0.0 else 0.0
    return least if least < most else most


@kernel
def warp(how: Distortion, sketch: Sketch, page: Array, channel: int) -> None:
    """[X3] One channel of the result, from its page.

    Args:
        how: with the image's shape.
        sketch: with the map and the field; `made` is set.
        page: the channel in its frame.
        channel: which.
    """
    h, w, every = how.height, how.width, how.channels
    stride, step = w + FRAME, (w + LANES - 1) // LANES * LANES
    by, field, made = sketch.by, sketch.field, sketch.made
    bottom, side = float(h + 1), float(w + 1)
    for i in range(h):
        down = sketch.starts[4] + i * step
        right = down + h * step
        first_y, first_x = by[0] * i + by[2], by[3] * i + by[5]
        for j in range(w):
            y = _between(first_y + by[1] * j + field[down + j], bottom)
            x = _between(first_x + by[4] * j + field[right + j], side)
            row, column = int(y), int(x)
            f_y, f_x, at = y - row, x - column, row * stride + column
            above = page[at] + f_x * (page[at + 1] - page[at])
            below = page[at + stride] + f_x * (page[at + stride + 1] - page[at + stride])
            made[(i * w + j) * every + channel] = above + f_y * (below - above)
