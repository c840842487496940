"""Early rounding: numbers that are not claimed may have been rounded before they were used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median_low

from chainrule.ledger.files import NOISE, PrintedNumber
from chainrule.ledger.steps import Quantity
from chainrule.marking.claimed_numbers import ClaimedNumbers, ClaimedValue

__all__ = ["MAX_INTERMEDIATE", "Precision", "allow_early_rounding", "round_number"]

MAX_INTERMEDIATE = 40
"""Greatest number of quantities to search between a claim and those before it."""


@dataclass(frozen=True)
class Precision:
    """How many digits somebody keeps of a number.

    Args:
        digits: significant digits.
        decimals: digits after the point.
    """

    digits: int
    decimals: int

    @classmethod
    def from_printed(cls, printed: Sequence[PrintedNumber]) -> Precision:
        """The digits that most numbers of somebody have.

        Args:
            printed: all of them, at least one.
        """
        decimal = [number for number in printed if number.unit] or printed
        digits = median_low([number.digits for number in decimal])
        return cls(max(digits, 1), median_low([number.decimals for number in decimal]))

    def for_number(self, printed: PrintedNumber) -> Precision:
        """The digits kept on the way to one number."""
        return Precision(self.digits, max(self.decimals, printed.decimals))

    def roundings(self, value: float) -> list[float]:
        """What may be left of a number: rounded or cut off, by digits or by decimals.

        A half may be rounded either way.
        """
        below, above = value * (1 - NOISE), value * (1 + NOISE)
        return [
            round_number(near, digits, self.decimals, cut=cut)
            for near, cut in ((below, False), (above, False), (above, True))
            for digits in (None, self.digits)
        ]


def round_number(
    value: float, digits: int | None, decimals: int = 0, *, cut: bool = False
) -> float:
    """A number with fewer digits.

    Args:
        value: the number.
        digits: significant digits to keep; None if decimals count.
        decimals: digits after the point.
        cut: whether the others are cut off, not rounded.

    Example:
        >>> round_number(0.0476, 2), round_number(0.0476, 2, cut=True)
        (0.048, 0.047)
        >>> round_number(0.0476, None, 2)
        0.05
    """
    if value == 0 or not abs(value) < 1e300:
        return value
    exponent = int(f"{value:e}".partition("e")[2])
    places = decimals if digits is None else digits - 1 - exponent
    rounded = round(value, places)
    if cut and abs(rounded) > abs(value):
        step = 10.0**-places if value > 0 else -(10.0**-places)
        rounded = round(rounded - step, places)
    return rounded


@contextmanager
def allow_early_rounding(
    numbers: ClaimedNumbers, quantity: Quantity, precision: Precision
) -> Iterator[list[Quantity]]:
    """For a while, what was not claimed may have been rounded or cut off before it was used.

    Args:
        numbers: as they follow from the claims before a number.
        quantity: the number; located.
        precision: the digits that are left on the way.

    Yields: the numbers that may have been.
    """
    between = numbers.unclaimed_inputs(quantity, MAX_INTERMEDIATE)
    with numbers.assume() as supposed:
        for one in between:
            known = numbers.derive(one)
            ends = [end for value in known[:4] for end in precision.roundings(value)]
            low, high = min(known.low, *ends), max(known.high, *ends)
            supposed[one] = ClaimedValue(known.printed, known.meant, low, high)
        yield between
