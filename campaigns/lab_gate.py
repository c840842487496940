"""Asks the lab with 200 hosts, 200 origins and 5,000 paths, and counts what it should not answer.

    .venv/bin/python campaigns/lab_gate.py

Each of 200 values of the Host header is tried with each of 200 of Origin on every route, with the
cookie of the session and without; then 5,000 paths that look for files. The application is called
in this process, as a server calls it. Printed are how many requests were answered, and how many of
these should not have been; the exit code is 1 if there is one.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import sys
from dataclasses import dataclass
from typing import Any

from chainrule.lab.lab_application import make_lab, static_files
from chainrule.lab.lab_gate import LabSession
from chainrule.lab.subject import open_subject
from chainrule.lab.workbench import Workbench

PORT = 8000
OWN = ("127.0.0.1:8000", "localhost:8000")
ROUTES = (("GET", "/"), ("GET", "/static/main.js"), ("POST", "/view"), ("POST", "/accuracy"))
FILES = (
    "etc/passwd",
    "application.py",
    "lab_gate.py",
    "../lab_server.py",
    ".git/config",
    "main.js",
)
STEPS = (
    "../",
    "..%2f",
    "%2e%2e/",
    "..\\\\",
    "....//",
    "/",
    "%00",
    "vendor/../../",
    "./../",
    "%252e%252e/",
)


@dataclass(frozen=True)
class Asked:
    """One request, and the status and body of its answer."""

    status: int
    body: bytes


async def ask(application: Any, method: str, path: str, headers: dict[str, str]) -> Asked:
    """Call the application as a server does."""
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"{}", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode("utf-8", "replace"),
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "http_version": "1.1",
        "server": ("127.0.0.1", PORT),
        "client": ("127.0.0.1", 50000),
        "headers": [(k.encode(), v.encode("latin-1", "replace")) for k, v in headers.items()],
    }
    await application(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return Asked(sent[0]["status"], body)


def hosts() -> list[str]:
    """200 values of the Host header; the first two are the lab's own."""
    chance = random.Random(0)
    made = [*OWN, "127.0.0.1", "localhost", "[::1]:8000", "0.0.0.0:8000", "127.0.0.1:80", ""]
    shapes = (
        "{}.example",
        "127.0.0.1.{}.example",
        "localhost.{}:8000",
        "{}:8000",
        "127.0.0.{}",
        "{}@127.0.0.1:8000",
    )
    while len(made) < 200:
        made.append(chance.choice(shapes).format(chance.randrange(10**6)))
    return made


def origins() -> list[str | None]:
    """200 values of the Origin header, None for no header."""
    own: list[str | None] = [None, *(f"http://{host}" for host in OWN), "null", "http://127.0.0.1"]
    others = [host for host in hosts() if host not in OWN]
    return [*own, *(f"http://{host}" for host in others[: 200 - len(own)])]


async def count_strangers(application: Any, cookie: str) -> dict[str, int]:
    """Try each host with each origin on each route."""
    answered = wrong = tried = 0
    for host, origin in itertools.product(hosts(), origins()):
        may = host in OWN and origin in (None, f"http://{host}")
        for (method, path), bears in itertools.product(ROUTES, (True, False)):
            headers = {"host": host, "content-type": "application/json"}
            headers |= {"origin": origin} if origin is not None else {}
            headers |= {"cookie": cookie} if bears else {}
            found = await ask(application, method, path, headers)
            tried += 1
            answered += found.status < 400
            wrong += found.status < 400 and not (may and bears)
            wrong += found.status >= 400 and may and bears
    return {"tried": tried, "answered": answered, "wrong": wrong}


async def count_files(application: Any, cookie: str) -> dict[str, int]:
    """Try paths that look for files; only those of the page may come."""
    chance = random.Random(1)
    page = {file.read_bytes() for file in static_files().values()}
    answered = wrong = 0
    for _ in range(5000):
        steps = "".join(chance.choices(STEPS, k=chance.randrange(1, 6)))
        path = f"/static/{steps}{chance.choice(FILES)}{chance.choice(('', '%00', '%00.js', '.js'))}"
        found = await ask(application, "GET", path, {"host": OWN[0], "cookie": cookie})
        answered += found.status < 400
        wrong += found.status < 400 and found.body not in page
    return {"tried": 5000, "answered": answered, "wrong": wrong}


async def try_all() -> int:
    """Try all, and print what came of it."""
    session = LabSession()
    application = make_lab(Workbench(open_subject("two-layers")), session)
    cookie = session.cookie_header().partition(";")[0]
    found = {
        "strangers": await count_strangers(application, cookie),
        "files": await count_files(application, cookie),
    }
    print(json.dumps(found))
    return int(any(one["wrong"] for one in found.values()))


if __name__ == "__main__":
    sys.exit(asyncio.run(try_all()))
