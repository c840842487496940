"""The style of all figures: colours that colour-blind readers can distinguish, scales, frames."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.cm import ScalarMappable
    from matplotlib.colorbar import Colorbar
    from matplotlib.colors import LinearSegmentedColormap

__all__ = [
    "BLUE",
    "GREEN",
    "GREY",
    "INK",
    "LINE",
    "MONO",
    "ORANGE",
    "SERIES",
    "add_colourbar",
    "colour_map",
    "diverging_colours",
    "epoch_markers",
    "figure_style",
    "frame_image",
    "hide_frame",
    "needs_log_scale",
    "set_integer_ticks",
    "set_log_scale",
]

INK = "#1f2328"
GREY = "#656d76"
LINE = "#d7dce1"
BLUE = "#0072b2"
ORANGE = "#d55e00"
GREEN = "#009e73"
SERIES = (BLUE, ORANGE, GREEN, "#cc79a7", "#8c6d1f", "#56b4e9", "#5e4fa2", "#6b6b6b")
"""Colours of curves in order; a figure with more curves starts again with the first."""
MONO = "DejaVu Sans Mono"

_LOG_SCALE_FROM = 8.0
"""Below this ratio of greatest to least, all values can be read on a linear axis."""
_MOST_MARKERS = 40
"""Markers of more epochs than this would merge into a thick line."""

# Every setting that shapes a figure is given: a user's own settings must not change its bytes.
_STYLE: dict[str, Any] = {
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
def figure_style() -> Iterator[None]:
    """Draw in the style of this package, whatever Matplotlib's settings are outside."""
    from matplotlib import style

    with style.context(_STYLE, after_reset=True), warnings.catch_warnings():
        # Matplotlib draws a box for a letter that the font lacks; that is warning enough.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


def frame_image(axes: Axes) -> None:
    """Leave nothing around an image but a thin frame."""
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_visible(True)
        spine.set_color(LINE)


def hide_frame(axes: Axes) -> None:
    """Hide the grid and the frame; ticks and labels stay."""
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)


def needs_log_scale(values: NDArray[np.float64]) -> bool:
    """Return whether positive values span so much that a linear axis would hide the small ones.

    Args:
        values: of any shape; NaN and infinities are ignored.
    """
    known = values[np.isfinite(values)]
    return bool(known.size and 0 < known.min() < known.max() / _LOG_SCALE_FROM)


def set_log_scale(axes: Axes) -> None:
    """Make the vertical axis logarithmic, with plain numbers at its ticks."""
    from matplotlib.ticker import FuncFormatter, NullFormatter

    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())


def set_integer_ticks(axis: Axis) -> None:
    """Put ticks at whole numbers only."""
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))


def epoch_markers(epochs: int, size: float) -> dict[str, Any]:
    """Return the style of a curve over epochs: with a dot at each epoch while there are few.

    Without a dot, a single epoch would be invisible.
    """
    return {"marker": "o", "markersize": size} if epochs <= _MOST_MARKERS else {}


def add_colourbar(
    axes: Axes | list[Axes], painted: ScalarMappable, label: str, **options: Any
) -> Colorbar:
    """Add a colour bar without a frame beside axes.

    Args:
        axes: those that give some of their room to the bar.
        painted: what has the colours.
        label: of the bar.
        options: as in Matplotlib's `Figure.colorbar`.
    """
    first = axes[0] if isinstance(axes, list) else axes
    bar = first.figure.colorbar(painted, ax=axes, **options)
    bar.set_label(label)
    bar.outline.set_visible(False)
    return bar


def diverging_colours() -> LinearSegmentedColormap:
    """Return a colour map: orange for negative numbers, white for 0, blue for positive ones."""
    return colour_map("#7a3000", ORANGE, "#f6b98f", "#ffffff", "#8fc3e3", BLUE, "#003a5c")


def colour_map(*colours: str) -> LinearSegmentedColormap:
    """Return a colour map from the first colour to the last."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("chainrule", colours)
