"""Load data by name or from a path, whatever the format, as one pair of data sets."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from chainrule.data.catalogue import CATALOGUE
from chainrule.data.dataset import DatasetPair
from chainrule.data.download import Observer
from chainrule.data.file_state import FileState
from chainrule.data.format_detection import read_source
from chainrule.data.mnist import load_mnist, mnist_states
from chainrule.data.reader import Reading
from chainrule.data.registry import load_named, served_states
from chainrule.data.split_assembly import as_pair
from chainrule.data.streams import SIZE_LIMIT, translated
from chainrule.errors import FileError, InputError, describe, unknown_name

__all__ = ["dataset_names", "load_dataset", "verify_dataset"]


def dataset_names() -> tuple[str, ...]:
    """The names that `load_dataset` knows; MNIST, which needs no download, is the first.

    Example:
        >>> dataset_names()[:3]
        ('mnist', 'fashion_mnist', 'kmnist')
    """
    return ("mnist", *CATALOGUE)


def load_dataset(
    source: str | os.PathLike[str],
    *,
    target: str | int = "last",
    task: str = "classes",
    header: bool | None = None,
    delimiter: str | None = None,
    pixels: bool = False,
    class_names: Sequence[str] | None = None,
    test_fraction: float = 0.2,
    seed: int = 0,
    limit: int = SIZE_LIMIT,
    offline: bool | None = None,
    observe: Observer | None = None,
) -> DatasetPair:
    """Load a data set: a part to learn from and a part to be judged by.

    A path may lead to a CSV, NPZ or Parquet file, to a folder with the four IDX files of a set
    like MNIST, to a folder with a folder of images for each class, or to a folder with two of
    any of these called train and test. Where there is no test part, one is held out, and the
    names of both parts say so.

    Args:
        source: a name of `dataset_names`, or a path; write "./mnist" for a folder called mnist.
        target: the column of a table to learn: "last", "first", its name, or its number from 0.
        task: "classes" for labels (texts or whole numbers), "numbers" for targets to approximate.
        header: whether a CSV file's first row names the columns; None looks whether it does.
        delimiter: what separates a CSV file's fields; None looks for comma, semicolon or tab.
        pixels: whether a table's numbers are grey values, 0 to 255, to be seen as 0 to 1.
        class_names: the classes in order, where they are known; None takes those that occur.
        test_fraction: the part to hold out where there is no test part, above 0 and below 1.
        seed: chooses what is held out.
        limit: the most bytes to read.
        offline: whether downloads are switched off; None asks CHAINRULE_OFFLINE.
        observe: called with a file's name, its bytes so far and all of them, while it downloads.

    Returns: the two parts, `train` and `test`.
    Raises: UnknownNameError, InputError, ShapeError, DataError, IntegrityError, FileError,
        DownloadError, MissingLibraryError.

    Example:
        >>> digits = load_dataset("mnist")
        >>> len(digits.train), len(digits.test), digits.train.shape
        (60000, 10000, (28, 28))
    """
    reading = Reading(
        target=target,
        task=task,
        header=header,
        delimiter=delimiter,
        pixels=pixels,
        class_names=class_names,
        test_fraction=test_fraction,
        seed=seed,
        limit=limit,
    )
    if source == "mnist":
        return load_mnist()
    if isinstance(source, str) and source in CATALOGUE:
        return load_named(CATALOGUE[source], offline=offline, observe=observe)
    path = _existing(source)
    train, test = read_source(path, reading)
    return as_pair(path.name, str(source), reading, train, test)


def verify_dataset(name: str) -> tuple[FileState, ...]:
    """The state of each file that a named set needs: the package's own, or those downloaded.

    Raises: UnknownNameError, FileError.
    """
    if name == "mnist":
        return mnist_states()
    if name not in CATALOGUE:
        raise unknown_name("verify_dataset", "a data set", name, dataset_names(), argument="name")
    return served_states(CATALOGUE[name])


def _existing(source: str | os.PathLike[str]) -> Path:
    if not isinstance(source, (str, os.PathLike)) or not _is_path(os.fsdecode(source)):
        raise InputError(
            "load_dataset",
            expected="source to be a name or a path",
            got=describe(source),
            argument="source",
            value=source,
        )
    path = Path(os.fsdecode(source))
    with translated(str(path)):
        if path.exists():
            return path
    if isinstance(source, str) and not path.suffix and len(path.parts) < 2:
        raise unknown_name(
            "load_dataset", "a data set or a path", source, dataset_names(), argument="source"
        )
    raise FileError(str(path), expected="a file or a folder", got="no such file", argument="source")


def _is_path(text: str) -> bool:
    return bool(text) and "\0" not in text
