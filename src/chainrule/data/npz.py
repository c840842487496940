"""NumPy's .npz archives, read without unpickling anything."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data.archives import archive, member
from chainrule.data.npy import read_npy_stream
from chainrule.data.reader import RawPart, Reading
from chainrule.errors import DataError

__all__ = ["read_npz"]

_TRAIN = (("x_train", "y_train"), ("inputs", "targets"), ("x", "y"))
_TEST = (("x_test", "y_test"), ("test_inputs", "test_targets"))


def read_npz(path: str | Path, reading: Reading) -> tuple[RawPart, RawPart | None]:
    """The training part and, where there is one, the test part of an .npz file.

    The arrays are called x_train, y_train, x_test, y_test; or inputs, targets, test_inputs,
    test_targets; or x and y. Capitals do not matter; other arrays are not read.

    Raises: FileError, DataError.
    """
    where = str(path)
    with archive(path) as opened:
        files = {_key(info.filename): info.filename for info in opened.infolist()}
        keys = _chosen(files, _TRAIN)
        if keys is None:
            raise DataError(
                where,
                expected="arrays called x_train and y_train, or inputs and targets, or x and y",
                got=", ".join(sorted(files)[:12])[:200] or "an empty archive",
            )
        train = _part(opened, where, [files[key] for key in keys], reading.limit)
        keys = _chosen(files, _TEST)
        if keys is None:
            return train, None
        return train, _part(opened, where, [files[key] for key in keys], reading.limit)


def _key(filename: str) -> str:
    return filename.removesuffix(".npy").lower()


def _chosen(files: Iterable[str], pairs: tuple[tuple[str, str], ...]) -> tuple[str, str] | None:
    found = set(files)
    return next((pair for pair in pairs if found.issuperset(pair)), None)


def _part(opened: zipfile.ZipFile, where: str, names: list[str], limit: int) -> RawPart:
    inputs, labels = (_array(opened, where, name, limit) for name in names)
    if not inputs.ndim or not labels.ndim or inputs.dtype.kind == "U":
        raise DataError(
            where,
            expected="an array of numbers, one example a row, and its labels",
            got=f"{names[0]} of shape {inputs.shape} ({inputs.dtype}), "
            f"{names[1]} of shape {labels.shape} ({labels.dtype})",
        )
    return RawPart(where, inputs, labels)


def _array(opened: zipfile.ZipFile, where: str, name: str, limit: int) -> NDArray[Any]:
    at = f"{where}: {name}"
    with member(opened, name, where, limit) as stream:
        array = read_npy_stream(stream, at, limit=limit)
        if stream.read(1):
            raise DataError(at, expected=f"an array of {array.nbytes} bytes", got="more")
    # NumPy would refuse to make texts of numbers that stand for no character.
    if array.dtype.kind == "U" and np.ascontiguousarray(array).view("u4").max() > 0x10FFFF:
        raise DataError(at, expected="texts", got="numbers that stand for no character")
    return array
