"""The cost while the learning rate rises."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chainrule.errors import InputError
from chainrule.figures.canvas import FigureHeading, Place, figure_function, open_axes
from chainrule.figures.style import BLUE, GREY, ORANGE
from chainrule.training import RateCurve

if TYPE_CHECKING:
    pass

__all__ = ["draw_lr_range"]


@figure_function
def draw_lr_range(found: RateCurve, *, ax: Place | None = None) -> Place:
    """Draw the costs against the rates.

    Args:
        found: what `find_learning_rate` gave, with at least one step.
        ax: where to draw; see `chainrule.figures`.

    Raises: InputError if there is none.
    """
    if not found.rates:
        raise InputError("figure", expected="a search with a step", got="none")
    heading = FigureHeading(
        "Cost while the learning rate rises", "Each point is a batch before its step."
    )
    axes = open_axes(ax, (7.0, 4.2), heading)
    axes.semilogx(found.rates, found.costs, color=GREY, linewidth=0.8, label="cost of a batch")
    axes.semilogx(found.rates, found.smoothed, color=BLUE, linewidth=2, label="running mean")
    if found.suggestion is not None and found.lowest is not None:
        axes.axvline(found.lowest, color=GREY, linestyle=":", label=f"least: {found.lowest:.2g}")
        words = f"suggested: {found.suggestion:.2g}"
        axes.axvline(found.suggestion, color=ORANGE, linewidth=1.5, label=words)
    low, high = min(found.smoothed), max(found.smoothed[: len(found.smoothed) // 2 + 1])
    axes.set_ylim(min(0.9 * low, min(found.costs)), max(1.2 * high, 1.1 * low))
    axes.xaxis.set_major_formatter(lambda rate, _: f"{rate:g}")
    axes.set_xlabel("learning rate")
    axes.set_ylabel("cost")
    axes.legend(loc="lower left")
    return axes
