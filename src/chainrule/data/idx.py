"""The IDX format of the MNIST files, and a folder with the four files of such a set."""

from __future__ import annotations

import hashlib
import io
import math
import re
import struct
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data.content_limits import RAISE_LIMIT, SIZE_LIMIT, content_limit
from chainrule.data.emnist_layout import turn_emnist
from chainrule.data.reader import RawPart, ReadOptions
from chainrule.data.untrusted_files import (
    decompress,
    open_decompressed,
    read_exactly,
    stored_size,
    translate_errors,
)
from chainrule.errors import DataError, InputError

__all__ = [
    "array_digest",
    "decode_idx",
    "find_idx",
    "is_idx_name",
    "read_idx",
    "read_idx_pair",
    "read_idx_stream",
]


_TYPES = {0x08: "u1", 0x09: "i1", 0x0B: "i2", 0x0C: "i4", 0x0D: "f4", 0x0E: "f8"}
_CODES = {name: code for code, name in _TYPES.items()}
_MOST_DIMENSIONS = 32  # NumPy 1 knows no more.


def read_idx(
    path: str | Path, *, dimensions: int | None = None, limit: int | None = None
) -> NDArray[Any]:
    """The array in an IDX file, plain or compressed by gzip, bzip2 or xz.

    Args:
        path: the file.
        dimensions: how many dimensions it must have, 3 for images, 1 for labels; None for any.
        limit: the most bytes of content that its header may promise; None as in `load_dataset`.

    Returns: the array, in the machine's byte order.
    Raises: FileError, DataError.
    """
    most = content_limit(str(path), stored_size(path), limit).size
    with open_decompressed(path) as stream:
        return read_idx_stream(stream, str(path), dimensions=dimensions, limit=most)


def decode_idx(
    content: bytes, where: str, *, dimensions: int | None = None, limit: int | None = None
) -> NDArray[Any]:
    """The array in the bytes of an IDX file, plain or compressed by gzip, bzip2 or xz.

    Raises: DataError.

    Example:
        >>> decode_idx(bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 0, 255]), "labels")
        array([  7,   0, 255], dtype=uint8)
    """
    most = content_limit(where, len(content), limit).size
    with translate_errors(where), decompress(io.BytesIO(content)) as stream:
        return read_idx_stream(stream, where, dimensions=dimensions, limit=most)


def read_idx_stream(
    stream: IO[bytes], where: str, *, dimensions: int | None = None, limit: int = SIZE_LIMIT
) -> NDArray[Any]:
    """The array in an open, decompressed IDX file, of which nothing may be left over.

    Raises: DataError.
    """
    dtype, shape = _header(stream, where, dimensions)
    size = math.prod(shape) * dtype.itemsize
    if size > limit:
        raise DataError(
            where,
            expected=f"at most {limit} bytes of content",
            got=f"sizes {shape}, which make {size}",
            remedy=RAISE_LIMIT,
        )
    content = read_exactly(stream, size, where)
    if stream.read(1):
        raise DataError(where, expected=f"{size} bytes of content", got="more", why=_TOO_LONG)
    array = np.frombuffer(content, dtype).reshape(shape)
    return array.astype(dtype.newbyteorder("="), copy=False)


_TOO_LONG = "The header and the length of the file do not agree"


def _header(
    stream: IO[bytes], where: str, dimensions: int | None
) -> tuple[np.dtype[Any], tuple[int, ...]]:
    magic = bytes(read_exactly(stream, 4, where))
    if magic[:2] != b"\0\0" or magic[2] not in _TYPES or not 1 <= magic[3] <= _MOST_DIMENSIONS:
        raise DataError(
            where,
            expected="an IDX file, which begins with 00 00, a type and a number of dimensions",
            got=magic.hex(" "),
        )
    if dimensions is not None and magic[3] != dimensions:
        raise DataError(where, expected=f"{dimensions} dimensions", got=str(magic[3]))
    shape = struct.unpack(f">{magic[3]}I", read_exactly(stream, 4 * magic[3], where))
    if 0 in shape:
        raise DataError(where, expected="sizes of at least 1", got=str(shape))
    return np.dtype(">" + _TYPES[magic[2]]), shape


def array_digest(array: NDArray[Any]) -> str:
    """SHA-256, in hex, of the IDX file that holds this array.

    Raises: InputError for a type that IDX does not have.

    Example:
        >>> array_digest(np.array([7, 0, 255], np.uint8))[:16]
        '8a8b30ac621750e7'
    """
    code = _CODES.get(array.dtype.str[1:])
    if code is None:
        raise InputError("array_digest", expected="a type of the IDX format", got=str(array.dtype))
    header = struct.pack(f">HBB{array.ndim}I", 0, code, array.ndim, *array.shape)
    digest = hashlib.sha256(header)
    digest.update(np.ascontiguousarray(array, array.dtype.newbyteorder(">")).data)
    return digest.hexdigest()


_NAME = re.compile(
    r"(.*[-_.])?(train|t10k|test)-(images|labels)[-.]idx[13]-ubyte(?:\.gz|\.xz)?", re.IGNORECASE
)
_DIMENSIONS = {"images": 3, "labels": 1}


def find_idx(folder: Path, prefix: str | None = None) -> dict[tuple[str, str], Path]:
    """The IDX files in a folder, by part ("train", "test") and role ("images", "labels").

    Their names are as MNIST has them: train-images-idx3-ubyte, t10k-labels-idx1-ubyte and so on,
    with .gz or .xz or neither, and perhaps with the set's name before them. A folder of such a
    name that holds a file of such a name stands for it, if the file does not lie beside it.

    Args:
        folder: where to look.
        prefix: the set's name before those of the files; None for whichever there is.

    Raises: FileError; DataError if two files claim one place.
    """
    with translate_errors(str(folder)):
        inside = sorted(folder.iterdir())
        files = [path for path in inside if not path.is_dir()]
        folders = [path for path in inside if _matches(path) and path.is_dir()]
        nested = [path for one in folders for path in sorted(one.iterdir())]
    found = _by_place(folder, files, prefix)
    return {**_by_place(folder, nested, prefix), **found}


def _matches(path: Path) -> re.Match[str] | None:
    return _NAME.fullmatch(path.name)


def _by_place(folder: Path, paths: list[Path], prefix: str | None) -> dict[tuple[str, str], Path]:
    found: dict[tuple[str, str], Path] = {}
    for path in paths:
        match = _matches(path)
        if match is None or (prefix is not None and (match[1] or "") != prefix):
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


def is_idx_name(path: Path) -> bool:
    """Whether a file is called as those of MNIST are."""
    return _matches(path) is not None


def read_idx_pair(place: Path, options: ReadOptions) -> tuple[RawPart, RawPart | None]:
    """The training part and, if there is one, the test part of a set in IDX files.

    The images of EMNIST, known by the names of its files, are turned upright.

    Args:
        place: a folder with the files of one set; or one of the files, whose name tells which of
            several sets beside it is meant.
        options: the limit.

    Raises: FileError, DataError.
    """
    match = _matches(place)
    one_of_many = match is not None and not place.is_dir()
    folder = place.parent if one_of_many else place
    files = find_idx(folder, (match[1] or "") if match is not None and one_of_many else None)
    train = _part(folder, files, "train", options.limit)
    test = _part(folder, files, "test", options.limit) if ("test", "images") in files else None
    return train, test


def _part(
    folder: Path, files: dict[tuple[str, str], Path], part: str, limit: int | None
) -> RawPart:
    for role in ("images", "labels"):
        if (part, role) not in files:
            example = f"{part}-{role}-idx{_DIMENSIONS[role]}-ubyte.gz"
            raise DataError(
                str(folder),
                expected=f"a file of {part} {role}, such as {example}",
                got="none",
            )
    path = files[part, "images"]
    images, labels = (
        read_idx(files[part, role], dimensions=_DIMENSIONS[role], limit=limit)
        for role in ("images", "labels")
    )
    return turn_emnist(RawPart(str(path), images, labels), path.name)
