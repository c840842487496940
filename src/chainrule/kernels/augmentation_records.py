"""The records and buffers of the kernels that distort images."""

from __future__ import annotations

from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.distortions import Augmentation
from chainrule.equations.warping import smoothing_matrix
from chainrule.kernels.panels import aligned_zeros
from chainrule.kernels.simd import LANES

__all__ = [
    "FRAME",
    "DistortionSettings",
    "Images",
    "Scratch",
    "distortion_settings",
    "make_scratch",
    "pair_images",
]

Array = NDArray[Any]

FRAME = 3
"""Rows and columns of zeros about an image on a page: one before it, two after.

A place at the image's last edge and beyond is between two of them, so that no pixel needs a check.
"""

_KINDS = (np.uint8, np.float32, np.float64)


class DistortionSettings(NamedTuple):
    """What may happen to each image."""

    height: int
    width: int
    channels: int
    shift: float  # pixels
    rotation: float  # radians
    zoom: float
    shear: float
    elastic: bool
    thickness: float  # pixels
    noise: float  # as a fraction of full ink
    full: float  # full ink
    cutout: int  # pixels, at most the image's shorter side
    moves: bool  # whether pixels change their places


class FieldStarts(NamedTuple):
    """Where the parts of an elastic field begin."""

    down: int  # the matrix that smooths along columns, (h, h); times the strength
    across: int  # the matrix that smooths along rows, (w, padded w)
    white: int  # white noise for y and x, (2, h, w)
    half: int  # the same, smooth along rows, (2, h, padded w)
    smooth: int  # the same, smooth both ways: the displacements, (2, h, padded w)
    zeros: int  # sixteen


class Scratch(NamedTuple):
    """One thread's working memory."""

    field: Array  # float32, flat
    starts: FieldStarts  # of the field's parts
    page: Array  # float64, flat: one channel of the image in its frame
    spare: Array  # the same, for the next step of the pen
    copy: Array  # float64, (features,): the distorted image
    original: Array  # float64, (features,)
    affine: Array  # float64, (2, 3): from a pixel (i, j, 1) of the copy to its place on the page


class Images(NamedTuple):
    """Originals and copies; the arrays of two of the three types have no columns.

    So one piece of compiled code serves all types.
    """

    in_uint8: Array
    in_float32: Array
    in_float64: Array
    out_uint8: Array
    out_float32: Array
    out_float64: Array


def distortion_settings(
    strengths: Augmentation, height: int, width: int, channels: int, full: float
) -> DistortionSettings:
    """The strengths of an augmentation as plain numbers, for images of one shape.

    Args:
        strengths: of each distortion.
        height: rows of an image.
        width: columns of an image.
        channels: numbers of a pixel.
        full: what full ink is.
    """
    return DistortionSettings(
        height=height,
        width=width,
        channels=channels,
        shift=float(strengths.shift),
        rotation=float(np.radians(strengths.rotation)),
        zoom=float(strengths.zoom),
        shear=float(strengths.shear),
        elastic=bool(strengths.elastic),
        thickness=float(strengths.thickness),
        noise=float(strengths.noise),
        full=float(full),
        cutout=min(int(strengths.cutout), height, width),
        moves=strengths.moves,
    )


def pair_images(inputs: Array, out: Array) -> Images:
    """Originals and copies as compiled code takes them.

    Args:
        inputs: (n, features), rows end to end.
        out: (copies, features), the same; it takes the copies.
    """
    originals = inputs.view()
    originals.flags.writeable = False  # one type for compiled code, whatever was given
    both: list[Array] = []
    for whole in (originals, out):
        none = [np.empty((0, 0), kind) for kind in _KINDS]
        for array in none:
            array.flags.writeable = whole.flags.writeable
        both += [whole if whole.dtype == array.dtype else array for array in none]
    return Images(*both)


def _padded_size(size: int) -> int:
    """The next multiple of sixteen."""
    return -(-size // LANES) * LANES


def _field_starts(strengths: Augmentation, height: int, width: int) -> tuple[FieldStarts, int]:
    """Where the parts of the field begin, and where the last one ends."""
    if not strengths.moves:
        return FieldStarts(0, 0, 0, 0, 0, 0), 0
    smooth = 2 * height * _padded_size(width)
    sizes = (height**2, width * _padded_size(width), 2 * height * width, smooth, smooth, LANES)
    *starts, end = accumulate(map(_padded_size, sizes), initial=0)
    return FieldStarts(*starts), end


def make_scratch(strengths: Augmentation, height: int, width: int, channels: int) -> Scratch:
    """A thread's working memory, with the matrices that smooth the field.

    The first matrix is multiplied by the strength of the field.

    Args:
        strengths: of each distortion.
        height: rows of an image.
        width: columns of an image.
        channels: numbers of a pixel.
    """
    starts, end = _field_starts(strengths, height, width)
    field = aligned_zeros(end, np.float32)
    if strengths.elastic:
        down, across = (smoothing_matrix(n, strengths.elastic_smoothness) for n in (height, width))
        field[: height**2] = (strengths.elastic * down).ravel()
        rows = field[starts.across :][: width * _padded_size(width)].reshape(width, -1)
        rows[:, :width] = across
    page, features = (height + FRAME) * (width + FRAME), height * width * channels
    return Scratch(
        field=field,
        starts=starts,
        page=aligned_zeros(page, np.float64),
        spare=aligned_zeros(page, np.float64),
        copy=np.zeros(features),
        original=np.zeros(features),
        affine=np.zeros((2, 3)),
    )
