"""Decoding of picture files to grey values: upright, on white paper, at full depth.

The readers of class folders and of single pictures both decode here, so that a file means the same
to a network in training and in prediction.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data.picture_formats import FORMATS_TEXT, PictureFormat, recognise_format
from chainrule.errors import ChainruleError, DataError

__all__ = ["MOST_PIXELS", "MOST_SHRUNK_PIXELS", "GreyPicture", "decode_picture", "shrink"]

Grey = NDArray[np.float32]

MOST_PIXELS = 50_000_000
# More than the photo of an ordinary camera has; refused by its header, before it is decoded.
MOST_SHRUNK_PIXELS = 1_500_000
"""The most pixels to work on; a digit that fills a tenth of a page is still 400 pixels high."""
_STRIP_PIXELS = 2**21  # decoded at a time, about 16 MiB as floats
_ORIENTATION_TAG = 0x0112
_ON_ITS_SIDE = (5, 6, 7, 8)
_DEEPEST = 65535
# Below this difference of grey nobody could read the picture: it is the transparency that draws.
_VISIBLE = 0.02
_ON_BLACK = "The picture is white on a transparent background; it was placed on black."


@dataclass(frozen=True, eq=False)
class GreyPicture:
    """Grey values and where they come from.

    Args:
        grey: brightness from 0 (black) to 1 (white), (rows, columns), float32.
        kind: "PNG", "JPEG" or another format's name, "CSV" or "Array".
        size: rows and columns in the file; None if `grey` has as many.
        source: the file's path, for error texts.
        remarks: sentences on what was unusual about the file.
    """

    grey: Grey
    kind: str = "Array"
    size: tuple[int, int] | None = None
    source: str = "prepare"
    remarks: tuple[str, ...] = ()


def decode_picture(
    where: str,
    content: bytes,
    *,
    most_pixels: int = MOST_PIXELS,
    shrink_to: int | None = None,
) -> GreyPicture:
    """Decode a picture file; its content, not its name, determines the format.

    Colours become grey (0.299 red + 0.587 green + 0.114 blue, as ITU-R BT.601 weighs them), and
    transparent parts white. Sixteen bits are scaled, not cut. The picture is turned as its EXIF
    note says. Of several frames or pages the first is taken, which a remark says.

    Args:
        where: the file, for error texts.
        content: the bytes of the file.
        most_pixels: larger pictures are refused by their header.
        shrink_to: how many pixels may remain; None to keep all of them.

    Raises: DataError if the content is no intact picture, MissingLibraryError for HEIC without
        pillow-heif.
    """
    found = recognise_format(content)
    if found is None:
        raise DataError(
            where,
            expected=f"a picture: {FORMATS_TEXT}",
            got=f"a file that begins with {content[:8]!r}" if content else "an empty file",
            remedy="Save the picture as PNG or JPEG",
        )
    try:
        # Pillow warns of odd metadata, which says nothing about the picture.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _decode(found, where, content, most_pixels, shrink_to)
    except ChainruleError:
        raise
    except Exception as error:
        # Pillow has no error of its own: a broken picture raises whatever comes of it.
        reason = str(error) or type(error).__name__
        raise DataError(where, expected=f"an intact {found.name} file", got=reason) from None


def _decode(
    found: PictureFormat, where: str, content: bytes, most_pixels: int, shrink_to: int | None
) -> GreyPicture:
    with found.open(where, content) as image:
        width, height = image.size
        if width * height > most_pixels:
            raise DataError(
                where,
                expected=f"a picture of at most {most_pixels:,} pixels",
                got=f"{width} x {height} = {width * height:,}",
                remedy="Make it smaller first",
            )
        factor = _factor(height, width, shrink_to)
        # A JPEG can be decoded at a half, a quarter or an eighth without the rest of the work.
        image.draft(None, (max(1, width // factor), max(1, height // factor)))
        image.load()
        remarks = _first_of_many(image)
        factor = _factor(image.height, image.width, shrink_to)  # what is left to shrink
        grey, on_black = _on_paper(*_shrink_planes(image, where, factor))
        turn = _orientation(image)
    size = (width, height) if turn in _ON_ITS_SIDE else (height, width)
    remarks += (_ON_BLACK,) if on_black else ()
    return GreyPicture(_rotate(grey, turn), found.name, size, where, remarks)


def _first_of_many(image: Any) -> tuple[str, ...]:
    if not getattr(image, "is_animated", False):
        return ()
    return ("The file holds several pictures; the first was taken.",)


def shrink(grey: Grey, most: int = MOST_SHRUNK_PIXELS) -> Grey:
    """The picture with square blocks of pixels replaced by their mean, so that few enough remain.

    Args:
        grey: (rows, columns), at least one of each.
        most: how many pixels may remain.

    Example:
        >>> shrink(np.array([[0, 1, 0.5, 0.5]], np.float32), 2)
        array([[0.5, 0.5]], dtype=float32)
    """
    return _block_mean(grey, _factor(grey.shape[0], grey.shape[1], most))


def _factor(height: int, width: int, most: int | None) -> int:
    """The least side of blocks of which at most this number cover the picture."""
    factor = 1
    while most is not None and math.ceil(height / factor) * math.ceil(width / factor) > most:
        factor += 1
    return factor


def _shrink_planes(image: Any, where: str, factor: int) -> tuple[Grey, Grey | None]:
    """Light times opacity, and opacity, both shrunk strip by strip to bound the memory."""
    width, height = image.size
    rows = factor * max(1, _STRIP_PIXELS // (width * factor))
    if rows >= height:
        return _shrink_strip(image, where, factor)
    boxes = [(0, top, width, min(top + rows, height)) for top in range(0, height, rows)]
    planes = [_shrink_strip(image.crop(box), where, factor) for box in boxes]
    light = np.concatenate([bright for bright, _ in planes])
    opacity = [opaque for _, opaque in planes if opaque is not None]
    return light, np.concatenate(opacity) if opacity else None


def _shrink_strip(strip: Any, where: str, factor: int) -> tuple[Grey, Grey | None]:
    """Brightness times opacity, and opacity; None for what is opaque."""
    if strip.mode.startswith("I"):
        return _block_mean(_within(strip, where, _DEEPEST) / np.float32(_DEEPEST), factor), None
    if strip.mode == "F":
        return _block_mean(_within(strip, where, 1), factor), None
    if not strip.has_transparency_data:
        return _block_mean(_fractions(strip.convert("L")), factor), None
    strip = strip.convert("RGBA")
    opaque = _fractions(strip.getchannel("A"))
    bright = _fractions(strip.convert("RGB").convert("L"))
    return _block_mean(bright * opaque, factor), _block_mean(opaque, factor)


def _fractions(channel: Any) -> Grey:
    return np.asarray(channel, np.float32) / np.float32(255)


def _within(strip: Any, where: str, top: int) -> Grey:
    """The values of a picture that may hold more than its format's name promises."""
    values = np.asarray(strip).astype(np.float32)
    if not ((values >= 0) & (values <= top)).all():
        raise DataError(
            where,
            expected=f"grey values from 0 to {top}",
            got=f"values from {values.min():g} to {values.max():g}",
            remedy="Save the picture with 8 or 16 bits a pixel",
        )
    return values


def _on_paper(light: Grey, opacity: Grey | None) -> tuple[Grey, bool]:
    """Transparent parts as white paper; as black, and True, if white ink would vanish on white."""
    if opacity is None:
        return light, False
    on_white = np.clip(light + (1 - opacity), 0, 1)
    if np.ptp(on_white) < _VISIBLE <= np.ptp(light):
        return np.clip(light, 0, 1), True
    return on_white, False


def _block_mean(plane: Grey, factor: int) -> Grey:
    """Means of blocks of factor x factor; the last row and column of blocks may be smaller."""
    if factor == 1:
        return plane
    down, across = (np.arange(0, size, factor) for size in plane.shape)
    sums = np.add.reduceat(np.add.reduceat(plane, down, axis=0), across, axis=1)
    heights = np.minimum(factor, plane.shape[0] - down).astype(np.float32)
    widths = np.minimum(factor, plane.shape[1] - across).astype(np.float32)
    return np.asarray(sums / np.outer(heights, widths), np.float32)


def _orientation(image: Any) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION_TAG, 1))
    except Exception:  # broken metadata is no reason to refuse an intact picture
        return 1


def _rotate(grey: Grey, orientation: int) -> Grey:
    """The picture as it was seen: EXIF numbers the eight ways to hold a camera from 1."""
    if orientation in _ON_ITS_SIDE:
        grey = grey.T
    if orientation in (3, 4, 7, 8):
        grey = np.flipud(grey)
    if orientation in (2, 3, 6, 7):
        grey = np.fliplr(grey)
    return np.ascontiguousarray(grey)
