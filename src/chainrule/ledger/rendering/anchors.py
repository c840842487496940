"""Where on a page each number stands, so that formulas can lead to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from chainrule.ledger.ledger import Entry
from chainrule.ledger.rendering.document import Document
from chainrule.ledger.steps import Quantity

__all__ = ["Anchors", "anchor_of", "section_anchor", "step_anchor"]


def anchor_of(quantity: Quantity) -> str:
    """The name of a number's place on a page.

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
class Anchors:
    """The places of a page."""

    known: frozenset[Quantity]

    @classmethod
    def of(cls, document: Document) -> Anchors:
        """The places of a document's entries and of the cells of its given arrays."""
        entries = {item.quantity for item in document.items if isinstance(item, Entry)}
        return cls(frozenset(entries | set(_cells(document))))

    def find(self, quantity: Quantity) -> str:
        """The place where a number comes from; empty where it is not shown."""
        found = next((one for one in _names(quantity) if one in self.known), None)
        return "" if found is None else anchor_of(found)


def _cells(document: Document) -> Iterator[Quantity]:
    for step in document.steps:
        for given in step.given:
            for row in given.numbers:
                yield from map(_settled, row)


def _settled(quantity: Quantity) -> Quantity:
    """Inputs and targets are the same in every step."""
    is_data = quantity.kind in ("t", "y") or (quantity.kind == "a" and quantity.layer == 0)
    return replace(quantity, step=1) if is_data else quantity


def _names(quantity: Quantity) -> Iterator[Quantity]:
    """The names under which a number may stand: what a step starts from, the one before made."""
    yield _settled(quantity)
    if quantity.step > 1:
        before = quantity.step - 1
        if quantity.kind in ("W", "b"):
            yield replace(quantity, kind=f"{quantity.kind}_new", step=before)
        if quantity.kind.endswith("_old"):
            yield replace(quantity, kind=quantity.kind.removesuffix("_old"), step=before)
