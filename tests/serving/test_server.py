"""The service in a process of its own: signals, slow clients, limits, its description."""

import asyncio
import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from tests.serving.conftest import NAMES, running

from chainrule import Network
from chainrule.errors import InputError
from chainrule.serving import ServerSettings, serve

ROW = {"age": 20, "port": "Q", "sailed": "1912-04-10", "fare": 3}


def connect(address: str) -> socket.socket:
    """An open connection."""
    host, _, port = address.removeprefix("http://").rpartition(":")
    return socket.create_connection((host, int(port)), 20)


def read_all(connection: socket.socket) -> bytes:
    """What comes until the connection is closed."""
    content = b""
    while part := connection.recv(65536):
        content += part
    return content


def test_compiled_answers_are_those_of_predict(models: Path, compiled: dict[str, str]) -> None:
    script = str(Path(__file__).with_name("alone.py"))
    done = subprocess.run(
        [sys.executable, script, str(models)],
        env={**os.environ, **compiled, "NUMBA_DISABLE_JIT": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"rows": 65, "differ": 0}


def test_several_models_are_served(server: str) -> None:
    with httpx.Client(base_url=server) as client:
        names = [one["name"] for one in client.get("/models").json()["models"]]
        assert names == [name.removesuffix(".safetensors") for name in NAMES]
        assert "server" not in client.get("/health").headers
        first = client.post("/predict", json=ROW)
        assert first.json() == client.post("/models/people/predict", json=ROW).json()


def test_slow_clients_do_not_stop_others(models: Path) -> None:
    flags = ("--port", "0", "--read-seconds", "1")
    with running(str(models / "people"), *flags) as (_, address), ExitStack() as stack:
        slow = [stack.enter_context(connect(address)) for _ in range(200)]
        for number, one in enumerate(slow):  # nothing, half a head, and half a body
            head = b"POST /predict HTTP/1.1\r\nHost: localhost\r\n"
            whole = head + b"Content-Type: application/json\r\nContent-Length: 99\r\n\r\n["
            one.sendall((b"", head, whole)[number % 3])
        with httpx.Client(base_url=address) as client:
            for _ in range(20):
                assert client.post("/predict", json=ROW).status_code == 200
        ends = [read_all(one) for one in slow]
        assert all(end.startswith(b"HTTP/1.1 408 ") or not end for end in ends)
        assert sum(end.startswith(b"HTTP/1.1 408 ") for end in ends) >= 133
        assert httpx.get(f"{address}/health").status_code == 200


def test_a_client_that_does_not_read_is_given_up(models: Path) -> None:
    with running(str(models / "people"), "--port", "0", "--read-seconds", "0.5") as (_, address):
        size = len(httpx.get(f"{address}/openapi.json").content)
        count = 2**24 // size  # more than the system keeps
        with connect(address) as one:
            one.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * count)
            time.sleep(1.5)
            with contextlib.suppress(ConnectionResetError):
                assert len(read_all(one)) < count * size
        assert httpx.get(f"{address}/health").status_code == 200


def test_too_many_connections_are_refused(models: Path) -> None:
    flags = ("--port", "0", "--connections", "2")
    with running(str(models / "people"), *flags) as (_, address), ExitStack() as stack:
        for _ in range(2):
            one = stack.enter_context(connect(address))
            one.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert one.recv(9999).startswith(b"HTTP/1.1 200 OK")
        refused = read_all(stack.enter_context(connect(address)))
        head, _, body = refused.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 503 Service Unavailable")
        assert b"retry-after: 1" in head
        assert json.loads(body)["type"] == "urn:chainrule:problem:busy"


def test_requests_of_bare_sockets(server: str) -> None:
    requests = (
        (b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n", b"HTTP/1.1 200 OK"),
        (b"HEAD /docs HTTP/1.1\r\nHost: localhost\r\n\r\n", b"HTTP/1.1 200 OK"),
        (
            b"POST /predict HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
            b"Content-Type: application/json\r\nContent-Length: 2\r\n\r\n",
            b"HTTP/1.1 100 Continue",
        ),
        (b"nonsense\r\n\r\n", b"HTTP/1.1 400"),
        (b"GET /health HTTP/1.1\r\n\r\n", b"HTTP/1.1 400"),
    )
    for request, start in requests:
        with connect(server) as one:
            one.sendall(request)
            assert one.recv(9999).startswith(start)
    with connect(server) as one:  # two at once, and a body in two parts
        one.sendall(requests[0][0] * 2)
        time.sleep(0.05)
        assert one.recv(9999).count(b"HTTP/1.1 200 OK") == 2
        body = json.dumps(ROW).encode()
        head = b"POST /predict HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        head += b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        one.sendall(head + body[:5])
        time.sleep(0.05)
        one.sendall(body[5:])
        assert b'"answer"' in read_all(one)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_once_requests_are_answered(models: Path, number: int) -> None:
    rows = [ROW] * 3000
    with running(str(models / "people"), "--port", "0") as (process, address):
        answered: list[int] = []

        def ask() -> None:
            answered.append(len(httpx.post(f"{address}/predict", json=rows).json()["predictions"]))

        asking = threading.Thread(target=ask)
        asking.start()
        while b"in_progress 2.0" not in httpx.get(f"{address}/metrics").content and not answered:
            time.sleep(0.002)
        process.send_signal(number)
        asking.join()
        assert answered == [3000]
        assert process.wait(20) == 0


def test_a_second_signal_ends_it_at_once(models: Path) -> None:
    with (
        running(str(models / "people"), "--port", "0") as (process, address),
        connect(address) as slow,
    ):
        head = b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        slow.sendall(head + b"Content-Length: 99\r\n\r\n[")
        while b"in_progress 2.0" not in httpx.get(f"{address}/metrics").content:
            time.sleep(0.002)
        process.terminate()
        time.sleep(0.3)
        assert process.poll() is None
        process.terminate()
        assert process.wait(20) in (0, 130)


def test_the_token_is_told_once_and_never_logged(models: Path, tmp_path: Path) -> None:
    log = tmp_path / "access.jsonl"
    flags = ("--host", "0.0.0.0", "--port", "0", "--access-log", str(log))
    with running(str(models / "people"), *flags) as (process, address):
        assert process.stderr is not None
        (token,) = re.findall(r"^token: ([0-9a-f]{64})$", process.stderr.readline())
        local = address.replace("0.0.0.0", "127.0.0.1")
        assert httpx.get(f"{local}/models").status_code == 401
        headers = {"authorization": f"Bearer {token}"}
        assert httpx.get(f"{local}/models", headers=headers).status_code == 200
        process.terminate()
        assert process.wait(20) == 0
        assert process.stderr.read() == ""
    records = [json.loads(line) for line in log.read_text().splitlines()]
    assert [one["status"] for one in records] == [401, 200]
    assert token not in log.read_text()


def test_it_is_served_from_python(models: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(InputError, match="a free"):
        serve(models / "people", ServerSettings(port=taken.getsockname()[1]))
    with pytest.raises(InputError, match="an address of this machine"):
        serve(models / "people", ServerSettings(host="198.51.100.7", port=0))


@pytest.fixture(scope="module")
def operations(server: str) -> Any:
    """The operations that the service describes."""
    schema = schemathesis.openapi.from_url(f"{server}/openapi.json")
    schema.config.generation.update(modes=list(schemathesis.GenerationMode))
    return [result.ok() for result in schema.get_all_operations()]


def test_the_description_is_kept(operations: Any) -> None:
    assert len(operations) == 17
    quick = settings(
        max_examples=8,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    for operation in operations:
        if "/models/people/" in operation.label:
            continue  # the first model answers at /predict
        for mode in schemathesis.GenerationMode:
            if mode.is_negative and operation.method == "get":
                continue

            @quick
            @given(case=operation.as_strategy(generation_mode=mode))
            def check(case: Any) -> None:
                case.call_and_validate(timeout=120)

            check()


def test_many_at_once_have_their_own_answers(server: str) -> None:
    async def ask() -> list[tuple[int, float]]:
        async with httpx.AsyncClient(base_url=server) as client:

            async def one(k: int) -> tuple[int, float]:
                found = await client.post("/models/plain/predict", json=[k / 50, 0, 1])
                return k, found.json()["predictions"][0]["answer"][0]

            return await asyncio.gather(*[one(k) for k in range(60)])

    network = Network.create([3, 4, 2], "tanh", output_activation="identity", seed=1)
    for k, answer in asyncio.run(ask()):
        assert answer == pytest.approx(float(network.predict([[k / 50, 0, 1]])[0, 0]), rel=1e-5)
