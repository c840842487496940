"""The mistakes a network is surest of, as images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset
from chainrule.errors import InputError, IntegrityError
from chainrule.evaluation import (
    ClassificationReport,
    Mistake,
    Report,
    count_text,
    number_text,
    percent_text,
    short_name,
)
from chainrule.figures.canvas import (
    FigureHeading,
    Place,
    figure_function,
    grid_shape,
    make_panels,
    open_figure,
)
from chainrule.figures.confusion_matrix import require_classes
from chainrule.figures.image_arrays import as_images, ink_is_bright, require_images
from chainrule.figures.image_rows import show_image
from chainrule.figures.style import BLUE, GREY, ORANGE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["MistakeImagesData", "ShownMistake", "draw_mistake_images", "mistake_images_data"]

_COLUMNS = 5


@dataclass(frozen=True)
class ShownMistake:
    """What is written beside one image.

    Args:
        row: in the data set, from 0.
        truth: the name of the true class, shortened to fit.
        answer: that of the class that was answered.
        output: how sure the network was, in words.
        runner_up: what came second, in words.
    """

    row: int
    truth: str
    answer: str
    output: str
    runner_up: str


@dataclass(frozen=True, eq=False)
class MistakeImagesData:
    """The surest mistakes.

    Args:
        images: brightness from 0 to 1, (n, height, width) or (n, height, width, colours).
        shown: what is written beside each.
        bright_ink: whether the images are bright on dark.
        summary: how many mistakes there are, and which are shown, in words.
    """

    images: NDArray[np.float64]
    shown: tuple[ShownMistake, ...]
    bright_ink: bool
    summary: str


def mistake_images_data(report: Report, dataset: Dataset, most: int = 20) -> MistakeImagesData:
    """The surest mistakes of a report with their images.

    Args:
        report: a report on this data set.
        dataset: of images.
        most: how many to show, at most; at least 1.

    Raises: InputError if there is no mistake to show, ShapeError if examples are not images,
        IntegrityError if the report is on other data.
    """
    classes = require_classes(report)
    require_images(dataset, "mistakes")
    if report.data_sha256 != dataset.digest:
        raise IntegrityError(
            "figure",
            expected=f"the data that the report is on, of digest {report.data_sha256[:12]}…",
            got=f"{dataset.digest[:12]}…",
            argument="dataset",
        )
    chosen = classes.mistakes[:most]
    if not chosen:
        raise InputError(
            "figure",
            expected="at least one mistake to draw",
            got=f"a report that names none of {report.examples - classes.correct}",
            argument="report",
        )
    rows = np.array([m.row for m in chosen])
    images = as_images(dataset, rows)
    shown = tuple(_shown(m, classes) for m in chosen)
    return MistakeImagesData(
        images, shown, ink_is_bright(images), _summary(report, classes, len(chosen))
    )


def _summary(report: Report, classes: ClassificationReport, shown: int) -> str:
    wrong, examples = report.examples - classes.correct, count_text(report.examples)
    return (
        f"{shown} of {count_text(wrong)} mistakes on {examples} examples of {report.data}, "
        f"the greatest {classes.ranked_by} first.\n"
        "Above each image: its class → the answer. Below: the answer's output, what came second."
    )


def _shown(mistake: Mistake, classes: ClassificationReport) -> ShownMistake:
    text = percent_text if classes.ranked_by == "confidence" else number_text
    second = f"{short_name(classes.names[mistake.runner_up])}, {text(mistake.runner_up_output)}"
    truth, answer = (short_name(classes.names[k]) for k in (mistake.truth, mistake.predicted))
    return ShownMistake(mistake.row, truth, answer, text(mistake.confidence), second)


@figure_function
def draw_mistake_images(data: MistakeImagesData, *, ax: Place | None = None) -> Place:
    """Draw each mistake: the image, its class and the answer above, how sure it was below.

    Args:
        data: `mistake_images_data`.
        ax: where to draw; see `chainrule.figures`.
    """
    rows, columns = grid_shape(len(data.shown), _COLUMNS)
    size = max(1.62 * columns + 0.4, 6.4), 2.3 * rows + 1.2
    figure = open_figure(ax, size, FigureHeading("The most confident mistakes", data.summary))
    panels = make_panels(figure, len(data.shown), columns, gridspec_kw={"hspace": 0.12})
    for image, shown, axes in zip(data.images, data.shown, panels, strict=True):
        show_image(axes, image, data.bright_ink)
        _write_mistake(axes, shown)
    return figure


def _write_mistake(axes: Axes, shown: ShownMistake) -> None:
    above: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points"}
    size = min(9.5, 180 / (len(shown.truth) + len(shown.answer) + 4))
    style: dict[str, Any] = {"fontsize": size, "fontweight": "bold", "va": "bottom", **above}
    axes.annotate(shown.truth, (0, 1), xytext=(0, 3), color=BLUE, **style)
    axes.annotate(f"→ {shown.answer}", (1, 1), xytext=(0, 3), color=ORANGE, ha="right", **style)
    text = f"{shown.output}\nthen {shown.runner_up}\nrow {shown.row}"
    axes.set_xlabel(text, fontsize=7.5, color=GREY, linespacing=1.35, labelpad=3)
