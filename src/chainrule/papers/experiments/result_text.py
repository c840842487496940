"""Results of the experiments as texts: means with their intervals, and short numbers."""

from __future__ import annotations

from collections.abc import Sequence

from chainrule.evaluation import sample_statistics, wilson_interval

__all__ = ["decimal_text", "fraction_with_interval", "mean_text", "short_number"]


def mean_text(fractions: Sequence[float], digits: int = 2) -> str:
    """Returns the mean of fractions in per cent with half the width of its 95 % interval.

    >>> mean_text([0.91, 0.92, 0.93])
    '92.00 ± 2.48 %'
    """
    found = sample_statistics(fractions)
    if found.interval is None:
        return f"{100 * found.mean:.{digits}f} %"
    half = (found.interval[1] - found.interval[0]) / 2
    return f"{100 * found.mean:.{digits}f} ± {100 * half:.{digits}f} %"


def fraction_with_interval(fraction: float, n: int) -> str:
    """Returns a fraction of n examples in per cent with its Wilson interval.

    >>> fraction_with_interval(0.835, 10_000)
    '83.50 % (82.76 to 84.21)'
    """
    low, high = wilson_interval(round(fraction * n), n)
    return f"{100 * fraction:.2f} % ({100 * low:.2f} to {100 * high:.2f})"


def short_number(value: float, digits: int = 3) -> str:
    """Returns a number in a few significant digits.

    >>> short_number(0.000123456), short_number(1234.5), short_number(0.9)
    ('0.000123', '1,230', '0.9')
    """
    short = float(f"{value:.{digits}g}")
    return f"{short:,.0f}" if abs(short) >= 1000 else f"{short:g}"


def decimal_text(value: float) -> str:
    """Returns a small number without an exponent.

    >>> decimal_text(0.00001), decimal_text(0.0)
    ('0.00001', '0')
    """
    return f"{value:.8f}".rstrip("0").rstrip(".")
