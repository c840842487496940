"""A service that listens until it is stopped."""

from __future__ import annotations

import asyncio
import gc
import json
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chainrule.errors import FileError, InputError
from chainrule.limits import Limit, check_record, limited
from chainrule.serving.access_control import (
    AccessControl,
    check_hosts,
    is_loopback,
    new_token,
    read_token,
)
from chainrule.serving.application import make_application, require_libraries
from chainrule.serving.request_gate import AccessLog
from chainrule.serving.service_limits import ServiceLimits

__all__ = ["ServerSettings", "listen_at", "run_application", "serve"]

_GROUP = "address"
_THRESHOLDS = (50_000, 20, 20)
"""New objects before a search for garbage, which a request seldom leaves behind."""


@dataclass(frozen=True, kw_only=True)
class ServerSettings:
    """Where a service listens, and who may ask.

    Args:
        host: an address or a name of this machine. Others than this machine's own need a token.
        port: from 1; 0 for any that is free.
        token_file: a file with the token that clients must send. Without it, a host that is not
            loopback has a new token, which is reported once.
        allow_host: names that the Host header may have, beside localhost and addresses.
        access_log: a file to which a line of JSON is added for each request; "-" for standard
            error; None for no log.

    Raises: InputError.
    """

    host: str = limited("127.0.0.1", Limit(str, "address to listen at", group=_GROUP))
    port: int = limited(8000, Limit(int, "port; 0 for any that is free", 0, 65535, group=_GROUP))
    token_file: str | None = field(default=None, repr=False)
    allow_host: tuple[str, ...] = ()
    access_log: str | None = None

    def __post_init__(self) -> None:
        check_record(self, "serve")
        object.__setattr__(self, "allow_host", check_hosts(self.allow_host))

    def access(self, on_token: Callable[[str], object]) -> AccessControl:
        """Return who may ask.

        Args:
            on_token: called with a token that was made because there is none.

        Raises: FileError, DataError for the token's file.
        """
        token = None if self.token_file is None else read_token(self.token_file)
        if token is None and not is_loopback(self.host):
            token = new_token()
            on_token(token)
        return AccessControl(token, (self.host.lower(), *self.allow_host))


def serve(
    models: Any,
    settings: ServerSettings | None = None,
    limits: ServiceLimits | None = None,
    *,
    on_start: Callable[[str], object] = print,
    on_token: Callable[[str], object] | None = None,
) -> None:
    """Serve the answers of trained networks over HTTP until a signal comes.

    SIGINT and SIGTERM stop it: requests that run are answered, for at most `limits.stop_seconds`;
    a second signal ends it at once. In another thread than the first, signals are not handled.

    Args:
        models: as for `make_application`.
        settings: where to listen, and who may ask.
        limits: what is taken from clients at most.
        on_start: called with the address once the service listens.
        on_token: called with a token that was made; None prints it on standard error.

    Raises: MissingLibraryError, InputError, FileError, DataError; what opening a run raises.
    """
    require_libraries()
    settings, limits = settings or ServerSettings(), limits or ServiceLimits()
    with ExitStack() as stack:
        log = stack.enter_context(_open_log(settings.access_log))
        tokens: list[str] = []  # one is reported only where the service can begin
        access = settings.access(tokens.append)
        listening = listen_at(settings.host, settings.port, stack)
        application = make_application(models, limits, access=access, access_log=log)

        def started(address: str) -> None:
            for token in tokens:
                (on_token or _print_token)(token)
            on_start(address)

        asyncio.run(run_application(application, listening, limits, started))


async def run_application(
    application: Any,
    listening: socket.socket,
    limits: ServiceLimits,
    on_start: Callable[[str], object],
) -> None:
    """Run an application on a socket that listens, until it is stopped.

    Args:
        application: ASGI's.
        listening: the socket.
        limits: of connections and times.
        on_start: called with the address once requests are answered.
    """
    import uvicorn

    from chainrule.serving.connection_protocol import connection_class, end_slow_requests

    config = uvicorn.Config(
        application,
        http=connection_class(limits),
        ws="none",
        lifespan="on",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=limits.idle_seconds,  # type: ignore[arg-type]  # any number of seconds
        timeout_graceful_shutdown=limits.stop_seconds,  # type: ignore[arg-type]
        backlog=2048,
    )
    server = uvicorn.Server(config)
    watch = asyncio.create_task(end_slow_requests(server.server_state.connections))
    announce = asyncio.create_task(_announce(server, on_start, _address(listening)))
    try:
        with _rare_collections(), _stop_signals(server):
            await server._serve([listening])
    finally:
        watch.cancel()
        announce.cancel()


async def _announce(server: Any, on_start: Callable[[str], object], address: str) -> None:
    while not server.started:
        await asyncio.sleep(0.005)
    on_start(address)


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Search for garbage seldom, and never through what is loaded, which stays."""
    usual = gc.get_threshold()
    gc.set_threshold(*_THRESHOLDS)
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*usual)


@contextmanager
def _stop_signals(server: Any) -> Iterator[None]:
    """Stop a server by the first signal, and end it at once by the second."""

    def stop(number: int, frame: object) -> None:
        server.force_exit = server.should_exit
        server.should_exit = True
        if server.force_exit:
            raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, stop) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def listen_at(host: str, port: int, stack: ExitStack) -> socket.socket:
    """Open a socket that listens, and is closed with the stack.

    Raises: InputError for a port in use, or a host that is not this machine.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        opened = socket.socket(family, kind, protocol)
        stack.enter_context(opened)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(address)
    except OSError as error:
        raise InputError(
            "serve",
            expected="an address of this machine with a free port",
            got=f"{host}:{port}, {error.strerror or error}",
            remedy="Give another: --port 0 takes any that is free",
            argument="port",
            value=port,
        ) from None
    return opened


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _print_token(token: str) -> None:
    print(f"token: {token}", file=sys.stderr, flush=True)


@contextmanager
def _open_log(path: str | None) -> Iterator[AccessLog | None]:
    """Open the access log, which is written line by line.

    Raises: FileError.
    """
    if path is None:
        yield None
        return
    if path == "-":
        yield _line_writer(sys.stderr)
        return
    try:  # for the time of the service, which is the caller's
        file = Path(path).open("a", encoding="utf-8", buffering=1)  # noqa: SIM115
    except OSError as error:
        why = error.strerror or str(error)
        raise FileError(path, expected="a file to add lines to", got=why) from None
    with file:
        yield _line_writer(file)


def _line_writer(file: Any) -> AccessLog:
    def write(record: Mapping[str, Any]) -> None:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        file.write(json.dumps({"time": now, **record}) + "\n")

    return write
