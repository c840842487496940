"""Augmentation of the training set: each epoch has new copies of the same examples.

A copy is a function of (seed, epoch, the example's number, the example). Which others are made, in
which order and by how many threads changes nothing, so a resumed run goes on with the same copies.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.distortions import Augmentation, distort
from chainrule.equations.hashing import derive_key, make_key
from chainrule.equations.mixing import mixing_weights, partners
from chainrule.errors import ShapeError
from chainrule.thread_pool import ThreadPool

__all__ = ["Augmentation", "augment", "augment_reference", "mixup_partners"]

Array = NDArray[Any]

# Fewer rows take less time than the start of a second thread.
_FEW = 256
_BYTES_FULL, _NUMBERS_FULL = 255.0, 1.0


def augment(
    inputs: Array,
    shape: tuple[int, ...],
    augmentation: Augmentation,
    *,
    seed: int,
    epoch: int,
    rows: NDArray[np.int64] | None = None,
    threads: int = 1,
    out: Array | None = None,
    full: float | None = None,
) -> Array:
    """An epoch's copies of examples, by compiled code.

    Args:
        inputs: as stored: bytes, float32 or float64, (n, features).
        shape: of one example: (h, w) or (h, w, channels); any shape if there is only noise.
        augmentation: what may happen, and how strongly. Mixup happens later, in the batches.
        seed: the run's seed.
        epoch: the epoch's number, from 0.
        rows: which examples; None for all.
        threads: how many share the work; they change no bit.
        out: where the copies go; None makes room.
        full: what full ink is, for noise; 255 for bytes and 1 for other numbers where left out.

    Returns:
        The copies, (rows, features), of the type of the inputs. What comes from outside an image is
        0. Bytes are rounded to the nearest. With noise no number leaves the range from 0, or the
        copy's least, to full ink, or the copy's greatest.

    Raises: ShapeError if examples are not images and something needs some.
    """
    chosen = np.arange(len(inputs)) if rows is None else np.asarray(rows, np.int64)
    if out is None:
        out = np.empty((len(chosen), inputs.shape[1]), inputs.dtype)
    if not augmentation.distorts:
        out[:] = inputs[chosen]
        return out
    made = out if out.flags.c_contiguous else np.empty_like(out, order="C")
    work = _Work(
        augmentation,
        _image_shape(shape, augmentation),
        _full_ink(inputs, full),
        _epoch_key(seed, epoch),
        np.ascontiguousarray(inputs),
        chosen,
        made,
    )
    pool = ThreadPool(threads if len(chosen) >= _FEW else 1)
    pool.run(partial(work.distort_part, pool.threads))
    if made is not out:
        out[:] = made
    return out


def augment_reference(
    inputs: Array,
    shape: tuple[int, ...],
    augmentation: Augmentation,
    *,
    seed: int,
    epoch: int,
    rows: NDArray[np.int64] | None = None,
    full: float | None = None,
) -> Array:
    """Return the same copies by the equations themselves, example by example: slow.

    Arguments and errors as in `augment`. Numbers agree to 1e-6 of full ink, bytes to 1.
    """
    chosen = np.arange(len(inputs)) if rows is None else np.asarray(rows, np.int64)
    if not augmentation.distorts:
        return inputs[chosen]
    image, ink = _image_shape(shape, augmentation), _full_ink(inputs, full)
    key, made = _epoch_key(seed, epoch), np.empty((len(chosen), inputs.shape[1]), inputs.dtype)
    for copy, row in zip(made, chosen.tolist(), strict=True):
        pixels = inputs[row].reshape(image)
        copy[:] = distort(pixels, derive_key(key, row), augmentation, ink).ravel()
    return made


def mixup_partners(
    n: int, augmentation: Augmentation, *, seed: int, epoch: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return which example each one of an epoch is mixed with, and its own weight in the mixture.

    Args:
        n: how many examples, at least 1.
        augmentation: mixup is α of Beta(α, α); at 0 each example has weight 1.
        seed: the run's seed.
        epoch: the epoch's number, from 0.

    Returns:
        Rows, (n,), and weights from ½ to 1, (n,).
    """
    if not augmentation.mixup:
        return np.arange(n), np.ones(n)
    key = make_key(seed, "mixup", epoch)
    return partners(key, n), mixing_weights(key, n, augmentation.mixup)


def _image_shape(shape: tuple[int, ...], augmentation: Augmentation) -> tuple[int, int, int]:
    """Height, width, channels; a table is one long row."""
    if not augmentation.needs_images:
        return 1, math.prod(shape), 1
    if len(shape) not in (2, 3) or min(shape[:2]) < 2:
        raise ShapeError(
            "augment",
            expected="examples of a shape such as (28, 28) or (32, 32, 3)",
            got=str(tuple(shape)),
            why="Only images can be moved, bent, thickened or cut",
            remedy="Use only noise and mixup for examples that are not images",
            argument="shape",
            value=shape,
        )
    return shape[0], shape[1], shape[2] if len(shape) == 3 else 1


def _full_ink(inputs: Array, full: float | None) -> float:
    if full is not None:
        return float(full)
    return _BYTES_FULL if inputs.dtype == np.uint8 else _NUMBERS_FULL


def _epoch_key(seed: int, epoch: int) -> int:
    return make_key(seed, "augmentation", epoch)


@dataclass(frozen=True, eq=False)
class _Work:
    """The rows to distort, for any number of threads."""

    augmentation: Augmentation
    image: tuple[int, int, int]
    full: float
    epoch_key: int
    inputs: Array
    rows: NDArray[np.int64]
    out: Array

    def distort_part(self, threads: int, me: int) -> int:
        """Distort one thread's part of the rows; return how many there were."""
        from chainrule.kernels import distort_rows, distortion_settings, make_scratch, pair_images

        n = len(self.rows)
        first, after = n * me // threads, n * (me + 1) // threads
        distortion = distortion_settings(self.augmentation, *self.image, self.full)
        scratch, images = (
            make_scratch(self.augmentation, *self.image),
            pair_images(self.inputs, self.out),
        )
        made = distort_rows(self.epoch_key, distortion, scratch, images, self.rows, first, after)
        return int(made)
