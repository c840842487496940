"""Misreadings: the right digits, written down wrongly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from chainrule.ledger.files import PrintedNumber

__all__ = ["Misreading", "find_misreading"]

_MIN_DIGITS = 3


@dataclass(frozen=True)
class Misreading:
    """One way to write a number down wrongly.

    Args:
        name: a few words.
        sentence: what was done.
        test: whether the first digits became the second ones so.
    """

    name: str
    sentence: str
    test: Callable[[str, str], bool]


def _is_exchanged(right: str, printed: str) -> bool:
    """Two neighbouring digits in each other's place."""
    places = [at for at, (r, p) in enumerate(zip(right, printed, strict=False)) if r != p]
    if len(right) != len(printed) or len(places) != 2 or places[1] != places[0] + 1:
        return False
    first, second = places
    return right[first] == printed[second] and right[second] == printed[first]


def _is_one_wrong(right: str, printed: str) -> bool:
    """One digit different among at least four."""
    if len(right) != len(printed) or len(right) <= _MIN_DIGITS:
        return False
    return sum(r != p for r, p in zip(right, printed, strict=True)) == 1


MISREADINGS = (
    Misreading("digits exchanged", "Two neighbouring digits are exchanged.", _is_exchanged),
    Misreading("one digit wrong", "One digit is wrong; all others are right.", _is_one_wrong),
)
"""The simplest first."""

_POINT = Misreading(
    "decimal point misplaced",
    "The digits are right; the point is not.",
    lambda right, printed: True,
)


def find_misreading(printed: PrintedNumber, right: float) -> Misreading | None:
    """How a number was written down wrongly; None if its digits do not show it.

    Args:
        printed: what is claimed.
        right: the number that should be there.

    Example:
        >>> find_misreading(PrintedNumber.parse("0.2306"), 0.2304).name
        'one digit wrong'
        >>> find_misreading(PrintedNumber.parse("1.52"), 0.1523).name
        'decimal point misplaced'
    """
    if printed.unit == 0 or printed.digits < 2 or not abs(right) < 1e300:
        return None
    for shift in (1, 2, 3, -1, -2, -3):
        moved = right * 10.0**shift
        if printed.is_rounded(moved, moved):
            return _POINT
    if printed.digits < _MIN_DIGITS or (right < 0) != (printed.value < 0):
        return None
    shown = str(abs(round(printed.value / printed.unit)))
    scaled = abs(Fraction(right)) / printed.unit
    for digits in dict.fromkeys((str(round(scaled)), str(int(scaled)))):
        for misreading in MISREADINGS:
            if misreading.test(digits, shown):
                return misreading
    return None
