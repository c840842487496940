"""Printed numbers: their values and their precision."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

from chainrule.errors import InputError

__all__ = ["NOISE", "PrintedNumber", "find_decimal_mark", "parse_printed"]

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
_GROUPED = re.compile(r"[+\-−]?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]*)?\s*%?")
"""With commas between thousands."""
_POINT_GROUPED = re.compile(r"[+\-−]?[1-9][0-9]{0,2}(?:\.[0-9]{3})+\s*%?")
_COMMA = re.compile(
    rf"[+\-−]?\s*(?:[1-9][0-9]{{0,2}}(?:\.[0-9]{{3}})+|{_DIGITS}|),[0-9]+(?:{_POWER}|\s*%)?"
)
"""With a comma before the decimals."""
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
        remark: how a text was read that could be read in another way; else empty.

    Example:
        >>> number = PrintedNumber.parse("−81.80 %")
        >>> float(number.value), float(number.unit), number.digits
        (-0.818, 0.0001, 4)
    """

    text: str
    value: Fraction
    unit: Fraction
    digits: int
    remark: str = ""

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
        # A power of ten below 1, however small: not the logarithm of the fraction as a float.
        return round(math.log10(self.unit.denominator))

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

    def __neg__(self) -> PrintedNumber:
        """The number with the other sign, printed as it is."""
        return replace(self, value=-self.value)

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
    text: str, wanted: int, where: str = "PrintedNumber", decimal_mark: str = ""
) -> tuple[PrintedNumber, ...]:
    """The numbers of a claim.

    Decimals may stand behind a comma: 0,69. A text such as 1,234 can be read in two ways, and so
    can 1.234 among decimal commas.

    Args:
        text: numbers with commas between them; with decimal commas, semicolons or spaces too.
        wanted: how many there must be. Where that is one, commas may group its digits: 12,345.6.
        where: who asks, for the error text.
        decimal_mark: "." or "," for what can be read in two ways; empty refuses it.

    Raises: InputError.

    Example:
        >>> [float(one.value) for one in parse_printed("0,69; 1.234,5", 2)]
        [0.69, 1234.5]
    """
    parts = [text] if wanted == 1 and _is_one(text) else _split_numbers(text, wanted, decimal_mark)
    if len(parts) != wanted:
        raise InputError(
            where,
            expected=f"{wanted} number{'s' * (wanted != 1)} with commas between them",
            got=str(len(parts)),
            argument="printed",
            value=text,
        )
    return tuple(_parse_one(part.strip(), where, decimal_mark) for part in parts)


def find_decimal_mark(texts: Iterable[str]) -> str:
    """The sign before the decimals that numbers show; empty if they show none, or both.

    Args:
        texts: of single numbers; what can be read in two ways shows nothing.

    Example:
        >>> find_decimal_mark(["0,5", "1,234"]), find_decimal_mark(["1,234", "1234"])
        (',', '')
    """
    found = set()
    for text in (one.strip() for one in texts):
        is_open = _GROUPED.fullmatch(text) or _POINT_GROUPED.fullmatch(text)
        if _COMMA.fullmatch(text) and not _GROUPED.fullmatch(text):
            found.add(",")
        elif "." in text and not is_open:
            found.add(".")
    return found.pop() if len(found) == 1 else ""


def _is_one(text: str) -> bool:
    return any(form.fullmatch(text.strip()) for form in (_GROUPED, _COMMA))


def _split_numbers(text: str, wanted: int, decimal_mark: str) -> list[str]:
    if ";" in text:
        return text.split(";")
    by_comma, by_space = text.split(","), re.split(r",?\s+", text.strip())
    has_decimals = decimal_mark == "," or (len(by_space) == wanted != len(by_comma))
    return by_space if has_decimals and "," in text else by_comma


def _parse_one(text: str, where: str, decimal_mark: str) -> PrintedNumber:
    """One number, whose comma or point is read as the mark says."""
    grouped, comma = _GROUPED.fullmatch(text), _COMMA.fullmatch(text)
    open_point = decimal_mark == "," and _POINT_GROUPED.fullmatch(text)
    if open_point or (grouped and comma and not decimal_mark):
        raise _two_readings(text, where)
    if comma and (decimal_mark == "," or not grouped):
        plain = re.sub(r"\.(?=.*,)", "", text).replace(",", ".")
    else:
        plain = text.replace(",", "") if grouped else text
    remark = f"{text} is read as {plain}" if grouped and comma else ""
    return replace(PrintedNumber.parse(plain, where), text=text, remark=remark)


def _two_readings(text: str, where: str) -> InputError:
    signs = re.sub("[,.]", ".", text), re.sub("[,.]", "", text)
    return InputError(
        where,
        expected="a number that can be read in one way only",
        got=repr(text),
        why=f"It may be {signs[0]} or {signs[1]}",
        remedy='Write one of these, or decimal_mark = "," or "." at the top of the file',
        argument="printed",
        value=text,
    )
