"""The load generator sends what it is given, and finds what is wrong."""

from __future__ import annotations

import asyncio
import http.server
import threading
from collections.abc import Iterator

import pytest

from comparison.http_load import Exchange, run_load, running_server

SERVER = """
import http.server, signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(int(sys.argv[1])))
server = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
"""


class Echo(http.server.BaseHTTPRequestHandler):
    """Answers with the body, in two parts."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:1])
        self.wfile.flush()
        self.wfile.write(body[1:])

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def echo() -> Iterator[int]:
    """The port of a server."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_wrong_answers_are_counted(echo: int) -> None:
    good = Exchange("POST", "/", "text/plain", b"abc", 200, b"abc")
    bad = [
        Exchange("POST", "/", "text/plain", b"abc", 200, b"abd"),
        Exchange("POST", "/", "text/plain", b"abc", 404),
    ]
    for rate in (0, 2000):
        load = run_load([good, *bad], echo, count=30, connections=3, rate=rate)
        found = asyncio.run(load)
        assert found.wrong == 20
        assert found.errors[0].startswith("POST /: b'HTTP/1.1 200")
        assert len(found.latencies) == 30
        assert found.rate > 0
        assert found.milliseconds(50) <= found.milliseconds(99)


def test_a_lost_connection_is_an_error(echo: int) -> None:
    closing = Exchange("GET", "/")  # which the server does not know, so it closes
    with pytest.raises(ConnectionError):
        asyncio.run(run_load([closing], echo, count=3, connections=1))


def test_a_server_has_to_begin_and_end_well() -> None:
    with running_server("-c", SERVER, "0") as server:
        assert server.port > 0
        assert not server.processor_seconds() < 0
    with pytest.raises(RuntimeError, match="exit code 3"), running_server("-c", SERVER, "3"):
        pass
    with pytest.raises(RuntimeError, match="no server"), running_server("-c", "print('no')"):
        pass
