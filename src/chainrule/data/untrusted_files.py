"""Reading of untrusted files, plain, compressed or in zip archives."""

from __future__ import annotations

import bz2
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

from chainrule.data.content_limits import ContentLimit
from chainrule.errors import ChainruleError, DataError, FileError
from chainrule.storage import open_regular

__all__ = [
    "decompress",
    "open_archive",
    "open_decompressed",
    "open_member",
    "read_exactly",
    "read_stream",
    "stored_size",
    "translate_errors",
]


_CHUNK = 2**20
_BROKEN_BZIP2 = "Invalid data stream"
"""What bz2 says in an error of the system."""
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
        if reason == _BROKEN_BZIP2:
            raise DataError(where, expected="an intact compressed file", got=reason) from None
        raise FileError(where, expected=expected, got=reason) from None


@contextmanager
def open_decompressed(path: str | Path) -> Iterator[IO[bytes]]:
    """The content of a file, decompressed where it begins as gzip, bzip2 or xz does.

    Args:
        path: the file; its name does not matter.

    Raises: FileError, DataError; also for what goes wrong while it is read.
    """
    with translate_errors(str(path)), open_regular(path) as file, decompress(file) as content:
        yield content


def decompress(file: IO[bytes]) -> IO[bytes]:
    """The decompressed content of an open file, whose first bytes tell the format."""
    head = file.read(10)
    file.seek(0)
    if head.startswith(b"\x1f\x8b"):
        return cast("IO[bytes]", gzip.GzipFile(fileobj=file))
    if head.startswith(b"BZh") and head[4:] == b"1AY&SY":
        return bz2.BZ2File(file)
    return lzma.LZMAFile(file) if head[:6] == b"\xfd7zXZ\x00" else file


def read_stream(stream: IO[bytes], limit: ContentLimit) -> bytes:
    """The rest of a stream, of which no more is read than the limit and a little.

    Raises: DataError if it is more.
    """
    content = bytearray()
    while chunk := stream.read(min(_CHUNK, limit.size + 1 - len(content))):
        content += chunk
        limit.check(len(content))
    return bytes(content)


def stored_size(path: str | Path) -> int:
    """The bytes of a file as it is stored.

    Raises: FileError.
    """
    with translate_errors(str(path)):
        return Path(path).stat().st_size


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
def open_member(
    archive: zipfile.ZipFile, name: str, where: str, limit: int, remedy: str = ""
) -> Iterator[IO[bytes]]:
    """One file of an archive, open for reading.

    Args:
        archive: the open archive.
        name: the file's path in it.
        where: the archive's path, for error texts.
        limit: the most bytes that its directory may promise for the file.
        remedy: what helps against a limit that is too low, for error texts.

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
            remedy=remedy,
        )
    with archive.open(name) as stream:
        yield stream
