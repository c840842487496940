"""An image's grey values as a JSON array, read into bytes.

A parser of JSON makes an object of Python of each number, which takes longer than a small network
takes to answer. Only an array of whole numbers from 0 to 255 is read here; all else is left to a
parser.
"""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from chainrule.kernels.compiling import entry, kernel

__all__ = ["read_grey_values"]

Array = NDArray[Any]

_OPEN, _COMMA, _CLOSE, _ZERO, _NINE = 91, 44, 93, 48, 57
_SPACE = (32, 9, 10, 13)
_WHITE = 255


@kernel
def _skip_space(text: Array, at: int) -> int:
    """The first place from `at` on that holds no white space of JSON; the end if there is none."""
    while at < len(text) and text[at] in _SPACE:
        at += 1
    return at


@kernel
def _number_end(text: Array, at: int) -> int:
    """The place after the digits of a whole number without leading zeros that begins at `at`."""
    end = at
    while end < len(text) and _ZERO <= text[end] <= _NINE:
        end += 1
    if end > at + 1 and text[at] == _ZERO:
        return at + 1
    return end


@entry
def read_grey_values(text: Array, values: Array) -> int:
    """Read a JSON array of whole numbers from 0 to 255.

    Args:
        text: (characters,) bytes.
        values: (numbers,) bytes, which are filled.

    Returns: how many numbers there are; -1 for anything else, and for more than there is room.
    """
    count = 0
    at = _skip_space(text, 0)
    if at >= len(text) or text[at] != _OPEN:
        return -1
    more = True
    while more:
        at = _skip_space(text, at + 1)
        end = _number_end(text, at)
        if end == at or end > at + 3 or count == len(values):
            return -1
        number = 0
        for k in range(at, end):
            number = number * 10 + (int(text[k]) - _ZERO)
        if number > _WHITE:
            return -1
        values[count] = number
        count += 1
        at = _skip_space(text, end)
        if at >= len(text) or (text[at] != _COMMA and text[at] != _CLOSE):
            return -1
        more = text[at] == _COMMA
    return count if _skip_space(text, at + 1) == len(text) else -1
