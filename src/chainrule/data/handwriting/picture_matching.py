"""Pictures made like the images that a network learned from; those that are alike stay as they are.

What a network's training images look like is its `ImageFormat`. A network without one, from before
formats were kept, and one whose images lie as MNIST's do, reads a picture in MNIST's way.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data.handwriting.centring import Placing, centre_digit, crop, scale_to_box
from chainrule.data.handwriting.mnist_statistics import measure
from chainrule.data.handwriting.preparation import prepare_digits
from chainrule.data.handwriting.preprocessing_trace import Preparation, Stage
from chainrule.data.handwriting.stroke_matching import match_strokes
from chainrule.data.picture_decoding import GreyPicture
from chainrule.schema import ImageFormat

__all__ = [
    "MatchedDigit",
    "ink_inputs",
    "match_picture",
    "place_ink",
    "placing_for",
    "scale_picture",
]

Grey = NDArray[np.float32]

_BYTE = 255
_STRETCHED = 0.02
"""Proportions that differ by less look the same."""


@dataclass(frozen=True, eq=False)
class MatchedDigit:
    """A digit of a picture, or a picture as a whole, as the input of a network.

    Args:
        inputs: (1, pixels), bytes or floats, as `Network.predict` takes them.
        preparation: how it came to be so.
    """

    inputs: NDArray[Any]
    preparation: Preparation


def match_picture(
    picture: GreyPicture, shape: tuple[int, int], scale: float, form: ImageFormat | None
) -> tuple[MatchedDigit, ...]:
    """Make the digits of a picture like the images that a network learned from.

    A picture of their size, polarity and form is left alone. Any other is converted: its digits are
    found, each is scaled and placed as those of the training images, and inverted if they are of
    the other polarity; where the training images show no ink on even paper, the picture is scaled.
    The remarks say which was done.

    Args:
        picture: what to convert.
        shape: rows and columns of the network's images.
        scale: the network's factor for stored values.
        form: the form of the training images; None for MNIST's way.

    Returns: the digits in reading order, or the picture.
    Raises: DataError if there is no ink, or what there is is not digits.
    """
    if form is None or form.lies_as_mnist:
        return _as_inputs(prepare_digits(picture, shape), scale, form)
    light = _in_own_levels(picture, form)
    other_size = light.shape != form.shape
    scaled = scale_picture(light, form.shape) if other_size else light
    stretched = _is_stretched(picture, form)
    for seen, inverted in ((scaled, False), (1 - scaled, True)):
        if form.resembles(seen, scaled=other_size) and not stretched:
            found = _leave_alone(picture, form, seen, inverted)
            return (MatchedDigit(_stored(form, seen, scale), found),)
    if not form.has_ink:
        return (MatchedDigit(_stored(form, scaled, scale), _scale_unevenly(picture, scaled)),)
    prepared = prepare_digits(picture, form.shape, placing=placing_for(form))
    return _as_inputs([_as_trained(one, form) for one in prepared], scale, form)


def _as_inputs(
    prepared: Iterable[Preparation], scale: float, form: ImageFormat | None
) -> tuple[MatchedDigit, ...]:
    return tuple(MatchedDigit(ink_inputs(one, scale, form), one) for one in prepared)


def placing_for(form: ImageFormat | None) -> Placing | None:
    """The place of a digit in images of a form, for `prepare`; None for MNIST's."""
    if form is None or form.lies_as_mnist or not form.has_ink:
        return None
    heights = max(1, round(form.heights[0])), round(form.heights[1])
    return Placing(form.box, form.middle, heights, round(form.widths[1]), form.stroke)


def place_ink(ink: Grey, form: ImageFormat) -> Grey:
    """The ink of a clean image as brightness in the size, place and polarity of a form.

    Args:
        ink: from 0 to 1, which occurs, (rows, columns).
        form: that of the images to be made like.
    """
    placing = placing_for(form) or Placing.mnist(form.shape)
    digit = match_strokes(crop(ink), placing, form.shape)
    boxed = scale_to_box(digit, placing, form.shape)
    placed = centre_digit(boxed, form.shape, placing.centre).astype(np.float32) / np.float32(_BYTE)
    return 1 - placed if form.polarity == "dark on light" else placed


def ink_inputs(prepared: Preparation, scale: float, form: ImageFormat | None) -> NDArray[Any]:
    """The input of a network for a digit that `prepare` found, (1, pixels).

    Args:
        prepared: the digit, light on dark.
        scale: the network's factor for stored values.
        form: the form of its training images; None for MNIST's way.
    """
    if form is None:
        ink: NDArray[Any] = prepared.image.reshape(1, -1)
        # A network that learned from numbers, not bytes: they are taken to have been fractions.
        return ink / _BYTE if scale == 1 else ink
    light = prepared.image.astype(np.float32) / np.float32(_BYTE)
    return _stored(form, 1 - light if form.polarity == "dark on light" else light, scale)


def _stored(form: ImageFormat, light: Grey, scale: float) -> NDArray[Any]:
    stored = form.store(light).reshape(1, -1)
    return stored if form.bytes_stored else stored * np.float32(scale)


def _in_own_levels(picture: GreyPicture, form: ImageFormat) -> Grey:
    """Brightness from 0 to 1; a file that holds the training images' own low levels is read so."""
    most = float(np.rint(picture.grey.max() * _BYTE))
    own = form.bytes_stored and picture.grey.shape == form.shape and 0 < most <= form.top < _BYTE
    return picture.grey * np.float32(_BYTE / form.top) if own else picture.grey


def _is_stretched(picture: GreyPicture, form: ImageFormat) -> bool:
    rows, columns = picture.grey.shape
    ratio: float = columns * form.height / (rows * form.width)
    return abs(ratio - 1) > _STRETCHED


def _leave_alone(
    picture: GreyPicture, form: ImageFormat, light: Grey, inverted: bool
) -> Preparation:
    remarks, stages = list(picture.remarks), [_grey_stage(picture)]
    if inverted:
        remarks.append(_inverted_sentence(form))
        stages.append(Stage("polarity", "Inverted, as the training images lie.", 1 - picture.grey))
    if picture.grey.shape != form.shape:
        remarks.append(_scaled_sentence(picture, light))
        stages.append(Stage("scaled", remarks[-1], light))
    stages.append(Stage("alike", "Like the training images: neither moved nor cut.", _bytes(light)))
    dark = form.polarity == "dark on light"
    ink = _bytes(1 - light if dark else light)
    # Only what lies as MNIST's digits do can be compared with them.
    figures = measure(ink) if form.placed_as_mnist else {}
    return Preparation(tuple(stages), ink, tuple(remarks), figures, dark_ink=dark != inverted)


def _scale_unevenly(picture: GreyPicture, scaled: Grey) -> Preparation:
    sentence = f"{_scaled_sentence(picture, scaled)} Its proportions were not kept."
    stored = _bytes(scaled)
    stages = (_grey_stage(picture), Stage("scaled", sentence, stored))
    return Preparation(stages, stored, (*picture.remarks, sentence), {})


def _scaled_sentence(picture: GreyPicture, scaled: Grey) -> str:
    rows, columns = picture.size or picture.grey.shape
    height, width = scaled.shape
    return f"It was scaled from {columns} x {rows} to {width} x {height} pixels."


def _as_trained(found: Preparation, form: ImageFormat) -> Preparation:
    """A digit that was placed like those of the training images, with what is to be said of it."""
    dark = form.polarity == "dark on light"
    opposite = form.polarity != "mixed" and found.dark_ink != dark
    sentences = [
        *([_inverted_sentence(form)] if opposite else []),
        f"It was scaled and placed like the training images: {form.width} x {form.height} pixels, "
        f"the longer side of the digit {form.box}.",
    ]
    stages = found.stages
    if dark:
        image = np.asarray(_BYTE - found.image, np.uint8)
        stages += (Stage("polarity", "Dark on light, as the training images lie.", image),)
    return replace(
        found,
        stages=stages,
        remarks=(*sentences, *found.remarks),
        parts=tuple(_as_trained(part, form) for part in found.parts),
    )


def _inverted_sentence(form: ImageFormat) -> str:
    other = "light on dark" if form.polarity == "dark on light" else "dark on light"
    return f"The ink was inverted: it is {other}; the training images are {form.polarity}."


def _grey_stage(picture: GreyPicture) -> Stage:
    rows, columns = picture.size or picture.grey.shape
    return Stage("grey", f"{picture.kind} of {columns} x {rows} pixels.", picture.grey)


def _bytes(light: Grey) -> NDArray[np.uint8]:
    return np.asarray(np.rint(light * np.float32(_BYTE)), np.uint8)


def scale_picture(light: Grey, shape: tuple[int, int]) -> Grey:
    """The picture in another size; each new pixel is a mean of those that it covers.

    Args:
        light: brightness from 0 to 1, (rows, columns).
        shape: rows and columns of the result.
    """
    from PIL import Image

    larger = shape[0] > light.shape[0] or shape[1] > light.shape[1]
    how = Image.Resampling.BILINEAR if larger else Image.Resampling.BOX
    scaled = Image.fromarray(light).resize((shape[1], shape[0]), how)
    return np.asarray(np.clip(np.asarray(scaled), 0, 1), np.float32)
