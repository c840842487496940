"""Preparation of a photo, a drawing or a table of numbers as a digit like those of MNIST."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data.handwriting.background import frame_width, ink_amount, paper_brightness
from chainrule.data.handwriting.centring import (
    Placing,
    centre_digit,
    centre_of_mass,
    crop,
    is_mnist_like,
    scale_to_box,
    to_bytes,
)
from chainrule.data.handwriting.polarity import ink_is_dark
from chainrule.data.handwriting.preprocessing_trace import Preparation, PreparationLog
from chainrule.data.handwriting.segmentation import SegmentedDigit, segment_digit
from chainrule.data.handwriting.stroke_matching import match_strokes
from chainrule.data.picture_decoding import MOST_SHRUNK_PIXELS, GreyPicture, shrink
from chainrule.errors import DataError, InputError, ShapeError, describe

__all__ = ["prepare"]

Grey = NDArray[np.float32]
# A picture with a shorter side below 64 pixels is enlarged to about 112, four times MNIST's 28: the
# steps of its pixels would otherwise become the edges of the strokes.
_SMALL = 64
_ENLARGED = 112
# Fewer than 4 pixels cannot show a digit; 1024 x 1024 are a million weights for each neuron.
_SHAPE_BOUNDS = (4, 1024)
# Thresholds of two remarks: ink lighter than 30 % of full contrast, paper whose brightness varies
# by a quarter. The digit is found beyond them too, but a poor answer then has a likely cause.
_LOW_CONTRAST = 0.3
_UNEVEN = 0.25
# A digit with less than this fraction of the ink is one of many marks, not the subject.
_LEAST_FRACTION = 0.05
_INVERTED = "The ink was inverted: it is dark on light; MNIST has light on dark."


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
    source = picture if isinstance(picture, GreyPicture) else GreyPicture(picture)
    grey = shrink(_brightness(source.grey))
    rows, columns = _check_shape(shape)
    record = PreparationLog(source.source, list(source.remarks), like_mnist=placing is None)
    record.stage("grey", _read_sentence(source, grey), grey)
    for ink, inverted in ((grey, False), (1 - grey, True)):
        if placing is None and is_mnist_like(ink, (rows, columns)):
            return _pass_unchanged(record, to_bytes(ink), inverted)
    found = _find_digit(record, _even_light(record, *_orient(record, grey)))
    return _place_digit(record, found, (rows, columns), placing or Placing.mnist((rows, columns)))


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


def _pass_unchanged(
    record: PreparationLog, stored: NDArray[np.uint8], inverted: bool
) -> Preparation:
    if inverted:
        record.stage("polarity", "Dark ink on light: inverted.", stored)
        record.invert(_INVERTED)
    record.stage("centre", "Already boxed and centred like MNIST: unchanged.", stored)
    return record.finish(stored)


def _orient(record: PreparationLog, grey: Grey) -> tuple[Grey, bool]:
    """The picture without a frame, large enough to work on, ink darker than paper; was it so?"""
    width = frame_width(grey)
    if width:
        grey = grey[width:-width, width:-width]
        record.remark("A frame at the edge of the picture was left out.")
    grey = _enlarge(record, grey)
    before = f"A frame of {width} pixels left out. " if width else ""
    before += f"Enlarged {record.enlargement} times. " if record.enlargement > 1 else ""
    if ink_is_dark(grey):
        record.stage("polarity", before + "Dark ink on light paper: inverted.", 1 - grey)
        record.invert(_INVERTED)
        return grey, True
    record.stage("polarity", before + "Light ink on dark, as in MNIST: unchanged.", grey)
    return 1 - grey, False


def _enlarge(record: PreparationLog, grey: Grey) -> Grey:
    """A small picture made larger, so that its pixels' edges do not become the strokes'."""
    short = min(grey.shape)
    factor = min(math.ceil(_ENLARGED / short), math.isqrt(MOST_SHRUNK_PIXELS // grey.size))
    if short >= _SMALL or factor < 2:
        return grey
    from PIL import Image

    record.enlargement = factor
    size = (grey.shape[1] * factor, grey.shape[0] * factor)
    larger = Image.fromarray(grey).resize(size, Image.Resampling.BILINEAR)
    return np.asarray(np.clip(np.asarray(larger), 0, 1), np.float32)


def _even_light(record: PreparationLog, grey: Grey, dark_ink: bool) -> Grey:
    """The amount of ink, whatever the light."""
    paper = paper_brightness(grey)
    amount = ink_amount(grey, paper)
    least, most = float(paper.min()), float(paper.max())
    low, high = (least, most) if dark_ink else (1 - most, 1 - least)
    bounds = f"from {low:.2f} to {high:.2f}"
    sentence = f"The paper, of brightness {bounds}, was made uniform."
    record.stage("light", sentence, np.clip(amount, 0, 1))
    if most - least > _UNEVEN * most:
        record.remark(f"The light was uneven: the paper's brightness runs {bounds}.")
    return amount


def _find_digit(record: PreparationLog, amount: Grey) -> Grey:
    """The digit's ink, with what there is to say about it."""
    found = segment_digit(amount)
    if found is None or found.fraction < _LEAST_FRACTION:
        raise _no_digit(record.source, found)
    sentence = f"Above {found.threshold:.2f}: {100 * found.mask.mean():.1f} % of the picture."
    record.stage("ink", sentence, found.mask)
    selected, pieces = found.choice.selected, len(found.choice.selected)
    record.stage(
        "digit", f"{int(selected.sum())} of {pieces} pieces kept, with grey edges.", found.ink
    )
    record.remarks += found.choice.remarks
    if found.specks:
        record.remark(f"{found.specks} speck{'s' * (found.specks > 1)} removed.")
    if found.choice.touches_border:
        record.remark("The digit touches the border of the picture; a part may be missing.")
    if found.contrast < _LOW_CONTRAST:
        record.remark(
            f"The contrast is low: ink and paper differ by only {100 * found.contrast:.0f} %."
        )
    return found.ink


def _no_digit(source: str, found: SegmentedDigit | None) -> DataError:
    pieces = 0 if found is None else len(found.choice.selected)
    return DataError(
        source,
        expected="a picture of one digit",
        got=f"{pieces} pieces of ink, none much larger than the rest" if pieces else "no ink found",
        why="" if pieces else "Nothing in it stands out from the paper",
        remedy="Cut out one digit" if pieces else "Use a darker pen, more light or a closer view",
    )


def _place_digit(
    record: PreparationLog, ink: Grey, shape: tuple[int, int], placing: Placing
) -> Preparation:
    """The digit in its box, and the box in the picture."""
    digit = crop(ink)
    record.stage("crop", f"Cut out: {_size(digit)} pixels.", digit)
    boxed = scale_to_box(match_strokes(digit, placing, shape), placing, shape)
    side, longest = max(digit.shape) / record.enlargement, max(boxed.shape)
    if side < longest:
        record.remark(f"The digit is small: {side:.0f} pixels, enlarged to {longest}.")
    record.stage("box", f"Scaled to {_size(boxed)}, each pixel a mean.", boxed)
    image = centre_digit(boxed, shape, placing.centre)
    row, column = centre_of_mass(image)
    sentence = f"Centre of mass to row {row:.1f}, column {column:.1f} of {_size(image)}."
    record.stage("centre", sentence, image)
    return record.finish(image)


def _size(image: NDArray[Any]) -> str:
    return f"{image.shape[1]} x {image.shape[0]}"
