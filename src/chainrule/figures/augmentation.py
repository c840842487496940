"""Examples beside their distorted copies, as a training would see them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Augmentation, Dataset, augment_reference, mixup_partners
from chainrule.equations.mixing import mix
from chainrule.evaluation import short_name
from chainrule.figures.images import as_images, ink_is_bright, require_images
from chainrule.figures.style import GREY, bare, heading, paper, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["AugmentationData", "augmentation_data", "draw_augmentation"]

_MOST = 10


@dataclass(frozen=True, eq=False)
class AugmentationData:
    """Some examples, and a copy of each for some epochs.

    Args:
        names: of the examples' classes, or their numbers where targets are numbers.
        originals: brightness from 0 to 1, (n, height, width) or (n, height, width, colours).
        copies: the same for each epoch, (epochs, n, …).
        bright_ink: whether the images are bright on dark.
        summary: the settings, in words.
    """

    names: tuple[str, ...]
    originals: NDArray[np.float64]
    copies: NDArray[np.float64]
    bright_ink: bool
    summary: str


def augmentation_data(
    dataset: Dataset, augmentation: Augmentation, *, seed: int = 0, epochs: int = 9
) -> AugmentationData:
    """The first example of each class, at most 10, and its copies of the first epochs.

    Args:
        dataset: of images.
        augmentation: what happens to them. With mixup each copy is mixed with its partner's.
        seed: of the training.
        epochs: how many.

    Raises: ShapeError if examples are no images.
    """
    require_images(dataset, "copies")
    rows, names = _chosen(dataset)
    copies = [_copies(dataset, augmentation, rows, (seed, epoch)) for epoch in range(epochs)]
    originals = as_images(dataset, rows)
    return AugmentationData(
        names, originals, np.stack(copies), ink_is_bright(originals), _settings(augmentation)
    )


def _chosen(dataset: Dataset) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    if not dataset.classifies:
        rows = np.arange(min(len(dataset), _MOST))
        return rows, tuple(map(str, rows.tolist()))
    present, first = np.unique(dataset.targets, return_index=True)
    names = (short_name(dataset.class_names[number], 20) for number in present[:_MOST].tolist())
    return first[:_MOST], tuple(names)


def _copies(
    dataset: Dataset, augmentation: Augmentation, rows: NDArray[np.int64], when: tuple[int, int]
) -> NDArray[np.float64]:
    """An epoch's copies of some rows, as brightness."""
    seed, epoch = when
    low, high = _ends(dataset)
    partner, share = mixup_partners(len(dataset), augmentation, seed=seed, epoch=epoch)
    own, other = (
        augment_reference(
            dataset.inputs,
            dataset.shape,
            augmentation,
            seed=seed,
            epoch=epoch,
            rows=chosen,
            full=high,
        ).astype(np.float64)
        for chosen in (rows, partner[rows])
    )
    span = high - low or 1.0
    brightness = np.clip((mix(own, other, share[rows]) - low) / span, 0, 1)
    shape = dataset.shape[:2] if dataset.shape[2:] == (1,) else dataset.shape
    return np.asarray(brightness.reshape(len(rows), *shape))


def _ends(dataset: Dataset) -> tuple[float, float]:
    """What is dark and what is bright: of bytes 0 and 255, of numbers the least and greatest."""
    if dataset.inputs.dtype == np.uint8:
        return 0.0, 255.0
    return float(dataset.inputs.min()), float(dataset.inputs.max())


def _settings(augmentation: Augmentation) -> str:
    """What is not as it is by default."""
    values = {f.name: (getattr(augmentation, f.name), f.default) for f in fields(augmentation)}
    told = [f"{name} {value:g}" for name, (value, default) in values.items() if value != default]
    return ", ".join(told) or "nothing changes"


@styled
def draw_augmentation(data: AugmentationData, figure: Figure | None = None) -> Figure:
    """Draw a row an example: itself first, then its copies.

    Args:
        data: `augmentation_data`.
        figure: where; None makes a new one.
    """
    rows, columns = len(data.names), 1 + len(data.copies)
    height, width = data.originals.shape[1:3]
    names = 0.09 * max(5, *map(len, data.names))
    figure = paper(
        figure, max(0.8 * columns + names + 0.6, 5.6), max(0.8 * height / width, 0.42) * rows + 1.6
    )
    heading(
        figure,
        "Examples and their copies",
        f"{data.summary}\nOn the left the example itself, then its copies by epoch.",
    )
    grid = figure.subplots(rows, columns, squeeze=False, gridspec_kw={"wspace": 0, "hspace": 0})
    colours = "gray_r" if data.bright_ink else "gray"
    for k, line in enumerate(grid):
        for image, axes in zip((data.originals[k], *data.copies[:, k]), line, strict=True):
            axes.imshow(image, cmap=colours, vmin=0, vmax=1)
            bare(axes)
        line[0].set_ylabel(
            data.names[k], rotation=0, ha="right", va="center", fontweight="bold", fontsize=10
        )
    for epoch, axes in enumerate(grid[0, 1:]):
        axes.set_title(f"{epoch}", fontsize=8, fontweight="normal", color=GREY, loc="center", pad=4)
    return figure
