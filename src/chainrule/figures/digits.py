"""Some examples of each class of any set of images, and what their average looks like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset
from chainrule.errors import InputError
from chainrule.evaluation import count_text, short_name
from chainrule.figures.images import as_images, ink_is_bright, require_images
from chainrule.figures.style import GREY, bare, heading, paper, styled
from chainrule.limits import Limit
from chainrule.randomness import generator

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["ClassSamples", "DigitsData", "digits_data", "draw_digits"]

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
class DigitsData:
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


def digits_data(dataset: Dataset, per_class: int = 10, seed: int = 0) -> DigitsData:
    """Draw some examples of each class at random.

    Args:
        dataset: of images and classes.
        per_class: how many of each class, at most; at least 1.
        seed: which ones; at least 0.

    Raises: ShapeError if examples are no images, InputError if targets are numbers.
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
    return DigitsData(classes, widest, bright, summary)


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


@styled
def draw_digits(data: DigitsData, figure: Figure | None = None) -> Figure:
    """Draw a row a class: its mean first, then the samples.

    Args:
        data: `digits_data`.
        figure: where; None makes a new one.
    """
    columns, rows = data.per_class + 1, len(data.classes)
    height, width = data.classes[0].images.shape[1:3]
    names = 0.09 * max(5, *(len(samples.name) for samples in data.classes))
    across = max(0.8 * columns + names + 0.6, 5.6)
    figure = paper(figure, across, max(0.8 * height / width, 0.42) * rows + 1.6)
    note = "On the left the mean of each class, then examples drawn at random."
    heading(figure, "Samples of each class", f"{data.summary}\n{note}")
    grid = figure.subplots(rows, columns, squeeze=False, gridspec_kw={"wspace": 0, "hspace": 0})
    colours = "gray_r" if data.bright_ink else "gray"
    for samples, line in zip(data.classes, grid, strict=True):
        _draw_class(samples, list(line), colours)
    grid[0, 0].set_title("mean", fontsize=8, fontweight="normal", color=GREY, loc="center", pad=4)
    return figure


def _draw_class(samples: ClassSamples, line: list[Axes], colours: str) -> None:
    for axes in line[1 + len(samples.images) :]:
        axes.remove()
    for image, axes in zip((samples.mean, *samples.images), line, strict=False):
        axes.imshow(image, cmap=colours, vmin=0, vmax=1)
        bare(axes)
    line[0].set_ylabel(
        f"{samples.name}\n", rotation=0, ha="right", va="center", fontweight="bold", fontsize=10
    )
    line[0].annotate(
        count_text(samples.count),
        (0, 0.5),
        xytext=(-7, -11),
        xycoords="axes fraction",
        textcoords="offset points",
        ha="right",
        fontsize=7.5,
        color=GREY,
    )
