"""Selection of the pieces of ink that belong to each digit, without specks and frames."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chainrule.data.handwriting.binarisation import Components

__all__ = ["WIDEST", "DigitSelection", "select_digit", "select_digits"]

# Fractions of the largest piece's area: below the first a piece is a speck, above the second it is
# large enough to be a digit of its own, which is worth a remark.
_SPECK = 0.03
_SECOND_DIGIT = 0.25
# A separate part of a digit, such as the bar of a 5, is flat: at most this fraction of the height
# of the rest. A second digit is as high as the first.
_FLAT = 0.6
# The widest gaps (below, beside) across which a piece still belongs, as fractions of the digit's
# longer side. A flat bar may be far from its digit, a high piece only where the pen nearly touched.
_GAPS_OF_FLAT = (0.35, 0.2)
_GAPS_OF_HIGH = (0.1, 0.05)
# The greatest width of a digit as a multiple of its height: 99.5 % of MNIST's are slimmer (NORMS in
# mnist_statistics.py). Two pieces that would together be wider are two digits.
WIDEST = 1.43
# A piece at the border is the digit only if no other piece has even 5 % of its area: an edge of the
# desk or of another page is larger than the digit.
_BORDER_DISCOUNT = 0.05
# A strip along a whole side, such as a desk's edge, fills its box; a digit at the border does not.
_STRIP_FILL = 0.8
# Another digit is at least half as high as the largest one; what is flatter is a dash or a point.
_LEAST_HEIGHT = 0.5
# Digits of one line of writing overlap by this fraction of the lower one's height.
_SAME_LINE = 0.5
# A frame spans at least half of the picture, and runs along at least 80 % of each side of its own
# box; the round sides of a 0 touch their box over a shorter way.
_FRAME_SPAN = 0.5
_FRAME_COVER = 0.8


@dataclass(frozen=True, eq=False)
class DigitSelection:
    """The pieces of the digit and what was found besides.

    Args:
        selected: whether each piece belongs to the digit, (n,).
        inside: whether each is of the digit, or neither a frame nor at the border, (n,).
        specks: whether each piece is too small to matter, (n,).
        touches_border: whether the digit reaches the edge of the picture.
        remarks: sentences on what was left out.
    """

    selected: NDArray[np.bool_]
    inside: NDArray[np.bool_]
    specks: NDArray[np.bool_]
    touches_border: bool
    remarks: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class _Sorted:
    """The pieces of a picture by what they may be, each (n,)."""

    frames: NDArray[np.bool_]
    border: NDArray[np.bool_]
    large: NDArray[np.bool_]
    eligible: NDArray[np.bool_]
    main: int

    def left_out(self, others: NDArray[np.bool_]) -> tuple[str, ...]:
        """Sentences on frames and on what lies at the border, apart from these pieces."""
        away = self.large & self.border & ~self.frames & ~others
        remarks = (
            (self.frames.any(), "A frame around the digit was left out."),
            (away.any(), "Something else at the border of the picture was left out."),
        )
        return tuple(sentence for holds, sentence in remarks if holds)

    def selection(self, selected: NDArray[np.bool_], remarks: tuple[str, ...]) -> DigitSelection:
        """A digit of these pieces."""
        return DigitSelection(
            selected,
            selected | ~(self.frames | self.border),
            ~self.large,
            bool(self.border[selected].any()),
            remarks,
        )


def select_digit(pieces: Components) -> DigitSelection:
    """The largest piece, away from the border where possible, and the strokes that belong to it.

    Args:
        pieces: at least one.
    """
    found = _sort(pieces)
    selected = _gather_near(pieces.boxes, found.eligible, found.main)
    others = found.eligible & ~selected
    others &= pieces.areas >= _SECOND_DIGIT * pieces.areas[found.main]
    remarks = found.left_out(selected | others)
    if others.any():
        remarks += (f"{_count(others, 'other large piece')} left out: one digit is read.",)
    return found.selection(selected, remarks)


def select_digits(pieces: Components) -> tuple[DigitSelection, ...]:
    """All digits of a picture, from left to right, and line by line from top to bottom.

    Args:
        pieces: at least one.
    """
    found = _sort(pieces)
    groups = _gather_digits(pieces, found)
    together = np.any(groups, axis=0)
    remarks = found.left_out(together)
    rest = found.eligible & ~together
    if rest.any() and len(groups) > 1:
        remarks += (f"{_count(rest, 'smaller mark')} left out: only digits are read.",)
    boxes = np.array([_around(pieces.boxes[group]) for group in groups])
    return tuple(found.selection(groups[k], remarks) for k in _reading_order(boxes))


def _sort(pieces: Components) -> _Sorted:
    border = pieces.at_border()
    frames = _frames(pieces, border)
    strips = _strips(pieces)
    weight = np.where(border, _BORDER_DISCOUNT, 1.0) * np.where(strips, _BORDER_DISCOUNT, 1.0)
    main = int(np.argmax(pieces.areas * weight * ~frames))
    large = pieces.areas >= _SPECK * pieces.areas[main]
    eligible = large & ~frames & (~strips if border[main] else ~border)
    return _Sorted(frames, border, large, eligible, main)


def _gather_digits(pieces: Components, found: _Sorted) -> list[NDArray[np.bool_]]:
    """The pieces of each digit, those of the largest one first."""
    rest, height = found.eligible.copy(), 0
    groups: list[NDArray[np.bool_]] = []
    while rest.any():
        main = int(np.argmax(np.where(rest, pieces.areas, -1))) if groups else found.main
        group = _gather_one(pieces, rest, main)
        rest &= ~group
        top, _, bottom, _ = _around(pieces.boxes[group])
        height = height or bottom - top
        if bottom - top >= _LEAST_HEIGHT * height:
            groups.append(group)
    return _settle(pieces, groups)


def _gather_one(pieces: Components, rest: NDArray[np.bool_], main: int) -> NDArray[np.bool_]:
    """The pieces near the main one, but for other digits that only a bar between joins to it."""
    group = _gather_near(pieces.boxes, rest, main)
    heights = pieces.heights()
    bodies = group & (heights >= _LEAST_HEIGHT * heights[group].max())
    bodies &= pieces.areas >= _SECOND_DIGIT * pieces.areas[main]
    own = _gather_near(pieces.boxes, bodies, main)
    box = _around(pieces.boxes[own])
    beside = (pieces.boxes[:, 1] >= box[3]) | (pieces.boxes[:, 3] <= box[1])
    others = bodies & ~own & beside
    return _gather_near(pieces.boxes, rest & ~others, main) if others.any() else group


def _settle(pieces: Components, groups: list[NDArray[np.bool_]]) -> list[NDArray[np.bool_]]:
    """The same digits, each smaller piece at the one whose largest piece is nearest."""
    bodies = [int(np.argmax(np.where(group, pieces.areas, -1))) for group in groups]
    settled = [group.copy() for group in groups]
    for piece in np.flatnonzero(np.any(groups, axis=0)):
        if piece not in bodies:
            gaps = [_gap(pieces.boxes[piece], pieces.boxes[body]) for body in bodies]
            for k, group in enumerate(settled):
                group[piece] = k == int(np.argmin(gaps))
    return settled


def _gap(box: NDArray[np.int64], body: NDArray[np.int64]) -> float:
    """How far a piece lies from a digit, as a multiple of how far it may."""
    gaps = np.maximum(np.maximum(box[:2] - body[2:], body[:2] - box[2:]), 0)
    return float((gaps / np.array(_GAPS_OF_FLAT) / max(body[2:] - body[:2])).max())


def _reading_order(boxes: NDArray[np.int64]) -> list[int]:
    """The order in which digits are read: line by line, each from left to right.

    A digit belongs to the line whose last digit on its left has the most rows in common with it.

    Args:
        boxes: top, left, bottom and right of each digit, (n, 4).
    """
    lines: list[list[int]] = []
    for k in np.argsort(boxes[:, 1], kind="stable"):
        shared = [_shared_rows(boxes[line[-1]], boxes[k]) for line in lines]
        if shared and max(shared) >= _SAME_LINE:
            lines[int(np.argmax(shared))].append(int(k))
        else:
            lines.append([int(k)])
    lines.sort(key=lambda line: float(boxes[line, 0].mean() + boxes[line, 2].mean()))
    return [k for line in lines for k in line]


def _shared_rows(one: NDArray[np.int64], other: NDArray[np.int64]) -> float:
    """The rows that two boxes share, as a fraction of the lower one's height."""
    shared = min(one[2], other[2]) - max(one[0], other[0])
    return float(shared / min(one[2] - one[0], other[2] - other[0]))


def _around(boxes: NDArray[np.int64]) -> NDArray[np.int64]:
    """The box around several boxes."""
    return np.concatenate([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)])


def _count(which: NDArray[np.bool_], noun: str) -> str:
    count = int(which.sum())
    return f"{count} {noun} was" if count == 1 else f"{count} {noun}s were"


def _gather_near(
    boxes: NDArray[np.int64], eligible: NDArray[np.bool_], main: int
) -> NDArray[np.bool_]:
    """The main piece and all eligible ones near it, or near those."""
    selected = np.zeros(len(boxes), bool)
    selected[main] = True
    while True:
        near = eligible & ~selected & _belongs(boxes, _around(boxes[selected]))
        if not near.any():
            return selected
        selected |= near


def _belongs(boxes: NDArray[np.int64], box: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each box is near enough to this one, and both together still as slim as a digit."""
    gaps = np.maximum(np.maximum(boxes[:, :2] - box[2:], box[:2] - boxes[:, 2:]), 0)
    sizes = boxes[:, 2:] - boxes[:, :2]
    flat = sizes[:, :1] <= _FLAT * (box[2] - box[0])
    longer = max(box[2:] - box[:2])
    allowed = np.where(flat, _GAPS_OF_FLAT, _GAPS_OF_HIGH) * longer
    height, width = (np.maximum(boxes[:, 2:], box[2:]) - np.minimum(boxes[:, :2], box[:2])).T
    adjoining = flat[:, 0] & (gaps[:, 1] <= _GAPS_OF_HIGH[1] * longer)
    slim = (gaps[:, 1] == 0) | adjoining | (width <= WIDEST * height)
    return np.asarray((gaps <= allowed).all(axis=1) & slim)


def _strips(pieces: Components) -> NDArray[np.bool_]:
    """Whether each piece fills a strip along one whole side, as the edge of a desk does."""
    first, last = pieces.boxes[:, :2] == 0, pieces.boxes[:, 2:] == np.array(pieces.shape)
    whole, along = first & last, first ^ last
    filled = pieces.areas >= _STRIP_FILL * pieces.heights() * pieces.widths()
    return np.asarray((whole & along[:, ::-1]).any(axis=1) & filled)


def _frames(pieces: Components, border: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether each piece is a hollow rectangle around another one."""
    frames = np.zeros(len(pieces), bool)
    shares = (pieces.boxes[:, 2:] - pieces.boxes[:, :2]) / np.array(pieces.shape)
    for k in np.flatnonzero((shares >= _FRAME_SPAN).all(axis=1) & ~border):
        top, left, bottom, right = pieces.boxes[k]
        inside = (pieces.boxes[:, :2] > (top, left)).all(axis=1)
        inside &= (pieces.boxes[:, 2:] < (bottom, right)).all(axis=1)
        frames[k] = inside.any() and _lies_on_sides(pieces, int(k))
    return frames


def _lies_on_sides(pieces: Components, k: int) -> bool:
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
