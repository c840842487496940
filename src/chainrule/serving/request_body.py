"""Bodies of requests, read within the limits of size, memory and time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from chainrule.serving.answering import NamedFile
from chainrule.serving.file_input import FILE_TYPES
from chainrule.serving.problems import RequestError
from chainrule.serving.service_limits import ServiceLimits

__all__ = ["BodyReader", "DisconnectedError", "media_type", "read_parts", "unknown_type"]

_BODIES_AT_ONCE = 16
"""How many bodies of the greatest size may be in memory together."""


_USUAL_TYPES = {
    kind.encode(): kind for kind in ("application/json", "application/octet-stream", *FILE_TYPES)
}
"""What need not be taken apart."""


class DisconnectedError(Exception):
    """The client went away before its request was there."""


class BodyReader:
    """Reads bodies; large ones that arrive together share a bounded memory.

    Args:
        limits: of the service.
    """

    def __init__(self, limits: ServiceLimits) -> None:
        self._limits = limits
        self._free = _BODIES_AT_ONCE * limits.body_bytes

    async def read(self, scope: Any, receive: Any) -> bytes:
        """Return the body of a request.

        Args:
            scope: ASGI's.
            receive: ASGI's.

        Raises: RequestError: 413 for one too large, 408 for one that does not arrive in time,
            503 where others fill the memory; DisconnectedError.
        """
        message = await receive()
        body: bytes = message.get("body", b"")
        if message["type"] == "http.disconnect":
            raise DisconnectedError
        if not message.get("more_body", False) and len(body) <= self._limits.body_bytes:
            return body
        self._check_promise(scope)
        try:
            async with asyncio.timeout(self._limits.read_seconds):
                return await self._read_parts(body, message.get("more_body", False), receive)
        except TimeoutError:
            expected = f"the whole request within {self._limits.read_seconds:g} seconds"
            raise RequestError(
                408, "too-slow", where="body", expected=expected, headers={"Connection": "close"}
            ) from None

    async def _read_parts(self, first: bytes, more: bool, receive: Any) -> bytes:
        content = bytearray(first)
        held = 0
        try:
            while True:
                held = self._hold(held, len(content))
                if not more:
                    return bytes(content)
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise DisconnectedError
                content += message.get("body", b"")
                more = message.get("more_body", False)
        finally:
            self._free += held

    def _hold(self, held: int, size: int) -> int:
        """Count the memory of a body that grows; return what it holds."""
        if size > self._limits.body_bytes:
            raise self._too_large(f"more than {self._limits.body_bytes}")
        if size - held > self._free:
            raise RequestError(
                503,
                "busy",
                where="body",
                why="Other large requests fill the memory",
                headers={"Retry-After": "1", "Connection": "close"},
            )
        self._free -= size - held
        return size

    def _check_promise(self, scope: Any) -> None:
        """Refuse a body that is too large by its own Content-Length, before it arrives."""
        for name, value in scope["headers"]:
            if name == b"content-length" and int(value) > self._limits.body_bytes:
                raise self._too_large(value.decode())

    def _too_large(self, got: str) -> RequestError:
        return RequestError(
            413,
            "body-too-large",
            where="body",
            expected=f"at most {self._limits.body_bytes} bytes",
            got=got,
            remedy="Send the rows in several requests",
            headers={"Connection": "close"},
        )


def media_type(scope: Any) -> str:
    """Return the type of a body in small letters, without its parameters; "" if it is not named.

    Raises: RequestError for an encoding, which is not undone.
    """
    found = ""
    for name, value in scope["headers"]:
        if name == b"content-type":
            found = _USUAL_TYPES.get(value) or _plain_type(value)
        elif name == b"content-encoding" and value.lower() not in (b"identity", b""):
            raise RequestError(
                415,
                "content-encoding",
                where="Content-Encoding",
                expected="none",
                got=repr(value.decode("latin-1")[:40]),
            )
    return found


def _plain_type(value: bytes) -> str:
    """Return a type without its parameters."""
    return value.decode("latin-1").partition(";")[0].strip().lower()


async def read_parts(scope: Any, body: bytes, limits: ServiceLimits) -> list[NamedFile]:
    """Return the files of a form (multipart/form-data).

    Raises: RequestError for a form that is malformed, or has no files that can be read.
    """
    from starlette.datastructures import Headers, UploadFile
    from starlette.formparsers import MultiPartException, MultiPartParser

    parser = MultiPartParser(
        Headers(scope=scope), _chunks(body), max_files=limits.rows, max_fields=0
    )
    try:
        form = await parser.parse()
    except (MultiPartException, UnicodeDecodeError, ValueError) as error:
        got = getattr(error, "message", "") or "a malformed one"
        raise RequestError(
            400, "malformed-form", where="body", expected="a form of files", got=got
        ) from None
    found: list[NamedFile] = []
    for _, part in form.multi_items():
        assert isinstance(part, UploadFile), "other fields are refused"
        kind = (part.content_type or "").partition(";")[0].strip().lower()
        suffix = FILE_TYPES.get(kind)
        content = await part.read()
        await part.close()
        if suffix is None:
            raise unknown_type(kind, f"file {len(found) + 1}")
        found.append(NamedFile(content, suffix))
    if not found:
        raise RequestError(422, "input", where="body", expected="at least one file", got="none")
    return found


async def _chunks(body: bytes) -> AsyncGenerator[bytes, None]:
    yield body
    yield b""


def unknown_type(kind: str, where: str = "Content-Type") -> RequestError:
    """Return the problem of a body whose type is not read."""
    return RequestError(
        415,
        "media-type",
        where=where,
        expected=f"one of application/json, multipart/form-data, {', '.join(FILE_TYPES)}",
        got=repr(kind[:80]) if kind else "none",
        remedy="Name it: Content-Type: application/json",
    )
