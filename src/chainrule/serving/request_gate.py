"""What every request goes through: access, rate, errors as problems, metrics and the log."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.routing import Route

from chainrule.serving.access_control import AccessControl
from chainrule.serving.problems import RequestError, respond_problem
from chainrule.serving.rate_limiting import RateLimiter
from chainrule.serving.request_body import DisconnectedError
from chainrule.serving.service_metrics import ServiceMetrics

__all__ = ["AccessLog", "RequestGate"]

AccessLog = Callable[[Mapping[str, Any]], object]
"""Called with the client, method, path, status and seconds of each request."""

_LOG = logging.getLogger("chainrule")
_OTHER = "other"
"""The route of all paths that are not the service's own."""


class RequestGate:
    """Middleware that judges a request, answers its errors and counts it.

    Args:
        app: what answers.
        access: who may ask.
        limiter: of the rate of each client; None for none.
        metrics: counts requests.
        routes: by path. They are found here without the router's search through patterns, and
            metrics name no other path.
        log: called for each request; None for no log.
    """

    def __init__(
        self,
        app: Any,
        *,
        access: AccessControl,
        limiter: RateLimiter | None,
        metrics: ServiceMetrics,
        routes: Mapping[str, Route],
        log: AccessLog | None,
    ) -> None:
        self._app, self._access, self._limiter = app, access, limiter
        self._metrics, self._routes, self._log = metrics, routes, log

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request; other connections than HTTP's are passed on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 0
        path: str = scope["path"].removeprefix(scope.get("root_path", ""))
        self._metrics.running += 1
        try:
            self._access.check(scope, path)
            if self._limiter is not None:
                self._check_rate(self._limiter, scope)
            route = self._routes.get(path)
            if route is not None and route.methods and scope["method"] in route.methods:
                await route.app(scope, receive, send)
                status = HTTPStatus.OK  # anything else is raised
            else:
                status = await self._ask_router(scope, receive, send)
        except DisconnectedError:
            pass
        except Exception as error:
            problem = _as_problem(scope, path, error)
            status = problem.status
            await respond_problem(send, problem)
        finally:
            self._metrics.running -= 1
            self._note(scope, path, status, time.perf_counter() - began)

    async def _ask_router(self, scope: Any, receive: Any, send: Any) -> int:
        """Have a request answered by a route that is not the service's own; its status."""
        status = 0

        async def send_counted(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        await self._app(scope, receive, send_counted)
        return status

    def _note(self, scope: Any, path: str, status: int, seconds: float) -> None:
        """Count a request that has ended, and log it."""
        self._metrics.count(path if path in self._routes else _OTHER, status, seconds)
        if self._log is not None:
            client = scope.get("client")
            self._log(
                {
                    "client": client[0] if client else "",
                    "method": scope["method"],
                    "path": path,
                    "status": status,
                    "seconds": round(seconds, 6),
                }
            )

    def _check_rate(self, limiter: RateLimiter, scope: Any) -> None:
        client = scope.get("client")
        seconds = limiter.wait(client[0] if client else "")
        if seconds:
            raise RequestError(
                429,
                "too-many-requests",
                why="This client asks too often",
                remedy=f"Ask again in {seconds:.1f} seconds",
                headers={"Retry-After": str(int(seconds) + 1)},
            )


def _as_problem(scope: Any, path: str, error: Exception) -> RequestError:
    """Return the problem for what ended a request; a fault of the service is logged."""
    if isinstance(error, RequestError):
        return error
    if isinstance(error, HTTPException):
        return _unknown(scope, path, error)
    _LOG.error("serve: internal error", exc_info=error)
    return RequestError(500, "internal-error", why="A fault of the service")


def _unknown(scope: Any, path: str, error: HTTPException) -> RequestError:
    """Return the problem for what the router refuses: an unknown path, or another method."""
    is_path = error.status_code == HTTPStatus.NOT_FOUND
    return RequestError(
        error.status_code,
        "unknown-path" if is_path else "method",
        where="path" if is_path else "method",
        expected="one of this service",
        got=repr(path[:80] if is_path else scope["method"][:20]),
        remedy="See /docs",
        headers=error.headers,
    )
