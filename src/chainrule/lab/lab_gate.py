"""What every request to the lab goes through: host, origin, session, size, and errors as problems.

The token in the address that is printed is exchanged for a cookie once; no page of another site can
send it, and no script can read it.
"""

from __future__ import annotations

import hmac
import logging
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException

from chainrule.errors import ChainruleError
from chainrule.serving import (
    AccessControl,
    RequestError,
    new_token,
    respond_problem,
    translate_error,
)

__all__ = ["COOKIE", "LabGate", "LabSession"]

COOKIE = "chainrule_lab"

_REMEDY = "Open the address that chainrule lab printed"
_LOG = logging.getLogger("chainrule")
_POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    b"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = (
    (b"content-security-policy", _POLICY),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)
"""No inline script or style, nothing from elsewhere, kept nowhere, shown in no frame."""


class LabSession:
    """The token of the address, and the value of the cookie for which it is exchanged."""

    def __init__(self) -> None:
        self.token, self._cookie = new_token(), new_token()

    def exchanges(self, scope: Any) -> bool:
        """Return whether a request for the page brings the token to be exchanged.

        Raises: RequestError for another token.
        """
        given = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        if scope["path"] != "/" or "token" not in given:
            return False
        if not hmac.compare_digest(given["token"][0].encode(), self.token.encode()):
            raise RequestError(
                401,
                "token",
                where="token",
                expected="the token of this lab",
                got="another",
                remedy=_REMEDY,
            )
        return True

    def cookie_header(self) -> str:
        """Return the header that sets the cookie; it ends with the browser's session."""
        return f"{COOKIE}={self._cookie}; HttpOnly; SameSite=Strict; Path=/"

    def has_cookie(self, scope: Any) -> bool:
        """Return whether a request bears the cookie, in constant time."""
        for name, value in scope["headers"]:
            if name == b"cookie":
                given = _read_cookie(value.decode("latin-1"))
                if hmac.compare_digest(given.encode(), self._cookie.encode()):
                    return True
        return False


def _read_cookie(header: str) -> str:
    try:
        found = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return ""
    return "" if found is None else found.value


def _require_own_host(scope: Any) -> None:
    """Refuse a request that does not name this machine and this port.

    Raises: RequestError.
    """
    port = scope["server"][1]
    names = [value for name, value in scope["headers"] if name == b"host"]
    if names not in ([b"127.0.0.1:%d" % port], [b"localhost:%d" % port]):
        raise RequestError(
            400,
            "unknown-host",
            where="Host",
            expected=f"127.0.0.1:{port} or localhost:{port}",
            got="another",
        )


class LabGate:
    """Middleware that judges each request before anything else sees it.

    Args:
        app: what answers.
        session: whose cookie is asked for.
    """

    def __init__(self, app: Any, session: LabSession) -> None:
        self._app, self._session = app, session
        self._access = AccessControl()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request; there are no web sockets to be opened."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return

        async def send_guarded(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_HEADERS]
            await send(message)

        try:
            self._check(scope)
            await self._app(scope, receive, send_guarded)
        except RequestError as problem:
            await respond_problem(send_guarded, problem)
        except ChainruleError as error:
            await respond_problem(send_guarded, translate_error(error, {}))
        except HTTPException as error:
            unknown = RequestError(error.status_code, "unknown-path", where="path")
            await respond_problem(send_guarded, unknown)
        except Exception:
            _LOG.exception("lab: internal error")
            fault = RequestError(500, "internal-error", why="A fault of the lab")
            await respond_problem(send_guarded, fault)

    def _check(self, scope: Any) -> None:
        """Refuse a request of another site, or without the session.

        Raises: RequestError.
        """
        self._access.check(scope, scope["path"])
        _require_own_host(scope)
        if not self._session.exchanges(scope) and not self._session.has_cookie(scope):
            raise RequestError(
                401,
                "session",
                where="cookie",
                expected="the session of this lab",
                got="none",
                remedy=_REMEDY,
            )
