"""What the kernels that distort images are given, and the room they need."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.distortions import Augmentation
from chainrule.equations.warping import smoothing_matrix
from chainrule.kernels.lanes import LANES
from chainrule.kernels.panels import aligned_zeros

__all__ = ["FRAME", "Distortion", "Images", "Sketch", "distortion_of", "images_of", "sketch_for"]

Array = NDArray[Any]

FRAME = 3
"""Rows and columns of zeros about an image on a page: one before it, two after."""

_KINDS = (np.uint8, np.float32, np.float64)


class Distortion(NamedTuple):
    """What to do with each image."""

    height: int
    width: int
    channels: int
    shift: float
    rotation: float  # in radians
    zoom: float
    shear: float
    elastic: bool
    thickness: float
    noise: float
    full: float
    cutout: int  # at most the image's shorter side
    moves: bool


class Sketch(NamedTuple):
    """One thread's room."""

    field: Array  # float32, flat: the smoothing matrices, white noise, half and wholly smooth
    starts: Array  # (6,) where they begin; the last is where zeros do
    page: Array  # float64, flat: the image in its frame
    spare: Array  # the same for the next step of the pen
    made: Array  # float64, (features,)
    original: Array  # float64, (features,)
    by: Array  # (6,) the map


class Images(NamedTuple):
    """Originals and copies; those of two of the three types have no columns.

    So one piece of compiled code serves all types.
    """

    in_bytes: Array
    in_singles: Array
    in_doubles: Array
    out_bytes: Array
    out_singles: Array
    out_doubles: Array


def distortion_of(strengths: Augmentation, shape: tuple[int, int, int], full: float) -> Distortion:
    """The same as plain numbers.

    Args:
        strengths: of each distortion.
        shape: (h, w, channels).
        full: what full ink is.
    """
    return Distortion(
        height=shape[0],
        width=shape[1],
        channels=shape[2],
        shift=float(strengths.shift),
        rotation=float(np.radians(strengths.rotation)),
        zoom=float(strengths.zoom),
        shear=float(strengths.shear),
        elastic=bool(strengths.elastic),
        thickness=float(strengths.thickness),
        noise=float(strengths.noise),
        full=float(full),
        cutout=min(int(strengths.cutout), *shape[:2]),
        moves=strengths.moves,
    )


def images_of(inputs: Array, out: Array) -> Images:
    """Originals and copies as compiled code takes them.

    Args:
        inputs: (n, features), rows end to end.
        out: (copies, features), the same.
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


def _padded(size: int) -> int:
    """The next multiple of sixteen."""
    return -(-size // LANES) * LANES


def _places(strengths: Augmentation, h: int, w: int) -> NDArray[np.int64]:
    """Where the parts of the field begin, and where the last one ends."""
    if not strengths.moves:
        return np.zeros(1, np.int64)
    smooth = 2 * h * _padded(w)
    sizes = (h * h, w * _padded(w), 2 * h * w, smooth, smooth, LANES)
    return np.cumsum([0, *map(_padded, sizes)])


def sketch_for(strengths: Augmentation, shape: tuple[int, int, int]) -> Sketch:
    """A thread's room, with the matrices that smooth the field; α is in the first.

    Args:
        strengths: of each distortion.
        shape: (h, w, channels).
    """
    h, w, channels = shape
    places = _places(strengths, h, w)
    field = aligned_zeros(int(places[-1]), np.float32)
    if strengths.elastic:
        up, across = (smoothing_matrix(n, strengths.elastic_smoothness) for n in (h, w))
        field[: h * h] = (strengths.elastic * up).ravel()
        field[places[1] :][: w * _padded(w)].reshape(w, _padded(w))[:, :w] = across
    page, features = (h + FRAME) * (w + FRAME), h * w * channels
    one, other = aligned_zeros(page, np.float64), aligned_zeros(page, np.float64)
    made, original = np.zeros(features), np.zeros(features)
    return Sketch(field, places[:-1], one, other, made, original, np.zeros(6))
