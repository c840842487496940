"""The digits found in a user's picture: a box around each, and what a network answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from chainrule.data.handwriting import PixelBox
from chainrule.evaluation import percent_text
from chainrule.experiment import Prediction
from chainrule.figures.canvas import FigureHeading, Place, figure_function, open_figure
from chainrule.figures.preparation_stages import save_preparation
from chainrule.figures.saving import save_figure
from chainrule.figures.style import GREY, ORANGE, frame_image

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "DigitPanel",
    "PictureDigits",
    "draw_picture_digits",
    "picture_digits_data",
    "save_predictions",
]

_COLUMNS = 6
_WIDTH = 7.4
_SHOWN_SIDE = 900


@dataclass(frozen=True, eq=False)
class DigitPanel:
    """One digit of the picture.

    Args:
        title: its number in reading order and the answer.
        caption: how sure the answer is.
        image: as the network sees it, from 0 to 255, (rows, columns).
        box: where it lies in the picture.
    """

    title: str
    caption: str
    image: NDArray[np.uint8]
    box: PixelBox


@dataclass(frozen=True, eq=False)
class PictureDigits:
    """A picture and its digits.

    Args:
        heading: the answers in a row, and the picture's name.
        brightness: the picture from 0 to 1, (rows, columns), thinned if it is large.
        size: rows and columns of the picture itself, by which the boxes count.
        panels: the digits in reading order.
    """

    heading: FigureHeading
    brightness: NDArray[np.float32]
    size: tuple[int, int]
    panels: tuple[DigitPanel, ...]


def picture_digits_data(predictions: Sequence[Prediction]) -> PictureDigits:
    """What is drawn of the answers to the digits of one picture.

    Args:
        predictions: as `SavedRun.predict` returns them for one picture of several digits.
    """
    prepared = [one.preparation for one in predictions if one.preparation is not None]
    picture = prepared[0].stages[0].image
    step = -(-max(picture.shape) // _SHOWN_SIDE)
    answers = " ".join(one.answer or "?" for one in predictions)
    count = f"{len(predictions)} digits, read line by line from left to right."
    panels = [
        DigitPanel(
            title=f"{number}: {one.answer or '?'}",
            caption=percent_text(one.outputs[0].value) if one.answer else "",
            image=one.preparation.image,
            box=one.box,
        )
        for number, one in enumerate(predictions, start=1)
        if one.preparation is not None and one.box is not None
    ]
    return PictureDigits(
        heading=FigureHeading(f"{Path(predictions[0].file).name}: {answers}", count),
        brightness=np.asarray(picture[::step, ::step], np.float32),
        size=prepared[0].size or picture.shape,
        panels=tuple(panels),
    )


@figure_function
def draw_picture_digits(data: PictureDigits, *, ax: Place | None = None) -> Place:
    """Draw the picture with a box around each digit, and below the digits as the network sees them.

    Args:
        data: `picture_digits_data`.
        ax: where to draw; see `chainrule.figures`.
    """
    rows = -(-len(data.panels) // _COLUMNS)
    height = min(_WIDTH * data.size[0] / data.size[1], _WIDTH)
    figure = open_figure(ax, (_WIDTH, height + 1.6 * rows + 1.2), data.heading)
    grid = figure.add_gridspec(rows + 1, _COLUMNS, height_ratios=[height, *[1.6] * rows])
    _draw_boxes(figure.add_subplot(grid[0, :]), data)
    for k, panel in enumerate(data.panels):
        axes = figure.add_subplot(grid[1 + k // _COLUMNS, k % _COLUMNS])
        axes.imshow(panel.image, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
        frame_image(axes)
        axes.set_title(panel.title)
        axes.set_xlabel(panel.caption, fontsize=8, color=GREY, loc="left")
    return figure


def _draw_boxes(axes: Axes, data: PictureDigits) -> None:
    """The picture in its own pixels, with a numbered box around each digit."""
    from matplotlib.patches import Rectangle

    rows, columns = data.size
    axes.imshow(
        data.brightness, cmap="gray", vmin=0, vmax=1, extent=(0, columns, rows, 0), aspect="equal"
    )
    frame_image(axes)
    for panel in data.panels:
        left, top, right, bottom = panel.box
        size = right - left, bottom - top
        axes.add_patch(Rectangle((left, top), *size, fill=False, ec=ORANGE, lw=1.4))
        axes.text(left, top, panel.title, color=ORANGE, va="bottom", fontweight="bold")


def save_predictions(predictions: Sequence[Prediction], path: str | Path) -> None:
    """Draw the answers to one picture into a file.

    A picture of one digit is drawn as the stages of its preparation, one of several with a box
    around each.

    Args:
        predictions: as `SavedRun.predict` returns them for one picture.
        path: ends with .png, .svg or .pdf.

    Raises: InputError for another suffix, FileError.
    """
    (first, *others) = predictions
    if others:
        save_figure(draw_picture_digits(picture_digits_data(predictions)), path)
    elif first.preparation is not None:
        save_preparation(first.preparation, path)
