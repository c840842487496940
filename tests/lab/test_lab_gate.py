"""Who may see the lab: every route asks for host, origin and session, and no path is a file."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

import chainrule.lab
from chainrule.lab.frames import unpack_frame
from chainrule.lab.lab_application import make_lab, static_files
from chainrule.lab.lab_gate import COOKIE, LabSession
from chainrule.lab.subject import open_subject
from chainrule.lab.workbench import Workbench

HOME = "http://127.0.0.1:8000"
STATIC = Path(chainrule.lab.__file__).with_name("static")
ROUTES = [
    ("GET", "/"),
    ("GET", "/static/main.js"),
    ("POST", "/view"),
    ("POST", "/proof"),
    ("POST", "/accuracy"),
    ("GET", "/nowhere"),
]


class Visitor:
    """Somebody with a browser that keeps cookies."""

    def __init__(self, application: Any) -> None:
        self.application = application
        self.cookies: dict[str, str] = {}

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.application, raise_app_exceptions=False)
            async with httpx.AsyncClient(
                transport=transport, base_url=HOME, cookies=self.cookies
            ) as client:
                answer = await client.request(method, path, **options)
                self.cookies = dict(client.cookies)
                return answer

        return asyncio.run(ask())

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self.request("POST", path, **options)


@pytest.fixture(scope="module")
def lab() -> tuple[Any, LabSession]:
    session = LabSession()
    return make_lab(Workbench(open_subject("two-layers")), session), session


@pytest.fixture
def stranger(lab: tuple[Any, LabSession]) -> Visitor:
    """Somebody without the cookie."""
    return Visitor(lab[0])


@pytest.fixture
def visitor(stranger: Visitor, lab: tuple[Any, LabSession]) -> Visitor:
    """Somebody who has exchanged the token."""
    stranger.get("/", params={"token": lab[1].token})
    return stranger


def test_the_token_is_exchanged_for_a_cookie(stranger: Visitor, lab: Any) -> None:
    answer = stranger.get("/", params={"token": lab[1].token})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    parts = answer.headers["set-cookie"].split("; ")
    assert parts[1:] == ["HttpOnly", "SameSite=Strict", "Path=/"]
    assert len(parts[0]) == len(COOKIE) + 1 + 64
    assert lab[1].token not in answer.headers["set-cookie"]
    assert stranger.get("/").status_code == 200


@pytest.mark.parametrize("token", ["", "0" * 64, "ä"])
def test_another_token_is_refused(stranger: Visitor, token: str) -> None:
    answer = stranger.get("/", params={"token": token})
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_without_the_cookie_nothing_is_answered(stranger: Visitor, method: str, path: str) -> None:
    for cookie in ("", f"{COOKIE}=", f"{COOKIE}={'0' * 64}", "chainrule_lab", "=;;=\x01"):
        answer = stranger.request(method, path, headers={"cookie": cookie})
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"


HOSTS = [
    "evil.example",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "",
    "a b",
    "evil:8000",
    "10.0.0.5:8000",
    "[::1]:8000",
    "127.0.0.1",
    "127.0.0.1:9000",
    "localhost:",
]
ORIGINS = ["http://evil.example", "null", "http://127.0.0.1:9000", "http://localhost.evil.example"]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_other_hosts_and_origins_are_refused(visitor: Visitor, method: str, path: str) -> None:
    for host in HOSTS:
        assert visitor.request(method, path, headers={"host": host}).status_code == 400
    for host, origin in itertools.product(("127.0.0.1:8000", "localhost:8000"), ORIGINS):
        headers = {"host": host, "origin": origin}
        assert visitor.request(method, path, headers=headers).status_code == 403


def test_a_web_socket_is_closed(lab: Any) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "websocket", "path": "/view", "headers": []}
    asyncio.run(lab[0](scope, None, send))
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_nothing_runs_that_the_page_did_not_come_with(visitor: Visitor) -> None:
    for method, path in ROUTES:
        policy = visitor.request(method, path).headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "unsafe" not in policy


PATHS = [
    "../application.py",
    "..%2fapplication.py",
    "%2e%2e/application.py",
    "....//application.py",
    "/etc/passwd",
    "..\\application.py",
    "main.js%00",
    "vendor/../main.js",
    "file:///etc/passwd",
    "index.html",
    "vendor",
    "",
]


@pytest.mark.parametrize("path", PATHS)
def test_no_path_is_a_file_but_those_of_the_page(visitor: Visitor, path: str) -> None:
    answer = visitor.get(f"/static/{path}")
    allowed = {STATIC.joinpath("main.js").read_bytes()}  # where the client shortens the path
    assert answer.status_code == 404 or answer.content in allowed


def test_each_file_of_the_page_is_sent(visitor: Visitor) -> None:
    for name, file in static_files().items():
        if name != "index.html":
            assert visitor.get(f"/static/{name}").content == file.read_bytes()


def test_a_view_by_state_and_by_address(visitor: Visitor) -> None:
    first, _ = unpack_frame(visitor.post("/view", json={}).content)
    assert first["address"] == "look"
    by_state = visitor.post("/view", json={"state": {"room": "look", "select": "cost"}})
    by_address = visitor.post("/view", json={"address": "look?select=cost", "maps": 3})
    assert by_state.content == by_address.content


def test_accuracy_and_proof(visitor: Visitor) -> None:
    assert visitor.post("/accuracy", json={}).json() == {"accuracy": None}
    proof = visitor.post("/proof", json={"address": "look?select=dW[1][0,0]"}).json()
    assert [one["holds"] for one in proof["methods"]] == [True, True, True]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[1]", 400),
        (b'{"state": NaN}', 400),
        (b"[" * 100_000, 400),
        (b"\xff", 400),
        (b'{"state": 3}', 422),
        (b'{"address": "cellar"}', 422),
        (b"x" * (2**18 + 1), 413),
    ],
)
def test_what_is_no_request_is_refused(visitor: Visitor, body: bytes, status: int) -> None:
    answer = visitor.post("/view", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == status
    assert "Traceback" not in answer.text


def test_a_form_of_another_page_is_no_request(visitor: Visitor) -> None:
    assert visitor.post("/view", data={"state": "{}"}).status_code == 415


def test_a_fault_shows_no_insides(lab: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Workbench, "view", lambda *_: 1 / 0)
    client = Visitor(lab[0])
    client.get("/", params={"token": lab[1].token})
    answer = client.post("/view", json={})
    assert answer.status_code == 500
    assert "ZeroDivision" not in answer.text


def test_a_frame_that_is_none() -> None:
    with pytest.raises(ValueError, match="no frame of the lab"):
        unpack_frame(b"CRL2" + bytes(8))


def test_what_others_wrote_is_what_was_vendored() -> None:
    lines = (STATIC / "vendor" / "SHA256SUMS").read_text("utf-8").split("\n")
    sums = dict(reversed(line.split("  ")) for line in lines if line)
    files = {one.name for one in (STATIC / "vendor").iterdir()} - {"SHA256SUMS"}
    assert set(sums) == files
    for name, digest in sums.items():
        content = (STATIC / "vendor" / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest


def test_each_message_that_the_page_uses_is_there() -> None:
    english = (STATIC / "messages" / "en.js").read_text("utf-8")
    known = set(re.findall(r'^  "([\w.]+)":', english, re.MULTILINE))
    used: set[str] = set()
    for name, file in static_files().items():
        if name.endswith(".js") and not name.startswith(("vendor", "messages")):
            text = file.read_text("utf-8")
            assert "innerHTML" not in text
            assert text.count("\n") < 300, name
            used |= set(re.findall(r'say\("([\w.]+)"', text))
    assert used <= known
