"""Distortions that move no pixel: the thickness of strokes, noise, cutout."""

from __future__ import annotations

import math
from typing import Any

from numpy.typing import NDArray

from chainrule.equations.distortions import CUT_LEFT, CUT_TOP
from chainrule.kernels.augmentation_records import FRAME, DistortionSettings
from chainrule.kernels.compiling import kernel
from chainrule.kernels.hashing import uniform

__all__ = ["add_noise", "cut_square", "pen_step"]

Array = NDArray[Any]

_ROOT_HALF = math.sqrt(0.5)


@kernel
def pen_step(how: DistortionSettings, page: Array, other: Array, by: float) -> None:
    """[X4] One step of at most a pixel at each edge, from page to page.

    Strokes grow towards the strongest ink among a pixel's neighbours; a diagonal one counts less,
    since it lies √2 away. Below 0 the ink is negative, so that the paper grows.

    Args:
        how: with the image's shape.
        page: the image in its frame.
        other: the same afterwards.
        by: r, pixels from -1 to 1; below 0 for thinner strokes.
    """
    stride, sign = how.width + FRAME, 1.0 if by >= 0.0 else -1.0
    near, far = abs(by), abs(by) * _ROOT_HALF
    for i in range(1, how.height + 1):
        for at in range(i * stride + 1, i * stride + 1 + how.width):
            up, down = at - stride, at + stride
            ink = sign * page[at]
            beside = max(
                max(sign * page[up], sign * page[down]),
                max(sign * page[at - 1], sign * page[at + 1]),
            )
            across = max(
                max(sign * page[up - 1], sign * page[up + 1]),
                max(sign * page[down - 1], sign * page[down + 1]),
            )
            more = max(near * (beside - ink), far * (across - ink))
            other[at] = sign * (ink + max(0.0, more))


@kernel
def add_noise(key: int, how: DistortionSettings, copy: Array) -> None:
    """[X5] copy + s f g, with normal numbers g in pairs, kept in the range of the copy and of ink.

    Args:
        key: of the noise, from the example's.
        how: with s and f.
        copy: the image, changed in place.
    """
    low, high = 0.0, how.full
    for k in range(copy.size):
        low, high = min(low, copy[k]), max(high, copy[k])
    s = how.noise * how.full
    for k in range(0, copy.size, 2):
        radius = s * math.sqrt(-2.0 * math.log(uniform(key, k)))
        around = 2.0 * math.pi * uniform(key, k + 1)
        copy[k] = min(max(copy[k] + radius * math.cos(around), low), high)
        if k + 1 < copy.size:
            copy[k + 1] = min(max(copy[k + 1] + radius * math.sin(around), low), high)


@kernel
def cut_square(key: int, how: DistortionSettings, copy: Array) -> None:
    """[X6] A square of zeros, anywhere.

    Args:
        key: the example's.
        how: with the image's shape and the square's side.
        copy: the image, changed in place.
    """
    side, row = how.cutout, how.width * how.channels
    top = int(uniform(key, CUT_TOP) * (how.height - side + 1))
    left = int(uniform(key, CUT_LEFT) * (how.width - side + 1)) * how.channels
    for i in range(top, top + side):
        for k in range(i * row + left, i * row + left + side * how.channels):
            copy[k] = 0.0
