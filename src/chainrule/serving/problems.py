"""Errors over HTTP: the parts of a `ChainruleError` as a problem document.

Source: Nottingham, Wilde and Dalal (2023), Problem Details for HTTP APIs, RFC 9457.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from chainrule.errors import ChainruleError, FileError, MissingLibraryError

__all__ = [
    "PROBLEM_TYPE",
    "RequestError",
    "respond",
    "respond_json",
    "respond_problem",
    "translate_error",
]

PROBLEM_TYPE = b"application/problem+json"
_JSON = b"application/json"
_NOSNIFF = (b"x-content-type-options", b"nosniff")
"""A browser does not guess another type."""

_KIND = "urn:chainrule:problem:"


class RequestError(Exception):
    """A request that is not answered.

    Args:
        status: of the response.
        kind: what is wrong, in a few words with hyphens; part of the document's type.
        where: the part of the request, such as "body" or "row 3, column 'age'".
        expected: the constraint in words.
        got: what was found instead.
        why: the reason, as one sentence without a full stop.
        remedy: what to do, likewise.
        headers: of the response, besides the usual ones.
    """

    def __init__(
        self,
        status: int,
        kind: str,
        *,
        where: str = "request",
        expected: str = "",
        got: str = "",
        why: str = "",
        remedy: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(kind)
        self.status, self.kind, self.headers = status, kind, dict(headers or {})
        self.error = ChainruleError(where, expected=expected, got=got, why=why, remedy=remedy)

    def to_dict(self) -> dict[str, Any]:
        """Return the problem document."""
        error = self.error
        parts = {name: getattr(error, name) for name in ("expected", "got", "why", "remedy")}
        return {
            "type": _KIND + self.kind,
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": str(error),
            "where": error.where,
            **{name: text for name, text in parts.items() if text},
        }


def translate_error(error: ChainruleError, hidden: Mapping[str, str]) -> RequestError:
    """Return the problem that an error of the library is for a client.

    Args:
        error: what was raised.
        hidden: names of this machine, such as a temporary file, with what stands for each.
    """
    if isinstance(error, FileError):  # what the system refused is none of the client's business
        return RequestError(500, "internal-error", why="A file could not be read or written")
    parts = ("where", "expected", "got", "why", "remedy")
    texts: Any = {name: _replace(getattr(error, name), hidden) for name in parts}
    if isinstance(error, MissingLibraryError):
        return RequestError(415, "missing-library", **texts)
    kind = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", type(error).__name__).lower()
    return RequestError(422, kind, **texts)


def _replace(text: str, hidden: Mapping[str, str]) -> str:
    for name, shown in hidden.items():
        text = text.replace(name, shown)
    return text


async def respond(
    send: Any,
    status: int,
    body: bytes,
    content_type: bytes = _JSON,
    headers: Iterable[tuple[bytes, bytes]] = (),
) -> None:
    """Send a whole response.

    Args:
        send: ASGI's.
        status: of the response.
        body: its bytes.
        content_type: of the body.
        headers: besides type and length.
    """
    usual = [
        (b"content-type", content_type),
        (b"content-length", b"%d" % len(body)),
        _NOSNIFF,
        *headers,
    ]
    await send({"type": "http.response.start", "status": status, "headers": usual})
    await send({"type": "http.response.body", "body": body})


async def respond_json(send: Any, value: Any) -> None:
    """Send values as JSON."""
    await respond(send, 200, json.dumps(value, allow_nan=False).encode())


async def respond_problem(send: Any, problem: RequestError) -> None:
    """Send a problem document."""
    headers = [(name.encode(), text.encode()) for name, text in problem.headers.items()]
    body = json.dumps(problem.to_dict()).encode()
    await respond(send, problem.status, body, PROBLEM_TYPE, headers)
