"""Data sets of images made like those that a network learned from: levels, polarity, size."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data.dataset import Dataset
from chainrule.errors import DataError
from chainrule.schema import ImageFormat, measure_ink

__all__ = ["align_images"]

_CHUNK = 4096
_OPPOSITE = {"light on dark", "dark on light"}


def align_images(dataset: Dataset, learned: ImageFormat | None) -> Dataset:
    """Return images with the levels, the polarity and the size of those of a network.

    Images of the same form are returned as they are. Others of the same size are stored in the
    network's levels, and inverted if all of them are of the other polarity; images of another size
    are converted one by one: their ink is scaled and placed as the network's. The result's name
    says so.

    Args:
        dataset: any data set; one without a form stays as it is.
        learned: the form of the network's training images; None if it learned from none.

    Raises: DataError for a blank image of another size.
    """
    read = None if dataset.schema is None else dataset.schema.image
    if read is None or learned is None or read == learned:
        return dataset
    if read.channels != learned.channels or dataset.shape[:2] != read.shape:
        return dataset
    if read.shape != learned.shape:
        return _convert_each(dataset, read, learned) if learned.channels == 1 else dataset
    opposite = {read.polarity, learned.polarity} == _OPPOSITE
    if not opposite and _levels(read) == _levels(learned):
        return dataset
    chunks = range(0, len(dataset), _CHUNK)
    inputs = [
        learned.store(_light(dataset.inputs[at : at + _CHUNK], read, opposite)) for at in chunks
    ]
    note = "inverted, as the network learned " + learned.polarity if opposite else ""
    return _replace_inputs(dataset, np.concatenate(inputs), learned, note)


def _levels(form: ImageFormat) -> tuple[float, float]:
    return form.bottom, form.top


def _light(inputs: NDArray[Any], form: ImageFormat, opposite: bool) -> NDArray[np.float32]:
    """Brightness from 0 to 1, inverted if need be."""
    light = (inputs.astype(np.float32) - np.float32(form.bottom)) / np.float32(
        form.top - form.bottom
    )
    return 1 - light if opposite else light


def _convert_each(dataset: Dataset, read: ImageFormat, learned: ImageFormat) -> Dataset:
    from chainrule.data.handwriting import place_ink, scale_picture

    light = _light(dataset.inputs.reshape(len(dataset), *read.shape), read, False)
    if read.has_ink and learned.has_ink:
        inks = measure_ink(light)
        blank = np.flatnonzero(inks.max(axis=(1, 2)) == 0)
        if blank.size:
            raise _blank_image(dataset, int(blank[0]), read, learned)
        found = [place_ink(ink, learned) for ink in inks]
    else:
        found = [scale_picture(one, learned.shape) for one in light]
    note = f"each converted to {learned.width} x {learned.height}"
    return _replace_inputs(dataset, learned.store(np.array(found)), learned, note)


def _blank_image(dataset: Dataset, row: int, read: ImageFormat, learned: ImageFormat) -> DataError:
    return DataError(
        f"{dataset.name}, image {row + 1}",
        expected="ink on even paper",
        got="a blank image",
        why=f"Images of {read.width} x {read.height} are converted to the network's "
        f"{learned.width} x {learned.height}",
        remedy="Leave it out",
    )


def _replace_inputs(
    dataset: Dataset, inputs: NDArray[Any], learned: ImageFormat, note: str
) -> Dataset:
    assert dataset.schema is not None, "its form was read"
    return replace(
        dataset,
        inputs=inputs,
        shape=learned.shape if learned.channels == 1 else dataset.shape,
        scale=learned.scale,
        schema=replace(dataset.schema, image=learned),
        name=f"{dataset.name} ({note})" if note else dataset.name,
    )
