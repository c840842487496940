"""Which pieces of ink are the digit: not the specks, a frame, a desk's edge or a second digit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chainrule.data.handwriting.binarisation import Pieces

__all__ = ["Choice", "choose_digit"]

# Shares of the largest piece: below the first a piece is a speck, above the second a digit.
_SPECK = 0.03
_SECOND_DIGIT = 0.25
# A part of a digit is flat beside the rest of it, a second digit as high. Widest gaps below and
# beside the rest, for flat parts and for others, as shares of the digit's longer side.
_FLAT = 0.6
_GAPS_OF_FLAT = (0.35, 0.2)
_GAPS_OF_HIGH = (0.1, 0.05)
_WIDEST = 1.43
# A piece at the border is the digit only where no other is even this large beside it.
_BORDER_DISCOUNT = 0.05
_STRIP_FILL = 0.8
_FRAME_SPAN = 0.5
_FRAME_COVER = 0.8


@dataclass(frozen=True, eq=False)
class Choice:
    """The pieces of the digit and what was found besides.

    Args:
        kept: whether each piece belongs to the digit, (n,).
        inside: whether each is of the digit, or neither a frame nor at the border, (n,).
        specks: whether each piece is too small to matter, (n,).
        touches_border: whether the digit reaches the edge of the picture.
        remarks: sentences on what was left out.
    """

    kept: NDArray[np.bool_]
    inside: NDArray[np.bool_]
    specks: NDArray[np.bool_]
    touches_border: bool
    remarks: tuple[str, ...]


def choose_digit(pieces: Pieces) -> Choice:
    """The largest piece, away from the border where possible, and the strokes that belong to it.

    Args:
        pieces: at least one.
    """
    border = pieces.at_border()
    frames = _frames(pieces, border)
    strips = _strips(pieces)
    weight = np.where(border, _BORDER_DISCOUNT, 1.0) * np.where(strips, _BORDER_DISCOUNT, 1.0)
    main = int(np.argmax(pieces.areas * weight * ~frames))
    large = pieces.areas >= _SPECK * pieces.areas[main]
    eligible = large & ~frames & (~strips if border[main] else ~border)
    kept = _gathered(pieces.boxes, eligible, main)
    others = eligible & ~kept & (pieces.areas >= _SECOND_DIGIT * pieces.areas[main])
    remarks = (
        (frames.any(), "A frame around the digit was left out."),
        (
            (large & border & ~frames & ~kept & ~others).any(),
            "Something else at the border of the picture was left out.",
        ),
        (others.any(), f"{_count(others, 'other large piece')} left out: one digit is read."),
    )
    said = tuple(sentence for holds, sentence in remarks if holds)
    return Choice(kept, kept | ~(frames | border), ~large, bool(border[kept].any()), said)


def _count(which: NDArray[np.bool_], noun: str) -> str:
    count = int(which.sum())
    return f"{count} {noun} was" if count == 1 else f"{count} {noun}s were"


def _gathered(
    boxes: NDArray[np.int64], eligible: NDArray[np.bool_], main: int
) -> NDArray[np.bool_]:
    """The main piece and all eligible ones near it, or near those."""
    kept = np.zeros(len(boxes), bool)
    kept[main] = True
    while True:
        box = np.concatenate([boxes[kept, :2].min(axis=0), boxes[kept, 2:].max(axis=0)])
        near = eligible & ~kept & _belongs(boxes, box)
        if not near.any():
            return kept
        kept |= near


def _belongs(boxes: NDArray[np.int64], box: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each box is near enough to this one, and both together still as slim as a digit."""
    gaps = np.maximum(np.maximum(boxes[:, :2] - box[2:], box[:2] - boxes[:, 2:]), 0)
    sizes = boxes[:, 2:] - boxes[:, :2]
    flat = sizes[:, :1] <= _FLAT * (box[2] - box[0])
    longer = max(box[2:] - box[:2])
    allowed = np.where(flat, _GAPS_OF_FLAT, _GAPS_OF_HIGH) * longer
    height, width = (np.maximum(boxes[:, 2:], box[2:]) - np.minimum(boxes[:, :2], box[:2])).T
    adjoining = flat[:, 0] & (gaps[:, 1] <= _GAPS_OF_HIGH[1] * longer)
    slim = (gaps[:, 1] == 0) | adjoining | (width <= _WIDEST * height)
    return np.asarray((gaps <= allowed).all(axis=1) & slim)


def _strips(pieces: Pieces) -> NDArray[np.bool_]:
    """Whether each piece fills a strip along one whole side, as the edge of a desk does."""
    first, last = pieces.boxes[:, :2] == 0, pieces.boxes[:, 2:] == np.array(pieces.shape)
    whole, along = first & last, first ^ last
    filled = pieces.areas >= _STRIP_FILL * pieces.heights() * pieces.widths()
    return np.asarray((whole & along[:, ::-1]).any(axis=1) & filled)


def _frames(pieces: Pieces, border: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether each piece is a hollow rectangle around another one."""
    frames = np.zeros(len(pieces), bool)
    shares = (pieces.boxes[:, 2:] - pieces.boxes[:, :2]) / np.array(pieces.shape)
    for k in np.flatnonzero((shares >= _FRAME_SPAN).all(axis=1) & ~border):
        top, left, bottom, right = pieces.boxes[k]
        inside = (pieces.boxes[:, :2] > (top, left)).all(axis=1)
        inside &= (pieces.boxes[:, 2:] < (bottom, right)).all(axis=1)
        frames[k] = inside.any() and _lies_on_sides(pieces, int(k))
    return frames


def _lies_on_sides(pieces: Pieces, k: int) -> bool:
    """Whether the piece runs along each side of its own box, within a tenth of its size."""
    top, left, bottom, right = pieces.boxes[k]
    ink = pieces.mask(np.arange(len(pieces)) == k)[top:bottom, left:right]
    deep, wide = max(1, ink.shape[0] // 10), max(1, ink.shape[1] // 10)
    sides = (
        ink[:deep].any(axis=0),
        ink[-deep:].any(axis=0),
        ink[:, :wide].any(axis=1),
        ink[:, -wide:].any(axis=1),
    )
    return all(float(side.mean()) >= _FRAME_COVER for side in sides)
