"""JSON from strangers: no duplicate keys, no NaN, no depth beyond the limit.

Source: Bray (2017), The JavaScript Object Notation (JSON) Data Interchange Format, RFC 8259.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from chainrule.serving.problems import RequestError

__all__ = ["parse_json", "read_pixels"]

_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)


def parse_json(body: bytes, depth: int) -> Any:
    """Return the value of a JSON text in UTF-8.

    Args:
        body: the text.
        depth: how deep arrays and objects may be nested.

    Raises: RequestError, 400, with line and column where the text is malformed.
    """
    if body.count(b"[") + body.count(b"{") > depth:
        _check_depth(body, depth)
    try:
        return _DECODER.decode(body.decode())
    except UnicodeDecodeError as error:
        raise _malformed("text in UTF-8", f"byte {error.start} that is none") from None
    except json.JSONDecodeError as error:
        got = f"{error.msg.lower()} at line {error.lineno}, column {error.colno}"
        raise _malformed("well-formed JSON", got) from None
    except ValueError:  # Python reads no whole number of more than 4300 digits
        raise _malformed("numbers of a usual length", "one with thousands of digits") from None


def read_pixels(body: bytes, width: int) -> bytes | None:
    """Return the bytes of an image that is a flat array of whole numbers from 0 to 255.

    Args:
        body: a JSON text.
        width: how many numbers an image has.

    Returns: None for any other text, and where there is no compiler: `parse_json` reads it.
    """
    read = _grey_reader()
    if read is None or not body.startswith(b"["):
        return None
    # Numba finds the types of arrays that can be written to in a tenth of the time.
    text, values = bytearray(body), bytearray(width)
    count = read(np.frombuffer(text, np.uint8), np.frombuffer(values, np.uint8))
    return bytes(values) if count == width else None


@cache
def _grey_reader() -> Callable[[Any, Any], int] | None:
    """Return the compiled reader of grey values; None where Numba is missing or fails."""
    try:
        from chainrule.kernels import read_grey_values

        read_grey_values(np.zeros(1, np.uint8), np.zeros(1, np.uint8))
    except Exception:  # Numba and its compiler may raise anything
        return None
    return read_grey_values


def _check_depth(body: bytes, most: int) -> None:
    """Refuse what is nested too deep, before a parser follows it."""
    depth = 0
    for sign in re.findall(rb"[\[{\]}]", _STRINGS.sub(b"", body)):
        depth += 1 if sign in b"[{" else -1
        if depth > most:
            raise _malformed(f"at most {most} levels of arrays and objects", "more")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _malformed("each key once in an object", f"{twice[:60]!r} twice")
    return found


def _refuse_constant(name: str) -> None:
    raise _malformed("finite numbers", name)


def _malformed(expected: str, got: str) -> RequestError:
    return RequestError(400, "malformed-json", where="body", expected=expected, got=got)


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse_constant)
