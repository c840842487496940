"""Where a figure is drawn: on a new page, or in axes of the caller's own figure."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple, ParamSpec, TypeAlias

from chainrule.errors import InputError
from chainrule.figures.style import GREY, figure_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

__all__ = [
    "FigureHeading",
    "Place",
    "add_title",
    "figure_function",
    "grid_shape",
    "label_bottom",
    "make_panels",
    "open_axes",
    "open_figure",
]

P = ParamSpec("P")
Place: TypeAlias = "Axes | Figure | SubFigure"
"""Where a caller may have a figure drawn."""

# Of a heading, in inches.
_TITLE = 0.40
_LINE = 0.23
_MARGIN = 0.18


class FigureHeading(NamedTuple):
    """The text above a figure.

    Args:
        title: what the figure shows, in a few words.
        subtitle: what a reader must know to read it, in one or more lines. It stands on whole
            figures only; in a caller's axes there is no room for it.
    """

    title: str
    subtitle: str


def figure_function(draw: Callable[P, Place]) -> Callable[P, Figure]:
    """Make a drawing function draw in the style of this package and return the whole figure.

    The layout of a whole figure is computed once and then fixed, so that the figure is the same in
    every file format, however often it is saved. In axes or a subfigure of the caller's, the layout
    stays the caller's, and so do Matplotlib's settings.

    Args:
        draw: draws into its keyword argument `ax`, or on a new figure if that is None, and returns
            where it has drawn.
    """

    @wraps(draw)
    def draw_in_style(*args: P.args, **kwargs: P.kwargs) -> Figure:
        from matplotlib.figure import Figure

        with figure_style():
            place = draw(*args, **kwargs)
            figure = place if isinstance(place, Figure) else _find_figure(place)
            if isinstance(kwargs.get("ax"), Figure | None):
                _fix_layout(figure)
            return figure

    return draw_in_style


def _fix_layout(figure: Figure) -> None:
    """Compute the layout once, and keep it.

    The solver takes its constraints in the order of addresses in memory, so that its places differ
    in the last bits from one figure to the next, and with them, now and then, a whole pixel. So
    they are rounded, far below what can be seen.
    """
    from matplotlib.transforms import Bbox

    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    for part in figure.subfigs:
        part.bbox_relative.set_points(part.bbox_relative.get_points().round(9))
    for axes in figure.axes:
        axes.set_position(Bbox(axes.get_position(original=True).get_points().round(9)))


def _find_figure(place: Any) -> Figure:
    """Return the figure that holds axes or a subfigure, however deep."""
    from matplotlib.figure import Figure

    while not isinstance(place, Figure):
        place = place.figure
    return place


def open_figure(
    ax: Place | None, size: tuple[float, float], heading: FigureHeading
) -> Figure | SubFigure:
    """Return a figure for several panels, with its heading.

    Args:
        ax: None for a new figure; a caller's Figure or SubFigure; or axes from `subplots`, which a
            SubFigure then replaces.
        size: width and height of a new figure, in inches.
        heading: stands above the panels.

    Raises: InputError if the axes have no cell in a grid.
    """
    from matplotlib.figure import Figure, SubFigure

    figure = Figure(figsize=size) if ax is None else ax
    if isinstance(figure, Figure):
        _add_heading(figure, heading)
        return figure
    part = figure if isinstance(figure, SubFigure) else _replace_axes(figure)
    add_title(part, heading.title)
    return part


def open_axes(
    ax: Place | None, size: tuple[float, float], heading: FigureHeading, *, title_pad: float = 6
) -> Axes:
    """Return axes for a figure of one panel, with its heading.

    Args:
        ax: None for a new figure; axes, a Figure or a SubFigure of the caller's.
        size: width and height of a new figure, in inches.
        heading: stands above the panel.
        title_pad: points between a caller's axes and the title above them.
    """
    from matplotlib.axes import Axes

    if isinstance(ax, Axes):
        ax.set_title(heading.title, pad=title_pad)
        return ax
    return open_figure(ax, size, heading).subplots()


def _replace_axes(axes: Axes) -> SubFigure:
    cell = axes.get_subplotspec()
    if cell is None:
        raise InputError(
            "figure",
            expected="axes from plt.subplots for a figure of several panels",
            got="axes without a cell in a grid",
            remedy="Give a SubFigure",
            argument="ax",
        )
    figure = axes.figure
    axes.remove()
    return figure.add_subfigure(cell)


def _add_heading(figure: Figure, heading: FigureHeading) -> None:
    """Write title and subtitle at the top left, and lay out the rest of the figure below them."""
    width, height = figure.get_size_inches()
    lines = heading.subtitle.count("\n") + 1
    top = _MARGIN + _TITLE + _LINE * lines
    left, bottom = _MARGIN / width, _MARGIN / height
    room = (left, bottom / 2, 1 - 2 * left, 1 - bottom / 2 - top / height)
    figure.set_layout_engine("constrained", rect=room, w_pad=0.06, h_pad=0.06)
    at: dict[str, Any] = {"ha": "left", "va": "top", "figure": figure}
    figure.text(left, 1 - _MARGIN / height, heading.title, fontsize=14, fontweight="bold", **at)
    below = 1 - (_MARGIN + 0.32) / height
    style: dict[str, Any] = {"fontsize": 9.5, "color": GREY, "linespacing": 1.45}
    figure.text(left, below, heading.subtitle, **style, **at)


def add_title(part: SubFigure, title: str) -> None:
    """Write a title at the top left of a part of a figure."""
    part.suptitle(title, x=0.02, ha="left", fontsize=10, fontweight="bold")


def grid_shape(count: int, most: int) -> tuple[int, int]:
    """Return rows and columns of a grid for panels.

    Args:
        count: panels, at least 1.
        most: the most columns.

    >>> grid_shape(5, 4)
    (2, 4)
    """
    columns = min(most, count)
    return -(-count // columns), columns


def make_panels(figure: Figure | SubFigure, count: int, columns: int, **options: Any) -> list[Axes]:
    """Add axes in rows; cells of the last row that are not needed stay empty.

    Args:
        figure: gets the axes.
        count: how many.
        columns: in each row.
        options: as in Matplotlib's `Figure.subplots`.
    """
    grid = figure.subplots(-(-count // columns), columns, squeeze=False, **options)
    for axes in grid.flat[count:]:
        axes.remove()
    return list(grid.flat[:count])


def label_bottom(panels: list[Axes], columns: int, label: str) -> None:
    """Label the horizontal axis of the lowest panel in each column, where panels share it."""
    for axes in panels[-columns:]:
        axes.tick_params(labelbottom=True)
        axes.set_xlabel(label)
