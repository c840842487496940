"""NumPy's .npy and .npz files, read without trusting a header and without unpickling anything."""

from __future__ import annotations

import math
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data.content_limits import RAISE_LIMIT, SIZE_LIMIT
from chainrule.data.reader import RawPart, ReadOptions
from chainrule.data.tables import fits_names, name_columns
from chainrule.data.untrusted_files import (
    open_archive,
    open_member,
    read_exactly,
    stored_size,
    translate_errors,
)
from chainrule.errors import DataError
from chainrule.schema import DataTable
from chainrule.storage import open_regular

__all__ = ["find_npy", "read_npy_folder", "read_npy_stream", "read_npz"]


_MAGIC = b"\x93NUMPY"
_LONGEST_HEADER = 2**16
_MOST_DIMENSIONS = 32  # NumPy 1 knows no more.
_KIND = re.compile(r"'descr': *'([<>|=]?(?:[iu][1248]|f[248]|b1|U[1-9][0-9]{0,5}))'")
_ORDER = re.compile(r"'fortran_order': *(True|False)")
_SHAPE = re.compile(r"'shape': *\(([0-9L, ]*)\)")
_SIZE = re.compile(r" *([0-9]{1,18})L? *")


def read_npy_stream(
    stream: IO[bytes], where: str, *, limit: int = SIZE_LIMIT, remedy: str = ""
) -> NDArray[Any]:
    """The array of numbers, or of texts, at the start of a stream.

    Args:
        stream: open for reading; it is left after the array's last byte.
        where: the file, for error texts.
        limit: the most bytes of content that the header may promise.
        remedy: what helps against a limit that is too low, for error texts.

    Returns: the array, in the machine's byte order.
    Raises: DataError.
    """
    dtype, fortran, shape = _parse_header(_header(stream, where), where)
    size = math.prod(shape) * dtype.itemsize
    if size > limit:
        raise DataError(
            where,
            expected=f"at most {limit} bytes of content",
            got=f"an array of shape {shape} ({dtype}), which has {size}",
            remedy=remedy,
        )
    flat = np.frombuffer(read_exactly(stream, size, where), dtype)
    array = flat.reshape(shape[::-1]).T if fortran else flat.reshape(shape)
    return array.astype(dtype.newbyteorder("="), copy=False)


def _header(stream: IO[bytes], where: str) -> str:
    start = bytes(read_exactly(stream, 8, where))
    if start[:6] != _MAGIC or start[6] not in (1, 2, 3):
        raise DataError(where, expected="an array in NumPy's .npy format", got=start.hex(" "))
    length = int.from_bytes(read_exactly(stream, 2 if start[6] == 1 else 4, where), "little")
    if length > _LONGEST_HEADER:
        raise DataError(
            where, expected=f"a header of at most {_LONGEST_HEADER} bytes", got=str(length)
        )
    return read_exactly(stream, length, where).decode("latin-1")


def _parse_header(header: str, where: str) -> tuple[np.dtype[Any], bool, tuple[int, ...]]:
    kind, order, sizes = (pattern.search(header) for pattern in (_KIND, _ORDER, _SHAPE))
    shape = _shape(sizes[1]) if sizes else None
    if kind is None or order is None or shape is None:
        raise DataError(
            where,
            expected="an array of numbers or texts",
            got=f"the header {header[:120].strip()!r}",
            why="Arrays of Python objects are never loaded, as loading them can run any program",
        )
    if 0 in shape or len(shape) > _MOST_DIMENSIONS:
        sizes_allowed = f"sizes of at least 1, {_MOST_DIMENSIONS} of them at most"
        raise DataError(where, expected=sizes_allowed, got=str(shape)[:80])
    return np.dtype(kind[1]), order[1] == "True", shape


def _shape(text: str) -> tuple[int, ...] | None:
    """The sizes in a header's shape, or None if they are no sizes."""
    sizes = [_SIZE.fullmatch(size) for size in text.split(",") if size.strip()]
    return None if None in sizes else tuple(int(size[1]) for size in sizes if size)


_TRAIN = (
    ("x_train", "y_train"),
    ("train_images", "train_labels"),
    ("train_x", "train_y"),
    ("inputs", "targets"),
    ("images", "labels"),
    ("data", "labels"),
    ("data", "target"),
    ("x", "y"),
)
_TEST = (
    ("x_test", "y_test"),
    ("test_images", "test_labels"),
    ("test_x", "test_y"),
    ("test_inputs", "test_targets"),
)
_EXPECTED = "arrays called x_train and y_train, or inputs and targets, or x and y"
_COLUMN_NAMES, _CLASS_NAMES = ("feature_names", "columns"), ("target_names", "class_names")
_VALIDATION = re.compile(r"(?:x_|y_)?val(?:id|idation)?(?:_|$)")
_Parts = tuple[RawPart, RawPart | None]


def read_npz(
    path: str | Path, options: ReadOptions
) -> tuple[RawPart | DataTable, RawPart | DataTable | None]:
    """The training part and, if there is one, the test part of an .npz file.

    The arrays are called x_train, y_train, x_test, y_test; or train_images, train_labels,
    test_images, test_labels; or inputs, targets, test_inputs, test_targets; or x and y, data and
    target, images and labels. Capitals do not matter; other arrays are not read. With an array
    feature_names or columns, which names each column of the inputs, the arrays are a table; then
    target_names are the names of its classes.

    Raises: FileError, DataError.
    """
    where = str(path)
    with open_archive(path) as archive:
        files = {_key(info.filename): info.filename for info in archive.infolist()}
        limit = options.content_limit(where, stored_size(path))
        read = partial(_member, archive, where, limit=limit.size)
        train, test = _read_parts(where, files, read)
        found = next((read(files[key]) for key in _COLUMN_NAMES if key in files), None)
        names = None if found is None else [str(name) for name in found.reshape(-1).tolist()]
        if names is None or not fits_names(train, names):
            return train, test
        key = next((key for key in _CLASS_NAMES if key in files), None)
        classes = [] if key is None else [str(name) for name in read(files[key]).reshape(-1)]
        return (
            name_columns(train, names, classes),
            None if test is None else name_columns(test, names, classes),
        )


def find_npy(folder: Path) -> dict[str, Path]:
    """The .npy files in a folder by their arrays' names, if they are inputs and targets.

    The names are those of the arrays in `read_npz`.

    Raises: FileError.
    """
    with translate_errors(str(folder)):
        paths = sorted(path for path in folder.iterdir() if path.suffix.lower() == ".npy")
    found = {path.stem.lower(): path for path in paths}
    return {} if _choose_keys(found, _TRAIN) is None else found


def read_npy_folder(folder: Path, options: ReadOptions) -> _Parts:
    """The training part and, if there is one, the test part in a folder of .npy files.

    Raises: FileError, DataError.
    """
    files = {key: path.name for key, path in find_npy(folder).items()}

    def read(name: str) -> NDArray[Any]:
        path = folder / name
        with translate_errors(str(path)), open_regular(path) as stream:
            limit = options.content_limit(path, stored_size(path))
            return _whole_array(stream, str(path), limit.size)

    return _read_parts(str(folder), files, read)


def _read_parts(
    where: str, files: Mapping[str, str], read: Callable[[str], NDArray[Any]]
) -> _Parts:
    """The parts among arrays: by their keys the names that `read` takes."""
    keys = _choose_keys(files, _TRAIN)
    if keys is None:
        raise DataError(
            where,
            expected=_EXPECTED,
            got=", ".join(sorted(files)[:12])[:200] or "an empty archive",
        )
    train = _part(where, [files[key] for key in keys], read)
    if unread := [files[key] for key in sorted(files) if _VALIDATION.match(key)]:
        train = replace(train, remarks=(f"Not read: {', '.join(unread)}.",))
    keys = _choose_keys(files, _TEST)
    return train, None if keys is None else _part(where, [files[key] for key in keys], read)


def _key(filename: str) -> str:
    return filename.removesuffix(".npy").lower()


def _choose_keys(
    files: Iterable[str], pairs: tuple[tuple[str, str], ...]
) -> tuple[str, str] | None:
    found = set(files)
    return next((pair for pair in pairs if found.issuperset(pair)), None)


def _part(where: str, names: list[str], read: Callable[[str], NDArray[Any]]) -> RawPart:
    inputs, labels = map(read, names)
    if not inputs.ndim or not labels.ndim or inputs.dtype.kind == "U":
        raise DataError(
            where,
            expected="an array of numbers, one example per row, and its labels",
            got=f"{names[0]} of shape {inputs.shape} ({inputs.dtype}), "
            f"{names[1]} of shape {labels.shape} ({labels.dtype})",
        )
    return RawPart(where, inputs, labels)


def _member(archive: zipfile.ZipFile, where: str, name: str, *, limit: int) -> NDArray[Any]:
    with open_member(archive, name, where, limit, RAISE_LIMIT) as stream:
        return _whole_array(stream, f"{where}: {name}", limit)


def _whole_array(stream: IO[bytes], at: str, limit: int) -> NDArray[Any]:
    """The array in a stream that holds nothing else."""
    array = read_npy_stream(stream, at, limit=limit, remedy=RAISE_LIMIT)
    if stream.read(1):
        raise DataError(at, expected=f"an array of {array.nbytes} bytes", got="more")
    # NumPy would refuse to make texts of numbers that stand for no character.
    if array.dtype.kind == "U" and np.ascontiguousarray(array).view("u4").max() > 0x10FFFF:
        raise DataError(at, expected="texts", got="numbers that are not character codes")
    return array
