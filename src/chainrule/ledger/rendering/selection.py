"""Which numbers of a ledger are shown; the same for every format."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, islice

from chainrule.ledger.display_options import DisplayOptions
from chainrule.ledger.ledger import Entry, Ledger, group_members
from chainrule.ledger.step_order import QuantityGroup, section_of
from chainrule.ledger.steps import Quantity, quantity_shape

__all__ = ["MOST_PLACES", "Omission", "Part", "shown"]

MOST_PLACES = 12
"""So many places of an array are shown where not all are asked for."""


@dataclass(frozen=True)
class Omission:
    """Entries that are left out: how many, after which."""

    after: Quantity
    count: int


@dataclass(frozen=True)
class Part:
    """A section of a step: its name, and what is shown of it, in order."""

    step: int
    section: str
    items: tuple[Entry | Omission, ...]


def shown(ledger: Ledger, options: DisplayOptions) -> Iterator[Part]:
    """What to show: all steps or one, all quantities or some.

    Args:
        ledger: of a worked example.
        options: what is asked for.

    Raises: DivergenceError where a step's numbers are not finite.
    """
    places = _asked(ledger, options) if options.quantities else _all(ledger, options)
    for (step, section), group in groupby(places, key=lambda place: place[:2]):
        items: list[Entry | Omission] = []
        for _, _, quantities, count in group:
            whole = list(quantities)
            items += map(ledger.entry, whole)
            if count > len(whole):
                items.append(Omission(whole[-1], count - len(whole)))
        yield Part(step, section, tuple(items))


_Place = tuple[int, str, Iterator[Quantity], int]
"""Step, section, the numbers to show, and how many there are in all."""


def _asked(ledger: Ledger, options: DisplayOptions) -> Iterator[_Place]:
    for quantity in options.quantities:
        count = _size(quantity_shape(ledger.example, quantity))
        most = count if options.full else MOST_PLACES
        numbers = islice(ledger.elements(quantity), most)
        yield quantity.step, section_of(quantity), numbers, count


def _all(ledger: Ledger, options: DisplayOptions) -> Iterator[_Place]:
    last = ledger.example.steps
    for step in range(1, last + 1) if options.step is None else (options.step,):
        for group in ledger.groups(step):
            count = _count(ledger, group)
            most = count if options.full else MOST_PLACES * len(group.arrays)
            yield step, group.section, islice(group_members(ledger.example, group), most), count


def _count(ledger: Ledger, group: QuantityGroup) -> int:
    first = group.arrays[0]
    if first.form == "parameter":
        tensor = next(s for s in ledger.example.layout.slots if s.name == first.tensor)
        return _size(tensor.shape) * len(group.arrays)
    return _size(quantity_shape(ledger.example, first)) * len(group.arrays)


def _size(shape: tuple[int, ...]) -> int:
    size = 1
    for length in shape:
        size *= length
    return size
