"""Reading of untrusted files, plain, compressed or in zip archives."""

from __future__ import annotations

import errno
import gzip
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from chainrule.errors import ChainruleError, DataError, FileError
from chainrule.storage import open_regular

__all__ = [
    "SIZE_LIMIT",
    "decompress",
    "open_archive",
    "open_decompressed",
    "open_member",
    "read_exactly",
    "translate_errors",
]


SIZE_LIMIT = 4 * 2**30
_CHUNK = 2**20
_BROKEN_STREAM = (gzip.BadGzipFile, zlib.error, lzma.LZMAError, EOFError, MemoryError)


@contextmanager
def translate_errors(where: str, expected: str = "a readable file") -> Iterator[None]:
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
    except _BROKEN_STREAM as error:
        reason = str(error) or type(error).__name__
        raise DataError(where, expected="an intact compressed file", got=reason) from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise FileError(where, expected=expected, got=reason) from None


@contextmanager
def open_decompressed(path: str | Path) -> Iterator[IO[bytes]]:
    """The content of a file, decompressed where it begins as gzip or xz does.

    Args:
        path: the file; its name does not matter.

    Raises: FileError, DataError; also for what goes wrong while it is read.
    """
    with translate_errors(str(path)), open_regular(path) as file, decompress(file) as content:
        yield content


def decompress(file: IO[bytes]) -> IO[bytes]:
    """The decompressed content of an open file, whose first bytes tell the format."""
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

    Raises: DataError if fewer bytes come.

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


# What zipfile raises where the bytes are not what they should be.
_BROKEN_ARCHIVE = (
    zipfile.BadZipFile,
    RuntimeError,
    ValueError,
    struct.error,
    OverflowError,
)


@contextmanager
def open_archive(path: str | Path) -> Iterator[zipfile.ZipFile]:
    """An open zip archive.

    Raises: FileError, DataError; also for what goes wrong while it is read.
    """
    with translate_errors(str(path)):
        try:
            with open_regular(path) as file, zipfile.ZipFile(file) as opened:
                yield opened
        except ChainruleError:
            raise
        except (*_BROKEN_ARCHIVE, OSError) as error:
            # A directory may point to before the start of the file, which cannot be sought.
            if isinstance(error, OSError) and error.errno != errno.EINVAL:
                raise
            reason = str(error) or type(error).__name__
            raise DataError(str(path), expected="an intact zip archive", got=reason) from None


@contextmanager
def open_member(archive: zipfile.ZipFile, name: str, where: str, limit: int) -> Iterator[IO[bytes]]:
    """One file of an archive, open for reading.

    Args:
        archive: the open archive.
        name: the file's path in it.
        where: the archive's path, for error texts.
        limit: the most bytes that its directory may promise for the file.

    Raises: DataError.
    """
    sizes = {info.filename: info.file_size for info in archive.infolist()}
    if name not in sizes:
        raise DataError(
            where, expected=f"a file {name!r} in the archive", got=f"{len(sizes)} others"
        )
    if sizes[name] > limit:
        raise DataError(
            where,
            expected=f"at most {limit} bytes of content",
            got=f"{sizes[name]} in {name!r}",
            remedy="Raise the limit if the file is supposed to be that large",
        )
    with archive.open(name) as stream:
        yield stream
