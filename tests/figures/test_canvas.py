"""Figures are drawn on new pages, and in axes of a caller's own figure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import matplotlib
import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from chainrule.attribution.replay import RunReplay
from chainrule.data.augmentation import Augmentation
from chainrule.data.dataset import Dataset
from chainrule.data.handwriting import prepare
from chainrule.descent.function import make_function
from chainrule.descent.gradient_descent import descend
from chainrule.engine.history import EpochRecord
from chainrule.errors import InputError
from chainrule.figures.activation_curves import activation_curves_data, draw_activation_curves
from chainrule.figures.augmented_copies import augmented_copies_data, draw_augmented_copies
from chainrule.figures.canvas import FigureHeading, Place, figure_function, open_axes, open_figure
from chainrule.figures.descent_path import descent_path_data, draw_descent_path
from chainrule.figures.figure_catalogue import FIGURES
from chainrule.figures.figure_inputs import FigureInputs
from chainrule.figures.lr_range import draw_lr_range
from chainrule.figures.preparation_stages import (
    draw_preparation_stages,
    preparation_stages_data,
)
from chainrule.figures.style import figure_style
from chainrule.ledger import Ledger, read_worked
from chainrule.network.network import Network
from chainrule.training.lr_finder import RateCurve

HEADING = FigureHeading("Title", "first line\nsecond line")
ONE_PANEL = {"confusion", "cost-surface", "grid", "parallel"}
"""Figures that draw into the very axes that they are given."""
WORKED = {
    "paths": "two-outputs",
    "plane": "two-layers",
    "steps": "two-layers",
    "sums": "approximator-relu",
    "tangent": "two-layers",
}
"""The worked examples of the figures that need one."""
OTHERS = ("augmented copies", "descent", "learning rates", "preparation")

Draw = Callable[..., Figure]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("canvas") / "table.csv"
    path.write_text("batch_size,learning_rate,accuracy\n5,0.1,0.4\n5,1,0.8\n10,0.1,0.3\n")
    return str(path)


@pytest.fixture
def draw(
    request: pytest.FixtureRequest,
    network: Network,
    pictures: Dataset,
    replay: RunReplay,
    table: str,
) -> Draw:
    """The drawing function of one figure, with its numbers given."""
    name = request.param
    if name in FIGURES:
        record = EpochRecord(1, 0.5, 0.0, 0.5, 0.1, 1.0, weights_sha256="", tensor_sha256={})
        inputs = FigureInputs(
            network=network,
            dataset=pictures,
            histories={"first": [record]},
            settings={"first": {"seed": 1}},
            replay=replay,
            ledger=Ledger(read_worked(WORKED[name])) if name in WORKED else None,
            table=table,
            names=("2",) if name == "pieces" else (),
        )
        return lambda **where: FIGURES[name].draw(inputs, **where)
    if name == "augmented copies":
        copies = augmented_copies_data(pictures, Augmentation(shift=1), epochs=2)
        return lambda **where: draw_augmented_copies(copies, **where)
    if name == "descent":
        path = descend(make_function("x**2 + y**2"), [1, 2], learning_rate=0.1, steps=3)
        return lambda **where: draw_descent_path(descent_path_data(path), **where)
    if name == "learning rates":
        curve = RateCurve((0.1, 1.0), (2.0, 1.0), (2.0, 1.5), 1.0, False)
        return lambda **where: draw_lr_range(curve, **where)
    image = np.zeros((28, 28), np.uint8)
    image[4:24, 12:16] = 255
    stages = preparation_stages_data(prepare(image))
    return lambda **where: draw_preparation_stages(stages, **where)


def test_every_module_of_a_figure_is_named_after_its_functions() -> None:
    for spec in FIGURES.values():
        module = spec.draw_data.__module__.rpartition(".")[2]
        assert spec.draw_data.__name__ == f"draw_{module}"


@pytest.mark.parametrize("draw", [*FIGURES, *OTHERS], indirect=True)
def test_each_figure_fits_into_a_caller_s_own(
    draw: Draw, request: pytest.FixtureRequest, pixels: Callable[[Figure], np.ndarray]
) -> None:
    name = request.node.callspec.params["draw"]
    settings = dict(matplotlib.rcParams)
    mine, (left, right) = pyplot.subplots(1, 2, figsize=(16, 8), layout="constrained")
    left.plot([1, 2], [3, 4])
    left.set_title("mine")
    before = _describe(left)
    try:
        assert draw(ax=right) is mine
        assert right.has_data() if name in ONE_PANEL else len(mine.axes) + len(mine.subfigs) >= 2
        assert mine.axes[0] is left
        assert not mine.texts
        assert mine.get_size_inches().tolist() == [16, 8]
        assert mine.get_layout_engine() is not None
        assert _describe(left) == before
        assert dict(matplotlib.rcParams) == settings
        assert np.unique(pixels(mine)[:, 1300:]).size > 3
    finally:
        pyplot.close(mine)


def _describe(axes: Axes) -> tuple[Any, ...]:
    lines = [(line.get_color(), line.get_xydata().tolist()) for line in axes.lines]
    title = axes.get_title(), axes.get_title(loc="left")
    return axes.get_xlim(), axes.get_ylim(), lines, title, axes.get_yscale()


@pytest.mark.parametrize("draw", [*FIGURES, *OTHERS], indirect=True)
def test_each_figure_fits_into_a_subfigure(draw: Draw) -> None:
    figure = Figure(figsize=(16, 8), layout="constrained")
    upper, lower = figure.subfigures(2, 1)
    assert draw(ax=lower) is figure
    assert not upper.axes
    assert lower.axes or lower.subfigs
    assert figure.get_layout_engine() is not None


def test_axes_without_a_cell_hold_no_more_than_one_panel() -> None:
    axes = Figure().add_axes((0, 0, 1, 1))
    with pytest.raises(InputError) as caught:
        draw_activation_curves(activation_curves_data(["relu"]), ax=axes)
    assert str(caught.value) == (
        "figure: expected axes from plt.subplots for a figure of several panels, got axes without "
        "a cell in a grid. Give a SubFigure."
    )


def test_a_figure_function_keeps_its_name_and_draws_in_the_style() -> None:
    sizes = []

    @figure_function
    def draw_page(width: float, *, ax: Place | None = None) -> Place:
        """Draws it."""
        sizes.append(matplotlib.rcParams["font.size"])
        return open_figure(ax, (width, 2), HEADING)

    assert draw_page(3).get_size_inches()[0] == 3
    assert sizes == [9]
    assert (draw_page.__name__, draw_page.__doc__) == ("draw_page", "Draws it.")


def test_what_is_drawn_stays_where_it_was_first_laid_out() -> None:
    @figure_function
    def draw_page() -> Place:
        figure = open_figure(None, (4, 3), FigureHeading("Title", "subtitle"))
        figure.subplots(2, 2)[0, 0].set_title("お")  # a letter that the font lacks
        return figure

    figure = draw_page()
    before = [axes.get_position().bounds for axes in figure.axes]
    figure.axes[0].set_ylabel("as\nhigh\nas\nthis")
    with figure_style():
        figure.draw_without_rendering()
    assert [axes.get_position().bounds for axes in figure.axes] == before


def test_the_page_is_the_figure_given_or_a_new_one() -> None:
    given = Figure()
    assert open_figure(given, (3, 4), HEADING) is given
    assert open_axes(given, (3, 4), HEADING).figure is given
    new = open_figure(None, (3, 4), HEADING)
    assert isinstance(new, Figure)
    assert tuple(new.get_size_inches()) == (3, 4)


def test_the_heading_stands_above_what_is_laid_out() -> None:
    figure = Figure(figsize=(8, 5))
    axes = open_axes(figure, (8, 5), HEADING)
    title, subtitle = figure.texts
    assert (title.get_text(), subtitle.get_text()) == ("Title", "first line\nsecond line")
    axes.set_title("panel")
    figure.draw_without_rendering()
    lowest = subtitle.get_window_extent().y0
    assert axes.title.get_window_extent().y1 < lowest < title.get_window_extent().y0
