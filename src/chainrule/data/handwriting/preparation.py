"""Preparation of a photo, a drawing or a table of numbers as digits like those of MNIST."""

from __future__ import annotations

import operator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chainrule.data.handwriting.centring import (
    Placing,
    centre_digit,
    centre_of_mass,
    crop,
    is_mnist_like,
    scale_to_box,
    to_bytes,
)
from chainrule.data.handwriting.ink_extraction import extract_ink
from chainrule.data.handwriting.legibility import check_digits
from chainrule.data.handwriting.preprocessing_trace import Preparation, PreparationLog
from chainrule.data.handwriting.segmentation import (
    SegmentedDigit,
    Window,
    segment_digit,
    segment_digits,
)
from chainrule.data.handwriting.stroke_matching import match_strokes
from chainrule.data.handwriting.touching_digits import cut_apart
from chainrule.data.handwriting.widening import find_widening, widen
from chainrule.data.picture_decoding import GreyPicture, shrink
from chainrule.errors import InputError, ShapeError, describe

__all__ = ["prepare", "prepare_digits"]

Grey = NDArray[np.float32]
Shape = tuple[int, int]
# Fewer than 4 pixels cannot show a digit; 1024 x 1024 are a million weights for each neuron.
_SHAPE_BOUNDS = (4, 1024)
_SOLID = 0.5
# Ink lighter than 30 % of full contrast is worth a remark: a poor answer has a likely cause.
_LOW_CONTRAST = 0.3


def prepare(
    picture: GreyPicture | NDArray[Any],
    shape: tuple[int, int] = (28, 28),
    *,
    placing: Placing | None = None,
) -> Preparation:
    """Find the digit in a picture and give it the form of MNIST's digits.

    Uneven light is corrected, and dark and light ink are distinguished. The digit is
    scaled so that its longer side has 20 of 28 pixels, and moved so that its centre of mass comes
    to row and column 14, counted from 0. A picture that has this form already passes unchanged.

    Args:
        picture: the result of `read_picture`, or brightness as an array of (rows, columns): bytes
            or numbers from 0 (black) to 1 (white).
        shape: rows and columns of the result; the digit's box has 20/28 of the shorter.
        placing: another size and place than MNIST's; nothing passes unchanged then.

    Raises: ShapeError, InputError; DataError if there is no ink.

    Example:
        >>> page = np.full((100, 80), 230, np.uint8)
        >>> page[20:70, 30:40] = 40
        >>> preparation = prepare(page)
        >>> preparation.image.shape, preparation.remarks
        ((28, 28), ('The ink was inverted: it is dark on light; MNIST has light on dark.',))
    """
    record, grey, bounds = _begin(picture, shape, placing)
    passed = _pass_unchanged(record, grey, bounds)
    if passed is not None:
        return passed
    ink = extract_ink(record, grey)
    digit = segment_digit(ink.amount)
    found: tuple[SegmentedDigit, ...] = () if digit is None else (digit,)
    check_digits(record.source, found, ink.lines)
    return _finish(record, found[0], bounds)


def prepare_digits(
    picture: GreyPicture | NDArray[Any],
    shape: tuple[int, int] = (28, 28),
    *,
    placing: Placing | None = None,
) -> tuple[Preparation, ...]:
    """Find all digits in a picture, in reading order, and prepare each like `prepare`.

    Lines of writing are read from top to bottom, the digits of a line from left to right.
    Preparations of one picture have the stages and remarks on the whole picture in common.

    Args:
        picture: as in `prepare`.
        shape: rows and columns of each result.
        placing: as in `prepare`.

    Raises: ShapeError, InputError; DataError if there is no ink, or what there is is not digits.
    """
    record, grey, bounds = _begin(picture, shape, placing)
    passed = _pass_unchanged(record, grey, bounds)
    if passed is not None:
        return (passed,)
    ink = extract_ink(record, grey)
    found = segment_digits(ink.amount)
    check_digits(record.source, found, ink.lines)
    record.widening = find_widening([digit.part for digit in found])
    return tuple(_finish(record.copy(), digit, bounds) for digit in found)


class _Begun(NamedTuple):
    """A preparation that has begun: its log, the picture, the shape of the result."""

    record: PreparationLog
    grey: Grey
    shape: Shape


def _begin(picture: GreyPicture | NDArray[Any], shape: Any, placing: Placing | None) -> _Begun:
    source = picture if isinstance(picture, GreyPicture) else GreyPicture(picture)
    brightness = _brightness(source.grey)
    grey, bounds = shrink(brightness), _check_shape(shape)
    size = source.size or (brightness.shape[0], brightness.shape[1])
    record = PreparationLog(source.source, list(source.remarks), size=size, placing=placing)
    record.stage("grey", _read_sentence(source, grey), grey)
    return _Begun(record, grey, bounds)


def _brightness(given: Any) -> Grey:
    """An array as grey values from 0 to 1."""
    array = np.asarray(given)
    if array.ndim != 2 or not array.size:
        expected = "a grey picture of shape (rows, columns)"
        raise ShapeError("prepare", expected=expected, got=describe(array), argument="picture")
    if array.dtype == np.uint8:
        return array.astype(np.float32) / np.float32(255)
    grey = array.astype(np.float32) if array.dtype.kind in "bf" else np.full((1, 1), np.nan)
    if not ((grey >= 0) & (grey <= 1)).all():
        expected = "brightness as bytes, or as numbers from 0 to 1"
        raise InputError("prepare", expected=expected, got=describe(array), argument="picture")
    return grey


def _check_shape(shape: Any) -> tuple[int, int]:
    try:
        rows, columns = (operator.index(size) for size in shape)
    except (TypeError, ValueError):
        rows = columns = 0
    if min(rows, columns) < _SHAPE_BOUNDS[0] or max(rows, columns) > _SHAPE_BOUNDS[1]:
        raise InputError(
            "prepare",
            expected="a shape of two whole numbers from {} to {}".format(*_SHAPE_BOUNDS),
            got=describe(shape),
            argument="shape",
            value=shape,
        )
    return rows, columns


def _read_sentence(source: GreyPicture, grey: Grey) -> str:
    rows, columns = source.size or source.grey.shape
    shrinking = "" if grey.shape == (rows, columns) else f", shrunk to {_size(grey)}"
    bounds = f"brightness from {grey.min():.2f} to {grey.max():.2f}"
    return f"{source.kind} of {columns} x {rows} pixels{shrinking}; {bounds}."


def _pass_unchanged(record: PreparationLog, grey: Grey, shape: Shape) -> Preparation | None:
    """The picture itself, or inverted, if it is a digit like MNIST's already."""
    for ink, inverted in ((grey, False), (1 - grey, True)):
        if record.placing is None and is_mnist_like(ink, shape):
            stored = to_bytes(ink)
            if inverted:
                record.stage("polarity", "Dark ink on light: inverted.", stored)
                record.invert()
            sentence = "Already boxed and centred like MNIST: unchanged."
            record.stage("centre", sentence, stored)
            return record.finish(stored)
    return None


def _finish(record: PreparationLog, found: SegmentedDigit, shape: Shape) -> Preparation:
    """One digit with all that there is to say about it."""
    sentence = f"Above {found.threshold:.2f}: {100 * found.mask.mean():.1f} % of the picture."
    record.stage("ink", sentence, found.mask)
    selected, pieces = found.choice.selected, len(found.choice.selected)
    sentence = f"{int(selected.sum())} of {pieces} pieces kept, with grey edges."
    record.locate(found.box)
    record.remarks += found.choice.remarks
    if found.specks:
        record.remark(f"{found.specks} speck{'s' * (found.specks > 1)} removed.")
    if found.choice.touches_border:
        record.remark("The digit touches the border of the picture; a part may be missing.")
    if found.contrast < _LOW_CONTRAST:
        record.remark(
            f"The contrast is low: ink and paper differ by only {100 * found.contrast:.0f} %."
        )
    parts = []
    for part in cut_apart(found.part):
        log = record.copy()
        log.stage("digit", sentence + " Cut apart from its neighbour.", part)
        log.locate(_solid_window(part, found.window))
        parts.append(_place_digit(log, part, shape))
    record.stage("digit", sentence, found.ink)
    return _place_digit(record, found.part, shape, tuple(parts))


def _solid_window(part: Grey, within: Window) -> Window:
    """Where the solid ink of a part of a window lies in the whole picture."""
    rows, columns = (np.flatnonzero((part >= _SOLID).any(axis=axis)) for axis in (1, 0))
    top, left = within.top, within.left
    return Window(top + rows[0], left + columns[0], top + rows[-1] + 1, left + columns[-1] + 1)


def _place_digit(
    record: PreparationLog, ink: Grey, shape: Shape, parts: tuple[Preparation, ...] = ()
) -> Preparation:
    """The digit in its box, and the box in the picture."""
    digit = crop(ink)
    record.stage("crop", f"Cut out: {_size(digit)} pixels.", digit)
    if record.widening > 1:
        digit = widen(digit, record.widening)
        sentence = f"All digits are narrow: made {record.widening:.1f} times as wide."
        record.stage("widen", sentence, digit)
        record.remark(sentence)
    placing = record.placing or Placing.mnist(shape)
    boxed = scale_to_box(match_strokes(digit, placing, shape), placing, shape)
    side, longest = max(digit.shape) / record.enlargement, max(boxed.shape)
    if side < longest:
        record.remark(f"The digit is small: {side:.0f} pixels, enlarged to {longest}.")
    record.stage("box", f"Scaled to {_size(boxed)}, each pixel a mean.", boxed)
    image = centre_digit(boxed, shape, placing.centre)
    row, column = centre_of_mass(image)
    sentence = f"Centre of mass to row {row:.1f}, column {column:.1f} of {_size(image)}."
    record.stage("centre", sentence, image)
    return record.finish(image, parts)


def _size(image: NDArray[Any]) -> str:
    return f"{image.shape[1]} x {image.shape[0]}"
