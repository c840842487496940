"""Markup of pages: the one place where text is escaped for HTML and MathML."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from html import escape

__all__ = ["Markup", "element", "joined_markup", "source_digest"]


_VOID = ("img", "meta", "wbr")
"""Elements that hold nothing and have no end."""


class Markup(str):
    """Text that is markup already, in which nothing is left to escape."""

    __slots__ = ()


def joined_markup(parts: Iterable[str], between: str = "") -> Markup:
    """Parts one after the other; a part that is no `Markup` is words, and escaped."""
    return Markup(between.join([_escaped(one) for one in parts]))


def _escaped(part: str) -> str:
    return part if isinstance(part, Markup) else escape(part)


def element(name: str, content: str | Iterable[str] = (), **attributes: str | None) -> Markup:
    """An element.

    Args:
        name: of its tag.
        content: words, which are escaped, or `Markup`; one or several.
        attributes: by name, a trailing underscore removed and others written as hyphens; None
            leaves one out.

    Example:
        >>> element("p", ["1 < 2, ", element("b", "so")], class_="note")
        '<p class="note">1 &lt; 2, <b>so</b></p>'
    """
    # Written for speed: a page of a large example has a hundred thousand elements.
    start = f"<{name}"
    for key, value in attributes.items():
        if value is not None:
            start += f' {key.removesuffix("_").replace("_", "-")}="{escape(value)}"'
    if name in _VOID:
        return Markup(f"{start}>")
    inner = _escaped(content) if isinstance(content, str) else joined_markup(content)
    return Markup(f"{start}>{inner}</{name}>")


def source_digest(text: str) -> str:
    """The expression by which a Content Security Policy allows one style or script, and no other.

    Source: West and Sartori (2024), Content Security Policy Level 3, W3C Working Draft.
    """
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
