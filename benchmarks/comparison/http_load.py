"""A load of HTTP requests on one server, by connections that stay open and bare sockets.

Asyncio's protocols write prepared bytes and read until the announced length is there: what the
generator costs is taken from the same processors as what the server costs.
"""

from __future__ import annotations

import asyncio
import math
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["Exchange", "LoadResult", "RunningServer", "run_load", "running_server"]

_END = b"\r\n\r\n"
_LENGTH = b"content-length: "
_SECONDS_TO_START = 120


@dataclass(frozen=True)
class Exchange:
    """A request and what must come back.

    Args:
        method: of HTTP.
        path: of the address.
        content_type: of the body; empty without one.
        body: of the request.
        status: that the response must have.
        answer: what its body must contain; empty for anything.
    """

    method: str
    path: str
    content_type: str = ""
    body: bytes = b""
    status: int = 200
    answer: bytes = b""

    def encode(self, port: int) -> bytes:
        """Returns the bytes of the request."""
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
        if self.content_type:
            lines += [f"Content-Type: {self.content_type}", f"Content-Length: {len(self.body)}"]
        return "\r\n".join(lines).encode() + _END + self.body


@dataclass(frozen=True, eq=False)
class LoadResult:
    """What a load met.

    Args:
        seconds: from the first request to the last response.
        latencies: of each request, in seconds, from when it was due.
        errors: a line for each of the first responses that were wrong.
        wrong: how many were.
    """

    seconds: float
    latencies: np.ndarray[Any, np.dtype[np.float64]]
    errors: tuple[str, ...]
    wrong: int

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.latencies) / self.seconds

    def milliseconds(self, percent: float) -> float:
        """Returns a percentile of the latencies in milliseconds."""
        return float(np.percentile(self.latencies, percent) * 1000)


class _Load:
    """What the connections share: the requests that are left, and what came back."""

    def __init__(self, exchanges: Sequence[Exchange], port: int, count: int, rate: float) -> None:
        self.exchanges = exchanges
        self.requests = [one.encode(port) for one in exchanges]
        self.count, self.rate = count, rate
        self.sent = 0
        self.latencies: list[float] = []
        self.errors: list[str] = []
        self.wrong = 0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.began = time.perf_counter()

    def finish_one(self, latency: float, fault: str) -> None:
        """Count a response."""
        self.latencies.append(latency)
        if fault:
            self.wrong += 1
            self.errors += [fault] * (len(self.errors) < 20)
        if len(self.latencies) == self.count and not self.done.done():
            self.done.set_result(None)

    def fail(self, why: str) -> None:
        """End the load, since a connection was lost."""
        if not self.done.done():
            self.done.set_exception(ConnectionError(why))


class _Connection(asyncio.Protocol):
    def __init__(self, load: _Load) -> None:
        self._load = load
        self._buffer = b""
        self._number = -1
        self._due = 0.0

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._load.done.done():
            self._load.fail(f"a connection was closed: {exc}")

    def next(self) -> None:
        """Send the next request now, or when it is due."""
        load = self._load
        if load.sent == load.count:
            return
        self._number = load.sent
        load.sent += 1
        now = time.perf_counter()
        self._due = load.began + self._number / load.rate if load.rate else now
        if self._due > now:
            asyncio.get_running_loop().call_later(self._due - now, self._write)
        else:
            self._write()

    def _write(self) -> None:
        self._transport.write(self._load.requests[self._number % len(self._load.requests)])

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        head = self._buffer.find(_END)
        if head < 0:
            return
        at = self._buffer.find(_LENGTH) + len(_LENGTH)
        size = int(self._buffer[at : self._buffer.find(b"\r", at)])
        if len(self._buffer) < head + 4 + size:
            return
        exchange = self._load.exchanges[self._number % len(self._load.exchanges)]
        fault = ""
        if int(self._buffer[9:12]) != exchange.status or exchange.answer not in self._buffer:
            fault = f"{exchange.method} {exchange.path}: {self._buffer[:400]!r}"
        self._buffer = b""
        self._load.finish_one(time.perf_counter() - self._due, fault)
        self.next()


async def run_load(
    exchanges: Sequence[Exchange], port: int, *, count: int, connections: int, rate: float = 0.0
) -> LoadResult:
    """Sends requests and checks every response.

    Args:
        exchanges: sent in turn.
        port: of a server on this machine.
        count: how many requests.
        connections: how many at once.
        rate: requests a second, whether or not the server follows; 0 sends each as soon as the one
            before it on its connection is answered.

    Raises: ConnectionError if a connection is lost.
    """
    loop = asyncio.get_running_loop()
    load = _Load(exchanges, port, count, rate)
    made = [
        await loop.create_connection(lambda: _Connection(load), "127.0.0.1", port)
        for _ in range(connections)
    ]
    load.began = time.perf_counter()
    for _, connection in made:
        connection.next()
    await load.done
    seconds = time.perf_counter() - load.began
    for transport, _ in made:
        transport.close()
    return LoadResult(seconds, np.array(load.latencies), tuple(load.errors), load.wrong)


@dataclass(frozen=True)
class RunningServer:
    """A server in a process of its own.

    Args:
        port: where it listens.
        pid: the process.
    """

    port: int
    pid: int

    def processor_seconds(self) -> float:
        """Returns the time that processors have given it; NaN where the system does not tell."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return math.nan
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def running_server(*command: str) -> Iterator[RunningServer]:
    """A server in a process of its own that prints its address first.

    Args:
        command: what Python is given.

    Raises: RuntimeError if it ends without an address, or not with 0 after SIGTERM.
    """
    process = subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        address = process.stdout.readline()
        if not address.startswith("http://"):
            raise RuntimeError(f"no server: {command}")
        yield RunningServer(int(address.strip().rpartition(":")[2]), process.pid)
        process.terminate()
        if process.wait(_SECONDS_TO_START) != 0:
            raise RuntimeError(f"exit code {process.returncode}: {command}")
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
