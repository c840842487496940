"""Examples of a data set in words and as pictures."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset
from chainrule.documents import Paragraph, Picture
from chainrule.ledger.formulas import number_text

__all__ = [
    "example_picture",
    "input_name",
    "is_image",
    "sentences",
    "signed_picture",
    "target_text",
]

Array = NDArray[Any]


def sentences(lines: Iterable[str]) -> Paragraph:
    """A paragraph of sentences; each stays a part of its own."""
    first, *rest = lines
    return Paragraph((first, *(f" {line}" for line in rest)))


def is_image(dataset: Dataset) -> bool:
    """Whether examples are images of one brightness a pixel."""
    shape = dataset.shape
    return min(shape[:2]) > 1 if len(shape) == 2 else len(shape) == 3 and shape[2] == 1


def target_text(dataset: Dataset, row: int) -> str:
    """What an example should become: its class's name, or its numbers."""
    target = dataset.targets[row]
    if dataset.classifies:
        return dataset.class_names[int(target)]
    return ", ".join(number_text(float(value), 4) for value in target)


def input_name(dataset: Dataset, at: int) -> str:
    """One input in words: its number, for images with its place."""
    if not is_image(dataset):
        return f"input {at}"
    row, column = divmod(at, dataset.shape[1])
    return f"input {at} (row {row}, column {column})"


def example_picture(dataset: Dataset, row: int, caption: str) -> Picture:
    """An example as it is stored."""
    image = dataset.inputs[row].astype(np.float64).reshape(dataset.shape[:2])
    return Picture(caption, image)


def signed_picture(dataset: Dataset, values: Array, caption: str) -> Picture:
    """Contributions of all inputs in their places."""
    return Picture(caption, values.reshape(dataset.shape[:2]), signed=True)
