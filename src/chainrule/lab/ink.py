"""Ink of the canvas: strokes as points, as the text of an address, and as a picture."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from chainrule.data.handwriting import GreyPicture
from chainrule.errors import InputError

__all__ = [
    "SIDE",
    "InkPoint",
    "Stroke",
    "check_strokes",
    "decode_strokes",
    "draw_strokes",
    "encode_strokes",
]

SIDE = 280
"""Width and height of the canvas, in its own units."""

_WIDTH = 22
"""Width of the pen: a 28th part of the canvas is a pixel of MNIST, whose strokes are about two."""
_PICTURE_SIDE = 112
"""Pixels of the picture that is made of a drawing: four for each of MNIST's, which is quick."""
_MOST_POINTS = 4000
_SIGNS = "0123456789abcdefghijklmnopqrstuvwxyz"
_POINTS = re.compile(r"(?:[0-9a-z]{4})+")


class InkPoint(NamedTuple):
    """A point of a stroke, each from 0 to SIDE, counted from the upper left."""

    x: int
    y: int


Stroke: TypeAlias = tuple[InkPoint, ...]


def check_strokes(strokes: Any) -> tuple[Stroke, ...]:
    """Return strokes as records.

    Raises: InputError for what is not ink.
    """
    shaped = isinstance(strokes, tuple) and all(isinstance(one, tuple) and one for one in strokes)
    if not shaped or sum(map(len, strokes)) > _MOST_POINTS:
        raise _refused(strokes)
    return tuple(tuple(_check_point(point) for point in stroke) for stroke in strokes)


def _check_point(point: Any) -> InkPoint:
    pair = isinstance(point, tuple) and len(point) == 2
    if not pair or not all(type(at) is int and 0 <= at <= SIDE for at in point):
        raise _refused(point)
    return InkPoint(*point)


def _refused(got: Any) -> InputError:
    expected = f"strokes of points from 0 to {SIDE}, at most {_MOST_POINTS} together"
    return InputError("lab", expected=expected, got=repr(got)[:60], argument="ink", value=got)


def encode_strokes(strokes: Sequence[Stroke]) -> str:
    """Return strokes as text: four signs for each point, a dot between strokes.

    >>> encode_strokes([(InkPoint(0, 280), InkPoint(35, 36)), (InkPoint(1, 2),)])
    '007s0z10.0102'
    """
    return ".".join("".join(_pair(at) for point in stroke for at in point) for stroke in strokes)


def _pair(number: int) -> str:
    return _SIGNS[number // 36] + _SIGNS[number % 36]


def decode_strokes(text: str) -> tuple[Stroke, ...]:
    """Return the strokes that a text holds.

    Raises: InputError.

    >>> decode_strokes("007s.0102")
    ((InkPoint(x=0, y=280),), (InkPoint(x=1, y=2),))
    """
    found = []
    for stroke in text.split("."):
        if _POINTS.fullmatch(stroke) is None:
            raise _refused(stroke)
        numbers = [int(stroke[at : at + 2], 36) for at in range(0, len(stroke), 2)]
        found.append(tuple(map(InkPoint, numbers[::2], numbers[1::2])))
    return check_strokes(tuple(found))


def draw_strokes(strokes: Sequence[Stroke]) -> GreyPicture:
    """Return the drawing as a picture, light ink on a dark ground as MNIST's, (112, 112).

    Lines have round ends and joints, as the page draws them.
    """
    from PIL import Image, ImageDraw

    finer = 4 * _PICTURE_SIDE / SIDE  # drawn larger and made smaller, which smooths the edges
    image = Image.new("L", (4 * _PICTURE_SIDE, 4 * _PICTURE_SIDE), 0)
    pen, radius = ImageDraw.Draw(image), _WIDTH * finer / 2
    for stroke in strokes:
        points = [(x * finer, y * finer) for x, y in stroke]
        pen.line(points, fill=255, width=round(2 * radius))
        for x, y in points:
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    small = image.resize((_PICTURE_SIDE, _PICTURE_SIDE), Image.Resampling.BOX)
    grey = np.asarray(small, np.float32) / np.float32(255)
    return GreyPicture(grey, kind="Drawing", source="drawing")
