from __future__ import annotations

import matplotlib
import pytest
from matplotlib.figure import Figure

from chainrule.figures.style import (
    BLUE,
    ORANGE,
    colour_map,
    diverging_colours,
    figure_style,
    frame_image,
    set_log_scale,
)


def test_the_look_holds_inside_and_leaves_no_trace() -> None:
    with matplotlib.rc_context({"font.size": 33, "text.parse_math": True}):
        with figure_style():
            assert matplotlib.rcParams["font.size"] == 9
            assert matplotlib.rcParams["svg.hashsalt"] == "chainrule"
            assert not matplotlib.rcParams["text.parse_math"]
        assert matplotlib.rcParams["font.size"] == 33
        assert matplotlib.rcParams["text.parse_math"]


def test_the_look_does_not_depend_on_a_user_s_settings() -> None:
    with figure_style():
        plain = dict(matplotlib.rcParams)
    with matplotlib.rc_context({"axes.facecolor": "black", "lines.linestyle": ":"}), figure_style():
        assert dict(matplotlib.rcParams) == plain


def test_colours_run_from_orange_over_white_to_blue() -> None:
    assert diverging_colours()(0.5)[:3] == pytest.approx((1, 1, 1), abs=0.02)
    low, high = diverging_colours()(0.17), diverging_colours()(0.83)
    assert low[0] > low[2]
    assert high[2] > high[0]
    assert colour_map("white", BLUE)(1.0) == matplotlib.colors.to_rgba(BLUE)
    assert colour_map(ORANGE, BLUE)(0.0) == matplotlib.colors.to_rgba(ORANGE)


def test_bare_axes_have_no_ticks_and_a_frame() -> None:
    axes = Figure().subplots()
    frame_image(axes)
    assert not len(axes.get_xticks())
    assert not len(axes.get_yticks())
    assert all(spine.get_visible() for spine in axes.spines.values())


def test_ticks_of_a_logarithmic_axis_are_plain_numbers() -> None:
    figure = Figure()
    axes = figure.subplots()
    axes.plot([1, 2], [0.003, 200])
    set_log_scale(axes)
    figure.draw_without_rendering()
    assert {"0.01", "1", "100"} <= {label.get_text() for label in axes.get_yticklabels()}
