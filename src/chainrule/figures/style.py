"""The style of all figures: readable in print and with colour blindness."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.figure import Figure

__all__ = [
    "BLUE",
    "GREEN",
    "GREY",
    "INK",
    "LINE",
    "MONO",
    "ORANGE",
    "SERIES",
    "bare",
    "diverging",
    "heading",
    "logarithmic",
    "look",
    "paper",
    "ramp",
    "styled",
]

P = ParamSpec("P")

INK = "#1f2328"
GREY = "#656d76"
LINE = "#d7dce1"
BLUE = "#0072b2"
ORANGE = "#d55e00"
GREEN = "#009e73"
SERIES = (BLUE, ORANGE, GREEN, "#cc79a7", "#8c6d1f", "#56b4e9", "#5e4fa2", "#6b6b6b")
"""Colours of different curves, in order; further curves repeat them."""
MONO = "DejaVu Sans Mono"

_TITLE = 0.40
_SUBTITLE = 0.23
_MARGIN = 0.18

# All that shapes a picture is stated: a user's own settings must not change its bytes.
_LOOK: dict[str, Any] = {
    "figure.dpi": 150,
    "savefig.dpi": 150,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "text.color": INK,
    # A class may be called "$5 bills"; nothing here is meant as a formula.
    "text.parse_math": False,
    "axes.labelcolor": INK,
    "axes.edgecolor": GREY,
    "axes.linewidth": 0.8,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlecolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "grid.color": LINE,
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.8,
    "lines.solid_capstyle": "round",
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "hatch.linewidth": 0.6,
    "image.interpolation": "nearest",
    "svg.hashsalt": "chainrule",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
    "path.simplify": True,
}


@contextmanager
def look() -> Iterator[None]:
    """While it is entered, Matplotlib draws in the project's look, whatever its own settings."""
    from matplotlib import style

    with style.context(_LOOK, after_reset=True), warnings.catch_warnings():
        # A letter that the font lacks is drawn as a box, which says so in its own place.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


def styled(draw: Callable[P, Figure]) -> Callable[P, Figure]:
    """A drawing function that draws in the project's look and settles where everything stands.

    Laid out once and for all, a figure is the same in every kind of file, however often saved.
    """

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> Figure:
        with look():
            figure = draw(*args, **kwargs)
            figure.draw_without_rendering()
            figure.set_layout_engine("none")
            return figure

    return drawn


def paper(figure: Figure | None, width: float, height: float) -> Figure:
    """The figure to draw on: the one given, or a new one of this size, in inches."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height)) if figure is None else figure


def heading(figure: Figure, title: str, subtitle: str) -> None:
    """Title and subtitle at the top left; the rest of the figure is laid out below them.

    Args:
        figure: whatever is drawn on it keeps clear of its edges and of the heading.
        title: in a few words, what is seen.
        subtitle: what to know in order to read it; one or more lines.
    """
    width, height = figure.get_size_inches()
    lines = subtitle.count("\n") + 1
    top = _MARGIN + _TITLE + _SUBTITLE * lines
    left, bottom = _MARGIN / width, _MARGIN / height
    room = (left, bottom / 2, 1 - 2 * left, 1 - bottom / 2 - top / height)
    figure.set_layout_engine("constrained", rect=room, w_pad=0.06, h_pad=0.06)
    at: dict[str, Any] = {"ha": "left", "va": "top", "figure": figure}
    figure.text(left, 1 - _MARGIN / height, title, fontsize=14, fontweight="bold", **at)
    below = 1 - (_MARGIN + 0.32) / height
    figure.text(left, below, subtitle, fontsize=9.5, color=GREY, linespacing=1.45, **at)


def bare(axes: Axes) -> None:
    """Take everything off an image's axes but its outline."""
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_visible(True)
        spine.set_color(LINE)


def logarithmic(axes: Axes) -> None:
    """Make the vertical axis logarithmic, with its ticks as plain numbers."""
    from matplotlib.ticker import FuncFormatter, NullFormatter

    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())


def diverging() -> LinearSegmentedColormap:
    """Orange for negative, white for 0, blue for positive numbers."""
    from matplotlib.colors import LinearSegmentedColormap

    colours = ["#7a3000", ORANGE, "#f6b98f", "#ffffff", "#8fc3e3", BLUE, "#003a5c"]
    return LinearSegmentedColormap.from_list("orange-blue", colours)


def ramp(*colours: str) -> LinearSegmentedColormap:
    """From the first colour to the last."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("ramp", colours)
