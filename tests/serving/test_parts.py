"""The parts of a service by themselves."""

import asyncio
import json
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.serving.conftest import Service

import chainrule as cr
from chainrule.errors import DataError, FileError, InputError, MissingLibraryError
from chainrule.kernels import read_grey_values
from chainrule.schema import Column
from chainrule.serving import (
    AccessControl,
    ServerSettings,
    ServiceLimits,
    application,
    json_input,
    server,
)
from chainrule.serving.access_control import new_token, read_token
from chainrule.serving.connection_protocol import JoinedWrites
from chainrule.serving.json_input import read_pixels
from chainrule.serving.micro_batching import MicroBatcher
from chainrule.serving.problems import translate_error
from chainrule.serving.rate_limiting import RateLimiter
from chainrule.serving.row_input import number_range
from chainrule.serving.row_schemas import _cell_schema, _example_cell
from chainrule.serving.security_headers import page_headers
from chainrule.serving.served_model import open_models


def gather(rows: list[int], most: int, at_once: int) -> tuple[list[Any], list[int]]:
    """The answers to rows that are submitted together, and the sizes of the batches."""
    sizes: list[int] = []

    def compute(batch: Any) -> list[list[float]]:
        if -1 in batch:
            raise ZeroDivisionError
        return [[2.0 * row] for row in batch]

    async def submit() -> list[Any]:
        with ThreadPoolExecutor(1) as executor:
            batcher = MicroBatcher(
                compute, executor, most_rows=most, rows_at_once=at_once, observe=sizes.append
            )
            waiting = [batcher.submit(row) for row in rows]
            if rows[0] == 0:
                waiting[0].cancel()
            found = await asyncio.gather(*waiting, return_exceptions=True)
            again = await batcher.submit(21)
            return [*found, again]

    return asyncio.run(submit()), sizes


@pytest.mark.parametrize("at_once", [100, 1])
def test_rows_that_come_together_are_one_batch(at_once: int) -> None:
    found, sizes = gather([1, 2, 3, 4, 5, 6, 7], 3, at_once)
    assert found == [[2.0 * k] for k in (1, 2, 3, 4, 5, 6, 7, 21)]
    assert sizes == [3, 3, 1, 1]


@pytest.mark.parametrize("at_once", [100, 1])
def test_a_fault_reaches_all_who_wait_and_ends_nothing(at_once: int) -> None:
    found, sizes = gather([1, -1, 3], 2, at_once)
    assert [type(one) for one in found] == [ZeroDivisionError, ZeroDivisionError, list, list]
    assert sizes == [2, 1, 1]


def test_who_went_away_is_left_out() -> None:
    found, sizes = gather([0, 1], 1, 5)
    assert isinstance(found[0], asyncio.CancelledError)
    assert found[1:] == [[2.0], [42.0]]
    assert sizes == [1, 1]


def test_a_bucket_fills_with_time() -> None:
    now = [0.0]
    limiter = RateLimiter(2, clock=lambda: now[0])
    assert [limiter.wait("a") for _ in range(5)] == [0, 0, 0, 0, 0.5]
    assert limiter.wait("b") == 0
    now[0] = 0.5
    assert limiter.wait("a") == 0
    assert limiter.wait("a") == 0.5
    for k in range(10_001):
        limiter.wait(str(k))
    assert limiter.wait("a") == 0  # forgotten, and so as new


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("[0]", [0]),
        ("[ 1 ,\n23\t, 255 ]\r\n", [1, 23, 255]),
        *((text, None) for text in ("", " ", " [1]", "[1 1]", "[1], ", "[99,1", "[", "[]", "[1")),
        *((text, None) for text in ("[1,", "[1,]", "[1 2]", "[256]", "[,1]", "[1,,2]", "[1x]")),
        *((text, None) for text in ("[1000]", "[01]", "[00]", "[-1]", "[1.5]", "[1e2]", "[1]]")),
        *((text, None) for text in ("[[1]]", "[true]", '["1"]', "{}", "[1]x", "1", "[1,2,3,4]")),
    ],
)
def test_grey_values_are_read_as_json_reads_them(text: str, values: list[int] | None) -> None:
    room = np.zeros(3, np.uint8)
    count = read_grey_values(np.frombuffer(text.encode(), np.uint8), room)
    assert (None if count < 0 else room[:count].tolist()) == values
    if values is not None:
        assert json.loads(text) == values


def test_pixels_without_a_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_pixels(b"[1,2]", 2) == b"\1\2"
    assert read_pixels(b"[1,2]", 3) is None
    assert read_pixels(b" [1,2]", 2) is None

    def broken(*_: Any) -> int:
        raise RuntimeError

    json_input._grey_reader.cache_clear()
    monkeypatch.setattr("chainrule.kernels.read_grey_values", broken)
    assert read_pixels(b"[1,2]", 2) is None
    json_input._grey_reader.cache_clear()


def test_tokens(tmp_path: Path) -> None:
    assert len(new_token()) == 64
    assert new_token() != new_token()
    path = tmp_path / "token"
    path.write_text("x" * 16 + "\n")
    assert read_token(path) == "x" * 16
    for content in (b"short", b"", b"two words of some length", "ä".encode() * 20, b"\xff" * 20):
        path.write_bytes(content)
        with pytest.raises(DataError, match="one word of at least 16 ASCII"):
            read_token(path)
    with pytest.raises(FileError, match="a file with a token"):
        read_token(tmp_path / "gone")
    assert "x" * 16 not in repr(AccessControl("x" * 16))


def test_a_token_is_needed_where_others_can_ask() -> None:
    made: list[str] = []
    assert ServerSettings().access(made.append).token is None
    assert ServerSettings(host="::1").access(made.append).token is None
    assert made == []
    access = ServerSettings(host="0.0.0.0", allow_host=("Model.example",)).access(made.append)
    assert access.token == made[0]
    assert access.hosts == ("0.0.0.0", "model.example")
    for host in ("", "a:80", "a/b", "*", "ä"):
        with pytest.raises(InputError, match="a host's name without a port"):
            ServerSettings(allow_host=(host,))
    with pytest.raises(InputError, match="port"):
        ServerSettings(port=70_000)
    with pytest.raises(InputError, match="rows"):
        ServiceLimits(rows=0)


def test_names_of_models(models: Path) -> None:
    people = models / "people"
    assert list(open_models(people)) == ["people"]
    assert list(open_models({"a.b-c": people, "d": cr.open_run(str(people))})) == ["a.b-c", "d"]
    assert list(open_models([cr.open_run(str(models / "plain.safetensors"))])) == ["plain"]
    for wrong in ({"a b": people}, {"../x": people}, {"": people}, [people, people]):
        with pytest.raises(InputError, match="a name of its own"):
            open_models(wrong)
    with pytest.raises(InputError, match="at least one model"):
        open_models([])
    with pytest.raises(FileError):
        open_models(models / "gone")


def test_libraries_that_are_missing(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "_LIBRARIES", ("no_such_library",))
    with pytest.raises(MissingLibraryError, match=r"chainrule\[serve\]"):
        application.make_application(models / "people")


def test_scripts_of_a_page() -> None:
    policy = dict(page_headers(scripts=["let a"], connects=True))[b"content-security-policy"]
    assert b"script-src 'sha256-" in policy
    assert policy.endswith(b"connect-src 'self'")


def test_errors_of_this_machine_are_not_for_clients() -> None:
    broken = translate_error(FileError("/tmp/x", got="no space left"), {})
    assert broken.status == 500
    assert "/tmp" not in json.dumps(broken.to_dict())
    missing = translate_error(MissingLibraryError("a.heic", remedy="pip install it"), {})
    assert (missing.status, missing.to_dict()["remedy"]) == (415, "pip install it")
    error = DataError("/tmp/x/a.csv, line 3", got="/tmp/x/a.csv")
    hidden = translate_error(error, {"/tmp/x/a.csv": "body"})
    assert hidden.to_dict()["detail"] == "body, line 3: got body."
    assert hidden.to_dict()["type"].endswith(":data-error")


def test_a_service_that_stops_is_not_ready(models: Path) -> None:
    made = application.make_application(models / "plain.safetensors")

    async def live() -> None:
        async with made.router.lifespan_context(made):
            pass

    assert Service(made).ask("GET", "/ready").status_code == 200
    asyncio.run(live())
    assert Service(made).ask("GET", "/ready").status_code == 503


def test_logs_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    with server._open_log("-") as log:
        assert log is not None
        log({"path": "/predict"})
    assert json.loads(capsys.readouterr().err)["path"] == "/predict"


@pytest.mark.parametrize(("host", "start"), [("127.0.0.1", "http://127"), ("::1", "http://[::1]:")])
def test_addresses(host: str, start: str) -> None:
    with ExitStack() as stack:
        try:
            listening = server.listen_at(host, 0, stack)
        except InputError:
            pytest.skip("no IPv6 here")
        assert server._address(listening).startswith(start)


def test_schemas_of_columns_without_a_range() -> None:
    column = Column(name="a", kind="number")
    assert tuple(number_range(column)) == (-1e30, 1e30)
    assert _example_cell(column) is None
    assert _example_cell(Column(name="a", kind="category")) is None
    positive = Column(name="a", kind="number", low=5e6, high=5e6 + 1)
    pattern = _cell_schema(positive)["anyOf"][1]["pattern"]
    assert re.fullmatch(pattern, "n/a")
    assert re.fullmatch(pattern, "12") is None or number_range(positive).low <= 12


class Sink:
    """What a transport is given, write by write."""

    def __init__(self) -> None:
        self.writes: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.writes.append(data)

    def close(self) -> None:
        self.writes.append(b"closed")

    def is_closing(self) -> bool:
        return False


def test_a_head_is_sent_with_its_body() -> None:
    sink = Sink()
    joined = JoinedWrites(sink)
    head = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n"
    joined.write(head)
    assert sink.writes == []
    joined.write(b"ab")
    joined.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    joined.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
    assert sink.writes == [
        head + b"ab",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
    ]
    joined.write(head)  # of a response to HEAD
    joined.flush()
    joined.flush()
    joined.write(b"")
    joined.write(head)
    joined.close()
    assert sink.writes[3:] == [head, head, b"closed"]
