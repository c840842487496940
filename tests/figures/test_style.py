from __future__ import annotations

import matplotlib
import pytest
from matplotlib.figure import Figure

from chainrule.figures.style import (
    BLUE,
    ORANGE,
    bare,
    diverging,
    heading,
    logarithmic,
    look,
    paper,
    ramp,
    styled,
)


def test_the_look_holds_inside_and_leaves_no_trace() -> None:
    with matplotlib.rc_context({"font.size": 33, "text.parse_math": True}):
        with look():
            assert matplotlib.rcParams["font.size"] == 9
            assert matplotlib.rcParams["svg.hashsalt"] == "chainrule"
            assert not matplotlib.rcParams["text.parse_math"]
        assert matplotlib.rcParams["font.size"] == 33
        assert matplotlib.rcParams["text.parse_math"]


def test_the_look_does_not_depend_on_a_user_s_settings() -> None:
    with look():
        plain = dict(matplotlib.rcParams)
    with matplotlib.rc_context({"axes.facecolor": "black", "lines.linestyle": ":"}), look():
        assert dict(matplotlib.rcParams) == plain


def test_a_styled_function_keeps_its_name_and_draws_in_the_look() -> None:
    sizes = []

    @styled
    def draw(width: float) -> Figure:
        """Draws it."""
        sizes.append(matplotlib.rcParams["font.size"])
        return paper(None, width, 2)

    assert draw(3).get_size_inches()[0] == 3
    assert sizes == [9]
    assert (draw.__name__, draw.__doc__) == ("draw", "Draws it.")


def test_what_is_drawn_stays_where_it_was_first_laid_out() -> None:
    @styled
    def draw() -> Figure:
        figure = paper(None, 4, 3)
        heading(figure, "Title", "subtitle")
        figure.subplots(2, 2)[0, 0].set_title("お")  # a letter that the font lacks
        return figure

    figure = draw()
    before = [axes.get_position().bounds for axes in figure.axes]
    figure.axes[0].set_ylabel("as\nhigh\nas\nthis")
    with look():
        figure.draw_without_rendering()
    assert [axes.get_position().bounds for axes in figure.axes] == before


def test_paper_is_the_figure_given_or_a_new_one() -> None:
    given = Figure()
    assert paper(given, 3, 4) is given
    assert tuple(paper(None, 3, 4).get_size_inches()) == (3, 4)


def test_the_heading_stands_above_what_is_laid_out() -> None:
    figure = Figure(figsize=(8, 5))
    heading(figure, "Title", "first line\nsecond line")
    title, subtitle = figure.texts
    assert (title.get_text(), subtitle.get_text()) == ("Title", "first line\nsecond line")
    axes = figure.subplots()
    axes.set_title("panel")
    figure.draw_without_rendering()
    lowest = subtitle.get_window_extent().y0
    assert axes.title.get_window_extent().y1 < lowest < title.get_window_extent().y0


def test_colours_run_from_orange_over_white_to_blue() -> None:
    assert diverging()(0.5)[:3] == pytest.approx((1, 1, 1), abs=0.02)
    low, high = diverging()(0.17), diverging()(0.83)
    assert low[0] > low[2]
    assert high[2] > high[0]
    assert ramp("white", BLUE)(1.0) == matplotlib.colors.to_rgba(BLUE)
    assert ramp(ORANGE, BLUE)(0.0) == matplotlib.colors.to_rgba(ORANGE)


def test_bare_axes_have_no_ticks_and_a_frame() -> None:
    axes = Figure().subplots()
    bare(axes)
    assert not len(axes.get_xticks())
    assert not len(axes.get_yticks())
    assert all(spine.get_visible() for spine in axes.spines.values())


def test_ticks_of_a_logarithmic_axis_are_plain_numbers() -> None:
    figure = Figure()
    axes = figure.subplots()
    axes.plot([1, 2], [0.003, 200])
    logarithmic(axes)
    figure.draw_without_rendering()
    assert {"0.01", "1", "100"} <= {label.get_text() for label in axes.get_yticklabels()}
