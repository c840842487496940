"""Numbers as people read them: shares, counts and costs in a few characters."""

from __future__ import annotations

import math

__all__ = [
    "MISSING",
    "count_text",
    "number_text",
    "percent_text",
    "share_text",
    "short_name",
]

MISSING = "-"
"""What stands where a figure is not defined."""


def percent_text(share: float | None, digits: int = 2) -> str:
    """A share as per cent; what is not quite all or nothing never reads as 100 or 0.

    Args:
        share: 0 to 1; None gives MISSING.
        digits: after the point, at least 0.

    Example:
        >>> percent_text(0.9822), percent_text(0.999999), percent_text(1.0)
        ('98.22 %', '>99.99 %', '100.00 %')
    """
    if share is None:
        return MISSING
    text, smallest = f"{100 * share:.{digits}f}", 10.0**-digits
    if share < 1 and float(text) >= 100:
        text = f">{100 - smallest:.{digits}f}"
    elif share > 0 and float(text) <= 0:
        text = f"<{smallest:.{digits}f}"
    return f"{text} %"


def share_text(share: float | None, digits: int = 4) -> str:
    """A share or score from 0 to 1 as a decimal number; None gives MISSING.

    >>> share_text(0.98220)
    '0.9822'
    """
    return MISSING if share is None else f"{share:.{digits}f}"


def number_text(value: float | None) -> str:
    """A number of any size in six digits; MISSING where there is none.

    >>> number_text(0.0645172166), number_text(float("inf"))
    ('0.0645172', 'infinite')
    """
    if value is None or math.isnan(value):
        return MISSING
    return f"{value:.6g}" if math.isfinite(value) else "infinite"


def count_text(count: int) -> str:
    """A count with its thousands apart.

    >>> count_text(10000)
    '10,000'
    """
    return f"{count:,}"


def short_name(name: str, most: int = 14) -> str:
    """A name that fits, shortened in its middle: names differ at their beginnings or ends.

    Args:
        name: of a class or a run.
        most: characters, at least 4.

    >>> short_name("T-shirt"), short_name("a very long name 12", 11)
    ('T-shirt', 'a very…e 12')
    """
    name = " ".join(name.split())
    end = most // 3 + 1
    return name if len(name) <= most else f"{name[: most - 1 - end]}…{name[-end:]}"
