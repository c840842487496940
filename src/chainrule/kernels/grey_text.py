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

_OPEN, _COMMA, _CLOSE, _ZERO = 91, 44, 93, 48
_AFTER = (_COMMA, _CLOSE)
_SPACE = (32, 9, 10, 13)
_WHITE = 255


@kernel
def _is_number(value: int, digits: int) -> bool:
    """Whether digits are a grey value, without zeros before it."""
    if digits == 1:
        return True
    return (digits == 2 and value >= 10) or (digits == 3 and 100 <= value <= _WHITE)


@entry
def read_grey_values(text: Array, values: Array) -> int:
    """Read a JSON array of whole numbers from 0 to 255, which begins with its bracket.

    Args:
        text: (characters,) bytes.
        values: (numbers,) bytes, which are filled.

    Returns: how many numbers there are; -1 for anything else, and for more than there is room.
    """
    if len(text) == 0 or text[0] != _OPEN:
        return -1
    count, value, digits, ended, is_open = 0, 0, 0, False, True
    for k in range(1, len(text)):
        sign = int(text[k])
        digit = sign - _ZERO
        if 0 <= digit <= 9 and is_open and not ended and digits < 3:
            value, digits = value * 10 + digit, digits + 1
        elif sign in _AFTER and is_open:
            if count == len(values) or not _is_number(value, digits):
                return -1
            values[count] = value
            count, value, digits, ended, is_open = count + 1, 0, 0, False, sign == _COMMA
        elif sign in _SPACE:  # a space within a number ends it: no digit may follow
            ended = digits > 0
        else:
            return -1
    return -1 if is_open else count
