"""The IDX format of the MNIST files: a type, the sizes, then the numbers."""

from __future__ import annotations

import hashlib
import io
import math
import struct
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data.streams import SIZE_LIMIT, inflated, opened, read_exactly, translated
from chainrule.errors import DataError, InputError

__all__ = ["array_digest", "decode_idx", "read_idx", "read_idx_stream"]

_TYPES = {0x08: "u1", 0x09: "i1", 0x0B: "i2", 0x0C: "i4", 0x0D: "f4", 0x0E: "f8"}
_CODES = {name: code for code, name in _TYPES.items()}
_MOST_DIMENSIONS = 32  # NumPy 1 knows no more.


def read_idx(
    path: str | Path, *, dimensions: int | None = None, limit: int = SIZE_LIMIT
) -> NDArray[Any]:
    """The array in an IDX file, plain, gzip or xz.

    Args:
        path: the file.
        dimensions: how many dimensions it must have, 3 for images, 1 for labels; None for any.
        limit: the most bytes of content that its header may promise.

    Returns: the array, in the machine's byte order.
    Raises: FileError, DataError.
    """
    with opened(path) as stream:
        return read_idx_stream(stream, str(path), dimensions=dimensions, limit=limit)


def decode_idx(
    content: bytes, where: str, *, dimensions: int | None = None, limit: int = SIZE_LIMIT
) -> NDArray[Any]:
    """The array in the bytes of an IDX file, plain, gzip or xz.

    Raises: DataError.

    Example:
        >>> decode_idx(bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 0, 255]), "labels")
        array([  7,   0, 255], dtype=uint8)
    """
    with translated(where), inflated(io.BytesIO(content)) as stream:
        return read_idx_stream(stream, where, dimensions=dimensions, limit=limit)


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
            remedy="Raise the limit if the file is meant to be that large",
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
        raise InputError("array_digest", expected="a type that IDX has", got=str(array.dtype))
    header = struct.pack(f">HBB{array.ndim}I", 0, code, array.ndim, *array.shape)
    digest = hashlib.sha256(header)
    digest.update(np.ascontiguousarray(array, array.dtype.newbyteorder(">")).data)
    return digest.hexdigest()
