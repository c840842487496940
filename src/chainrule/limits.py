"""The type, range and meaning of a parameter, as one record.

The metadata of a record's field holds a `Limit`. Error texts, command-line flags and help texts are
derived from it, so they cannot disagree.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chainrule.errors import InputError, describe, unknown_name

__all__ = ["THREADS", "Limit", "check_record", "limited", "limits_of"]


@dataclass(frozen=True)
class Limit:
    """The type, range and meaning of one parameter.

    Args:
        kind: `int`, `float`, `bool` or `str`.
        meaning: one line for help texts.
        low: the least number allowed; None for no bound.
        high: the greatest number allowed; None for no bound.
        low_open: whether `low` itself is excluded.
        high_open: whether `high` itself is excluded.
        choices: returns the allowed names (a function, so that tables load on first use).
        unit: the unit of a number, such as "epochs"; empty for a pure number.
        group: the heading under which help texts list the parameter.
        optional: whether None is allowed.
    """

    kind: type
    meaning: str
    low: float | None = None
    high: float | None = None
    low_open: bool = False
    high_open: bool = False
    choices: Callable[[], tuple[str, ...]] | None = None
    unit: str = ""
    group: str = ""
    optional: bool = False

    def constraint(self) -> str:
        """Return the limit in words, for error texts and help texts.

        >>> Limit(float, "", low=0, low_open=True, high=1).constraint()
        'a number above 0 and at most 1'
        """
        if self.choices is not None:
            words = "one of " + ", ".join(self.choices())
        else:
            nouns = {
                int: "a whole number",
                float: "a number",
                bool: "true or false",
                str: "a string",
            }
            words = nouns[self.kind] + self._bounds()
        return words + (" or none" if self.optional else "")

    def _bounds(self) -> str:
        bounds = []
        if self.low is not None:
            bounds.append(("above " if self.low_open else "at least ") + _digits(self.low))
        if self.high is not None:
            bounds.append(("below " if self.high_open else "at most ") + _digits(self.high))
        return (" " if bounds else "") + " and ".join(bounds)

    def check(self, where: str, name: str, value: Any) -> Any:
        """Return the value converted to `kind`, or raise an error if the limit forbids it.

        Args:
            where: the function or option that takes the parameter, for the error text.
            name: the name of the parameter.
            value: the value that was given.

        Returns: the value as `kind`, or None if None is allowed.
        Raises: InputError, UnknownNameError.
        """
        if value is None and self.optional:
            return None
        if self.choices is not None:
            return self._chosen(where, name, value)
        normal = self._normal(value)
        if normal is None or not self._within(normal):
            raise InputError(
                where,
                expected=f"{name} to be {self.constraint()}",
                got=describe(value),
                why=f"{name}: {self.meaning}",
                argument=name,
                value=value,
            )
        return normal

    def _chosen(self, where: str, name: str, value: Any) -> str:
        assert self.choices is not None
        if not isinstance(value, str) or value not in self.choices():
            raise unknown_name(where, f"a name for {name}", value, self.choices(), argument=name)
        return value

    def _normal(self, value: Any) -> Any:
        """The value as `kind` without loss, or None."""
        if self.kind in (bool, str):
            return value if isinstance(value, self.kind) else None
        if isinstance(value, (bool, str)) or value is None:
            return None
        try:
            number = self.kind(value)
            return number if number == value and math.isfinite(number) else None
        except (TypeError, ValueError, OverflowError):
            return None

    def _within(self, value: Any) -> bool:
        if self.low is not None and (value < self.low or (self.low_open and value == self.low)):
            return False
        if self.high is None:
            return True
        return bool(value < self.high or (value == self.high and not self.high_open))


def _digits(bound: float) -> str:
    """Formats a whole number with all its digits, another number with six."""
    return str(bound) if isinstance(bound, int) else f"{bound:g}"


def limited(default: Any, limit: Limit) -> Any:
    """A dataclass field with its default and its limit."""
    return field(default=default, metadata={"limit": limit})


def limits_of(record: Any) -> dict[str, Limit]:
    """The limits of a record's fields by name, in the order of the fields."""
    fields = dataclasses.fields(record)
    return {f.name: f.metadata["limit"] for f in fields if "limit" in f.metadata}


def check_record(record: Any, where: str) -> None:
    """Check each limited field of a frozen record and store its normal form.

    Call it from ``__post_init__``.

    Raises: InputError, UnknownNameError.
    """
    for name, limit in limits_of(record).items():
        object.__setattr__(record, name, limit.check(where, name, getattr(record, name)))


THREADS = Limit(int, "number of threads that compute at once", 1, optional=True)
"""A number of threads; None for CHAINRULE_THREADS or, if that is not set, all processors."""
