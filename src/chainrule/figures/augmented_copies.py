"""Examples beside their distorted copies, as a training would see them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Augmentation, Dataset, augment_reference, mixup_partners
from chainrule.equations.mixing import mix
from chainrule.evaluation import short_name
from chainrule.figures.canvas import FigureHeading, Place, figure_function
from chainrule.figures.image_arrays import as_images, ink_is_bright, require_images
from chainrule.figures.image_rows import ImageRow, draw_image_rows

if TYPE_CHECKING:
    pass

__all__ = ["AugmentedCopies", "augmented_copies_data", "draw_augmented_copies"]

_MOST = 10


@dataclass(frozen=True, eq=False)
class AugmentedCopies:
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


def augmented_copies_data(
    dataset: Dataset, augmentation: Augmentation, *, seed: int = 0, epochs: int = 9
) -> AugmentedCopies:
    """The first example of each class, at most 10, and its copies of the first epochs.

    Args:
        dataset: of images.
        augmentation: what happens to them. With mixup each copy is mixed with its partner's.
        seed: of the training.
        epochs: how many.

    Raises: ShapeError if examples are not images.
    """
    require_images(dataset, "copies")
    rows, names = _chosen(dataset)
    copies = [_copies(dataset, augmentation, rows, (seed, epoch)) for epoch in range(epochs)]
    originals = as_images(dataset, rows)
    return AugmentedCopies(
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
    """Return the settings that differ from their defaults."""
    values = {f.name: (getattr(augmentation, f.name), f.default) for f in fields(augmentation)}
    changed = [f"{name} {value:g}" for name, (value, default) in values.items() if value != default]
    return ", ".join(changed) or "nothing changes"


@figure_function
def draw_augmented_copies(data: AugmentedCopies, *, ax: Place | None = None) -> Place:
    """Draw a row of images for each example: itself first, then its copies.

    Args:
        data: `augmented_copies_data`.
        ax: where to draw; see `chainrule.figures`.
    """
    note = "On the left the example itself, then its copies by epoch."
    rows = [
        ImageRow(name, (data.originals[k], *data.copies[:, k])) for k, name in enumerate(data.names)
    ]
    titles = ["", *map(str, range(len(data.copies)))]
    heading = FigureHeading("Examples and their copies", f"{data.summary}\n{note}")
    return draw_image_rows(ax, rows, heading, titles=titles, bright_ink=data.bright_ink)
