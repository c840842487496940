"""Distorted copies of examples, one after the other; each by numbers of its own.

A copy is a function of the epoch's key, the example's number and the example, so it does not matter
which others are made, in which order, or by which thread.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.distortions import FIELD, NOISE, THICKNESS
from chainrule.kernels.augmentation_field import draw_field
from chainrule.kernels.augmentation_ink import add_noise, cut_square, pen_step
from chainrule.kernels.augmentation_records import FRAME, Distortion, Images, Sketch
from chainrule.kernels.augmentation_warp import draw_map, drawn, warp
from chainrule.kernels.compiling import announced, entry, kernel
from chainrule.kernels.hashing import derived

__all__ = ["distort_rows"]

Array = NDArray[Any]


@kernel
def _lay_down(how: Distortion, x: Array, channel: int, page: Array) -> None:
    """One channel of an image into its frame."""
    stride, every = how.width + FRAME, how.channels
    for i in range(how.height):
        for j in range(how.width):
            page[(i + 1) * stride + j + 1] = x[(i * how.width + j) * every + channel]


@kernel
def _take_up(how: Distortion, page: Array, channel: int, made: Array) -> None:
    """The inverse."""
    stride, every = how.width + FRAME, how.channels
    for i in range(how.height):
        for j in range(how.width):
            made[(i * how.width + j) * every + channel] = page[(i + 1) * stride + j + 1]


@kernel
def _draw(key: int, how: Distortion, sketch: Sketch, channel: int) -> None:
    """Pen and hand: thickness, then the map of the plane, for one channel."""
    page, other = sketch.page, sketch.spare
    _lay_down(how, sketch.original, channel, page)
    by = drawn(key, THICKNESS, how.thickness)
    left, sign = 0.5 * abs(by), 1.0 if by >= 0.0 else -1.0
    while left > 0.0:
        pen_step(how, page, other, sign * min(left, 1.0))
        page, other, left = other, page, left - 1.0
    if how.moves:
        warp(how, sketch, page, channel)
    else:
        _take_up(how, page, channel, sketch.made)


@kernel
def _distort(key: int, how: Distortion, sketch: Sketch) -> None:
    """[X10] One example's copy, in the sketch."""
    if how.moves:
        draw_map(key, how, sketch.by)
    if how.elastic:
        draw_field(derived(key, FIELD), how, sketch)
    for channel in range(how.channels):
        _draw(key, how, sketch, channel)
    if how.noise > 0.0:
        add_noise(derived(key, NOISE), how, sketch.made)
    if how.cutout > 0:
        cut_square(key, how, sketch.made)


@kernel
def _read(images: Images, r: int, into: Array) -> None:
    """An example as numbers."""
    if images.in_bytes.shape[1] > 0:
        for k in range(into.size):
            into[k] = images.in_bytes[r, k]
    elif images.in_singles.shape[1] > 0:
        for k in range(into.size):
            into[k] = images.in_singles[r, k]
    else:
        for k in range(into.size):
            into[k] = images.in_doubles[r, k]


@kernel
def _write(made: Array, images: Images, r: int) -> None:
    """A copy in the type of its original; bytes are rounded to the nearest."""
    if images.in_bytes.shape[1] > 0:
        for k in range(made.size):
            images.out_bytes[r, k] = np.uint8(int(made[k] + 0.5))
    elif images.in_singles.shape[1] > 0:
        for k in range(made.size):
            images.out_singles[r, k] = np.float32(made[k])
    else:
        for k in range(made.size):
            images.out_doubles[r, k] = made[k]


@announced("The kernels that distort images are compiled, this once: about 3 s.")
@entry
def distort_rows(
    epoch_key: int, how: Distortion, sketch: Sketch, images: Images, share: tuple[Array, int, int]
) -> int:
    """[X10] Copies of some examples.

    Args:
        epoch_key: an example's is derived from it by its number.
        how: what to do.
        sketch: this thread's room.
        images: all originals, and where copies go.
        share: the numbers of the originals, one for each copy; the first copy and the one after the
            last that this call makes.

    Returns: how many were made.
    """
    rows, first, after = share
    for r in range(first, after):
        _read(images, rows[r], sketch.original)
        _distort(derived(epoch_key, rows[r]), how, sketch)
        _write(sketch.made, images, r)
    return after - first
