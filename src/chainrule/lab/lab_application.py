"""The lab as an ASGI application: a page, its files, and the numbers that it shows."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from chainrule.lab.frames import pack_frame
from chainrule.lab.lab_gate import LabGate, LabSession
from chainrule.lab.lessons import draw_lesson, lessons
from chainrule.lab.photo_album import MOST_PHOTO_BYTES
from chainrule.lab.state import LabState
from chainrule.lab.workbench import Workbench
from chainrule.serving import RequestError

__all__ = ["make_lab", "static_files"]

_MOST_BYTES = 2**18
"""Of a request: a state with as much ink as is allowed has a tenth."""
_TYPES = {
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
}


def static_files() -> Mapping[str, Path]:
    """Return the files of the page by the end of their address, such as "rooms/draw.js"."""
    folder = Path(__file__).with_name("static")
    found = (path for path in sorted(folder.rglob("*")) if path.suffix[1:] in _TYPES)
    return {path.relative_to(folder).as_posix(): path for path in found}


def make_lab(workbench: Workbench, session: LabSession) -> Starlette:
    """Return the application.

    The files that it sends are those found when it is made: no part of a request is a path.

    Args:
        workbench: whose numbers are shown.
        session: who may see them.
    """
    pages = _Pages(workbench, session)
    routes = [
        Route("/", pages.page, methods=["GET"]),
        Route("/static/{name:path}", pages.file, methods=["GET"]),
        Route("/view", pages.view, methods=["POST"]),
        Route("/proof", pages.proof, methods=["POST"]),
        Route("/accuracy", pages.accuracy, methods=["POST"]),
        Route("/photo", pages.photo, methods=["POST"]),
        Route("/picture/{chapter:int}", pages.picture, methods=["GET"]),
    ]
    return Starlette(routes=routes, middleware=[Middleware(LabGate, session)])


class _Pages:
    """The handlers of the application."""

    def __init__(self, workbench: Workbench, session: LabSession) -> None:
        self._workbench, self._session = workbench, session
        self._files = {name: one.read_bytes() for name, one in static_files().items()}

    async def page(self, request: Request) -> Response:
        """Send the page, or exchange the token for the cookie."""
        if not self._session.exchanges(request.scope):
            return Response(self._files["index.html"], media_type=_TYPES["html"])
        answer = RedirectResponse("/", status_code=303)
        answer.headers["set-cookie"] = self._session.cookie_header()
        return answer

    async def file(self, request: Request) -> Response:
        """Send one of the page's files."""
        name = request.path_params["name"]
        if name not in self._files or name == "index.html":
            raise HTTPException(404)
        return Response(self._files[name], media_type=_TYPES[name.rpartition(".")[2]])

    async def view(self, request: Request) -> Response:
        """Send what the page shows of a state, as a frame."""
        asked = await _read_json(request)
        state = self._state(asked)
        known = asked.get("maps")
        view = await asyncio.to_thread(
            self._workbench.view,
            state,
            known if isinstance(known, str) else "",
            moving=asked.get("moving") is True,
        )
        return Response(pack_frame(view), media_type="application/octet-stream")

    async def proof(self, request: Request) -> Response:
        """Send what other methods say of the opened derivative."""
        asked = await _read_json(request)
        state, peers = self._state(asked), asked.get("peers") is True
        found = await asyncio.to_thread(self._workbench.prove, state, peers=peers)
        return JSONResponse({"methods": found})

    async def accuracy(self, request: Request) -> Response:
        """Send how often the network is right on its examples."""
        state = self._state(await _read_json(request))
        found = await asyncio.to_thread(self._workbench.accuracy, state)
        return JSONResponse({"accuracy": None if found is None else asdict(found)})

    async def photo(self, request: Request) -> Response:
        """Keep a photograph, and send the name by which a state calls it."""
        if not request.headers.get("content-type", "").startswith("image/"):
            raise RequestError(415, "type", where="content-type", expected="a picture")
        content = await _read_body(request, MOST_PHOTO_BYTES)
        name = await asyncio.to_thread(self._workbench.photos.add, content)
        return JSONResponse({"photo": name})

    async def picture(self, request: Request) -> Response:
        """Send the figure of a chapter, drawn now."""
        chapter = request.path_params["chapter"]
        if not 1 <= chapter <= len(lessons()):
            raise HTTPException(404)
        content = await asyncio.to_thread(draw_lesson, chapter)
        return Response(content, media_type=_TYPES["svg"])

    def _state(self, asked: dict[str, Any]) -> LabState:
        """The state that is asked for: as values, as an address, or that of the beginning."""
        if "state" in asked:
            return LabState.from_dict(asked["state"])
        address = asked.get("address")
        if isinstance(address, str) and address:
            return LabState.from_address(address)
        return self._workbench.start_state()


async def _read_json(request: Request) -> dict[str, Any]:
    """Return the object that a request holds.

    Raises: RequestError if it is too long, or no object.
    """
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise RequestError(415, "type", where="content-type", expected="application/json")
    body = await _read_body(request, _MOST_BYTES)
    try:
        found = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise RequestError(400, "json", where="body", expected="JSON", got="none") from None
    if not isinstance(found, dict):
        raise RequestError(400, "json", where="body", expected="an object", got="another value")
    return found


async def _read_body(request: Request, most: int) -> bytes:
    """Return what a request sends.

    Raises: RequestError as soon as it is too long.
    """
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > most:
            raise RequestError(413, "too-long", expected=f"at most {most:,} bytes")
    return bytes(body)


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")
