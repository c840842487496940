"""Printed numbers: their values and their precision."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from fractions import Fraction

from chainrule.errors import InputError

__all__ = ["NOISE", "PrintedNumber", "parse_printed"]

NOISE = 1e-13
"""Relative difference that floats may have by themselves; no digit beyond it is judged."""

_GAP = r"[ '’_\u00a0\u2009\u202f]"
_DIGITS = rf"(?:[0-9]{{1,3}}(?:{_GAP}[0-9]{{3}})+|[0-9]+)"
_DECIMAL = rf"(?:{_DIGITS}(?:\.[0-9]*)?|\.[0-9]+)"
_POWER = r"(?:[eE]|\s*[×x·*]\s*10\s*\^?\s*)(?P<power>[+\-−⁺⁻]?[0-9⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3})"
_NUMBER = re.compile(
    rf"(?P<sign>[+\-−])?\s*(?P<digits>{_DECIMAL})"
    rf"(?:{_POWER}|\s*/\s*(?P<below>0*[1-9][0-9]*)|\s*(?P<percent>%))?"
)
_GROUPED = re.compile(r"[+\-−]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?\s*%?")
_LARGEST = 10**300
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻−", "0123456789+--")


@dataclass(frozen=True)
class PrintedNumber:
    """A printed number.

    Args:
        text: as it is printed.
        value: what it says.
        unit: what one more in its last digit would be; 0 for a fraction, which has no last digit.
        digits: how many significant digits it has; 0 for a fraction.

    Example:
        >>> number = PrintedNumber.parse("−81.80 %")
        >>> float(number.value), float(number.unit), number.digits
        (-0.818, 0.0001, 4)
    """

    text: str
    value: Fraction
    unit: Fraction
    digits: int

    @classmethod
    def parse(cls, text: str, where: str = "PrintedNumber") -> PrintedNumber:
        """The number that a text is: 0.407, −3/4, 1.2e-3, 1.2·10⁻³, 40.7 %, 12 345.6.

        Args:
            text: of one number, with a point before the decimals.
            where: who asks, for the error text.

        Raises: InputError.
        """
        match = _NUMBER.fullmatch(text.strip())
        number = None if match is None else cls._of(text, match)
        if number is None or abs(number.value) > _LARGEST:
            raise InputError(
                where,
                expected="a number as it is printed, such as '0.818', '-3/4' or '81.8 %'",
                got=repr(text),
                why="" if number is None else "It is larger than 1e300",
                argument="printed",
                value=text,
            )
        return number

    @classmethod
    def _of(cls, text: str, match: re.Match[str]) -> PrintedNumber:
        sign = -1 if match["sign"] in ("-", "−") else 1
        digits = re.sub(_GAP, "", match["digits"])
        if match["below"]:
            value = sign * Fraction(digits) / int(match["below"])
            return cls(text, value, Fraction(0), 0)
        scale = Fraction(10) ** int((match["power"] or "0").translate(_RAISED))
        scale /= 100 if match["percent"] else 1
        unit = scale / 10 ** len(digits.partition(".")[2])
        count = len(digits.replace(".", "").lstrip("0"))
        return cls(text, sign * Fraction(digits) * scale, unit, count)

    @property
    def decimals(self) -> int:
        """How many digits stand after the point; 0 for a fraction."""
        return 0 if self.unit == 0 else max(0, -math.floor(math.log10(self.unit) + 0.5))

    @property
    def least(self) -> float:
        """The least number that is printed so, rounded or cut off."""
        share = Fraction(1, 2) if self.value > 0 else 1
        return float(self.value - self.unit * share)

    @property
    def most(self) -> float:
        """The greatest number that is printed so."""
        share = Fraction(1, 2) if self.value < 0 else 1
        return float(self.value + self.unit * share)

    def is_rounded(self, low: float, high: float) -> bool:
        """Whether some number from low to high rounds to it; a half may go either way."""
        value, half = float(self.value), float(self.unit) / 2
        noise = NOISE * max(abs(value), abs(low), abs(high))
        return low - half - noise <= value <= high + half + noise

    def is_truncated(self, low: float, high: float) -> bool:
        """Whether some number from low to high is it when its further digits are cut off."""
        value, unit = float(self.value), float(self.unit)
        if value == 0:
            return low < unit and high > -unit
        if value < 0:
            value, low, high = -value, -high, -low
        return low < value + unit and value <= high

    def fits(self, low: float, high: float) -> bool:
        """Whether some number from low to high is printed so, rounded or cut off."""
        return self.is_rounded(low, high) or self.is_truncated(low, high)


def parse_printed(
    text: str, wanted: int, where: str = "PrintedNumber"
) -> tuple[PrintedNumber, ...]:
    """The numbers of a claim.

    Args:
        text: numbers with commas between them.
        wanted: how many there must be. Where that is one, commas may group its digits: 12,345.6.
        where: who asks, for the error text.

    Raises: InputError.
    """
    if wanted == 1 and _GROUPED.fullmatch(text.strip()):
        return (replace(PrintedNumber.parse(text.replace(",", ""), where), text=text),)
    numbers = tuple(PrintedNumber.parse(part.strip(), where) for part in text.split(","))
    if len(numbers) != wanted:
        raise InputError(
            where,
            expected=f"{wanted} number{'s' * (wanted != 1)} with commas between them",
            got=str(len(numbers)),
            argument="printed",
            value=text,
        )
    return numbers
