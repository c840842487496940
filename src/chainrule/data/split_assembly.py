"""Assembly of the training set and the test set from the parts that readers return."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chainrule.data.dataset import Dataset, DatasetPair
from chainrule.data.emnist_layout import turn_emnist
from chainrule.data.encoding import class_numbers, is_one_hot
from chainrule.data.image_assembly import describe_images, store_images
from chainrule.data.reader import RawPart, ReadOptions
from chainrule.data.splitting import split
from chainrule.errors import DataError, ShapeError, describe
from chainrule.schema import infer_task

__all__ = ["HeldOutNames", "assemble_pair", "held_out_names"]


def assemble_pair(
    name: str, source: str, options: ReadOptions, train: RawPart, test: RawPart | None = None
) -> DatasetPair:
    """The two parts as data sets; without a test part, one is held out of the other.

    Args:
        name: what to call the set.
        source: what `load_dataset` was given.
        options: the task, the class names, and what to hold out.
        train: the part to learn from, or all there is.
        test: the part to be judged by; its classes must be among those of `train`.

    Raises: DataError, ShapeError.
    """
    options = _resolve_task(train, options)
    train = _decode_labels(train, options)
    test = None if test is None else _decode_labels(test, options)
    names = options.class_names
    if options.pixels:
        train, test = _as_pixels(train), None if test is None else _as_pixels(test)
    if options.pixels is not False:
        train, test = store_images(train, test)
    both = train.remarks if test is None else train.remarks + test.remarks
    remarks = tuple(dict.fromkeys(both))
    learn = _dataset(train, options, names, name, source)
    if test is None:
        return describe_images(_hold_out(learn, options, remarks), train.levels)
    judge = _dataset(test, options, learn.class_names or None, name, source)
    if judge.shape != learn.shape or judge.outputs != learn.outputs:
        raise ShapeError(
            test.where,
            expected=f"examples of shape {learn.shape} with {learn.outputs} outputs",
            got=f"shape {judge.shape} with {judge.outputs} outputs",
            why=f"{train.where} has these",
        )
    return describe_images(DatasetPair(learn, judge, remarks), train.levels)


class HeldOutNames(NamedTuple):
    """The names of the two parts of a set of which one was held out."""

    rest: str
    held_out: str


def held_out_names(dataset: Dataset, options: ReadOptions) -> HeldOutNames:
    """Return names for the parts of a set that is split as the options say."""
    share = f"{options.test_fraction:.4g} held out of {len(dataset)}, seed {options.seed}"
    return HeldOutNames(f"{dataset.name} (without {share})", f"{dataset.name} ({share})")


def _hold_out(dataset: Dataset, options: ReadOptions, remarks: tuple[str, ...]) -> DatasetPair:
    rest, held = split(dataset, options.test_fraction, options.seed, "test")
    names = held_out_names(dataset, options)
    parts = replace(rest, name=names.rest), replace(held, name=names.held_out)
    return DatasetPair(*parts, remarks)


def _dataset(
    part: RawPart, options: ReadOptions, names: Sequence[str] | None, name: str, source: str
) -> Dataset:
    if len(part.labels) != len(part.inputs):
        raise ShapeError(
            part.where,
            expected=f"{len(part.inputs)} labels, one per example",
            got=str(len(part.labels)),
        )
    classes: tuple[str, ...] = ()
    if options.task == "classes":
        labels = _flatten_labels(part)
        targets: NDArray[Any]
        targets, classes = class_numbers(labels, part.where, names=names, place=part.place)
    else:
        targets = _numbers(part)
    grey = part.inputs.dtype == np.uint8 and options.pixels is not False
    plain = 1 / 255 if grey else 1.0
    return Dataset(
        part.inputs,
        targets,
        scale=plain if part.levels is None else part.levels.scale,
        class_names=classes,
        name=name,
        source=source,
        _where=part.where,
    )


def _resolve_task(part: RawPart, options: ReadOptions) -> ReadOptions:
    """The options with the task that the labels suggest, and with all classes of one-hot rows."""
    labels = part.labels
    if not isinstance(labels, np.ndarray) or labels.dtype.kind not in "iuf":
        return replace(options, task=options.task or "classes")
    if options.task != "numbers" and is_one_hot(labels):
        columns = [str(column) for column in range(labels.shape[1])]
        return replace(options, task="classes", class_names=options.class_names or columns)
    if options.task is not None:
        return options
    one_each = labels.size == len(labels)
    if one_each and labels.dtype == np.uint8:  # as the files of images have them
        return replace(options, task="classes")
    if one_each and labels.dtype.kind in "iu" and _count_classes(labels.reshape(-1)):
        return replace(options, task="classes")
    task = infer_task(labels.reshape(-1).astype(np.float64)) if one_each else "numbers"
    return replace(options, task=task)


def _count_classes(labels: NDArray[Any]) -> bool:
    """Whether whole numbers count classes from 0 or 1 without a gap, two examples of each or more.

    An array of whole numbers was made of class numbers more surely than a column of a table.
    """
    distinct = np.unique(labels)
    numbered = distinct[0] in (0, 1) and distinct[-1] - distinct[0] == len(distinct) - 1
    return bool(numbered and 2 * len(distinct) <= len(labels))


def _decode_labels(part: RawPart, options: ReadOptions) -> RawPart:
    """The part with class numbers in the place of one-hot rows."""
    labels = part.labels
    if options.task == "numbers" or not isinstance(labels, np.ndarray) or not is_one_hot(labels):
        return part
    remark = f"The targets are one-hot rows; they were read as {labels.shape[1]} classes."
    names = list(options.class_names or ())
    if len(names) != labels.shape[1]:
        raise ShapeError(
            part.where,
            expected=f"{len(names)} class names, one for each column of the targets",
            got=f"{labels.shape[1]} columns",
        )
    texts = [names[label] for label in labels.argmax(axis=1).tolist()]
    return replace(part, labels=texts, remarks=(*part.remarks, remark))


def _flatten_labels(part: RawPart) -> Sequence[str] | NDArray[Any]:
    labels = part.labels
    if not isinstance(labels, np.ndarray):
        return labels
    if labels.size != len(labels):
        raise ShapeError(
            part.where,
            expected=f"class labels of shape ({len(labels)},)",
            got=describe(labels),
            remedy="For numeric targets, give task='numbers'",
        )
    return labels.reshape(-1)


def _numbers(part: RawPart) -> NDArray[Any]:
    if isinstance(part.labels, np.ndarray) and part.labels.dtype.kind in "biuf":
        kept = part.labels.dtype.kind == "f"
        numbers = part.labels if kept else part.labels.astype(np.float64)
        return numbers.reshape(len(numbers), -1)
    column = np.empty((len(part.labels), 1))
    for row, text in enumerate(part.labels):
        try:
            column[row] = float(text)
        except ValueError:
            raise DataError(
                part.where, expected="a number as target", got=f"{text[:60]!r} at {part.place(row)}"
            ) from None
    return column


def _as_pixels(part: RawPart) -> RawPart:
    """A part of a table with its rows as images, where they make squares."""
    grey = _grey(part)
    images = replace(part, inputs=grey.reshape(len(grey), *_square(grey.shape[1:])))
    return turn_emnist(images, Path(part.where).name) if images.inputs.ndim == 3 else images


def _grey(part: RawPart) -> NDArray[np.uint8]:
    if part.inputs.dtype == np.uint8:
        return part.inputs
    flat = part.inputs.reshape(len(part.inputs), -1)
    # Whatever a number that is not a byte becomes, it becomes another number.
    with np.errstate(invalid="ignore"):
        grey: NDArray[np.uint8] = flat.astype(np.uint8)
    for row, column in np.argwhere(grey != flat)[:1].tolist():
        raise DataError(
            part.where,
            expected="grey values, whole numbers from 0 to 255",
            got=f"{flat[row, column]} at {part.place(row)}, value {column}",
        )
    return grey.reshape(part.inputs.shape)


def _square(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The square image that a row of pixels makes, where it makes one."""
    side = math.isqrt(math.prod(shape))
    return (side, side) if len(shape) == 1 and side * side == shape[0] else shape
