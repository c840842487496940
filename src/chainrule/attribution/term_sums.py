"""Sums with their terms, the largest first, checked against the computed value."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.documents import Table
from chainrule.ledger.formulas import number_text

__all__ = ["TermSum", "number_cell", "terms_table"]

Array = NDArray[Any]

TOLERANCE = 1e-12
"""How far a sum may be from the reference value, beside its terms' absolute values."""

_DIGITS = 6


@dataclass(frozen=True, eq=False)
class TermSum:
    """A number and the terms that it is the sum of.

    Args:
        terms: (n,) float64.
        total: as it was computed.
    """

    terms: Array
    total: float

    @property
    def added(self) -> float:
        """The sum of the terms, rounded once."""
        return math.fsum(self.terms.tolist())

    @property
    def gap(self) -> float:
        """How far it is from the reference value."""
        return abs(self.added - self.total)

    @property
    def size(self) -> float:
        """The sum of the terms' absolute values."""
        return math.fsum(np.abs(self.terms).tolist())

    @property
    def holds(self) -> bool:
        """Whether the terms are the whole number."""
        return self.gap <= TOLERANCE * self.size

    @property
    def sentence(self) -> str:
        """Whether the terms add up, in words."""
        if not self.holds:
            added, total = number_cell(self.added), number_cell(self.total)
            return f"The terms add up to {added}, but the computed value is {total}."
        off = f"{self.gap:.0e} off" if self.gap else "to the last digit"
        return f"The terms add up to the computed value {number_cell(self.total)}, {off} (float64)."

    def ranked(self) -> list[int]:
        """The terms' places, the largest in absolute value first."""
        return [int(at) for at in np.argsort(-np.abs(self.terms), kind="stable")]


def number_cell(value: float) -> str:
    """A number in a table."""
    return number_text(value, _DIGITS)


def terms_table(
    title: str,
    header: tuple[str, ...],
    rows: Sequence[tuple[str, ...]],
    whole: TermSum,
    *,
    last: Sequence[tuple[str, float]] = (),
) -> Table:
    """The largest terms of a sum, what the others add up to, and the sum.

    Args:
        title: of the table.
        header: names of the columns, the last one the term's.
        rows: the largest terms, in the order of `ranked`, without their last column.
        whole: the sum.
        last: names and values of terms that stand by themselves below, such as a bias; they are
            the last ones of the sum.
    """
    count = len(whole.terms) - len(last)
    ranked = [at for at in whole.ranked() if at < count]
    shown = ranked[: len(rows)]
    table = [
        (*row, number_cell(float(whole.terms[at]))) for row, at in zip(rows, shown, strict=True)
    ]
    others = [float(whole.terms[at]) for at in ranked[len(rows) :]]
    gap = ("",) * (len(header) - 2)
    if others:
        zeros = sum(not value for value in others)
        note = f", {zeros} of them 0" if zeros else ""
        table.append((f"{len(others)} others{note}", *gap, number_cell(math.fsum(others))))
    table += [(name, *gap, number_cell(value)) for name, value in last]
    table.append(("sum", *gap, number_cell(whole.added)))
    return Table(title, header, tuple(table), whole.sentence)
