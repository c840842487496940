"""Checks of a worked file's text before it is parsed, which may take long or fail.

Each look goes through the text once, at the speed of a search.
"""

from __future__ import annotations

import re

from chainrule.errors import ChainruleError, DataError, InputError

__all__ = [
    "MAX_DEPTH",
    "MAX_LAYERS",
    "MAX_PARTS",
    "check_text",
    "deep_line",
    "layer_count_error",
    "long_number_line",
]

MAX_LAYERS = 100
MAX_PARTS = 250_000
"""Greatest number of commas and lines of a file, which are parsed in about a second."""
MAX_DEPTH = 32
"""Dots of a key; TOML's parser takes a time that grows with their square."""

_LAYERS = re.compile(r"\blayers\s*=\s*\[([^\]]*)")
_MANY = 10_000
"""Fewer widths than these are counted when the file is parsed, comments and all."""
_NAME = r'(?:[\w-]++|"[^"\n]*+"|\'[^\'\n]*+\')'
_LONG_KEY = re.compile(rf"(?:^|[{{,\[])[ \t]*+(?:{_NAME}[ \t]*+\.[ \t]*+){{{MAX_DEPTH}}}", re.M)
_LONG_NUMBER = re.compile(r"(?<![\d_])\d[\d_]{4300}")
_BRACKET = re.compile(r'"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*|[\[\]{}]')


def check_text(name: str, text: str) -> None:
    """Refuse a text that need not be parsed.

    Args:
        name: of the file.
        text: what is in it.

    Raises: InputError for a network of very many layers, DataError for too much of anything else.
    """
    widths = next((found for found in _LAYERS.finditer(text) if found[1].count(",") > _MANY), None)
    if widths is not None:
        raise layer_count_error(_where(name, text, widths.start()), len(_list_items(widths[1])))
    parts = text.count(",") + text.count("\n")
    if parts > MAX_PARTS:
        where = _where(name, text, _place_of(text, MAX_PARTS))
        expected = f"a file of at most {MAX_PARTS} commas and lines"
        raise DataError(where, expected=expected, got=str(parts))
    key = _LONG_KEY.search(text)
    if key is not None:
        where = _where(name, text, key.end())
        expected = f"keys of at most {MAX_DEPTH} names with dots between them"
        raise DataError(where, expected=expected, got="a longer one")


def layer_count_error(where: str, count: int) -> ChainruleError:
    """The error for a network of too many layers, or of too few.

    Args:
        where: the file and the line.
        count: how many widths are given.
    """
    return InputError(
        where,
        expected=f"layers to be 2 to {MAX_LAYERS + 1} widths in brackets, the inputs first",
        got=f"{count} layers",
        argument="layers",
        value=count,
    )


def _list_items(widths: str) -> list[str]:
    """The elements of a list, without an empty one after the last comma."""
    parts = widths.split(",")
    return parts if parts[-1].strip() else parts[:-1]


def deep_line(text: str, depth: int = MAX_DEPTH) -> int | None:
    """The line in which brackets first nest deeper than `depth`, or None if they never do."""
    inside = 0
    for found in _BRACKET.finditer(text):
        inside += found[0] in "[{"
        inside -= found[0] in "]}"
        if inside > depth:
            return text.count("\n", 0, found.start()) + 1
    return None


def long_number_line(text: str) -> int | None:
    """The line of the first whole number that is too long for Python to read."""
    found = _LONG_NUMBER.search(text)
    return None if found is None else text.count("\n", 0, found.start()) + 1


def _where(name: str, text: str, place: int) -> str:
    return f"{name}, line {text.count(chr(10), 0, place) + 1}"


def _place_of(text: str, count: int) -> int:
    """The place up to which there are `count` commas and lines."""
    low, high = 0, len(text)
    while high - low > 1:
        middle = (low + high) // 2
        if text.count(",", 0, middle) + text.count("\n", 0, middle) < count:
            low = middle
        else:
            high = middle
    return low
