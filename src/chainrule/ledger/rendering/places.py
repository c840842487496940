"""The place of each number in a document, so that formulas can link to it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from chainrule.ledger.steps import Quantity

__all__ = ["NO_PLACES", "NumberPlaces", "anchor_of", "section_anchor", "step_anchor"]


def anchor_of(quantity: Quantity) -> str:
    """The name of a number's place in a document.

    >>> anchor_of(Quantity.parse("step[2].W_new[1][0,3]"))
    'step-2-W_new-1-0-3'
    """
    return re.sub(r"[^\w]+", "-", str(quantity)).strip("-")


def step_anchor(step: int) -> str:
    """The name of a step's heading."""
    return f"part-{step}"


def section_anchor(step: int, section: str) -> str:
    """The name of a section's heading."""
    return f"part-{step}-{section}"


@dataclass(frozen=True)
class NumberPlaces:
    """The numbers that a document shows."""

    known: frozenset[Quantity]

    @classmethod
    def of(cls, entries: Iterable[Quantity], given: Iterable[Quantity]) -> NumberPlaces:
        """The places of a document's entries and of the cells of its given arrays."""
        return cls(frozenset(entries) | frozenset(map(_as_given, given)))

    def find(self, quantity: Quantity) -> str:
        """The anchor where a number comes from; empty if the document does not show it."""
        found = next((one for one in _names(quantity) if one in self.known), None)
        return "" if found is None else anchor_of(found)


NO_PLACES = NumberPlaces(frozenset())
"""For formulas that lead nowhere."""


def _as_given(quantity: Quantity) -> Quantity:
    """Inputs and targets are the same in every step."""
    is_data = quantity.kind in ("t", "y") or (quantity.kind == "a" and quantity.layer == 0)
    return replace(quantity, step=1) if is_data else quantity


def _names(quantity: Quantity) -> Iterator[Quantity]:
    """The names of a number: what a step starts from is what the one before made."""
    yield _as_given(quantity)
    if quantity.step > 1:
        before = quantity.step - 1
        if quantity.kind in ("W", "b"):
            yield replace(quantity, kind=f"{quantity.kind}_new", step=before)
        if quantity.kind.endswith("_old"):
            yield replace(quantity, kind=quantity.kind.removesuffix("_old"), step=before)
