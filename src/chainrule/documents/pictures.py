"""Pictures for each format: bytes of PNG or SVG for pages, Braille for terminals."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chainrule.documents.nodes import Picture

__all__ = ["braille_lines", "braille_rows", "image_source", "picture_lines"]

Array = NDArray[Any]

_SIDE = 168
"""Pixels of the longer side of a drawn array, about: as large as is seen well beside others."""
_POSITIVE, _NEGATIVE = (178, 24, 43), (33, 102, 172)
"""Colours of contributions above and below 0."""

_BLANK = 0x2800
# The bit of each dot, four rows of two, as Unicode numbers them.
_BITS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])
_GAP = "  "
_TALLEST = 32
"""Larger arrays are more than a terminal shows at once; their captions alone are printed."""
_LEAST = 0.2
"""Contributions are drawn in Braille from this fraction of the greatest on."""


class ImageSource(NamedTuple):
    """What a page needs of a picture: a data URI, and the size in pixels or None for its own."""

    uri: str
    width: int | None
    height: int | None


def image_source(picture: Picture) -> ImageSource:
    """A picture for a page."""
    if isinstance(picture.image, bytes):
        is_png = picture.image.startswith(b"\x89PNG")
        return ImageSource(_uri("png" if is_png else "svg+xml", picture.image), None, None)
    height, width = picture.image.shape
    zoom = max(1, _SIDE // max(height, width))
    return ImageSource(_uri("png", _png(picture)), int(width) * zoom, int(height) * zoom)


def _uri(kind: str, content: bytes) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def _png(picture: Picture) -> bytes:
    from PIL import Image

    image = np.asarray(picture.image)
    pixels = _in_colours(image) if picture.signed else _in_greys(image)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "png")
    return stream.getvalue()


def _in_greys(image: Array) -> Array:
    low, high = float(image.min()), float(image.max())
    brightness = (image - low) / (high - low) if high > low else np.zeros(image.shape)
    return np.rint(255 * brightness).astype(np.uint8)


def _in_colours(image: Array) -> Array:
    """White at 0, red above and blue below: (height, width, 3) bytes."""
    most = float(np.abs(image).max()) or 1.0
    weight = np.abs(image)[..., None] / most
    ink = np.where(image[..., None] > 0, _POSITIVE, _NEGATIVE)
    return np.rint(255 * (1 - weight) + ink * weight).astype(np.uint8)


def picture_lines(pictures: Sequence[Picture], width: int = 80) -> Iterator[str]:
    """Pictures beside each other in Braille, each below its caption.

    Files and large arrays are named by their captions or descriptions alone. An array of
    contributions becomes two pictures: those above 0 and those below.

    Args:
        pictures: arrays among them have one shape.
        width: characters of a line.
    """
    parts = [part for picture in pictures for part in _unsigned(picture)]
    if any(isinstance(one.image, bytes) or max(one.image.shape) > _TALLEST for one in parts):
        yield from (one.caption or one.alt for one in parts)
        return
    texts = [braille_lines(np.asarray(one.image)) for one in parts]
    each = max(len(texts[0][0]), *(len(one.caption) for one in parts)) + len(_GAP)
    across = max(1, (width - len(_GAP)) // each)
    for start in range(0, len(parts), across):
        if start:
            yield ""
        yield _beside([one.caption for one in parts[start : start + across]], each)
        for lines in zip(*texts[start : start + across], strict=True):
            yield _beside(lines, each)


def _beside(texts: Sequence[str], width: int) -> str:
    return "".join(text.ljust(width) for text in texts).rstrip()


def _unsigned(picture: Picture) -> list[Picture]:
    if not picture.signed or isinstance(picture.image, bytes):
        return [picture]
    least = _LEAST * (float(np.abs(picture.image).max()) or 1.0)
    return [
        Picture(f"{picture.caption}, above 0", (picture.image >= least) * 1.0),
        Picture(f"{picture.caption}, below 0", (picture.image <= -least) * 1.0),
    ]


def braille_lines(image: Array) -> list[str]:
    """An image as lines of Braille, a dot for each pixel brighter than the middle.

    A Braille character has two by four dots.

    Args:
        image: (height, width), any numbers.

    Example:
        >>> braille_lines(np.eye(4))
        ['⠑⢄']
    """
    dots = image > (float(image.min()) + float(image.max())) / 2
    height, width = image.shape
    dots = np.pad(dots, ((0, -height % 4), (0, -width % 2)))
    cells = dots.reshape(dots.shape[0] // 4, 4, dots.shape[1] // 2, 2)
    codes = np.einsum("rhcw,hw->rc", cells.astype(int), _BITS) + _BLANK
    return ["".join(map(chr, row)) for row in codes.tolist()]


def braille_rows(images: Sequence[Array], width: int = 80) -> list[str]:
    """Images of one shape beside each other, in as many rows as they need.

    Args:
        images: (height, width) each.
        width: characters of a line.
    """
    texts = [braille_lines(image) for image in images]
    each = len(texts[0][0]) + len(_GAP)
    across = max(1, width // each)
    lines = []
    for start in range(0, len(texts), across):
        beside = zip(*texts[start : start + across], strict=True)
        lines += [_GAP.join(parts).rstrip() for parts in beside]
    return lines
