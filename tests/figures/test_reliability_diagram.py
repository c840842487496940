from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from chainrule.data.dataset import Dataset
from chainrule.errors import InputError
from chainrule.evaluation import Report, evaluate
from chainrule.evaluation.wilson import wilson_interval
from chainrule.figures.reliability_diagram import draw_reliability_diagram, reliability_diagram_data
from chainrule.network.network import Network


@pytest.fixture
def report() -> Report:
    """Eight answers with 0.9, six of them right; two with 0.55, both right."""
    network = Network.create([2, 2], "softmax", dtype="float64", biases=False)
    network = network.with_parameters(np.eye(2).ravel())
    shares = np.array([[0.9, 0.1]] * 8 + [[0.55, 0.45]] * 2)
    targets = np.array([0] * 6 + [1] * 2 + [0] * 2)
    return evaluate(network, Dataset(np.log(shares), targets, name="coins"))


def test_bins_without_examples_are_left_out(report: Report) -> None:
    data = reliability_diagram_data(report)
    assert data.counts.tolist() == [2, 8]
    assert data.confidence == pytest.approx([0.55, 0.9])
    assert data.accuracy.tolist() == [1.0, 0.75]
    assert data.interval.tolist() == [list(wilson_interval(2, 2)), list(wilson_interval(6, 8))]
    assert data.low == pytest.approx([8 / 15, 13 / 15])
    assert data.high == pytest.approx([9 / 15, 14 / 15])
    assert data.summary == (
        "coins, 10 examples: accuracy 80.00 %, mean confidence 83.00 %.\n"
        "Expected calibration error 0.2100 over 15 bins, Brier score 0.4170."
    )
    assert data.note == "Confidence is the probability of the class answered"


def test_outputs_that_are_no_shares_are_refused() -> None:
    network = Network.create([2, 2], "tanh")
    report = evaluate(network, Dataset(np.ones((3, 2)), np.array([0, 1, 0])))
    with pytest.raises(InputError) as caught:
        reliability_diagram_data(report)
    assert str(caught.value) == (
        "figure: expected outputs that are probabilities from 0 to 1, got a report without "
        "a calibration. "
        "Calibration is not defined: outputs of tanh are not shares from 0 to 1. Train with "
        "softmax or sigmoid outputs."
    )


def test_accuracy_stands_over_confidence_with_its_interval_and_counts_below(
    report: Report, pixels: Callable[[Figure], np.ndarray], texts: Callable[[Any], list[str]]
) -> None:
    data = reliability_diagram_data(report)
    figure = draw_reliability_diagram(data)
    assert np.unique(pixels(figure)).size > 100
    above, below = figure.axes
    points = next(line for line in above.lines if line.get_marker() == "o")
    assert list(points.get_xdata()) == pytest.approx([0.55, 0.9])
    assert list(points.get_ydata()) == [1.0, 0.75]
    (bars,) = above.collections
    ends = sorted(y for path in bars.get_segments() for _, y in path)
    assert ends == pytest.approx(sorted(data.interval.ravel()))
    assert [bar.get_height() for bar in below.patches] == [2, 8]
    assert {"2", "8"} <= set(texts(below))
    assert below.get_yscale() == "log"
    assert (above.get_xlim(), below.get_xlabel()) == ((0, 1), "confidence")


def test_the_gap_is_hatched_in_the_colour_of_its_direction(report: Report) -> None:
    above = draw_reliability_diagram(reliability_diagram_data(report)).axes[0]
    gaps = [bar for bar in above.patches if bar.get_hatch()]
    heights = {bar.get_edgecolor(): bar.get_height() for bar in gaps}
    assert sorted(heights.values()) == pytest.approx([-0.45, 0.15])
    assert len(heights) == 2
