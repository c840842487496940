"""A story of a real network as lines for a terminal, pictures in Braille."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.attribution import Gallery, Lines, Picture, Story
from chainrule.cli.braille import drawn
from chainrule.cli.console import Console
from chainrule.evaluation import Table

__all__ = ["gallery_lines", "tell_story"]

Array = NDArray[Any]

_WIDTH = 80
_GAP = 2
_TALLEST = 32
_PLAIN = 0.2
"""Contributions are drawn from this share of the greatest on."""


def tell_story(console: Console, story: Story) -> None:
    """Print a story."""
    console.line(story.title, "bold")
    for block in story.blocks:
        console.line()
        if isinstance(block, Table):
            console.table(block)
            continue
        if block.title:
            console.line(block.title, "bold")
        indent = "  " if block.title else ""
        lines = block.lines if isinstance(block, Lines) else gallery_lines(block)
        for line in lines:
            console.line(indent + line if line else "")


def gallery_lines(gallery: Gallery) -> Iterator[str]:
    """Pictures beside each other, each below its caption; large ones by their captions alone.

    A picture of contributions becomes two: those above 0 and those below.
    """
    pictures = [one for picture in gallery.pictures for one in _parts(picture)]
    if max(pictures[0].image.shape) > _TALLEST:
        yield from (picture.caption for picture in pictures)
        return
    texts = [drawn(picture.image) for picture in pictures]
    width = max(len(texts[0][0]), *(len(picture.caption) for picture in pictures)) + _GAP
    across = max(1, (_WIDTH - _GAP) // width)
    for start in range(0, len(pictures), across):
        if start:
            yield ""
        captions = [picture.caption for picture in pictures[start : start + across]]
        yield _beside(captions, width)
        for parts in zip(*texts[start : start + across], strict=True):
            yield _beside(parts, width)


def _beside(parts: Sequence[str], width: int) -> str:
    return "".join(part.ljust(width) for part in parts).rstrip()


def _parts(picture: Picture) -> list[Picture]:
    if not picture.signed:
        return [picture]
    least = _PLAIN * (float(np.abs(picture.image).max()) or 1.0)
    return [
        Picture(f"{picture.caption}, above 0", (picture.image >= least) * 1.0),
        Picture(f"{picture.caption}, below 0", (picture.image <= -least) * 1.0),
    ]
