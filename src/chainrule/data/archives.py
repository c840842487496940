"""Files inside a zip archive, read without trusting its directory."""

from __future__ import annotations

import errno
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from chainrule.data.streams import translated
from chainrule.errors import ChainruleError, DataError

__all__ = ["archive", "member"]

# What zipfile raises where the bytes are not what they should be.
_BROKEN = (
    zipfile.BadZipFile,
    RuntimeError,
    ValueError,
    struct.error,
    OverflowError,
)


@contextmanager
def archive(path: str | Path) -> Iterator[zipfile.ZipFile]:
    """An open zip archive.

    Raises: FileError, DataError; also for what goes wrong while it is read.
    """
    with translated(str(path)):
        try:
            with Path(path).open("rb") as file, zipfile.ZipFile(file) as opened:
                yield opened
        except ChainruleError:
            raise
        except (*_BROKEN, OSError) as error:
            # A directory may point to before the start of the file, which cannot be sought.
            if isinstance(error, OSError) and error.errno != errno.EINVAL:
                raise
            reason = str(error) or type(error).__name__
            raise DataError(str(path), expected="an intact zip archive", got=reason) from None


@contextmanager
def member(opened: zipfile.ZipFile, name: str, where: str, limit: int) -> Iterator[IO[bytes]]:
    """One file of an archive, open for reading.

    Args:
        opened: the archive.
        name: the file's path in it.
        where: the archive's path, for error texts.
        limit: the most bytes that its directory may promise for the file.

    Raises: DataError.
    """
    sizes = {info.filename: info.file_size for info in opened.infolist()}
    if name not in sizes:
        raise DataError(
            where, expected=f"a file {name!r} in the archive", got=f"{len(sizes)} others"
        )
    if sizes[name] > limit:
        raise DataError(
            where,
            expected=f"at most {limit} bytes of content",
            got=f"{sizes[name]} in {name!r}",
            remedy="Raise the limit if the file is meant to be that large",
        )
    with opened.open(name) as stream:
        yield stream
