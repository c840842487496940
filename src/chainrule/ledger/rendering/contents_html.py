"""The table of contents of a page: steps and their sections."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from chainrule.ledger.rendering.anchors import section_anchor, step_anchor
from chainrule.ledger.rendering.document import Document, StepPart

__all__ = ["contents_html"]


def contents_html(document: Document) -> Iterator[str]:
    """The lines of the table of contents.

    Args:
        document: whose steps it names; a step that comes up again is named once.
    """
    yield '<nav aria-label="Contents"><ul>'
    for number in dict.fromkeys(step.number for step in document.steps):
        parts = [step for step in document.steps if step.number == number]
        names = dict.fromkeys(name for part in parts for name in _names(part))
        links = "".join(
            f'<li><a href="#{section_anchor(number, name)}">{escape(name.capitalize())}</a></li>'
            for name in names
        )
        title = parts[0].heading.partition(":")[0]
        if title:
            link = f'<a href="#{step_anchor(number)}">{escape(title)}</a>'
            links = f"<li>{link}<ul>{links}</ul></li>"
        yield links
    yield "</ul></nav>"


def _names(step: StepPart) -> Iterator[str]:
    if step.given:
        yield "given"
    for section in step.sections:
        yield section.name
