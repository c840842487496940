"""Who may ask: the token, the names of the host, and pages of other sites.

A page that a browser shows can send requests to servers on the same machine. Its Origin gives it
away; where its own name is made to lead here (DNS rebinding), the Host header does.

Source: Jackson, Barth, Bortz, Shao and Boneh (2007), Protecting Browsers from DNS Rebinding
Attacks, ACM CCS.
"""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from chainrule.errors import DataError, FileError, InputError
from chainrule.serving.problems import RequestError

__all__ = ["AccessControl", "check_hosts", "is_loopback", "new_token", "read_token"]

_LEAST_CHARACTERS = 16
_MOST_SEEN = 100
_OPEN = ("/health", "/ready")
"""What monitors ask without a token; it tells nothing of the models."""


class _KnownHosts:
    """Host headers that were found to be known, so that the usual ones are judged once."""

    def __init__(self) -> None:
        self.headers: set[bytes] = set()


@dataclass(frozen=True, eq=False)
class AccessControl:
    """Judges requests by their headers.

    Args:
        token: what clients must send as `Authorization: Bearer TOKEN`; None for no token.
        hosts: names that the Host header may have, beside localhost and addresses in numbers.
    """

    token: str | None = field(default=None, repr=False)
    hosts: tuple[str, ...] = ()
    _seen: _KnownHosts = field(default_factory=_KnownHosts, repr=False)

    def check(self, scope: Any, path: str) -> None:
        """Refuse a request that may not be answered.

        Args:
            scope: ASGI's.
            path: the path below the application.

        Raises: RequestError: 400 for another host, 403 for a page of another site, 401 without
            the token.
        """
        host = origin = given = b""
        for name, value in scope["headers"]:
            if name == b"host":
                host = value
            elif name == b"origin":
                origin = value
            elif name == b"authorization":
                given = value
        if not self._is_known(host):
            raise RequestError(
                400,
                "unknown-host",
                where="Host",
                expected="a name of this server",
                got=repr(host.decode("latin-1")[:80]),
                remedy="Start it with --allow-host NAME if the name is its own",
            )
        if origin and urlsplit(origin.decode("latin-1")).netloc != host.decode("latin-1"):
            raise RequestError(
                403,
                "foreign-origin",
                where="Origin",
                expected="a page of this server",
                got=repr(origin.decode("latin-1")[:80]),
            )
        if self.token is not None and path not in _OPEN and not self._is_token(given):
            raise RequestError(
                401,
                "token",
                where="Authorization",
                expected="Bearer and the token of this server",
                got="none" if not given else "another",
                headers={"WWW-Authenticate": "Bearer"},
            )

    def _is_known(self, host: bytes) -> bool:
        if host in self._seen.headers:
            return True
        name = host_name(host.decode("latin-1")).lower()
        known = name == "localhost" or name in self.hosts or is_address(name)
        if known and len(self._seen.headers) < _MOST_SEEN:
            self._seen.headers.add(host)
        return known

    def _is_token(self, given: bytes) -> bool:
        assert self.token is not None
        kind, _, token = given.partition(b" ")
        same = hmac.compare_digest(token.strip(), self.token.encode())
        return same and kind.lower() == b"bearer"


def host_name(host: str) -> str:
    """Return a host without its port and brackets.

    >>> host_name("localhost:8000"), host_name("[::1]:80")
    ('localhost', '::1')
    """
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.rpartition(":")[0] if host.count(":") == 1 else host


def is_address(name: str) -> bool:
    """Return whether a host is an address in numbers, which no name can be made to lead to."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach a host.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    return host == "localhost" or (is_address(host) and ipaddress.ip_address(host).is_loopback)


def new_token() -> str:
    """Return a token of 256 random bits, in letters and digits."""
    return secrets.token_hex(32)


def read_token(path: str | Path) -> str:
    """Return the token in the first line of a file.

    Raises: FileError; DataError for one that can be guessed, or has other characters than ASCII's.
    """
    try:
        text = Path(path).read_text("utf-8").strip()
    except OSError as error:
        why = error.strerror or str(error)
        raise FileError(str(path), expected="a file with a token", got=why) from None
    except UnicodeDecodeError:
        text = ""
    if len(text) < _LEAST_CHARACTERS or not text.isascii() or len(text.split()) != 1:
        raise DataError(
            str(path),
            expected=f"one word of at least {_LEAST_CHARACTERS} ASCII characters",
            got="something else",
            remedy="Make one: openssl rand -hex 32",
        )
    return text


def check_hosts(hosts: Iterable[str]) -> tuple[str, ...]:
    """Return names of hosts in small letters.

    Raises: InputError for what is not a name, such as one with a port.
    """
    found = []
    for host in hosts:
        if not host or not host.isascii() or any(sign in host for sign in ":/ *"):
            raise InputError(
                "serve",
                expected="a host's name without a port",
                got=repr(host),
                argument="allow_host",
                value=host,
            )
        found.append(host.lower())
    return tuple(found)
