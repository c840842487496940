from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from chainrule.errors import InputError
from chainrule.figures.parabola import draw_parabola, parabola, parabola_data, read_rates


def test_the_paper_s_iterates() -> None:
    swinging, slow = parabola_data(steps=4)
    assert swinging.x.tolist() == [-1, 3, -1, 3, -1]
    assert swinging.y.tolist() == [4.5] * 5
    assert slow.x[1] == pytest.approx(-0.6)
    # x - 1 shrinks to four fifths at each step
    assert slow.x == pytest.approx([1 - 2 * 0.8**k for k in range(5)])
    assert slow.y == pytest.approx((slow.x - 1) ** 2 + 0.5)


@pytest.mark.parametrize(
    ("rate", "outcome"),
    [
        (0.1, "tends to 1"),
        (0.9, "tends to 1"),
        (0.5, "at 1 after one step"),
        (1.0, "swings for ever"),
        (1.1, "runs away"),
    ],
)
def test_what_becomes_of_it(rate: float, outcome: str) -> None:
    assert parabola_data([rate])[0].outcome == outcome


def test_what_runs_away_ends_early() -> None:
    (lost,) = parabola_data([10.0], steps=1000)
    assert len(lost.x) < 10
    assert np.isfinite(lost.y).all()
    assert draw_parabola((lost,)).axes


def test_other_rates_are_refused() -> None:
    assert read_rates(["1", "0.1"]) == (1.0, 0.1)
    with pytest.raises(InputError) as text:
        read_rates(["0.1", "fast"])
    assert str(text.value) == "figure: expected learning rates such as 0.1, got 0.1 fast."
    with pytest.raises(InputError) as zero:
        parabola_data([0.0])
    assert str(zero.value) == (
        "figure: expected rate to be a number above 0, got 0.0 (float). rate: step size of "
        "the update."
    )


def test_curve_and_steps_a_rate(
    pixels: Callable[..., np.ndarray], texts: Callable[[Any], list[str]]
) -> None:
    found = parabola_data()
    figure = draw_parabola(found)
    assert np.unique(pixels(figure)).size > 50
    above, beside, below, _ = figure.axes
    curve, dots = above.lines[:2]
    np.testing.assert_array_equal(curve.get_ydata(), parabola(np.asarray(curve.get_xdata())))
    np.testing.assert_array_equal(dots.get_xdata(), found[0].x)
    assert below.lines[1].get_ydata().tolist() == found[0].x.tolist()
    assert beside.get_title(loc="left") == "rate η = 0.1: tends to 1"
    assert {"x₀", "x₁"} <= set(texts(above))
