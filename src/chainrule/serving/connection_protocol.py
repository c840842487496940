"""Connections with limits: how many there are, and how long clients may take to write and to read.

Source: Fielding, Nottingham and Reschke (2022), HTTP Semantics, RFC 9110, for 408 and 503.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from chainrule.serving.problems import PROBLEM_TYPE, RequestError
from chainrule.serving.service_limits import ServiceLimits

__all__ = ["JoinedWrites", "connection_class", "end_slow_requests"]

_CHECK_SECONDS = 0.25


class JoinedWrites:
    """A transport that sends the head of a response together with what comes next.

    A head by itself is a system call of its own, and wakes the client in vain. That of a response
    of unknown length, which may come bit by bit, is sent at once.

    Args:
        transport: what sends.
    """

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        self._head = b""
        self.is_closing = transport.is_closing

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send bytes, or keep them if they are the head of a response."""
        if self._head:
            data, self._head = self._head + data, b""
        elif data.startswith(b"HTTP/1.1 ") and b"\r\ncontent-length: " in data:
            self._head = data
            return
        if data:
            self._transport.write(data)

    def flush(self) -> None:
        """Send what was kept."""
        head, self._head = self._head, b""
        if head:
            self._transport.write(head)

    def close(self) -> None:
        """Send what was kept, and close."""
        self.flush()
        self._transport.close()


class LimitedProtocol(HttpToolsProtocol):
    """A connection that knows since when it waits for the rest of a request."""

    limits: ServiceLimits
    since: float | None = None
    unread_since: float | None = None

    def connection_made(self, transport: Any) -> None:
        """Take a connection, or refuse it where there are too many."""
        if len(self.connections) >= self.limits.connections:
            self.transport = transport
            expected = f"at most {self.limits.connections} connections"
            self._refuse(
                RequestError(503, "busy", expected=expected, got="more", remedy="Ask again later")
            )
            return
        super().connection_made(transport)
        self.transport = JoinedWrites(transport)  # type: ignore[assignment]
        self.since = self.loop.time()

    def data_received(self, data: bytes) -> None:
        """Take bytes; the clock of a request runs from the first one."""
        if self.since is None:
            self.since = self.loop.time()
        super().data_received(data)

    def on_message_complete(self) -> None:
        """Stop the clock, since the request is there as a whole."""
        self.since = None
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Send a response that has no body."""
        self.transport.flush()  # type: ignore[attr-defined]
        super().on_response_complete()

    def end_if_slow(self, now: float) -> None:
        """End the connection if its request, or its client's reading, has taken too long."""
        seconds = self.limits.read_seconds
        if not self.transport.get_write_buffer_size():
            self.unread_since = None
        elif self.unread_since is None:
            self.unread_since = now
        elif now - self.unread_since >= seconds:
            self.transport.abort()
            return
        if self.since is None or now - self.since < seconds or self.transport.is_closing():
            return
        if self.cycle is None or self.cycle.response_complete:
            expected = f"the whole request within {seconds:g} seconds"
            self._refuse(RequestError(408, "too-slow", expected=expected))
        else:  # its answer is under way, or will not come
            self.transport.close()

    def _refuse(self, problem: RequestError) -> None:
        body = json.dumps(problem.to_dict()).encode()
        title = problem.to_dict()["title"]
        lines = [
            f"HTTP/1.1 {problem.status} {title}".encode(),
            b"content-type: " + PROBLEM_TYPE,
            b"content-length: %d" % len(body),
            b"connection: close",
        ]
        if problem.status == 503:
            lines.append(b"retry-after: 1")
        self.transport.write(b"\r\n".join([*lines, b"", body]))
        self.transport.close()


def connection_class(limits: ServiceLimits) -> type[LimitedProtocol]:
    """Return the class of connections with these limits."""
    return type("ServedConnection", (LimitedProtocol,), {"limits": limits})


async def end_slow_requests(connections: Any) -> None:
    """End the connections whose requests take too long to arrive, for as long as it runs.

    Args:
        connections: the set of open ones.
    """
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(_CHECK_SECONDS)
        now = loop.time()
        for connection in list(connections):
            connection.end_if_slow(now)
