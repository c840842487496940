"""The figure of a chapter, drawn by the command that stands below it there."""

from __future__ import annotations

import threading
from functools import cache

from chainrule.figures import draw_figure, figure_bytes
from chainrule.lab.lessons import lessons

__all__ = ["draw_lesson"]

_drawing = threading.Lock()


def draw_lesson(chapter: int) -> bytes:
    """Return the figure of a chapter as SVG; it is drawn once.

    Args:
        chapter: its number, from 1.

    Raises: MissingLibraryError.
    """
    with _drawing:
        return _draw(chapter)


@cache
def _draw(chapter: int) -> bytes:
    name, *sources = lessons()[chapter - 1].figure
    return figure_bytes(draw_figure(name, sources), "svg")
