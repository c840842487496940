"""A ledger as one page of HTML with MathML, in which each factor leads to where it comes from.

The page needs nothing from outside, and forbids itself to load anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape

from chainrule.ledger.display_options import DisplayOptions
from chainrule.ledger.ledger import Entry, Ledger
from chainrule.ledger.rendering.anchors import Anchors, anchor_of, section_anchor, step_anchor
from chainrule.ledger.rendering.contents_html import contents_html
from chainrule.ledger.rendering.document import Document, Item, Note, Section, StepPart, document_of
from chainrule.ledger.rendering.entry_html import array_html, entry_html
from chainrule.ledger.rendering.given import Given
from chainrule.ledger.rendering.mathml_markup import MathML, math
from chainrule.ledger.rendering.page_frame import framed
from chainrule.ledger.rendering.symbolic import SYMBOLIC_TEXT
from chainrule.ledger.rendering.typeset_parts import (
    given_letter,
    given_numbers,
    heading_of,
)
from chainrule.ledger.rendering.typesetting import Setting
from chainrule.ledger.steps import Quantity

__all__ = ["rendered"]


def rendered(ledger: Ledger, options: DisplayOptions) -> str:
    """The ledger as a page.

    Args:
        ledger: of a worked example.
        options: what to show of it.

    Raises: DivergenceError; with `options.symbolic` also InputError, MissingLibraryError.
    """
    document = document_of(ledger, options)
    anchors = Anchors.of(document)

    def marked(quantity: Quantity, text: str) -> str:
        place = anchors.find(quantity)
        return f'<mrow data-to="{place}">{text}</mrow>' if place else text

    page = _Page(Setting(ledger, options, MathML(), marked), document, anchors)
    return framed(document.title, "\n".join(page.lines()))


@dataclass(frozen=True, eq=False)
class _Page:
    """Writes the page; `placed` are the names of places that are taken."""

    setting: Setting
    document: Document
    anchors: Anchors
    placed: set[str] = field(default_factory=set)

    def lines(self) -> Iterator[str]:
        yield '<div class="page with-contents">'
        yield f"<header><h1>{escape(self.document.title)}</h1>"
        if self.document.about:
            yield f'<p class="about">{escape(self.document.about)}</p>'
        yield f'<p class="legend">{escape(self.document.legend)}</p></header>'
        yield from contents_html(self.document)
        yield "<main>"
        for step in self.document.steps:
            yield from self._step(step)
        if self.document.rest:
            yield f'<p class="note">… {self.document.rest} more steps: --full shows all</p>'
        yield '</main></div>\n<div class="peek" aria-live="polite" hidden></div>'

    def _place(self, name: str) -> str:
        """The attribute for a place; what is shown again has none."""
        if name in self.placed:
            return ""
        self.placed.add(name)
        return f' id="{name}"'

    def _step(self, step: StepPart) -> Iterator[str]:
        if step.heading:
            place = self._place(step_anchor(step.number))
            yield f"<h2{place}>{escape(step.heading)}</h2>"
        if step.given:
            place = self._place(section_anchor(step.number, "given"))
            yield f'<h3{place}>Given</h3><div class="given">'
            yield from map(self._given, step.given)
            yield "</div>"
        for section in step.sections:
            yield from self._section(step.number, section)

    def _given(self, given: Given) -> str:
        def cell(quantity: Quantity, text: str) -> str:
            return f"<mtd{self._place(self.anchors.find(quantity))}>{text}</mtd>"

        matrix = MathML().matrix(given_numbers(self.setting, given, cell), given.cut)
        letter = given_letter(self.setting, given)
        return f'<div class="array">{math(MathML().row([letter, "<mo>=</mo>", matrix]))}</div>'

    def _section(self, step: int, section: Section) -> Iterator[str]:
        place = self._place(section_anchor(step, section.name))
        yield f"<section><h3{place}>{heading_of(section)}</h3>"
        if section.name == "symbolic":
            yield f'<p class="about">{SYMBOLIC_TEXT}</p>'
        if section.laws:
            laws = (
                f'<div><b class="id">{equation}</b>{math(self.setting.law(law))}</div>'
                for equation, law in section.laws
            )
            yield f'<div class="laws">{"".join(laws)}</div>'
        for law in section.arrays:
            yield array_html(self.setting, law)
        yield from map(self._item, section.items)
        yield "</section>"

    def _item(self, item: Item) -> str:
        if isinstance(item, Note):
            return f'<p class="note">{escape(item.text)}</p>'
        place = self._place(anchor_of(item.quantity)) if isinstance(item, Entry) else ""
        return entry_html(self.setting, item, place)
