"""Read files, plain or compressed, without trusting what they promise."""

from __future__ import annotations

import gzip
import lzma
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from chainrule.errors import ChainruleError, DataError, FileError

__all__ = ["SIZE_LIMIT", "inflated", "opened", "read_exactly", "translated"]

SIZE_LIMIT = 4 * 2**30
_CHUNK = 2**20
_BROKEN = (gzip.BadGzipFile, zlib.error, lzma.LZMAError, EOFError, MemoryError)


@contextmanager
def translated(where: str, expected: str = "a readable file") -> Iterator[None]:
    """Turn what goes wrong inside into the errors of this package.

    Args:
        where: the file, for the error text.
        expected: what was to be done with it, for what the system refuses.

    Raises: DataError for a broken compressed stream, FileError for what the system refuses.
    """
    try:
        yield
    except ChainruleError:
        raise
    except _BROKEN as error:
        reason = str(error) or type(error).__name__
        raise DataError(where, expected="an intact compressed file", got=reason) from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise FileError(where, expected=expected, got=reason) from None


@contextmanager
def opened(path: str | Path) -> Iterator[IO[bytes]]:
    """The content of a file, decompressed where it begins as gzip or xz does.

    Args:
        path: the file; its name does not matter.

    Raises: FileError, DataError; also for what goes wrong while it is read.
    """
    with translated(str(path)), Path(path).open("rb") as file, inflated(file) as content:
        yield content


def inflated(file: IO[bytes]) -> IO[bytes]:
    """The decompressed content of an open file, told by its first bytes."""
    head = file.read(6)
    file.seek(0)
    if head.startswith(b"\x1f\x8b"):
        return cast("IO[bytes]", gzip.GzipFile(fileobj=file))
    return lzma.LZMAFile(file) if head == b"\xfd7zXZ\x00" else file


def read_exactly(stream: IO[bytes], size: int, where: str) -> bytearray:
    """The next `size` bytes. Memory grows with what is there, not with what is promised.

    Args:
        stream: what to read from.
        size: how many bytes its header promises.
        where: the file, for the error text.

    Raises: DataError where fewer bytes come.

    Example:
        >>> import io
        >>> read_exactly(io.BytesIO(b"abcd"), 3, "a.bin")
        bytearray(b'abc')
    """
    content = bytearray()
    while len(content) < size:
        chunk = stream.read(min(_CHUNK, size - len(content)))
        if not chunk:
            raise DataError(
                where,
                expected=f"{size} more bytes, as its header promises",
                got=f"{len(content)}",
                why="The file is cut short",
            )
        content += chunk
    return content
