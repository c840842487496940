"""The elastic field of an image: white noise, smoothed along its rows, then along its columns."""

from __future__ import annotations

import numpy as np

from chainrule.equations.hashing import SMALLEST
from chainrule.kernels.augmentation_records import Distortion, Sketch
from chainrule.kernels.compiling import kernel
from chainrule.kernels.hashing import hashed
from chainrule.kernels.simd import LANES, load, plus_times, store

__all__ = ["draw_field"]


@kernel
def _smooth(sketch: Sketch, left: int, right: int, out: int, size: tuple[int, int, int]) -> None:
    """out = left · right; all are places in the field where a matrix begins.

    size: rows of left and out, terms of each sum, distance between rows of right and out. Four rows
    go together; beyond the last one it is done again.
    """
    rows, terms, step = size
    field = sketch.field
    for row in range(0, rows, 4):
        r1, r2, r3 = min(row + 1, rows - 1), min(row + 2, rows - 1), min(row + 3, rows - 1)
        for column in range(0, step, LANES):
            zero = load(field, 0, sketch.starts[5])
            s0, s1, s2, s3 = zero, zero, zero, zero
            for k in range(terms):
                lanes = load(field, 0, right + k * step + column)
                s0 = plus_times(s0, field[left + row * terms + k], lanes)
                s1 = plus_times(s1, field[left + r1 * terms + k], lanes)
                s2 = plus_times(s2, field[left + r2 * terms + k], lanes)
                s3 = plus_times(s3, field[left + r3 * terms + k], lanes)
            store(field, 0, out + row * step + column, s0)
            store(field, 0, out + r1 * step + column, s1)
            store(field, 0, out + r2 * step + column, s2)
            store(field, 0, out + r3 * step + column, s3)


@kernel
def draw_field(key: int, how: Distortion, sketch: Sketch) -> None:
    """[X2] u = α G_h N G_wᵀ for y and for x; α is in the first matrix already.

    Args:
        key: of the field, from the example's.
        how: with the image's shape.
        sketch: its field is set.
    """
    h, w = how.height, how.width
    step = (w + LANES - 1) // LANES * LANES
    up, across, white, half, whole = sketch.starts[:5]
    for k in range(2 * h * w):
        number = float(hashed(key, k)) + 0.5
        sketch.field[white + k] = np.float32(2.0 * SMALLEST * number - 1.0)
    _smooth(sketch, white, across, half, (2 * h, w, step))
    for part in (0, h * step):
        _smooth(sketch, up, half + part, whole + part, (h, h, step))
