"""For the tests of data: a cache of their own, files to read, and a server on this machine."""

from __future__ import annotations

import hashlib
import re
import struct
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from chainrule.data.catalogue import Served
from chainrule.errors import DataError

_CODES = {"u1": 8, "i1": 9, "i2": 11, "i4": 12, "f4": 13, "f8": 14}


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder that is this test's own; downloads are allowed."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("CHAINRULE_CACHE", str(folder))
    monkeypatch.delenv("CHAINRULE_OFFLINE", raising=False)
    return folder


@pytest.fixture
def idx_bytes() -> Callable[[NDArray[Any]], bytes]:
    """Make the bytes of an IDX file, written out apart from the code under test."""

    def make(array: NDArray[Any]) -> bytes:
        big = array.astype(array.dtype.newbyteorder(">"))
        sizes = b"".join(struct.pack(">I", size) for size in array.shape)
        return bytes([0, 0, _CODES[array.dtype.str[1:]], array.ndim]) + sizes + big.tobytes()

    return make


@pytest.fixture
def small_memory() -> Callable[[int], Any]:
    """Fail where a block allocates more than so many bytes at any moment."""

    @contextmanager
    def bounded(most: int) -> Iterator[None]:
        tracemalloc.start()
        try:
            yield
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak < most

    return bounded


@pytest.fixture
def attempt() -> Callable[..., tuple[Any, str]]:
    """Call something that may refuse: its result and "", or None and the text of the error.

    No other error may come out of it than these, and the text must be one line.
    """

    def outcome(call: Callable[..., Any], *arguments: Any, refusals: Any = DataError) -> Any:
        try:
            return call(*arguments), ""
        except refusals as error:
            text = str(error)
        assert "\n" not in text
        return None, text

    return outcome


@dataclass
class Page:
    """What the server answers at one path.

    Args:
        content: the bytes behind it.
        cuts: for each request in turn, after how many bytes to cut the connection; None not to.
        ranges: "kept" as HTTP has them, "ignored", or "wrong" by one byte.
        status: the answer to a request that is not refused.
        length: the Content-Length to claim; None for the true one, -1 for none at all.
        asked: the Range header of every request so far.
    """

    content: bytes
    cuts: list[int | None] = field(default_factory=list)
    ranges: str = "kept"
    status: int = 200
    length: int | None = None
    asked: list[str | None] = field(default_factory=list)


@dataclass
class Mirror:
    """A server on 127.0.0.1: its address, and its pages by name."""

    address: str
    pages: dict[str, Page] = field(default_factory=dict)

    def serve(self, name: str, content: bytes, **behaviour: Any) -> Served:
        """Put a file on the server; the record of what it should be."""
        self.pages["/" + name] = Page(content, **behaviour)
        return Served(name, len(content), hashlib.sha256(content).hexdigest())

    def asked(self, name: str) -> list[str | None]:
        """The Range header of every request for a file."""
        return self.pages["/" + name].asked


class _Handler(BaseHTTPRequestHandler):
    pages: dict[str, Page]

    def do_GET(self) -> None:
        page = self.pages.get(self.path)
        if page is None:
            self.send_error(404)
            return
        asked = self.headers.get("Range")
        page.asked.append(asked)
        start = int(re.fullmatch(r"bytes=(\d+)-", asked)[1]) if asked else 0  # type: ignore[index]
        self._answer(page, 0 if page.ranges == "ignored" else start)

    def _answer(self, page: Page, start: int) -> None:
        total = len(page.content)
        if start >= total > 0 and start:
            self.send_error(416)
            return
        body = page.content[start:]
        self.send_response(206 if start else page.status)
        if start:
            first = start + (page.ranges == "wrong")
            self.send_header("Content-Range", f"bytes {first}-{total - 1}/{total}")
        if page.length != -1:
            self.send_header("Content-Length", str(page.length or len(body)))
        self.end_headers()
        cut = page.cuts.pop(0) if page.cuts else None
        self.wfile.write(body if cut is None else body[:cut])

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    pages: dict[str, Page] = {}
    handler = type("Handler", (_Handler,), {"pages": pages})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield Mirror(f"http://127.0.0.1:{server.server_port}/", pages)
        server.shutdown()
        thread.join()


@pytest.fixture
def grey_images() -> NDArray[np.uint8]:
    """Six images of 2 x 3, no two alike and none its own transpose."""
    return np.arange(36, dtype=np.uint8).reshape(6, 2, 3)
