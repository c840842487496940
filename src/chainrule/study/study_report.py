"""The answer of a study as a document: its tables, then pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from chainrule.documents import Block, Document, Gallery, Heading, Picture
from chainrule.study.summary import Summary
from chainrule.study.tables import summary_tables

__all__ = ["study_document"]


def study_document(
    summary: Summary, pictures: Mapping[str, bytes] | None = None, most: int = 20
) -> Document:
    """The answer of a study as a document.

    Args:
        summary: the answer.
        pictures: SVG or PNG by what it shows, in the order to show them; None for none.
        most: how many configurations to list.
    """
    first, *others = summary_tables(summary, most)
    blocks: list[Block] = [replace(first, title="")]
    for table in others:
        blocks += [Heading(table.title), replace(table, title="")]
    for words, image in (pictures or {}).items():
        blocks += [Heading(words), Gallery((Picture("", image, alt=words),))]
    return Document(first.title, tuple(blocks), values=summary.to_dict)
