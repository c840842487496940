"""Every socket that a command opens: none listens, so no other user of the machine is served."""

from __future__ import annotations

import ast
import contextlib
import http.client
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import chainrule

SOCKETS = {
    "data/http_transfer.py": "connects to a data set's mirrors; what comes is checked by digest",
    "study/clusters.py": "connects to the Dask scheduler or Ray cluster that the user names",
    "lab/": "listens to this machine's browser; its own tests say to whom it answers",
    "serving/": "listens where the user says; its own tests say to whom it answers",
}
"""What opens a socket, or has a library open one: to whom, and what is trusted."""

LIBRARIES = {
    "aiohttp", "asyncio", "distributed", "fastapi", "flask", "ftplib", "http", "httpx", "ray",
    "requests", "smtplib", "socket", "socketserver", "starlette", "tornado", "urllib", "urllib3",
    "uvicorn", "websockets", "xmlrpc",
}  # fmt: skip
HARMLESS = {"urllib.parse", "http.HTTPStatus"}


def _imported(tree: ast.AST) -> set[str]:
    found = set()
    for one in ast.walk(tree):
        if isinstance(one, ast.Import):
            found |= {name.name for name in one.names}
        elif isinstance(one, ast.ImportFrom) and not one.level:
            found |= {f"{one.module}.{name.name}" for name in one.names}
        elif isinstance(one, ast.Call) and ast.unparse(one.func) in {"_library", "import_module"}:
            found |= {str(arg.value) for arg in one.args if isinstance(arg, ast.Constant)}
    return {name for name in found if not name.startswith(tuple(HARMLESS))}


def test_no_other_module_opens_sockets() -> None:
    root, found = Path(chainrule.__file__).parent, set()
    for path in root.rglob("*.py"):
        names = {name.partition(".")[0] for name in _imported(ast.parse(path.read_text()))}
        if names & LIBRARIES:
            found.add(path.relative_to(root).as_posix())
    assert {"data/http_transfer.py", "study/clusters.py"} <= found
    assert not [name for name in found if not name.startswith(tuple(SOCKETS))]


WATCH = """
import os, sys
def watch(event, values):
    if event in ("socket.bind", "socket.connect"):
        with open(os.environ["SOCKET_LOG"], "a") as log:
            print(event, values[0].family.name, values[1], sys.argv[:3], file=log)
sys.addaudithook(watch)
"""
STUDY = """
seeds = 1
data = "flowers.csv"
[network]
layers = [2, 3, 2]
[recipe]
engine = "reference"
[space]
batch_size = [4, 8]
[budget]
epochs = 1
"""
COMMANDS = (
    ("train", "flowers.csv", "--layers", "2,4,2", "--epochs", "2", "--run", "run"),
    ("evaluate", "run"),
    ("predict", "run", "flowers.csv"),
    ("verify", "run"),
    ("diagnose", "run"),
    ("export", "run", "--to", "json", "run.json"),
    ("data", "show", "flowers.csv"),
    *(
        ("study", "run", "small.toml", "--executor", name, "--workers", "2", "--storage", name)
        for name in ("local", "processes", "joblib", "dask", "ray")
    ),
)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """The file that each process below a command writes its sockets to."""
    (tmp_path / "sitecustomize.py").write_text(WATCH)
    rows = [f"{i % 5},{i % 3},{'ab'[i % 2]}" for i in range(40)]
    (tmp_path / "flowers.csv").write_text("\n".join(["length,width,kind", *rows]) + "\n")
    (tmp_path / "small.toml").write_text(STUDY)
    return tmp_path / "sockets.log"


def run(log: Path, *words: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(log.parent), str(Path(chainrule.__file__).parents[1])])
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=log.parent,
        env={**os.environ, "PYTHONPATH": path, "SOCKET_LOG": str(log)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_no_command_listens_or_connects(log: Path) -> None:
    for words in COMMANDS:
        ended = run(log, "chainrule", *words)
        assert ended.returncode in (0, 1), ended.stderr
        assert not log.exists(), (words, log.read_text())


def test_a_socket_would_be_seen(log: Path) -> None:
    run(log, "http.server", "not a port")
    assert not log.exists()
    (log.parent / "listening.py").write_text(
        "import socket\nsocket.create_server(('127.0.0.1', 0)).close()\n"
    )
    run(log, "listening")
    assert log.read_text().startswith("socket.bind AF_INET ('127.0.0.1', 0)")


FOREIGN = 65534
"""The user "nobody"."""


def ask_as(user: int, address: str, path: str) -> int:
    """Return the status of an answer to another user of this machine; 0 without an answer."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        status = 0
        with contextlib.suppress(Exception):
            os.setgroups([])
            os.setgid(user)
            os.setuid(user)
            assert os.getuid() == user
            connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)
            connection.request("GET", path)
            status = connection.getresponse().status
        os.write(writing, str(status).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        status = int(answer.read())
    os.waitpid(child, 0)
    return status


@contextlib.contextmanager
def listening(log: Path, *words: str) -> Iterator[str]:
    """Start a command that listens; yield the address that it prints."""
    path = os.pathsep.join([str(log.parent), str(Path(chainrule.__file__).parents[1])])
    with subprocess.Popen(
        [sys.executable, "-m", "chainrule", *words],
        cwd=log.parent,
        env={**os.environ, "PYTHONPATH": path, "SOCKET_LOG": str(log)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can be another user"
)
def test_another_user_may_not_speak_to_what_listens(log: Path) -> None:
    """The lab asks for the token that it prints, and a service for that of its file."""
    ended = run(log, "chainrule", *COMMANDS[0])
    assert ended.returncode == 0, ended.stderr
    with listening(log, "lab", "run", "--no-open", "--port", "0") as address:
        assert urlsplit(address).hostname == "127.0.0.1"
        for path in ("/", "/?token=guessed", "/static/main.js"):
            assert ask_as(FOREIGN, address, path) in (401, 403), path
        asked = urlsplit(address)
        with_token = ask_as(FOREIGN, address, f"{asked.path or '/'}?{asked.query}")
        assert 200 <= with_token < 400  # it is the token that counts, not the user
    (log.parent / "token").write_text("a" * 64)
    given = ("--token-file", "token", "--port", "0")
    with listening(log, "serve", "run", *given) as address:
        assert ask_as(FOREIGN, address, "/models") == 401
    assert {line.split()[0] for line in log.read_text().splitlines()} == {"socket.bind"}
