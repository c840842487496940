"""Distorted copies of examples, one after the other, each with its own random numbers.

A copy is a function of the epoch's key, the example's number and the example, so it does not matter
which others are made, in which order, or by which thread.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.distortions import FIELD, NOISE, THICKNESS
from chainrule.kernels.augmentation_records import FRAME, DistortionSettings, Images, Scratch
from chainrule.kernels.compiling import announce, entry, kernel
from chainrule.kernels.hashing import derive_key
from chainrule.kernels.inking import add_noise, cut_square, pen_step
from chainrule.kernels.warping import draw_affine_map, draw_field, draw_symmetric, warp

__all__ = ["distort_rows"]

Array = NDArray[Any]


@kernel
def _copy_to_page(how: DistortionSettings, image: Array, channel: int, page: Array) -> None:
    """One channel of an image into its frame."""
    stride, channels = how.width + FRAME, how.channels
    for i in range(how.height):
        for j in range(how.width):
            page[(i + 1) * stride + j + 1] = image[(i * how.width + j) * channels + channel]


@kernel
def _copy_from_page(how: DistortionSettings, page: Array, channel: int, image: Array) -> None:
    """The inverse."""
    stride, channels = how.width + FRAME, how.channels
    for i in range(how.height):
        for j in range(how.width):
            image[(i * how.width + j) * channels + channel] = page[(i + 1) * stride + j + 1]


@kernel
def _distort_channel(key: int, how: DistortionSettings, scratch: Scratch, channel: int) -> None:
    """Pen and hand: thickness, then the map of the plane, for one channel."""
    page, other = scratch.page, scratch.spare
    _copy_to_page(how, scratch.original, channel, page)
    by = draw_symmetric(key, THICKNESS, how.thickness)
    left, sign = 0.5 * abs(by), 1.0 if by >= 0.0 else -1.0  # half at each edge of a stroke
    while left > 0.0:
        pen_step(how, page, other, sign * min(left, 1.0))
        page, other, left = other, page, left - 1.0
    if how.moves:
        warp(how, scratch, page, channel)
    else:
        _copy_from_page(how, page, channel, scratch.copy)


@kernel
def _distort(key: int, how: DistortionSettings, scratch: Scratch) -> None:
    """[X10] The copy of the original in the scratch."""
    if how.moves:
        draw_affine_map(key, how, scratch.affine)
    if how.elastic:
        draw_field(derive_key(key, FIELD), how, scratch)
    for channel in range(how.channels):
        _distort_channel(key, how, scratch, channel)
    if how.noise > 0.0:
        add_noise(derive_key(key, NOISE), how, scratch.copy)
    if how.cutout > 0:
        cut_square(key, how, scratch.copy)


@kernel
def _read(images: Images, r: int, into: Array) -> None:
    """An example as numbers."""
    if images.in_uint8.shape[1] > 0:
        for k in range(into.size):
            into[k] = images.in_uint8[r, k]
    elif images.in_float32.shape[1] > 0:
        for k in range(into.size):
            into[k] = images.in_float32[r, k]
    else:
        for k in range(into.size):
            into[k] = images.in_float64[r, k]


@kernel
def _write(copy: Array, images: Images, r: int) -> None:
    """A copy in the type of its original; bytes are rounded to the nearest."""
    if images.in_uint8.shape[1] > 0:
        for k in range(copy.size):
            images.out_uint8[r, k] = np.uint8(int(copy[k] + 0.5))
    elif images.in_float32.shape[1] > 0:
        for k in range(copy.size):
            images.out_float32[r, k] = np.float32(copy[k])
    else:
        for k in range(copy.size):
            images.out_float64[r, k] = copy[k]


@announce("The kernels that distort images are compiled, this once: about 3 s.")
@entry
def distort_rows(
    epoch_key: int,
    how: DistortionSettings,
    scratch: Scratch,
    images: Images,
    rows: Array,
    first: int,
    after: int,
) -> int:
    """[X10] Copies of some examples.

    Args:
        epoch_key: an example's key is derived from it by the example's number.
        how: what may happen.
        scratch: this thread's room.
        images: all originals, and where the copies go.
        rows: (copies,) the number of each copy's original.
        first: the first copy to make.
        after: the copy after the last.

    Returns: the number of copies made.
    """
    for r in range(first, after):
        _read(images, rows[r], scratch.original)
        _distort(derive_key(epoch_key, rows[r]), how, scratch)
        _write(scratch.copy, images, r)
    return after - first
