"""Headers by which a browser runs nothing that a page did not come with.

Source: West and Sartori (2024), Content Security Policy Level 3, W3C Working Draft.
"""

from __future__ import annotations

from collections.abc import Iterable

from chainrule.documents import source_digest

__all__ = ["page_headers"]

Header = tuple[bytes, bytes]


def page_headers(
    *, styles: Iterable[str] = (), scripts: Iterable[str] = (), connects: bool = False
) -> tuple[Header, ...]:
    """Return the headers of a page that may use these style sheets and scripts alone.

    Args:
        styles: the texts of its style elements, named by their digests.
        scripts: the texts of its script elements.
        connects: whether its scripts may ask the server that it came from.

    Example:
        >>> name, policy = page_headers()[0]
        >>> policy.startswith(b"default-src 'none'; base-uri 'none'")
        True
    """
    parts = ["default-src 'none'", "base-uri 'none'", "form-action 'none'"]
    parts += ["frame-ancestors 'none'", "img-src 'self' data:"]
    for name, texts in (("style-src", styles), ("script-src", scripts)):
        digests = [source_digest(text) for text in texts]
        if digests:
            parts.append(f"{name} {' '.join(digests)}")
    if connects:
        parts.append("connect-src 'self'")
    return (
        (b"content-security-policy", "; ".join(parts).encode()),
        (b"cache-control", b"no-store"),
        (b"referrer-policy", b"no-referrer"),
        (b"cross-origin-opener-policy", b"same-origin"),
    )
