"""Markup of pages: the one place where text is escaped for HTML and MathML."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

__all__ = ["Markup", "element", "joined_markup"]


_VOID = ("img", "meta", "wbr")
"""Elements that hold nothing and have no end."""


class Markup(str):
    """Text that is markup already, in which nothing is left to escape."""

    __slots__ = ()


def joined_markup(parts: Iterable[str], between: str = "") -> Markup:
    """Parts one after the other; a part that is no `Markup` is words, and escaped."""
    return Markup(between.join(one if isinstance(one, Markup) else escape(one) for one in parts))


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
    inner = joined_markup((content,) if isinstance(content, str) else content)
    listed = "".join(
        f' {key.removesuffix("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID:
        return Markup(f"<{name}{listed}>")
    return Markup(f"<{name}{listed}>{inner}</{name}>")
