"""Some examples of each class of any set of images, and what their average looks like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset
from chainrule.errors import InputError
from chainrule.evaluation import count_text, short_name
from chainrule.figures.canvas import FigureHeading, Place, figure_function
from chainrule.figures.image_arrays import as_images, ink_is_bright, require_images
from chainrule.figures.image_rows import ImageRow, draw_image_rows
from chainrule.limits import Limit
from chainrule.randomness import generator

if TYPE_CHECKING:
    pass

__all__ = ["ClassSamples", "SampleImagesData", "draw_sample_images", "sample_images_data"]

_MOST_CLASSES = 30
_FOR_MEAN = 2000


@dataclass(frozen=True, eq=False)
class ClassSamples:
    """Some examples of one class.

    Args:
        name: of the class, shortened to fit.
        count: how many examples of it there are.
        rows: those that are shown, ascending.
        images: their brightness from 0 to 1, (n, height, width) or (n, height, width, colours).
        mean: the mean brightness of the class's first 2000 examples.
    """

    name: str
    count: int
    rows: NDArray[np.int64]
    images: NDArray[np.float64]
    mean: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SampleImagesData:
    """Some examples of each class that has any.

    Args:
        classes: at most 30.
        per_class: images beside each other.
        bright_ink: whether the images are bright on dark.
        summary: name and size of the data, in words.
    """

    classes: tuple[ClassSamples, ...]
    per_class: int
    bright_ink: bool
    summary: str


def sample_images_data(dataset: Dataset, per_class: int = 10, seed: int = 0) -> SampleImagesData:
    """Draw random examples of each class.

    Args:
        dataset: of images and classes.
        per_class: how many of each class, at most; at least 1.
        seed: which ones; at least 0.

    Raises: ShapeError if examples are not images, InputError if targets are numbers.
    """
    require_images(dataset, "samples")
    if not dataset.classifies:
        raise InputError(
            "figure",
            expected="a data set of classes",
            got="one with numeric targets",
            argument="dataset",
        )
    most = Limit(int, "number of images of each class", 1).check("figure", "per_class", per_class)
    lot = Limit(int, "seed for the choice of examples", 0).check("figure", "seed", seed)
    present = np.unique(dataset.targets)
    shown = present[:_MOST_CLASSES]
    classes = tuple(_samples(dataset, int(number), most, lot) for number in shown)
    summary = (
        f"{dataset.name}: {count_text(len(dataset))} examples of "
        f"{' x '.join(map(str, dataset.shape))} in {len(present)} classes"
        + (f", the first {len(shown)} of them shown." if len(shown) < len(present) else ".")
    )
    widest = max(len(samples.rows) for samples in classes)
    bright = ink_is_bright(np.concatenate([samples.images for samples in classes]))
    return SampleImagesData(classes, widest, bright, summary)


def _samples(dataset: Dataset, number: int, most: int, seed: int) -> ClassSamples:
    rows = np.flatnonzero(dataset.targets == number)
    drawn = generator(seed, "samples", number).permutation(len(rows))[:most]
    shown = np.sort(rows[drawn])
    mean = as_images(dataset, rows[:_FOR_MEAN]).mean(axis=0)
    return ClassSamples(
        short_name(dataset.class_names[number], 20),
        len(rows),
        shown,
        as_images(dataset, shown),
        mean,
    )


@figure_function
def draw_sample_images(data: SampleImagesData, *, ax: Place | None = None) -> Place:
    """Draw a row of images for each class: its mean first, then the samples.

    Args:
        data: `sample_images_data`.
        ax: where to draw; see `chainrule.figures`.
    """
    note = "On the left the mean of each class, then examples drawn at random."
    rows = [ImageRow(c.name, (c.mean, *c.images), count_text(c.count)) for c in data.classes]
    heading = FigureHeading("Samples of each class", f"{data.summary}\n{note}")
    return draw_image_rows(ax, rows, heading, titles=["mean"], bright_ink=data.bright_ink)
