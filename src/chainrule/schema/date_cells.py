"""Texts that are dates, with or without a time of day.

Whether 3/4/2020 is in March or in April is decided by the whole column, or by the training data.
Dates with a zone are turned into universal time; those without are taken as they stand.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["DateReading", "is_date", "read_dates"]

_MICROSECONDS_PER_DAY = 86_400_000_000

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TIME = (
    r"(?:(?:\s*,\s*|\s+|T)(?P<hour>\d{1,2}):(?P<minute>\d{2})"
    r"(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"\s*(?P<half>[AaPp][Mm])?\s*(?P<zone>Z|UTC|[+-]\d{2}:?\d{2})?)?"
)
_YEAR_FIRST = re.compile(
    rf"(\d{{4}})(?P<mark>[-/.])(\d{{1,2}})(?P=mark)(\d{{1,2}}){_TIME}", re.ASCII
)
_BASIC = re.compile(  # the basic format of ISO 8601
    r"(\d{4})(\d{2})(\d{2})(?:T(?P<hour>\d{2}):?(?P<minute>\d{2})"
    r"(?::?(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"(?P<half>)(?P<zone>Z|[+-]\d{2}:?\d{2})?)?",
    re.ASCII,
)
_YEAR_LAST = re.compile(
    rf"(\d{{1,2}})(?P<mark>[-/.])\s?(\d{{1,2}})(?P=mark)\s?(\d{{4}}|\d{{2}}){_TIME}", re.ASCII
)
_DAY_NAMED = re.compile(
    rf"(\d{{1,2}})[-. ]+([A-Za-z]{{3,9}})[-., ]+(\d{{4}}|\d{{2}}){_TIME}", re.ASCII
)
_MONTH_NAMED = re.compile(rf"([A-Za-z]{{3,9}})\.? (\d{{1,2}}),? (\d{{4}}){_TIME}", re.ASCII)


class _Moment(NamedTuple):
    """Microseconds since 1970-01-01 with the day first, and with the month first; None if not."""

    day_first: int | None
    month_first: int | None
    form: str
    clock: bool


@dataclass(frozen=True, eq=False)
class DateReading:
    """Texts read as dates in one order of day and month.

    Args:
        days: days since 1970-01-01, (texts,) float64; NaN where a text is not a date.
        readable: which of them are dates, (texts,).
        ambiguous: which would be another date with day and month exchanged, (texts,), where
            neither the texts nor a hint decide.
        storage: the form in words, such as "d/m/Y"; several with commas between them.
        clock: whether some have a time of day.
    """

    days: NDArray[np.float64]
    readable: NDArray[np.bool_]
    ambiguous: NDArray[np.bool_]
    storage: str
    clock: bool


def read_dates(texts: Sequence[str], *, hint: str = "") -> DateReading:
    """Read texts as dates.

    Args:
        texts: each once.
        hint: the storage of the training data, which decides where the texts do not.

    Example:
        >>> found = read_dates(["13/1/1970", "2/1/1970"])
        >>> found.days.tolist(), found.storage
        ([12.0, 1.0], 'd/m/Y')
    """
    moments = [_moment(text) for text in texts]
    day = [m is not None and m.day_first is not None for m in moments]
    month = [m is not None and m.month_first is not None for m in moments]
    differ = [
        m is not None and None not in (m.day_first, m.month_first) and m.day_first != m.month_first
        for m in moments
    ]
    only_day = sum(a and not b for a, b in zip(day, month, strict=True))
    only_month = sum(b and not a for a, b in zip(day, month, strict=True))
    before = hint.replace("-", "/")  # "Y/m/d" says nothing of the order of day and month
    month_first = only_month > only_day or (not only_day and "m/d/Y" in before)
    open_order = not only_day and not only_month and "d/m/Y" not in before and not month_first
    chosen = [None if m is None else m.month_first if month_first else m.day_first for m in moments]
    days = np.array(
        [np.nan if us is None else us / _MICROSECONDS_PER_DAY for us in chosen], np.float64
    )
    forms = {m.form for m in moments if m is not None}
    storage = ", ".join(sorted(_named_form(form, month_first) for form in forms))
    return DateReading(
        days,
        ~np.isnan(days),
        np.array(differ, bool) & open_order,
        storage,
        any(m is not None and m.clock for m in moments),
    )


def is_date(text: str) -> bool:
    """Return whether a text is a date in some form.

    Example:
        >>> is_date("2020-02-29"), is_date("2021-02-29")
        (True, False)
    """
    found = _moment(text.strip())
    return found is not None and (found.day_first is not None or found.month_first is not None)


def _named_form(form: str, month_first: bool) -> str:
    return form.replace("d/m", "m/d").replace("d-m", "m-d") if month_first else form


def _moment(text: str) -> _Moment | None:
    if match := _YEAR_FIRST.fullmatch(text):
        year, month, day = match[1], match[3], match[4]
        found = _microseconds(match, year, month, day)
        return _Moment(found, found, match["mark"].join("Ymd"), match["hour"] is not None)
    if match := _BASIC.fullmatch(text):
        found = _microseconds(match, match[1], match[2], match[3])
        return _Moment(found, found, "Ymd", match["hour"] is not None)
    if match := _YEAR_LAST.fullmatch(text):
        return _year_last(match)
    if match := _DAY_NAMED.fullmatch(text):
        day, month, year = match[1], _month_number(match[2]), match[3]
    elif match := _MONTH_NAMED.fullmatch(text):
        day, month, year = match[2], _month_number(match[1]), match[3]
    else:
        return None
    found = _microseconds(match, year, month, day)
    return _Moment(found, found, "d Mon Y", match["hour"] is not None)


def _year_last(match: re.Match[str]) -> _Moment:
    first, second, year = match[1], match[3], match[4]
    day_first = _microseconds(match, year, second, first)
    # 3.4.2020 is written by those who put the day first.
    by_month = None if match["mark"] == "." else _microseconds(match, year, first, second)
    month_first = day_first if match["mark"] == "." else by_month
    form = f"d{match['mark']}m{match['mark']}Y"
    return _Moment(day_first, month_first, form, match["hour"] is not None)


def _month_number(word: str) -> str:
    start = word[:3].lower()
    return str(_MONTHS.index(start) + 1) if start in _MONTHS else "0"


def _microseconds(match: re.Match[str], year: str, month: str, day: str) -> int | None:
    """Return the microseconds since 1970-01-01, or None for a date or time that does not exist."""
    full = int(year)
    if len(year) == 2:
        full += 1900 if full >= 69 else 2000  # as POSIX reads two digits
    try:
        date = datetime.date(full, int(month), int(day))
    except ValueError:
        return None
    clock = _clock_microseconds(match)
    if clock is None:
        return None
    return (date - datetime.date(1970, 1, 1)).days * _MICROSECONDS_PER_DAY + clock


def _clock_microseconds(match: re.Match[str]) -> int | None:
    if match["hour"] is None:
        return 0
    hour, minute, second = (int(match[part] or 0) for part in ("hour", "minute", "second"))
    half = (match["half"] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + 12 * (half == "pm")
    if hour > 23 or minute > 59 or second > 60:
        return None
    fraction = int((match["fraction"] or "0").ljust(6, "0")[:6])
    away = match["zone"] or "Z"
    if away not in ("Z", "UTC"):
        minutes = int(away[1:3]) * 60 + int(away[-2:])
        minute -= minutes if away[0] == "+" else -minutes
    return ((hour * 60 + minute) * 60 + second) * 1_000_000 + fraction
