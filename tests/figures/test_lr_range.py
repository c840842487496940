"""The curve of a search: what was found is what is drawn."""

from __future__ import annotations

import pytest

from chainrule.errors import InputError
from chainrule.figures.lr_range import draw_lr_range
from chainrule.training.lr_finder import RateCurve

FOUND = RateCurve(
    rates=(0.001, 0.01, 0.1, 1.0),
    costs=(2.0, 1.5, 0.5, 9.0),
    smoothed=(2.0, 1.7, 1.2, 3.0),
    lowest=0.1,
    diverged=True,
)


def test_costs_means_and_rates_are_drawn() -> None:
    axes = draw_lr_range(FOUND).axes[0]
    batch, mean, least, suggested = axes.lines
    assert list(batch.get_ydata()) == list(FOUND.costs)
    assert list(mean.get_ydata()) == list(FOUND.smoothed)
    assert list(mean.get_xdata()) == list(FOUND.rates)
    assert least.get_xdata()[0] == 0.1
    assert suggested.get_xdata()[0] == pytest.approx(0.1 / 3)
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels[2:] == ["least: 0.1", "suggested: 0.033"]
    assert axes.get_xscale() == "log"


def test_without_a_suggestion_there_is_no_line_for_it() -> None:
    found = RateCurve((0.1, 1.0), (1.0, 2.0), (1.0, 1.5), None, False)
    assert len(draw_lr_range(found).axes[0].lines) == 2


def test_nothing_to_draw() -> None:
    with pytest.raises(InputError) as caught:
        draw_lr_range(RateCurve((), (), (), None, True))
    assert str(caught.value) == "figure: expected a search with a step, got none."
