"""Whether what was found in a picture can be read as digits, or is refused in words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from chainrule.data.handwriting.mnist_statistics import stroke_thickness
from chainrule.data.handwriting.paper_lines import PaperLines
from chainrule.data.handwriting.segmentation import SegmentedDigit
from chainrule.errors import DataError

__all__ = ["check_digits"]

# Digits with less than this fraction of the ink are some of many marks, not the subject.
_LEAST_FRACTION = 0.05
_MOST_DIGITS = 100
# Printed lines that have at least this fraction of the pen's ink hide strokes that lie on them, if
# the strokes are not thicker than the lines by the second factor.
_AS_DARK = 0.7
_THICKER = 1.5
# What has less than this fraction of the lines' ink, where they were removed, is left of them.
_LEFTOVER = 0.5
# A digit meets one side of a picture in at most three places; lines meet it in more.
_MOST_MEETINGS = 3


def check_digits(source: str, found: Sequence[SegmentedDigit], lines: Sequence[PaperLines]) -> None:
    """Refuse a picture in which there is no digit, or none that could be told from the paper.

    Args:
        source: the picture, for the error.
        found: its digits.
        lines: the paper's lines that were removed before.

    Raises: DataError.
    """
    if all(_is_leftover(digit, lines) for digit in found):
        raise DataError(
            source,
            expected="a picture of one digit",
            got="no ink found",
            why="Nothing in it stands out from the paper",
            remedy="Use a darker pen, more light or a closer view",
        )
    if sum(digit.fraction for digit in found) < _LEAST_FRACTION or len(found) > _MOST_DIGITS:
        pieces = len(found[0].choice.selected)
        raise DataError(
            source,
            expected="a picture of one digit",
            got=f"{pieces} pieces of ink, none much larger than the rest",
            remedy="Cut out one digit",
        )
    if any(_is_hidden(digit, lines) for digit in found) or any(map(_is_grid, found)):
        raise DataError(
            source,
            expected="a digit that stands out from its paper",
            got="ruled or squared paper whose lines are as dark as the pen",
            why="Strokes that lie on such lines cannot be seen",
            remedy="Use a broader or darker pen, or plain paper",
        )


def _is_leftover(digit: SegmentedDigit, lines: Sequence[PaperLines]) -> bool:
    """Whether this is what is left of the paper's lines: paler, or as long as the picture."""
    (top, left, bottom, right), (rows, columns) = digit.box, digit.mask.shape
    spans = (top == 0 and bottom == rows) or (left == 0 and right == columns)
    return any(spans or digit.contrast < _LEFTOVER * one.strength for one in lines)


def _is_hidden(digit: SegmentedDigit, lines: Sequence[PaperLines]) -> bool:
    """Whether the paper's lines were as dark as the digit, and its strokes are hardly thicker."""
    dark = [one for one in lines if one.strength >= _AS_DARK * digit.contrast]
    thickness = stroke_thickness(digit.part) if dark else 0.0
    return any(thickness < _THICKER * (2 * one.half_width + 1) for one in dark)


def _is_grid(digit: SegmentedDigit) -> bool:
    """Whether what was taken for a digit meets a side of the picture as lines do."""
    if not digit.choice.touches_border:
        return False
    ink = digit.ink > 0
    return any(_runs(side) > _MOST_MEETINGS for side in (ink[0], ink[-1], ink[:, 0], ink[:, -1]))


def _runs(line: NDArray[np.bool_]) -> int:
    return int((np.diff(line.astype(np.int8), prepend=0) == 1).sum())
