"""The selection of the numbers of a ledger that are shown, the same for every format."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from typing import NamedTuple

from chainrule.ledger.display_options import DisplayOptions
from chainrule.ledger.entries import LedgerEntries, LedgerEntry, group_members, group_shape
from chainrule.ledger.step_order import section_of
from chainrule.ledger.steps import Quantity, quantity_shape

__all__ = ["MAX_EXAMPLES", "Omission", "SelectedSection", "select_sections"]

MAX_PLACES = 12
"""Of a larger array the first places alone are shown, where not all are asked for."""
MAX_EXAMPLES = 8
"""Of a larger batch the numbers of the first examples alone."""


@dataclass(frozen=True)
class Omission:
    """Entries that are left out: how many, and of what."""

    count: int
    name: str


@dataclass(frozen=True)
class SelectedSection:
    """A section of a step: its name, and what is shown of it, in order."""

    step: int
    name: str
    items: tuple[LedgerEntry | Omission, ...]


class _Place(NamedTuple):
    """Numbers that stand together, of which not all may be shown."""

    step: int
    section: str
    first: Quantity
    shown: Iterator[Quantity]
    size: int


def select_sections(ledger: LedgerEntries, options: DisplayOptions) -> Iterator[SelectedSection]:
    """What to show: all steps or one, all quantities or some.

    Args:
        ledger: of a worked example.
        options: what is asked for.

    Raises: DivergenceError if a step's numbers are not finite.
    """
    places = _asked_places(ledger, options) if options.quantities else _all_places(ledger, options)
    for (step, section), group in groupby(places, key=lambda place: (place.step, place.section)):
        yield SelectedSection(step, section, tuple(_select(ledger, list(group), options)))


def _select(
    ledger: LedgerEntries, places: list[_Place], options: DisplayOptions
) -> Iterator[LedgerEntry | Omission]:
    hidden: set[int] = set()
    if not (options.full or options.quantities):
        hidden = set(ledger.example.batch(places[0].step)[MAX_EXAMPLES:])
    skipped = 0
    for place in places:
        if place.first.example in hidden:
            skipped += place.size
            continue
        shown = list(place.shown)
        yield from map(ledger.entry, shown)
        if place.size > len(shown):
            yield Omission(place.size - len(shown), _array_name(ledger, shown[-1]))
    if skipped:
        yield Omission(skipped, "other examples")


def _array_name(ledger: LedgerEntries, quantity: Quantity) -> str:
    return quantity.kind if quantity.form == "parameter" else ledger.address_text(quantity.at())


def _asked_places(ledger: LedgerEntries, options: DisplayOptions) -> Iterator[_Place]:
    for quantity in options.quantities:
        count = math.prod(quantity_shape(ledger.example, quantity))
        shown = islice(ledger.elements(quantity), count if options.full else MAX_PLACES)
        yield _Place(quantity.step, section_of(quantity), quantity, shown, count)


def _all_places(ledger: LedgerEntries, options: DisplayOptions) -> Iterator[_Place]:
    last = ledger.example.steps
    for step in range(1, last + 1) if options.step is None else (options.step,):
        for group in ledger.groups(step):
            count = math.prod(group_shape(ledger.example, group)) * len(group.arrays)
            most = count if options.full else MAX_PLACES * len(group.arrays)
            shown = islice(group_members(ledger.example, group), most)
            yield _Place(step, group.section, group.arrays[0], shown, count)
