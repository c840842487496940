"""The text of a file: decompressed, in Unicode, with its lines counted."""

from __future__ import annotations

import codecs
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from chainrule.data.content_limits import RAISE_LIMIT, ContentLimit
from chainrule.data.untrusted_files import (
    open_archive,
    open_decompressed,
    open_member,
    read_stream,
)
from chainrule.errors import DataError

__all__ = ["TextContent", "read_text"]

_BYTE_ORDER_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, eq=False)
class TextContent:
    """The text of a file.

    Args:
        where: the file, for error texts.
        content: in UTF-8, without a byte order mark.
        remarks: what was decided about its encoding.
    """

    where: str
    content: bytes
    remarks: tuple[str, ...] = ()

    def lines(self) -> Iterator[str]:
        """Yield the lines with their ends."""
        return io.TextIOWrapper(io.BytesIO(self.content), "utf-8", newline="")


def read_text(path: Path, limit: ContentLimit) -> TextContent:
    """Return the text of a file, plain or compressed by gzip, bzip2, xz or zip.

    The encoding is UTF-8, or UTF-16 with a byte order mark; bytes that are neither are taken for
    Windows-1252, of which Latin-1 is a part, and that is said.

    Args:
        path: the file.
        limit: the most bytes of content.

    Raises: FileError, DataError.
    """
    where = str(path)
    content = _read(path, limit)
    if content.startswith(_BYTE_ORDER_MARKS):
        try:
            content = content.decode("utf-16").encode()
        except UnicodeDecodeError as error:
            reason = f"{error.reason} at byte {error.start}"
            raise DataError(where, expected="text in UTF-16", got=reason) from None
    content = content.removeprefix(codecs.BOM_UTF8)
    remarks: tuple[str, ...] = ()
    if not _is_utf8(content):
        try:
            content = content.decode("cp1252").encode()
        except UnicodeDecodeError:
            content = content.decode("latin-1").encode()
        remarks = ("The text is not in UTF-8; it was read as Windows-1252 (Latin-1).",)
    if b"\0" in content:
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        raise DataError(
            f"{where}, line {line}",
            expected="text",
            got="a NUL byte",
            remedy="A file in UTF-16 has to begin with its byte order mark",
        )
    return TextContent(where, content, remarks)


def _is_utf8(content: bytes) -> bool:
    if content.isascii():
        return True
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _read(path: Path, limit: ContentLimit) -> bytes:
    with open_decompressed(path) as stream:
        head = stream.read(4)
        if head != b"PK\x03\x04":
            return head + read_stream(stream, limit)
    with open_archive(path) as archive:
        name = _only_member(archive, str(path))
        with open_member(archive, name, str(path), limit.size, RAISE_LIMIT) as stream:
            return read_stream(stream, limit)


def _only_member(archive: zipfile.ZipFile, where: str) -> str:
    names = [
        info.filename
        for info in archive.infolist()
        if not info.is_dir() and not info.filename.startswith("__MACOSX/")
    ]
    if len(names) != 1:
        raise DataError(
            where,
            expected="a zip archive of one file",
            got=f"{len(names)} files",
            remedy="Unpack it, and give the file or the folder",
        )
    return names[0]
