from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from matplotlib.text import Text
from PIL import Image

from chainrule.errors import InputError
from chainrule.figures import save_figure
from comparison.picture import benchmark_data, draw_benchmark
from comparison.rounds import Spread
from comparison.speed import CaseResult, SpeedRow


def _case(name: str, ours: float, ratio: float | None) -> CaseResult:
    rows = (
        SpeedRow("chainrule", "chainrule", "", Spread(ours, ours, 2 * ours), agreement="same"),
        SpeedRow("numpy", "NumPy", "", Spread(8.0, 7.0, 9.0), agreement="same"),
        SpeedRow("sklearn", "scikit-learn", "other", Spread(20.0, 19.0, 22.0), agreement="other"),
        SpeedRow("torch", "PyTorch", "torch is not installed"),
    )
    return CaseResult(name, 100, 10, rows, "NumPy" if ratio else "", ratio)


RESULTS = (_case("784-32-10/10", 2.0, 4.0), _case("20-32-2/32", 0.5, None))


def test_the_numbers_of_each_peer() -> None:
    data = benchmark_data(RESULTS)
    assert data.cases == ("784-32-10/10", "20-32-2/32")
    # one that was measured nowhere is not drawn
    assert [peer.title for peer in data.peers] == ["chainrule", "NumPy", "scikit-learn"]
    ours, numpy, other = data.peers
    assert (ours.median.tolist(), ours.low.tolist(), ours.high.tolist()) == (
        [2.0, 0.5],
        [2.0, 0.5],
        [4.0, 1.0],
    )
    assert (ours.ours, numpy.ours) == (True, False)
    assert (numpy.same.all(), other.same.any()) == (True, False)
    assert data.ratios[0] == 4.0
    assert math.isnan(data.ratios[1])


@pytest.mark.parametrize(
    "results", [(), (CaseResult("a", 1, 1, (SpeedRow("torch", "PyTorch", "gone"),)),)]
)
def test_nothing_measured_is_refused(results: tuple[CaseResult, ...]) -> None:
    with pytest.raises(InputError) as caught:
        benchmark_data(results)
    assert str(caught.value) == "figure: expected a case that was measured, got none."


def test_a_dot_a_peer_and_a_ratio_a_case(tmp_path: Path) -> None:
    figure = draw_benchmark(benchmark_data(RESULTS))
    (axes,) = figure.axes
    save_figure(figure, tmp_path / "figure.png")
    with Image.open(tmp_path / "figure.png") as image:
        assert np.unique(np.asarray(image)).size > 50
    assert axes.get_xscale() == "log"
    assert [t.get_text() for t in figure.legends[0].get_texts()] == [
        "chainrule",
        "NumPy",
        "scikit-learn",
    ]
    dots = {line.get_label(): line for line in axes.lines}
    assert list(dots["chainrule"].get_xdata()) == [2.0, 0.5]
    assert np.isnan(dots["scikit-learn"].get_xdata()).all()
    assert axes.lines[-1].get_markerfacecolor() == "white"
    assert list(axes.lines[-1].get_xdata()) == [20.0, 20.0]
    assert "4.00 x" in [text.get_text() for text in axes.findobj(Text)]
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        "784-32-10/10",
        "20-32-2/32",
    ]
