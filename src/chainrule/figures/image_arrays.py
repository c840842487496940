"""Examples as images that can be looked at."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset
from chainrule.errors import ShapeError

__all__ = ["as_images", "ink_is_bright", "is_image", "require_images"]

_CHANNELS = (1, 3, 4)


def is_image(shape: tuple[int, ...]) -> bool:
    """Whether examples of this shape can be shown: rows and columns, and perhaps colours.

    >>> is_image((28, 28)), is_image((784,)), is_image((8, 8, 3))
    (True, False, True)
    """
    if len(shape) == 3:
        return shape[2] in _CHANNELS and min(shape[:2]) > 1
    return len(shape) == 2 and min(shape) > 1


def require_images(dataset: Dataset, what: str) -> None:
    """Refuse a data set whose examples are not images.

    Args:
        dataset: what was given.
        what: what was to be drawn, for the error's text.

    Raises: ShapeError.
    """
    if not is_image(dataset.shape):
        raise ShapeError(
            "figure",
            expected="examples of a shape such as (28, 28)",
            got=str(dataset.shape),
            why=f"To draw {what}, examples must be images",
            argument="dataset",
            value=dataset.shape,
        )


def as_images(dataset: Dataset, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Examples as brightness from 0 to 1, (n, height, width) or (n, height, width, colours).

    Bytes are divided by 255; numbers are stretched from the least to the greatest of the data.

    Args:
        dataset: of images.
        rows: which examples.
    """
    shape = dataset.shape[:2] if dataset.shape[2:] == (1,) else dataset.shape
    stored = dataset.inputs[rows]
    values: NDArray[Any] = stored.astype(np.float64).reshape(len(rows), *shape)
    if stored.dtype == np.uint8:
        return values / 255
    # Halves, as the difference of the largest numbers would overflow.
    low, high = (float(edge) / 2 for edge in (dataset.inputs.min(), dataset.inputs.max()))
    return (values / 2 - low) / (high - low) if high > low else np.zeros_like(values)


def ink_is_bright(images: NDArray[np.float64]) -> bool:
    """Whether grey images are bright on dark, as MNIST is; they are printed the other way round.

    Args:
        images: `as_images`; colours are never turned round.

    Returns: whether more than half of the images' edges are dark.
    """
    if images.ndim != 3 or not len(images):
        return False
    edges = [images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]]
    return bool(np.median(np.concatenate(edges, axis=1)) < 0.5)
