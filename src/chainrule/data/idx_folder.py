"""A folder with the files of MNIST: images and labels, to learn from and to be judged by."""

from __future__ import annotations

import re
from pathlib import Path

from chainrule.data.idx import read_idx
from chainrule.data.reader import RawPart, Reading
from chainrule.data.streams import translated
from chainrule.errors import DataError

__all__ = ["find_idx", "read_idx_pair"]

_NAME = re.compile(
    r"(.*-)?(train|t10k|test)-(images|labels)[-.]idx[13]-ubyte(?:\.gz|\.xz)?", re.IGNORECASE
)
_DIMENSIONS = {"images": 3, "labels": 1}


def find_idx(folder: Path) -> dict[tuple[str, str], Path]:
    """The IDX files in a folder, by part ("train", "test") and role ("images", "labels").

    Their names are as MNIST has them: train-images-idx3-ubyte, t10k-labels-idx1-ubyte and so on,
    with .gz or .xz or neither, and perhaps with the set's name before them.

    Raises: FileError; DataError where two files claim one place.
    """
    with translated(str(folder)):
        paths = sorted(folder.iterdir())
    found: dict[tuple[str, str], Path] = {}
    for path in paths:
        match = _NAME.fullmatch(path.name)
        if match is None:
            continue
        key = ("train" if match[2].lower() == "train" else "test", match[3].lower())
        taken = found.setdefault(key, path)
        if _stem(taken) != _stem(path):
            raise DataError(
                str(folder),
                expected=f"one file of {key[0]} {key[1]}",
                got=f"{taken.name} and {path.name}",
                remedy="Put each data set into a folder of its own",
            )
    return found


def _stem(path: Path) -> str:
    return path.name.removesuffix(".gz").removesuffix(".xz")


def read_idx_pair(folder: Path, reading: Reading) -> tuple[RawPart, RawPart | None]:
    """The training part and, where there is one, the test part in a folder of IDX files.

    Raises: FileError, DataError.
    """
    files = find_idx(folder)
    train = _part(folder, files, "train", reading.limit)
    test = _part(folder, files, "test", reading.limit) if ("test", "images") in files else None
    return train, test


def _part(folder: Path, files: dict[tuple[str, str], Path], part: str, limit: int) -> RawPart:
    for role in ("images", "labels"):
        if (part, role) not in files:
            example = f"{part}-{role}-idx{_DIMENSIONS[role]}-ubyte.gz"
            raise DataError(
                str(folder),
                expected=f"a file of {part} {role}, such as {example}",
                got="none",
            )
    images, labels = (
        read_idx(files[part, role], dimensions=_DIMENSIONS[role], limit=limit)
        for role in ("images", "labels")
    )
    return RawPart(str(files[part, "images"]), images, labels)
