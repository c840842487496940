"""The frame of a page that needs nothing from outside: its style and script are within it."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from html import escape
from importlib import resources

__all__ = ["framed", "framed_sheet", "style"]


@cache
def _file(name: str) -> str:
    return (resources.files("chainrule.documents") / "page" / name).read_text(encoding="utf-8")


def style() -> str:
    """The style sheet."""
    return _file("page.css")


def _digest(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def framed(title: str, body: str) -> str:
    """A whole page.

    Args:
        title: words, of whatever signs.
        body: markup; what is not ours in it is escaped already.

    Returns: HTML that loads nothing, and whose own rule forbids it to.
    """
    return _page(title, body, style(), _file("page.js"))


def framed_sheet(title: str, body: str, name: str) -> str:
    """A whole page without a script, in a style of its own.

    Args:
        title: words, of whatever signs.
        body: markup; what is not ours in it is escaped already.
        name: of the file of the style.

    Returns: as from `framed`.
    """
    return _page(title, body, _file(name), "")


def _page(title: str, body: str, sheet: str, script: str) -> str:
    rule = f"default-src 'none'; style-src {_digest(sheet)}"
    rule += f"; script-src {_digest(script)}" if script else ""
    end = f"\n<script>{script}</script>" if script else ""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{rule}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{sheet}</style>\n</head>\n<body>\n{body}"
        f"{end}\n</body>\n</html>\n"
    )
