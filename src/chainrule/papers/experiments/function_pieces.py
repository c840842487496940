"""approximator: 2^x from ReLU pieces, descent on a parabola, and 784-15-10 on digits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.documents import Block, Paragraph, Table
from chainrule.figures.parabola import draw_parabola, parabola_data
from chainrule.figures.relu_pieces import ReluPieces, draw_relu_pieces, relu_pieces_data
from chainrule.papers.experiments.experiment_options import ExperimentOptions
from chainrule.papers.experiments.least_error import least_error
from chainrule.papers.experiments.paper_experiment import (
    ExperimentSet,
    Measurements,
    PaperExperiment,
    ReportSection,
    SectionFigure,
)
from chainrule.papers.experiments.result_text import mean_text, short_number
from chainrule.papers.experiments.study_trials import trial_rows

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["APPROXIMATOR"]

_NEURONS = (2, 3, 5, 10)
_DEEPER = ((3, 3), (5, 5), (5, 5, 5))
"""Hidden layers of the deeper networks."""
_LOW, _HIGH = -2.0, 3.0
_EPOCHS, _QUICK_EPOCHS = 3000, 20
_STEPS_SHOWN = (1, 2, 3, 10, 50)


def _measure_pieces(options: ExperimentOptions) -> Measurements:
    """Each network's greatest and mean error, the least possible greatest error, and its kinks."""
    epochs = options.at_most(_EPOCHS, _QUICK_EPOCHS)
    pieces = [
        {
            "neurons": one.neurons,
            "worst": one.max_error,
            "mean": float(np.abs(one.total - one.target).mean()),
            "least": least_error(one.neurons, _LOW, _HIGH),
            "kinks": sorted(kink for kink in one.kinks.tolist() if _LOW < kink < _HIGH),
        }
        for one in relu_pieces_data(_NEURONS, epochs=epochs)
    ]
    deeper = [_deeper_row(one) for one in relu_pieces_data(_DEEPER, epochs=epochs)]
    return {"pieces": pieces, "deeper": deeper, "epochs": epochs}


def _deeper_row(one: ReluPieces) -> dict[str, Any]:
    """A deeper network's errors, and the least error of one layer with as many neurons."""
    inside = (one.kinks > _LOW) & (one.kinks < _HIGH)
    return {
        "hidden": list(one.hidden),
        "worst": one.max_error,
        "mean": float(np.abs(one.total - one.target).mean()),
        "kinks": int(inside.sum()),
    }


def _measure_descent(options: ExperimentOptions) -> Measurements:
    """Where the descent on x² - 2x + 1.5 from -1 stands after some steps."""
    descents = [
        {"rate": one.rate, "fate": one.outcome, "x": [float(one.x[step]) for step in _STEPS_SHOWN]}
        for one in parabola_data(rates=(1.0, 0.1), steps=max(_STEPS_SHOWN))
    ]
    return {"descent": descents}


def _measure_digits(options: ExperimentOptions) -> Measurements:
    """The rate and the accuracy of each seed."""
    return {"digits": trial_rows("approximator", ("learning_rate",), options)}


def _report_pieces(measured: Measurements) -> list[Block]:
    rows = [
        (
            f"{one['neurons']}",
            *(short_number(one[name]) for name in ("worst", "mean", "least")),
            ", ".join(f"{kink:.2f}" for kink in one["kinks"]),
        )
        for one in measured["pieces"]
    ]
    header = ("neurons", "greatest error", "mean error", "least possible greatest error", "kinks")
    return [
        Paragraph(
            "2^x between -2 and 3 by one hidden layer of ReLU, trained by the squared error:"
        ),
        Table("", header, tuple(rows), leftward=("kinks",)),
        Paragraph(
            "The paper is right: more neurons come closer, and training finds the weights. The "
            "least possible error is computed without training, from joined lines that are all "
            "equally far from the curve; it falls about as 1/n². Training by squares lets single "
            "places stray, the ends above all, so its greatest error falls more slowly."
        ),
    ]


def _report_deeper(measured: Measurements) -> list[Block]:
    rows = [
        (
            "-".join(map(str, one["hidden"])),
            f"{sum(one['hidden'])}",
            *(short_number(one[name]) for name in ("worst", "mean")),
            f"{one['kinks']}",
        )
        for one in measured["deeper"]
    ]
    header = ("hidden layers", "neurons", "greatest error", "mean error", "kinks")
    return [
        Paragraph("The paper would also add hidden layers. The same curve by deeper networks:"),
        Table("", header, tuple(rows)),
        Paragraph(
            "They come closer as well: a later layer bends what an earlier one has bent already. "
            "With as many neurons in all, one layer does as well on so simple a curve."
        ),
    ]


def _draw_deeper(measured: Measurements) -> Figure:
    epochs = measured.get("epochs", _EPOCHS)
    return draw_relu_pieces(relu_pieces_data([2, *_DEEPER], epochs=epochs))


def _draw_pieces(measured: Measurements) -> Figure:
    return draw_relu_pieces(relu_pieces_data(epochs=measured.get("epochs", _EPOCHS)))


def _report_descent(measured: Measurements) -> list[Block]:
    rows = [
        (f"{one['rate']:g}", *(f"{x:.4g}" for x in one["x"]), one["fate"])
        for one in measured["descent"]
    ]
    header = ("rate", "after 1 step", *(f"{step} steps" for step in _STEPS_SHOWN[1:]), "fate")
    return [
        Paragraph(
            "Descent on f(x) = x² - 2x + 1.5 from -1. The paper prints -1, 3, -1, … for the rate 1 "
            "and -0.6 for the first step of 0.1. Both are right:"
        ),
        Table("", header, tuple(rows), leftward=("fate",)),
    ]


def _draw_descent(measured: Measurements) -> Figure:
    return draw_parabola(parabola_data())


def _report_digits(measured: Measurements) -> list[Block]:
    rows = [(f"{rate:g}", mean_text(values)) for rate, values in measured["digits"]]
    return [
        Paragraph(
            "Its network for digits, 784-15-10, for which it prints no result; squared error, "
            f"batches of 10, ten passes, {len(measured['digits'][0][1])} seeds. It does what the "
            "paper hopes for:"
        ),
        Table("", ("learning rate", "test accuracy"), tuple(rows)),
    ]


APPROXIMATOR = ExperimentSet(
    experiments=(
        PaperExperiment(
            "pieces", "2^x from 2 to 10 ReLU neurons, and from deeper networks", _measure_pieces
        ),
        PaperExperiment("descent", "descent on a parabola with two rates", _measure_descent),
        PaperExperiment("digits", "784-15-10 on digits with four rates", _measure_digits),
    ),
    sections=(
        ReportSection(
            "2^x from ReLU",
            ("pieces",),
            _report_pieces,
            SectionFigure("approximator", "Pieces that add up to 2^x", _draw_pieces),
        ),
        ReportSection(
            "2^x from deeper networks",
            ("deeper",),
            _report_deeper,
            SectionFigure("approximator-deeper", "2^x by layers upon layers", _draw_deeper),
        ),
        ReportSection(
            "Descent on a parabola",
            ("descent",),
            _report_descent,
            SectionFigure("approximator-descent", "Descent with both rates", _draw_descent),
        ),
        ReportSection("The network for digits", ("digits",), _report_digits),
    ),
)
"""The experiments of the paper "approximator"."""
