"""How many bytes a file may unpack to: a small file that holds very many is no data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import IO, Any, cast

from chainrule.errors import DataError
from chainrule.limits import Limit

__all__ = [
    "CONTENT",
    "RAISE_LIMIT",
    "SIZE_LIMIT",
    "ContentLimit",
    "allow_content",
    "content_limit",
]

SIZE_LIMIT = 4 * 2**30
"""The most bytes of content unless the caller sets another limit."""
_FREE, _TIMES = 32 * 2**20, 100
"""Bytes that any file may hold, and bytes of content for each that is stored."""
_FREE_TEXT, _TIMES_TEXT = 8 * 2**20, 32
"""The same for text: the table that it makes takes forty times its bytes where rows are short, and
tables of numbers are compressed to a third or a tenth."""

RAISE_LIMIT = "Raise the limit (--limit BYTES) if the file is supposed to be that large"

CONTENT = Limit(int, "the most bytes that a file may unpack to", 1, unit="bytes", optional=True)

_ALLOWED = ContextVar[int | None]("chainrule content limit", default=None)


@contextmanager
def allow_content(limit: int | None) -> Iterator[None]:
    """Set the limit of all files that are read while it is entered, where none is given.

    Args:
        limit: the most bytes of content; None leaves it as it is.

    Raises: InputError.
    """
    chosen = CONTENT.check("data_access", "limit", limit)
    token = _ALLOWED.set(_ALLOWED.get() if chosen is None else chosen)
    try:
        yield
    finally:
        _ALLOWED.reset(token)


@dataclass(frozen=True)
class ContentLimit:
    """The most bytes of content that may be read.

    Args:
        where: the file, for error texts.
        size: the most bytes.
        reason: why it is that many; empty if it was set, or does not depend on the file.
    """

    where: str
    size: int
    reason: str = ""

    def check(self, size: int, got: str = "") -> None:
        """Refuse content of more bytes.

        Args:
            size: how many there are, or at least are.
            got: what there is, in words.

        Raises: DataError.
        """
        if size > self.size:
            raise DataError(
                self.where,
                expected=f"at most {self.size} bytes of content{self.reason}",
                got=got or f"{size} and perhaps more",
                remedy=RAISE_LIMIT,
                argument="limit",
            )

    def bound(self, stream: IO[bytes]) -> IO[bytes]:
        """The stream, which refuses to give more bytes than may be read."""
        return cast("IO[bytes]", _BoundedStream(stream, self))


def content_limit(
    where: str, stored: int, limit: int | None = None, *, text: bool = False
) -> ContentLimit:
    """The limit of what is read from a file, or from several.

    Args:
        where: the file, for error texts.
        stored: its bytes, as they are stored.
        limit: the most bytes of content; None for what `allow_content` set, or else 100 times the
            stored bytes, at least 32 MiB and at most 4 GiB.
        text: whether it is text, of which there may be 32 times the stored bytes, or 8 MiB.
    """
    chosen = _ALLOWED.get() if limit is None else limit
    if chosen is not None:
        return ContentLimit(where, chosen)
    free, times = (_FREE_TEXT, _TIMES_TEXT) if text else (_FREE, _TIMES)
    size = min(SIZE_LIMIT, max(free, times * stored))
    reason = f" in {stored} stored" if size < SIZE_LIMIT else ""
    return ContentLimit(where, size, reason)


class _BoundedStream:
    """A stream of which no more is read than a limit allows."""

    def __init__(self, stream: IO[bytes], limit: ContentLimit) -> None:
        self._stream, self._limit, self._read = stream, limit, 0

    def read(self, size: int = -1) -> bytes:
        """Read as a file does; the size is never beyond the limit and a byte more.

        Raises: DataError if there is more.
        """
        left = self._limit.size + 1 - self._read
        content = self._stream.read(left if size is None or size < 0 else min(size, left))
        self._read += len(content)
        self._limit.check(self._read)
        return content

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer; errors as in `read`."""
        content = self.read(len(buffer))
        buffer[: len(content)] = content
        return len(content)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
