"""Texts that are numbers: with decimal points or commas, thousands marks, per cent, currencies.

A text has at most two readings, one with a decimal point and one with a decimal comma; "1,234" has
both, and only its column, its table or the training data can decide.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["NumberReading", "is_number", "read_numbers"]

_PLAIN = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?$"
_CURRENCY = r"(?:[$€£¥₹]|[A-Z]{0,2}\$|EUR|USD|GBP|CHF|Fr\.|kr)"
_AFFIXES = re.compile(
    rf"(?P<open>\()?(?P<before>{_CURRENCY})?\s*(?P<sign>[+−–-])?\s*(?P<inner>{_CURRENCY})?\s*"
    rf"(?P<body>[0-9.,][0-9.,'’\s]*?)(?P<exponent>[eE][+-]?[0-9]{{1,4}})?"
    rf"\s*(?P<unit>%|{_CURRENCY})?(?P<close>\))?"
)
_SPACED = re.compile(r"[1-9]\d{0,2}(?:([\s'’])\d{3})(?:\1\d{3})*(?:[.,]\d*)?", re.ASCII)
# Python's \s holds the no-break spaces that are thousands marks in French and in SI style.
_NO_BREAK = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " "})
_INFINITE = re.compile(r"[+-]?inf(inity)?", re.IGNORECASE)
# In India 12,34,567 is written for 1,234,567.
_POINT = re.compile(
    r"(?:[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d?(?:,\d{2})+,\d{3}|\d+)(?:\.\d*)?|\.\d+", re.ASCII
)
_COMMA = re.compile(r"(?:[1-9]\d{0,2}(?:\.\d{3})+|\d+)(?:,\d*)?|,\d+", re.ASCII)


class _Reading(NamedTuple):
    """One text as a number with a decimal point, and as one with a decimal comma; None if not."""

    point: float | None
    comma: float | None
    unit: str = ""


@dataclass(frozen=True, eq=False)
class NumberReading:
    """Texts read as numbers in one style.

    Args:
        values: (texts,) float64; NaN where a text is not a number, infinite where it is too large.
        readable: which of them are, (texts,).
        ambiguous: which have another value with the other decimal mark, (texts,); as the style was
            not decided by the texts themselves, these are not to be trusted.
        decimal: "." or ",".
        decided: whether some text can be read with this decimal mark only.
        storage: the style in words, such as "decimal comma"; empty for plain numbers.
    """

    values: NDArray[np.float64]
    readable: NDArray[np.bool_]
    ambiguous: NDArray[np.bool_]
    decimal: str = "."
    decided: bool = False
    storage: str = ""


def read_numbers(distinct: Any, *, hint: str = "", before: str = "") -> NumberReading:
    """Read texts as numbers.

    Args:
        distinct: texts, each once: an Arrow array of strings or a sequence.
        hint: the decimal mark that other columns of the table show, used if the texts themselves
            do not decide; "" if they show none.
        before: the decimal mark of the training data, used if nothing in the table decides.

    Example:
        >>> read_numbers(["1.234,5", "7,25"]).values.tolist()
        [1234.5, 7.25]
        >>> read_numbers(["1,234"]).ambiguous.tolist()
        [True]
    """
    plain = _plain_numbers(distinct) if "," not in (hint, before) else None
    if plain is not None:
        every = np.ones(len(plain), bool)
        return NumberReading(plain, every, ~every, decided=_has_point(distinct))
    texts = distinct if isinstance(distinct, (list, tuple)) else distinct.to_pylist()
    readings = [_reading(text) for text in texts]
    point = np.array([r.point for r in readings], np.float64)  # None becomes NaN
    comma = np.array([r.comma for r in readings], np.float64)
    points, commas = ~np.isnan(point), ~np.isnan(comma)
    both = points & commas & (point != comma)
    decided = bool((points ^ commas).any())
    unsure = both & (not decided and not hint)
    with_commas = any("," in texts[place] for place in np.flatnonzero(both).tolist())
    if decided:
        decimal = "," if (commas & ~points).sum() > (points & ~commas).sum() else "."
    elif hint:
        decimal = hint
    elif with_commas:
        decimal, unsure = before or ".", unsure & (not before)
    else:  # points alone are decimal points, unless the training data had them for thousands
        decimal, unsure = ".", unsure & (before == ",")
    values = comma if decimal == "," else point
    storage = _storage(decimal, texts, readings, decided or bool(both.any()))
    return NumberReading(values, ~np.isnan(values), unsure, decimal, decided, storage)


def _storage(decimal: str, texts: Sequence[str], readings: Sequence[_Reading], marked: bool) -> str:
    units = {reading.unit for reading in readings} - {""}
    words = []
    if decimal == "," and marked:
        words.append("decimal comma")
    elif any("," in text for text in texts):
        words.append("thousands commas")
    if "%" in units:
        words.append("per cent")
    if units - {"%"}:
        words.append("currency")
    return ", ".join(words)


def _plain_numbers(distinct: Any) -> NDArray[np.float64] | None:
    """Return the values if all texts are plain, finite numbers as programs write them."""
    import pyarrow as pa
    from pyarrow import compute

    array = pa.array(distinct, pa.string()) if isinstance(distinct, (list, tuple)) else distinct
    if not compute.all(compute.match_substring_regex(array, _PLAIN), min_count=0).as_py():
        return None
    values: NDArray[np.float64] = array.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return values if np.isfinite(values).all() else None


def _has_point(distinct: Any) -> bool:
    """Whether a text can only be read with a decimal point."""
    import pyarrow as pa
    from pyarrow import compute

    array = pa.array(distinct, pa.string()) if isinstance(distinct, (list, tuple)) else distinct
    pattern = r"^[+-]?(0*\.|[0-9]*\.([0-9]{0,2}|[0-9]{4,})(e|E|$)|[0-9]{4,}\.)"
    return bool(compute.any(compute.match_substring_regex(array, pattern), min_count=0).as_py())


def _reading(text: str) -> _Reading:
    if _INFINITE.fullmatch(text):
        return _Reading(float(text), float(text))
    match = _AFFIXES.fullmatch(text.translate(_NO_BREAK))
    if match is None or bool(match["open"]) != bool(match["close"]):
        return _Reading(None, None)
    units = [unit for unit in (match["before"], match["inner"], match["unit"]) if unit]
    if len(units) > 1:
        return _Reading(None, None)
    body = match["body"].strip()
    if _SPACED.fullmatch(body):
        body = re.sub(r"[\s'’]", "", body)
    negative = (match["sign"] or "+") in "-−–" or bool(match["open"])
    power = int((match["exponent"] or "e0")[1:]) - 2 * ("%" in units)
    point = body.replace(",", "") if _POINT.fullmatch(body) else None
    comma = body.replace(".", "").replace(",", ".") if _COMMA.fullmatch(body) else None
    sides = [None if side is None else _value(side, power, negative) for side in (point, comma)]
    return _Reading(sides[0], sides[1], units[0] if units else "")


def _value(digits: str, power: int, negative: bool) -> float:
    """Return the nearest number to decimal digits; infinity for one that is too large."""
    return float(f"{'-' if negative else ''}{digits}e{power}")


def is_number(text: str) -> bool:
    """Return whether a text is a number in some style.

    Example:
        >>> is_number("1.234,5"), is_number("12a")
        (True, False)
    """
    found = _reading(text.strip())
    return found.point is not None or found.comma is not None
