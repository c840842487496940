"""A picture of handwriting from a PNG, JPEG or CSV file, as grey values."""

from __future__ import annotations

import io
import math
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data.handwriting.number_text import read_numbers
from chainrule.data.untrusted_files import translate_errors
from chainrule.errors import DataError

__all__ = ["MOST_SHRUNK_PIXELS", "GreyPicture", "read_picture", "shrink"]

# More than the photo of an ordinary camera has; refused by its header, before anything is decoded.
_MOST_PIXELS = 50_000_000
_MOST_BYTES = 128 * 2**20
MOST_SHRUNK_PIXELS = 1_500_000
"""The most pixels to work on; a digit that fills a tenth of a page is still 400 pixels high."""
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_STRIP_PIXELS = 2**21  # decoded at a time, about 16 MiB as floats
_ORIENTATION_TAG = 0x0112
_ON_ITS_SIDE = (5, 6, 7, 8)
# Below this difference of grey nobody could read the picture: it is the transparency that draws.
_VISIBLE = 0.02


@dataclass(frozen=True, eq=False)
class GreyPicture:
    """Grey values and where they come from.

    Args:
        grey: brightness from 0 (black) to 1 (white), (rows, columns), float32.
        kind: "PNG", "JPEG", "CSV" or "Array".
        size: rows and columns in the file; None if `grey` has as many.
        source: the file's path, for error texts.
        remarks: sentences on what was unusual about the file.
    """

    grey: NDArray[np.float32]
    kind: str = "Array"
    size: tuple[int, int] | None = None
    source: str = "prepare"
    remarks: tuple[str, ...] = ()


def read_picture(path: str | Path) -> GreyPicture:
    """Read a grey picture from a PNG, JPEG or CSV file; its content determines the format.

    Transparent parts become white. A picture of more than 1.5 million pixels is shrunk by a whole
    factor, each new pixel the mean of a block; a JPEG is turned as its EXIF note says. CSV holds
    numbers from 0 to 255 or from 0 to 1: a grid, or one row of 784 (or any square number), or
    one row of 785 with the label first.

    Args:
        path: the file; at most 50 million pixels, 128 MiB, or 4 million numbers.

    Raises: FileError if it cannot be read, DataError if it holds no such picture.
    """
    where = str(path)
    content = _content(path)
    if content.startswith((_PNG, _JPEG)):
        return _decode(where, content)
    if b"\0" in content[:4096]:
        raise _unknown_format(where, content)
    numbers, remarks = read_numbers(where, content)
    grey = numbers.astype(np.float32)
    return GreyPicture(shrink(grey), "CSV", (grey.shape[0], grey.shape[1]), where, remarks)


def shrink(grey: NDArray[np.float32], most: int = MOST_SHRUNK_PIXELS) -> NDArray[np.float32]:
    """The picture with square blocks of pixels replaced by their mean, so that few enough remain.

    Args:
        grey: (rows, columns), at least one of each.
        most: how many pixels may remain.

    Example:
        >>> shrink(np.array([[0, 1, 0.5, 0.5]], np.float32), 2)
        array([[0.5, 0.5]], dtype=float32)
    """
    return _block_mean(grey, _factor(grey.shape[0], grey.shape[1], most))


def _factor(height: int, width: int, most: int = MOST_SHRUNK_PIXELS) -> int:
    """The least side of blocks of which at most this number cover the picture."""
    factor = 1
    while math.ceil(height / factor) * math.ceil(width / factor) > most:
        factor += 1
    return factor


def _content(path: str | Path) -> bytes:
    where = str(path)
    with translate_errors(where), Path(path).open("rb") as file:
        content = file.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        got = f"more than {_MOST_BYTES // 2**20} MiB"
        raise DataError(where, expected="a picture file of a sensible size", got=got)
    if not content:
        raise DataError(where, expected="a PNG, JPEG or CSV file", got="an empty file")
    return content


def _unknown_format(where: str, content: bytes) -> DataError:
    return DataError(
        where,
        expected="a PNG, JPEG or CSV file",
        got=f"one that begins with {content[:8]!r}",
        remedy="Save the picture as PNG or JPEG",
    )


def _decode(where: str, content: bytes) -> GreyPicture:
    """A PNG or JPEG by Pillow, whose many ways to fail all mean that the file is broken."""
    kind = "PNG" if content.startswith(_PNG) else "JPEG"
    try:
        # Pillow warns of odd metadata, which says nothing about the picture.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _read_by_pillow(where, kind, content)
    except DataError:
        raise
    except Exception as error:
        reason = str(error) or type(error).__name__
        raise DataError(where, expected=f"an intact {kind} file", got=reason) from None


def _read_by_pillow(where: str, kind: str, content: bytes) -> GreyPicture:
    from PIL.JpegImagePlugin import JpegImageFile
    from PIL.PngImagePlugin import PngImageFile

    opener: Any = PngImageFile if kind == "PNG" else JpegImageFile
    with opener(io.BytesIO(content)) as image:
        width, height = image.size
        _check_size(where, width, height)
        # A JPEG can be decoded at a half, a quarter or an eighth without the rest of the work.
        factor = _factor(height, width)
        image.draft(None, (max(1, width // factor), max(1, height // factor)))
        image.load()
        grey, remarks = _on_paper(*_shrink_planes(image))
        turn = _orientation(image)
        grey = _rotate(grey, turn)
        size = (width, height) if turn in _ON_ITS_SIDE else (height, width)
    return GreyPicture(grey, kind, size, where, remarks)


def _check_size(where: str, width: int, height: int) -> None:
    """Refuse by the header, before a pixel is decoded."""
    if width * height > _MOST_PIXELS:
        raise DataError(
            where,
            expected=f"a picture of at most {_MOST_PIXELS:,} pixels",
            got=f"{width} x {height} = {width * height:,}",
            remedy="Make it smaller first",
        )


def _shrink_planes(image: Any) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Light times opacity, and opacity, both shrunk strip by strip to bound the memory."""
    width, height = image.size
    factor = _factor(height, width)
    rows = factor * max(1, _STRIP_PIXELS // (width * factor))
    light, opacity = [], []
    for top in range(0, height, rows):
        strip = image.crop((0, top, width, min(top + rows, height)))
        bright, opaque = _planes(strip)
        light.append(_block_mean(bright * opaque, factor))
        opacity.append(_block_mean(opaque, factor))
    return np.concatenate(light), np.concatenate(opacity)


def _planes(strip: Any) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Brightness and opacity from 0 to 1."""
    if strip.mode.startswith("I"):
        deep = np.asarray(strip).astype(np.float32) / np.float32(65535)
        return deep, np.ones_like(deep)
    if not strip.has_transparency_data:
        bright = np.asarray(strip.convert("L"), np.float32) / np.float32(255)
        return bright, np.ones_like(bright)
    strip = strip.convert("RGBA")
    bright = np.asarray(strip.convert("RGB").convert("L"), np.float32) / np.float32(255)
    return bright, np.asarray(strip.getchannel("A"), np.float32) / np.float32(255)


def _on_paper(
    light: NDArray[np.float32], opacity: NDArray[np.float32]
) -> tuple[NDArray[np.float32], tuple[str, ...]]:
    """Transparent parts as white paper; as black where white ink would vanish on white."""
    on_white = np.clip(light + (1 - opacity), 0, 1)
    if np.ptp(on_white) < _VISIBLE <= np.ptp(light):
        return np.clip(light, 0, 1), (
            "The picture is white on a transparent background; it was placed on black.",
        )
    return on_white, ()


def _block_mean(plane: NDArray[np.float32], factor: int) -> NDArray[np.float32]:
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


def _rotate(grey: NDArray[np.float32], orientation: int) -> NDArray[np.float32]:
    """The picture as it was seen: EXIF numbers the eight ways to hold a camera from 1."""
    if orientation in _ON_ITS_SIDE:
        grey = grey.T
    if orientation in (3, 4, 7, 8):
        grey = np.flipud(grey)
    if orientation in (2, 3, 6, 7):
        grey = np.fliplr(grey)
    return np.ascontiguousarray(grey)
