"""Images among the parts of a data set: their levels stored alike, their form measured and said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from chainrule.data.dataset import Dataset, DatasetPair
from chainrule.data.image_levels import ImageLevels, as_images, find_side
from chainrule.data.reader import RawPart
from chainrule.schema import ImageFormat, Schema, Target

__all__ = ["array_schema", "describe_images", "image_schema", "store_images"]

_BLANK_CHUNK = 4096
_LEAST_SIDE = 8
"""Arrays of fewer rows or columns are not taken for images by themselves."""
_FOLDED = "The {0} numbers of each row are grey values: they were read as images of {1} x {1}."


def store_images(train: RawPart, test: RawPart | None) -> tuple[RawPart, RawPart | None]:
    """The parts with their images stored in the levels of the training part.

    What is not an array of images, (n, rows, columns) or with one or three channels, stays as it
    is, but for rows of grey values that make squares.

    Raises: DataError for a test part with other levels.
    """
    side = find_side(train.inputs)
    if side is not None:
        train, test = _fold(train, side), None if test is None else _fold(test, side)
        train = replace(train, remarks=(*train.remarks, _FOLDED.format(side * side, side)))
    images = as_images(train.inputs)
    if images is None:
        return train, test
    levels = ImageLevels.find(images)
    stored = replace(
        train,
        inputs=levels.apply(images, train.where),
        levels=levels,
        remarks=train.remarks + levels.remarks,
    )
    others = None if test is None else as_images(test.inputs)
    if test is None or others is None:
        return stored, test
    return stored, replace(test, inputs=levels.apply(others, test.where), levels=levels)


def _fold(part: RawPart, side: int) -> RawPart:
    """The part with rows of side x side numbers as images."""
    if part.inputs.shape[1:] != (side * side,):
        return part
    return replace(part, inputs=part.inputs.reshape(-1, side, side))


def describe_images(pair: DatasetPair, levels: ImageLevels | None) -> DatasetPair:
    """The pair with the form of its training images as its schema, and remarks on both parts.

    A test part whose images have the other polarity keeps its own form.

    Args:
        pair: both parts.
        levels: those of the images; None for what is not an array of images.
    """
    if levels is None:
        return pair
    schema = image_schema(pair.train, levels)
    form, own = schema.image, image_schema(pair.test, levels)
    assert form is not None, "image_schema measures it"
    assert own.image is not None, "image_schema measures it"
    opposite = {form.polarity, own.image.polarity} == {"light on dark", "dark on light"}
    remarks = [*_describe_polarity(pair.train, form), *_describe_blanks(pair.train)]
    if opposite:
        remarks.append(
            f"The images of the test part are {own.image.polarity}, those of the training part "
            f"{form.polarity}."
        )
    return DatasetPair(
        replace(pair.train, schema=schema),
        replace(pair.test, schema=own if opposite else schema),
        (*pair.remarks, *remarks),
    )


def image_schema(dataset: Dataset, levels: ImageLevels) -> Schema:
    """The schema of a data set of images, with their form as it is measured."""
    kind = "classes" if dataset.classifies else "numbers"
    outputs = 1 if dataset.classifies else dataset.outputs
    return Schema(
        target=Target(names=("",) * outputs, kind=kind, classes=dataset.class_names),
        image=ImageFormat.fit(
            dataset.inputs.reshape(len(dataset), *dataset.shape),
            bottom=levels.bottom,
            top=levels.top,
        ),
    )


def array_schema(dataset: Dataset) -> Schema | None:
    """The schema of images that came as arrays, which nobody described; None for other arrays.

    White is what the data set's scale makes 1, or a greater value that occurs.
    """
    if len(dataset.shape) != 2 or min(dataset.shape) < _LEAST_SIDE:
        return None
    low, high = float(dataset.inputs.min()), float(dataset.inputs.max())
    white = max(round(1 / dataset.scale, 6), high) if dataset.scale < 1 or high <= 1 else high
    levels = ImageLevels(min(low, 0.0), white, whole=dataset.inputs.dtype == np.uint8)
    return image_schema(dataset, levels)


def _describe_polarity(dataset: Dataset, form: ImageFormat) -> Iterator[str]:
    if form.polarity != "mixed" or not form.has_ink:
        return
    lighter = form.paper(dataset.inputs.reshape(len(dataset), *dataset.shape)).lighter
    yield (
        f"{100 * lighter:.0f} % of the training images are light on dark, the others dark on "
        "light. A network learns better if all of them have one polarity."
    )


def _describe_blanks(dataset: Dataset) -> Iterator[str]:
    """Sentences on images without content, and on images that are all the same."""
    inputs = dataset.inputs
    if len(inputs) > 1 and np.array_equal(inputs, np.broadcast_to(inputs[0], inputs.shape)):
        level = f": each value is {inputs[0, 0]:g}" if np.ptp(inputs[0]) == 0 else ""
        yield f"All {len(inputs)} training images are the same{level}. Nothing can be learned."
        return
    chunks = range(0, len(inputs), _BLANK_CHUNK)
    blank = sum(
        int((rows.max(axis=1) == rows.min(axis=1)).sum())
        for rows in (inputs[first : first + _BLANK_CHUNK] for first in chunks)
    )
    if blank:
        yield f"{blank} of {len(inputs)} training images are blank: all their pixels are equal."
