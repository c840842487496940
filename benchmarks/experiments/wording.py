"""Numbers of the experiments in words: means with their doubts, tables."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from chainrule.evaluation.wilson import wilson_interval
from chainrule.study.statistics import spread

__all__ = ["decimal", "listed", "mean_text", "number", "prose", "single_text", "table"]


def mean_text(shares: Sequence[float], digits: int = 2) -> str:
    """The mean of shares in per cent with the half of its 95 % interval, over seeds.

    >>> mean_text([0.91, 0.92, 0.93])
    '92.00 ± 2.48 %'
    """
    found = spread(shares)
    if found.interval is None:
        return f"{100 * found.mean:.{digits}f} %"
    half = (found.interval[1] - found.interval[0]) / 2
    return f"{100 * found.mean:.{digits}f} ± {100 * half:.{digits}f} %"


def single_text(share: float, n: int) -> str:
    """One share of n examples in per cent, with its interval after Wilson.

    >>> single_text(0.835, 10_000)
    '83.50 % (82.76 to 84.21)'
    """
    low, high = wilson_interval(round(share * n), n)
    return f"{100 * share:.2f} % ({100 * low:.2f} to {100 * high:.2f})"


def number(value: float, digits: int = 3) -> str:
    """A number in a few digits.

    >>> number(0.000123456), number(1234.5), number(0.9)
    ('0.000123', '1,230', '0.9')
    """
    short = float(f"{value:.{digits}g}")
    return f"{short:,.0f}" if abs(short) >= 1000 else f"{short:g}"


def decimal(value: float) -> str:
    """A small number without an exponent.

    >>> decimal(0.00001), decimal(0.0)
    ('0.00001', '0')
    """
    return f"{value:.8f}".rstrip("0").rstrip(".")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(line) + " |" for line in lines]


def prose(text: str) -> list[str]:
    """A paragraph in lines of a page."""
    words = " ".join(text.split())
    return textwrap.wrap(words, 100, break_long_words=False, break_on_hyphens=False)


def listed(texts: Sequence[str]) -> list[str]:
    """Points of a list, each in lines of a page."""
    return [
        ("  " if number else "- ") + line
        for text in texts
        for number, line in enumerate(prose(text))
    ]
