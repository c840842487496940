"""Transfer of one file by HTTP, in pieces, resumed after an interruption."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from http import HTTPStatus
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING

from chainrule.data.catalogue import Served
from chainrule.data.file_state import file_digest
from chainrule.data.untrusted_files import translate_errors
from chainrule.errors import ChainruleError

if TYPE_CHECKING:
    from http.client import HTTPResponse
    from urllib.request import Request

__all__ = ["transfer"]

_PIECE = 2**16
_TIMEOUT = 30.0  # seconds without a byte
_MOST_ATTEMPTS = 100  # each brings something, so this ends a server that sends a byte at a time
_WRITABLE = "a file that can be written"

_Observe = Callable[[str, int, int], None]


class _RefusedError(Exception):
    """The server did not do what was asked; the text says what it did."""


def transfer(url: str, part: Path, served: Served, observe: _Observe | None = None) -> str:
    """Complete an unfinished file from an address.

    An attempt that brought something is followed by another, which resumes it; one that brought
    nothing is the last. What turns out to be wrong is thrown away and fetched from the start.

    Args:
        url: where to fetch from, over HTTP or HTTPS.
        part: the unfinished file, which need not exist and is kept when the connection is cut.
        served: the size and SHA-256 that the whole must have.
        observe: called after each piece with the file's name, its bytes so far, and all of them.

    Returns: "" when `part` is whole and verified; otherwise why it is not.
    Raises: FileError if the disk refuses.
    """
    failure = ""
    for _ in range(_MOST_ATTEMPTS):
        before = _size(part)
        try:
            _attempt(url, part, served, observe)
        except _RefusedError as error:
            failure = str(error)
        else:
            return ""
        if _size(part) == before:
            return failure
    return failure


def _attempt(url: str, part: Path, served: Served, observe: _Observe | None) -> None:
    if _size(part) < served.size:
        _fetch(url, part, served, observe)
    size = _size(part)
    if size < served.size:
        raise _RefusedError(f"the connection was cut after {size} bytes")
    digest = file_digest(part)
    if size > served.size or digest != served.digest:
        _drop(part)
        many = f"more than {served.size} bytes" if size > served.size else f"SHA-256 {digest}"
        raise _RefusedError(many)


def _fetch(url: str, part: Path, served: Served, observe: _Observe | None) -> None:
    from http.client import HTTPException
    from urllib.error import HTTPError, URLError
    from urllib.request import urlopen

    have = _size(part)
    try:
        with urlopen(_request(url, have), timeout=_TIMEOUT) as response:
            have = _find_start(response, have, part, served)
            _check_length(response, served.size - have)
            _store(response, part, have, served, observe)
    except ChainruleError:
        raise
    except HTTPError as error:
        if error.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            _drop(part)
        raise _RefusedError(f"HTTP {error.code} {error.reason}") from None
    except (OSError, HTTPException, ValueError) as error:
        reason = error.reason if isinstance(error, URLError) else error
        raise _RefusedError(str(reason) or type(reason).__name__) from None


def _request(url: str, have: int) -> Request:
    from urllib.request import Request

    headers = {"User-Agent": "chainrule", "Accept-Encoding": "identity"}
    return Request(url, headers={**headers, "Range": f"bytes={have}-"} if have else headers)


def _find_start(response: HTTPResponse, have: int, part: Path, served: Served) -> int:
    """Where in the file the server's answer begins: where we stopped, or at the start."""
    if response.status != HTTPStatus.PARTIAL_CONTENT:
        return 0
    given = response.headers.get("Content-Range", "")
    match = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", given)
    if match and int(match[1]) == have and match[2] in ("*", str(served.size)):
        return have
    _drop(part)
    raise _RefusedError(f"the range {given!r}, which is not the requested one")


def _check_length(response: HTTPResponse, expected: int) -> None:
    length = response.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) != expected:
        raise _RefusedError(f"{length} bytes instead of {expected}")


def _store(
    response: HTTPResponse, part: Path, have: int, served: Served, observe: _Observe | None
) -> None:
    """Write what comes, up to one byte more than there should be."""
    with translate_errors(str(part), _WRITABLE):
        file = part.open("ab" if have else "wb", buffering=0)
    with file:
        # The errors of reading are the server's, the errors of writing are the disk's.
        while piece := response.read1(min(_PIECE, served.size + 1 - have)):
            with translate_errors(str(part), _WRITABLE):
                _write(file, piece)
            have += len(piece)
            if observe is not None:
                observe(served.name, have, served.size)
        with translate_errors(str(part), _WRITABLE):
            os.fsync(file.fileno())


def _write(file: FileIO, piece: bytes) -> None:
    left = memoryview(piece)
    while left:
        left = left[file.write(left) :]


def _size(part: Path) -> int:
    try:
        return part.stat().st_size
    except OSError:
        return 0


def _drop(part: Path) -> None:
    with translate_errors(str(part), _WRITABLE):
        part.unlink(missing_ok=True)
