r"""Text as a terminal may show it: control characters written out, such as \x1b, secrets masked.

Names in data, files and folders may hold any characters. Sent to a terminal, an escape character
could move its cursor, hide what was printed, or change its title.
"""

from __future__ import annotations

import re

__all__ = ["CELL_WIDTH", "cut_text", "is_visible", "make_visible"]

CELL_WIDTH = 120
"""The most characters of a name or of a table's cell that are printed."""

# Control characters but for tabs and line ends, lone halves of a character (as in names of files
# that are not UTF-8), line separators, and marks that reverse the direction of what follows.
_UNSAFE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u200e\u200f\u2028-\u202e\u2066-\u2069]"
)
_PASSWORD = re.compile(r"(://[^\s/:@]*):[^\s/]+@")
_NAMED_SECRET = re.compile(
    r"(\b(?:ssl)?(?:password|passwd|pwd|secret|token|api_key)=)[^\s&;,'\")]+", re.IGNORECASE
)


def make_visible(text: str, *, json: bool = False) -> str:
    r"""A text with its control characters written out, and passwords in addresses masked.

    Args:
        text: any.
        json: whether the text is JSON, which stays JSON.

    >>> print(make_visible("rose\x1b[2J at postgresql://me:word@host/db"))
    rose\x1b[2J at postgresql://me:***@host/db
    """
    text = _mask_secrets(text)
    if is_visible(text):
        return text
    return _UNSAFE.sub(lambda found: _write_out(ord(found[0]), json), text)


def _mask_secrets(text: str) -> str:
    """A text in which the passwords of addresses, and what is called a password, are masked.

    >>> _mask_secrets("mysql://me:a@b:c@host/db?password=x&port=1")
    'mysql://me:***@host/db?password=***&port=1'
    """
    if "://" in text:
        text = _PASSWORD.sub(r"\1:***@", text)
    return _NAMED_SECRET.sub(r"\1***", text) if "=" in text else text


def is_visible(text: str) -> bool:
    """Whether a text has no control characters but tabs and line ends."""
    return text.isprintable() or _UNSAFE.search(text) is None


def _write_out(code: int, json: bool) -> str:
    return f"\\x{code:02x}" if code < 0x100 and not json else f"\\u{code:04x}"


def cut_text(text: str, width: int = CELL_WIDTH) -> str:
    """A text of at most `width` characters, which ends with … if it was longer.

    Args:
        text: any.
        width: at least 1.

    >>> cut_text("a long name", 7)
    'a long…'
    """
    return text if len(text) <= width else text[: width - 1] + "…"
