"""The figures of an evaluation's report, as files in a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from chainrule.data import Dataset
from chainrule.errors import InputError
from chainrule.evaluation import Report
from chainrule.figures.confusion_matrix import confusion_matrix_data, draw_confusion_matrix
from chainrule.figures.mistake_images import draw_mistake_images, mistake_images_data
from chainrule.figures.reliability_diagram import (
    draw_reliability_diagram,
    reliability_diagram_data,
)
from chainrule.figures.roc_curves import draw_roc_curves, roc_curves_data
from chainrule.figures.saving import save_figure
from chainrule.storage import make_folder

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["save_report_figures"]


def save_report_figures(report: Report, dataset: Dataset, folder: str) -> list[str]:
    """Draw the figures of a report: confusion, calibration, ROC curves, mistakes.

    Args:
        report: on this data set.
        dataset: of classes, perhaps of images.
        folder: made if it does not exist; files of the same names are replaced.

    Returns: the files.
    Raises: FileError.
    """
    make_folder(folder)
    drawn = []
    for name, draw in _figures(report, dataset):
        path = str(Path(folder) / f"{name}.png")
        with suppress(InputError):  # this report has nothing to draw of the kind
            save_figure(draw(), path)
            drawn.append(path)
    return drawn


def _figures(report: Report, dataset: Dataset) -> Iterator[tuple[str, Callable[[], Figure]]]:
    yield "confusion", lambda: draw_confusion_matrix(confusion_matrix_data(report))
    yield "calibration", lambda: draw_reliability_diagram(reliability_diagram_data(report))
    yield "roc", lambda: draw_roc_curves(roc_curves_data(report))
    yield "mistakes", lambda: draw_mistake_images(mistake_images_data(report, dataset))
