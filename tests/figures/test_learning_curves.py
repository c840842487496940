from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from chainrule.engine.history import EpochRecord
from chainrule.errors import InputError
from chainrule.figures.learning_curves import draw_learning_curves, learning_curves_data


def _record(epoch: int, cost: float, **more: Any) -> EpochRecord:
    known: dict[str, Any] = {
        "penalty": 0.0,
        "total_cost": cost,
        "learning_rate": 0.1 / epoch,
        "gradient_norm": 1.0,
        "weights_sha256": "",
        "tensor_sha256": {},
    }
    return EpochRecord(epoch=epoch, cost=cost, **{**known, **more})


CLASSES = [
    _record(1, 0.9, accuracy=0.7, validation_cost=0.8, validation_accuracy=0.75),
    _record(2, 0.5, accuracy=0.8, validation_cost=0.6, validation_accuracy=0.9),
    _record(3, 0.2, accuracy=0.9, validation_cost=0.7, validation_accuracy=0.85),
]
NUMBERS = [_record(1, 0.5), _record(2, 0.01)]
PENALISED = [_record(1, 0.5, penalty=0.1, total_cost=0.6, accuracy=0.5)]


def test_a_history_becomes_columns() -> None:
    (run,) = learning_curves_data({"first": CLASSES})
    assert run.name == "first"
    assert run.epochs.tolist() == [1, 2, 3]
    assert run.cost.tolist() == run.total_cost.tolist() == [0.9, 0.5, 0.2]
    assert run.validation_cost.tolist() == [0.8, 0.6, 0.7]
    assert run.accuracy.tolist() == [0.7, 0.8, 0.9]
    assert run.validation_accuracy.tolist() == [0.75, 0.9, 0.85]
    assert run.learning_rate.tolist() == [0.1, 0.05, 0.1 / 3]
    assert not run.penalised


def test_what_is_missing_is_nan() -> None:
    numbers, penalised = learning_curves_data({"numbers": NUMBERS, "penalised": PENALISED})
    assert all(math.isnan(value) for value in numbers.accuracy)
    assert all(math.isnan(value) for value in numbers.validation_cost)
    assert penalised.penalised
    assert penalised.total_cost.tolist() == [0.6]


@pytest.mark.parametrize(
    ("histories", "got"),
    [({}, "no run"), ({"a": CLASSES, "b": []}, "b, which has none")],
)
def test_nothing_to_draw_is_refused(histories: dict[str, list[EpochRecord]], got: str) -> None:
    with pytest.raises(InputError) as caught:
        learning_curves_data(histories)
    assert str(caught.value) == (
        f"figure: expected runs with at least one epoch each, got {got}. Train for an epoch first."
    )


def _lines(axes: Any) -> list[list[float]]:
    return [[float(y) for y in line.get_ydata()] for line in axes.lines]


def test_one_run_has_cost_accuracy_and_rate(
    pixels: Callable[[Figure], np.ndarray], texts: Callable[[Any], list[str]]
) -> None:
    figure = draw_learning_curves(learning_curves_data({"first run": CLASSES}))
    cost, accuracy, rate = figure.axes
    assert np.unique(pixels(figure)).size > 100
    assert _lines(cost) == [[0.9, 0.5, 0.2], [0.8, 0.6, 0.7]]
    assert _lines(accuracy)[:2] == [[70, 80, 90], [75, 90, 85]]
    assert _lines(rate) == [[0.1, 0.05, 0.1 / 3]]
    # the ring stands on the best epoch
    assert list(accuracy.lines[2].get_xdata()) == [2]
    assert "best validation 90.00 %, epoch 2" in texts(accuracy)
    assert cost.get_yscale() == "linear"
    assert [t.get_text() for t in figure.legends[0].get_texts()] == ["training", "validation"]
    assert any(text.startswith("first run\nTraining figures are means") for text in texts(figure))
    assert (accuracy.get_ylabel(), rate.get_xlabel()) == ("accuracy, %", "epoch")


def test_numbers_have_no_accuracy_and_a_great_fall_is_logarithmic(
    texts: Callable[[Any], list[str]],
) -> None:
    figure = draw_learning_curves(learning_curves_data({"numbers": NUMBERS}))
    assert len(figure.axes) == 2
    assert figure.axes[0].get_yscale() == "log"
    assert "Mean cost per example, logarithmic" in texts(figure)
    assert [t.get_text() for t in figure.legends[0].get_texts()] == ["training"]


def test_several_runs_have_a_colour_each_and_their_best(
    pixels: Callable[[Figure], np.ndarray],
) -> None:
    histories = {"a": CLASSES, "b": PENALISED, "c": CLASSES[:1]}
    figure = draw_learning_curves(learning_curves_data(histories))
    cost = figure.axes[0]
    assert len(cost.lines) == 7  # two a run, and the penalised total of b
    colours = [line.get_color() for line in cost.lines]
    assert len(set(colours)) == 3
    assert colours[0] == colours[1]
    labels = [t.get_text() for t in figure.legends[0].get_texts()]
    assert labels == [
        "training",
        "training with penalty",
        "validation",
        "a (best 90.00 %)",
        "b",
        "c (best 75.00 %)",
    ]
    assert pixels(figure).shape[2] == 3


def test_a_rate_of_0_leaves_a_logarithmic_axis_through_the_bottom() -> None:
    fast = [_record(1, 0.5, learning_rate=4.0), _record(2, 0.4, learning_rate=4.0)]
    slow = [_record(1, 0.5, learning_rate=0.001), _record(2, 0.4, learning_rate=0.0)]
    rate = draw_learning_curves(learning_curves_data({"fast": fast, "slow": slow})).axes[-1]
    assert rate.get_yscale() == "log"
    last = rate.lines[1].get_ydata()[-1]
    assert 0 < last < rate.get_ylim()[0] < 0.001


def test_a_single_epoch_is_a_dot_and_many_are_a_line() -> None:
    one = draw_learning_curves(learning_curves_data({"one": CLASSES[:1]}))
    assert one.axes[0].lines[0].get_marker() == "o"
    many = [_record(epoch, 0.5) for epoch in range(1, 60)]
    line = draw_learning_curves(learning_curves_data({"many": many})).axes[0].lines[0]
    assert line.get_marker() == "None"


def test_a_rate_that_is_always_0_can_be_drawn() -> None:
    still = [_record(1, 0.5, learning_rate=0.0)]
    rate = draw_learning_curves(learning_curves_data({"still": still})).axes[-1]
    assert rate.get_ylim() == (0, 1)
