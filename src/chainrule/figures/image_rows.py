"""Rows of small images: each with a name on its left, and titles above the columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chainrule.figures.canvas import FigureHeading, Place, open_figure
from chainrule.figures.style import GREY, frame_image

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

__all__ = ["ImageRow", "draw_image_rows", "show_image"]

_SIDE = 0.8
"""Width of an image, in inches."""
_LETTER = 0.09
"""Width of a letter of a row's name, in inches."""


class ImageRow(NamedTuple):
    """A row of images.

    Args:
        name: on its left.
        images: brightness from 0 to 1, (height, width) or (height, width, colours) each; all of
            one shape, at least one.
        note: in small print below the name.
    """

    name: str
    images: Sequence[NDArray[np.float64]]
    note: str = ""


def draw_image_rows(
    ax: Place | None,
    rows: Sequence[ImageRow],
    heading: FigureHeading,
    *,
    titles: Sequence[str],
    bright_ink: bool,
) -> Figure | SubFigure:
    """Draw rows of images close together.

    Args:
        ax: as in `open_figure`.
        rows: at least one; a shorter row leaves its last places empty.
        heading: above them.
        titles: of the first columns; may be fewer than the columns.
        bright_ink: whether grey images are bright on dark; they are drawn dark on bright.
    """
    columns = max(len(row.images) for row in rows)
    height, width = rows[0].images[0].shape[:2]
    names = _LETTER * max(5, *(len(row.name) for row in rows))
    across = max(_SIDE * columns + names + 0.6, 5.6)
    size = across, max(_SIDE * height / width, 0.42) * len(rows) + 1.6
    figure = open_figure(ax, size, heading)
    close = {"wspace": 0, "hspace": 0}
    grid = figure.subplots(len(rows), columns, squeeze=False, gridspec_kw=close)
    for row, line in zip(rows, grid, strict=True):
        _draw_row(row, list(line), bright_ink)
    small: dict[str, Any] = {"fontsize": 8, "fontweight": "normal", "color": GREY, "pad": 4}
    for title, axes in zip(titles, grid[0], strict=False):
        axes.set_title(title, loc="center", **small)
    return figure


def show_image(axes: Axes, image: NDArray[np.float64], bright_ink: bool) -> None:
    """Draw an image in a thin frame, a grey one always dark on bright."""
    axes.imshow(image, cmap="gray_r" if bright_ink else "gray", vmin=0, vmax=1)
    frame_image(axes)


def _draw_row(row: ImageRow, line: list[Axes], bright_ink: bool) -> None:
    for axes in line[len(row.images) :]:
        axes.remove()
    for image, axes in zip(row.images, line, strict=False):
        show_image(axes, image, bright_ink)
    name = f"{row.name}\n" if row.note else row.name
    style: dict[str, Any] = {"ha": "right", "va": "center", "fontweight": "bold", "fontsize": 10}
    line[0].set_ylabel(name, rotation=0, **style)
    if row.note:
        at: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points"}
        small: dict[str, Any] = {"ha": "right", "fontsize": 7.5, "color": GREY}
        line[0].annotate(row.note, (0, 0.5), xytext=(-7, -11), **at, **small)
