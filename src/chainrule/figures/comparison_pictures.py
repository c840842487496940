"""The pictures of a comparison of two runs: curves and weights over each other."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from chainrule.figures.learning_curves import draw_learning_curves, learning_curves_data
from chainrule.figures.saving import save_figure
from chainrule.figures.weight_overlay import draw_weight_overlay, weight_overlay_data

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from chainrule.attribution import RunComparison
    from chainrule.documents import Document

__all__ = ["comparison_report"]


def comparison_report(comparison: RunComparison) -> Document:
    """Return a comparison of two runs as a document with pictures.

    Args:
        comparison: of `compare_runs`.
    """
    return comparison.document(dict(_pictures(comparison)))


def _pictures(comparison: RunComparison) -> Iterator[tuple[str, bytes]]:
    """What suits the comparison, as SVG with what each shows."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "picture.svg"
        for words, drawn in _drawings(comparison):
            save_figure(drawn(), path)
            yield words, path.read_bytes()


def _drawings(comparison: RunComparison) -> Iterator[tuple[str, Callable[[], Figure]]]:
    histories = comparison.histories
    if all(histories.values()):
        yield "Learning curves", lambda: draw_learning_curves(learning_curves_data(histories))
    networks = comparison.networks
    yield "Weights", lambda: draw_weight_overlay(weight_overlay_data(networks))
