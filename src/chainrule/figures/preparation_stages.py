"""The way from a user's picture to a digit as MNIST has it, stage by stage."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from chainrule.data.handwriting import Preparation, Stage, centre_of_mass
from chainrule.figures.canvas import (
    FigureHeading,
    Place,
    figure_function,
    grid_shape,
    make_panels,
    open_figure,
)
from chainrule.figures.saving import save_figure
from chainrule.figures.style import GREY, INK, ORANGE, frame_image

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "PreparationStages",
    "StagePanel",
    "draw_preparation_stages",
    "preparation_stages_data",
    "save_preparation",
]

_COLUMNS = 4
_CAPTION_WIDTH = 34
_REMARK_WIDTH = 118
_FEW_PIXELS = 40
_SHOWN_SIDE = 640
_GROUND = "#eef1f4"


@dataclass(frozen=True, eq=False)
class StagePanel:
    """The drawing of one stage.

    Args:
        title: the stage's number and name.
        caption: what was done, in lines.
        brightness: from 0 to 1, (rows, columns).
        pixelated: whether there are so few pixels that each is to be seen.
    """

    title: str
    caption: str
    brightness: NDArray[np.float32]
    pixelated: bool


@dataclass(frozen=True, eq=False)
class PreparationStages:
    """All stages as they are drawn, and what was unusual.

    Args:
        panels: the stages in order.
        box: top, left, bottom and right of the ink in the last one, the last two exclusive.
        centre: row and column of its centre of mass, counted from 0.
        remarks: a bullet and lines for each remark; may be empty.
    """

    panels: tuple[StagePanel, ...]
    box: tuple[int, int, int, int]
    centre: tuple[float, float]
    remarks: tuple[str, ...]


def preparation_stages_data(preparation: Preparation) -> PreparationStages:
    """What is drawn of a preparation.

    Args:
        preparation: as `prepare` gives it.
    """
    image = preparation.image
    rows, columns = (np.flatnonzero(image.any(axis=axis)) for axis in (1, 0))
    box = (int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)
    return PreparationStages(
        panels=tuple(_panel(k, stage) for k, stage in enumerate(preparation.stages, start=1)),
        box=box,
        centre=centre_of_mass(image),
        remarks=tuple(_bulleted(remark) for remark in preparation.remarks),
    )


def _panel(number: int, stage: Stage) -> StagePanel:
    greatest = 255 if stage.image.dtype == np.uint8 else 1
    # More pixels than a panel has dots would only make the drawing slow.
    step = -(-max(stage.image.shape) // _SHOWN_SIDE)
    brightness = np.asarray(stage.image[::step, ::step] / greatest, np.float32)
    return StagePanel(
        title=f"{number}  {stage.name}",
        caption=textwrap.fill(stage.sentence, _CAPTION_WIDTH),
        brightness=brightness,
        pixelated=max(brightness.shape) <= _FEW_PIXELS,
    )


def _bulleted(remark: str) -> str:
    return textwrap.fill(remark, _REMARK_WIDTH, initial_indent="•  ", subsequent_indent="    ")


@figure_function
def draw_preparation_stages(data: PreparationStages, *, ax: Place | None = None) -> Place:
    """Draw the stages, four beside each other, and the remarks below.

    Args:
        data: `preparation_stages_data`.
        ax: where to draw; see `chainrule.figures`.
    """
    rows, columns = grid_shape(len(data.panels), _COLUMNS)
    lines = sum(remark.count("\n") + 1 for remark in data.remarks)
    size = max(2.35 * columns + 0.5, 7.4), 3.1 * rows + 0.22 * lines + 1.1
    figure = open_figure(ax, size, FigureHeading("From picture to digit", _summary(data)))
    panels = make_panels(figure, len(data.panels), columns)
    for axes, panel in zip(panels, data.panels, strict=True):
        _draw_panel(axes, panel)
    _mark_centre(panels[-1], data)
    return figure


def _summary(data: PreparationStages) -> str:
    if not data.remarks:
        return "Nothing about it is unusual compared with MNIST."
    return "What is unusual compared with MNIST:\n" + "\n".join(data.remarks)


def _draw_panel(axes: Axes, panel: StagePanel) -> None:
    smooth = "nearest" if panel.pixelated else "antialiased"
    axes.imshow(panel.brightness, cmap="gray", vmin=0, vmax=1, interpolation=smooth)
    frame_image(axes)
    _square(axes, *panel.brightness.shape)
    axes.set_title(panel.title)
    axes.set_xlabel(panel.caption, fontsize=8, color=GREY, loc="left", linespacing=1.35)


def _square(axes: Axes, rows: int, columns: int) -> None:
    """Give an image of any shape the middle of a square, so that all panels stand in line."""
    half = max(rows, columns) / 2
    axes.set_xlim((columns - 1) / 2 - half, (columns - 1) / 2 + half)
    axes.set_ylim((rows - 1) / 2 + half, (rows - 1) / 2 - half)
    axes.set_facecolor(_GROUND)


def _mark_centre(axes: Axes, data: PreparationStages) -> None:
    """The box around the ink and the cross at its centre of mass."""
    from matplotlib.patches import Rectangle

    top, left, bottom, right = data.box
    corner = (left - 0.5, top - 0.5)
    axes.add_patch(Rectangle(corner, right - left, bottom - top, fill=False, ec=ORANGE, lw=1.2))
    row, column = data.centre
    axes.plot(column, row, "+", color=INK, markersize=11, markeredgewidth=3)
    axes.plot(column, row, "+", color=ORANGE, markersize=10, markeredgewidth=1.5)


def save_preparation(preparation: Preparation, path: str | Path) -> None:
    """Draw the stages of a preparation into a file.

    Args:
        preparation: as `prepare` gives it.
        path: ends with .png, .svg or .pdf.

    Raises: InputError for another suffix, FileError.
    """
    save_figure(draw_preparation_stages(preparation_stages_data(preparation)), path)
