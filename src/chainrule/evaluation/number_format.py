"""Short texts of numbers, and records as plain values for JSON."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np

__all__ = [
    "MISSING",
    "count_text",
    "fraction_text",
    "number_text",
    "percent_text",
    "plain_values",
    "short_name",
]

MISSING = "-"
"""The text for a figure that is not defined."""


def percent_text(fraction: float | None, digits: int = 2) -> str:
    """Return a fraction as per cent; only exactly 1 reads as 100, and only exactly 0 as 0.

    Args:
        fraction: 0 to 1; None gives MISSING.
        digits: digits after the point, at least 0.

    Example:
        >>> percent_text(0.9822), percent_text(0.999999), percent_text(1.0)
        ('98.22 %', '>99.99 %', '100.00 %')
    """
    if fraction is None:
        return MISSING
    text, smallest = f"{100 * fraction:.{digits}f}", 10.0**-digits
    if fraction < 1 and float(text) >= 100:
        text = f">{100 - smallest:.{digits}f}"
    elif fraction > 0 and float(text) <= 0:
        text = f"<{smallest:.{digits}f}"
    return f"{text} %"


def fraction_text(fraction: float | None, digits: int = 4) -> str:
    """Return a fraction or score from 0 to 1 as a decimal number; None gives MISSING.

    >>> fraction_text(0.98220)
    '0.9822'
    """
    return MISSING if fraction is None else f"{fraction:.{digits}f}"


def number_text(value: float | None) -> str:
    """Return a number of any size in six digits; None and NaN give MISSING.

    >>> number_text(0.0645172166), number_text(float("inf"))
    ('0.0645172', 'infinite')
    """
    if value is None or math.isnan(value):
        return MISSING
    return f"{value:.6g}" if math.isfinite(value) else "infinite"


def count_text(count: int) -> str:
    """Return a count with commas between the thousands.

    >>> count_text(10000)
    '10,000'
    """
    return f"{count:,}"


def short_name(name: str, most: int = 14) -> str:
    """Return a name shortened in its middle, since names differ at their beginnings or ends.

    Args:
        name: the name of a class or a run.
        most: number of characters, at least 4.

    >>> short_name("T-shirt"), short_name("a very long name 12", 11)
    ('T-shirt', 'a very…e 12')
    """
    name = " ".join(name.split())
    end = most // 3 + 1
    return name if len(name) <= most else f"{name[: most - 1 - end]}…{name[-end:]}"


def plain_values(value: Any) -> Any:
    """Return a record, array or number as dictionaries, lists, numbers, texts, truths and None.

    NaN and infinity, which JSON lacks, become None; fields keep their names and order. Fields that
    are not part of a record's text, such as the examples behind its figures, are left out.

    Example:
        >>> plain_values((1.5, float("nan"), np.arange(2)))
        [1.5, None, [0, 1]]
    """
    if dataclasses.is_dataclass(value):
        shown = (f.name for f in dataclasses.fields(value) if f.repr)
        return {name: plain_values(getattr(value, name)) for name in shown}
    if isinstance(value, (list, tuple)):
        return [plain_values(item) for item in value]
    if isinstance(value, (np.ndarray, np.generic)):
        return plain_values(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
