"""The figures of a report, as files in a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from chainrule.data import Dataset
from chainrule.errors import InputError
from chainrule.evaluation import Report
from chainrule.figures.saving import save_figure
from chainrule.storage import make_folder

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["save_report_figures"]


def save_report_figures(report: Report, dataset: Dataset, folder: str) -> list[str]:
    """Draw the figures of a report: confusion, calibration, mistakes.

    Args:
        report: a report on this data set.
        dataset: of classes, perhaps of images.
        folder: created if it does not exist; files of the same names are replaced.

    Returns: the files.
    Raises: FileError.
    """
    make_folder(folder)
    drawn = []
    for name, draw in _figures(report, dataset):
        path = str(Path(folder) / f"{name}.png")
        with suppress(InputError):  # this report has nothing of the kind
            save_figure(draw(), path)
            drawn.append(path)
    return drawn


def _figures(report: Report, dataset: Dataset) -> Iterator[tuple[str, Callable[[], Figure]]]:
    from chainrule.figures import calibration, confusion, mistakes

    yield "confusion", lambda: confusion.draw_confusion(confusion.confusion_data(report))
    yield "calibration", lambda: calibration.draw_calibration(calibration.calibration_data(report))
    yield (
        "mistakes",
        lambda: mistakes.draw_mistakes(mistakes.mistakes_data(report, dataset)),
    )
