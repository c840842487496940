"""What investigation leaves for the future: other layers, far rates, a pass batch by batch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chainrule.documents import Block, Paragraph, Table
from chainrule.equations.backpropagation import Layer, forward
from chainrule.figures.canvas import FigureHeading, Place, figure_function, open_axes
from chainrule.figures.style import SERIES
from chainrule.network import Network, network_layers
from chainrule.papers.experiments.experiment_options import DigitArrays, ExperimentOptions
from chainrule.papers.experiments.paper_experiment import (
    ExperimentSet,
    Measurements,
    PaperExperiment,
    ReportSection,
    SectionFigure,
)
from chainrule.papers.experiments.recursions import RECURSIONS, descent_step
from chainrule.papers.experiments.result_text import mean_text
from chainrule.papers.experiments.study_trials import trial_rows
from chainrule.threads import one_blas_thread

__all__ = ["BEYOND_GRID"]

_LAYERS = (784, 32, 16, 10)
_PASSES = ((40, 4.0), (20, 0.9), (100, 4.0), (5, 0.1))
"""Batch size and learning rate of the passes that are looked into; the first two are its best."""
_PLACES = 40


def _measure_layers(options: ExperimentOptions) -> Measurements:
    """Widths, learning rate and the accuracy of each seed."""
    rows = trial_rows("investigation-layers", ("layers", "learning_rate"), options)
    return {"layers": [[list(widths), rate, values] for widths, rate, values in rows]}


def _measure_extremes(options: ExperimentOptions) -> Measurements:
    """Batch size, learning rate and the accuracy of each seed."""
    parameters = ("batch_size", "learning_rate")
    return {"extremes": trial_rows("investigation-extremes", parameters, options)}


def _measure_pass(options: ExperimentOptions) -> Measurements:
    """For each pass, the examples seen and the test accuracy at places along it."""
    found = []
    with one_blas_thread():
        for batch_size, rate in _PASSES[: options.at_most(len(_PASSES))]:
            options.progress(f"pass: batches of {batch_size}, rate {rate:g}")
            seen, accuracy = _look_into_pass(batch_size, rate, options)
            found.append([batch_size, rate, seen, accuracy])
    return {"pass": found}


def _look_into_pass(
    batch_size: int, rate: float, options: ExperimentOptions
) -> tuple[list[int], list[float]]:
    """Trains one pass, and tests at places that lie closest at its beginning."""
    train, test, gradient = options.train_arrays, options.test_arrays, RECURSIONS[0]
    network = Network.create(
        _LAYERS, "sigmoid", seed=0, initialiser="uniform", bias_initialiser="uniform"
    )
    layers = network_layers(network.architecture, network.parameters.copy())
    order = np.random.default_rng([0, 1]).permutation(len(train.x))
    batches = -(-len(order) // batch_size)
    places = np.unique(np.rint(np.linspace(0, 1, _PLACES) ** 2 * batches).astype(int))
    seen, accuracy, done = [], [], 0
    for place in places.tolist():
        for number in range(done, place):
            rows = order[number * batch_size : (number + 1) * batch_size]
            descent_step(gradient, layers, train.x[rows], train.y[rows], rate)
        done = place
        seen.append(min(place * batch_size, len(order)))
        accuracy.append(_accuracy(layers, test))
    return seen, accuracy


def _accuracy(layers: Sequence[Layer], digits: DigitArrays) -> float:
    return float((forward(digits.x, layers)[1][-1].argmax(axis=1) == digits.labels).mean())


# -------------------------------------------------------------------------------------- the report


def _report_layers(measured: Measurements) -> list[Block]:
    rates = sorted({row[1] for row in measured["layers"]})
    networks = list(dict.fromkeys(tuple(row[0]) for row in measured["layers"]))
    found = {(tuple(widths), rate): values for widths, rate, values in measured["layers"]}
    rows = [
        (
            "-".join(map(str, widths)),
            *(mean_text(found[widths, rate]) if (widths, rate) in found else "-" for rate in rates),
        )
        for widths in networks
    ]
    seeds = len(measured["layers"][0][2])
    return [
        Paragraph(
            "The paper would change the number of layers and of neurons. After one pass in batches "
            f"of 40, {seeds} seeds:"
        ),
        Table("", ("network", *(f"rate {one:g}" for one in rates)), tuple(rows)),
        Paragraph(_layers_conclusion(found)),
    ]


def _layers_conclusion(found: dict[tuple[tuple[int, ...], float], list[float]]) -> str:
    means = {key: float(np.mean(values)) for key, values in found.items()}
    widths, rate = max(means, key=lambda key: means[key])
    return (
        f"Best is {'-'.join(map(str, widths))} at the rate {rate:g}, with "
        f"{100 * means[widths, rate]:.2f} %. More layers than two gain nothing in one pass. Wide "
        "ones lose much at the rate 4: with weights between -1 and 1, whatever the width, the "
        "sums after a wide layer are large and their sigmoids saturated, and the step is too long "
        "for the many weights."
    )


def _report_extremes(measured: Measurements) -> list[Block]:
    rates = sorted({row[1] for row in measured["extremes"]})
    sizes = sorted({row[0] for row in measured["extremes"]})
    found = {(size, rate): values for size, rate, values in measured["extremes"]}
    rows = [
        (
            f"{size:,}",
            *(
                f"{100 * np.mean(found[size, rate]):.1f}" if (size, rate) in found else "-"
                for rate in rates
            ),
        )
        for size in sizes
    ]
    return [
        Paragraph(
            "The paper would try far more extreme rates and batches. Test accuracy in per cent "
            f"after one pass, mean of {len(measured['extremes'][0][2])} seeds:"
        ),
        Table("", ("batch size", *(f"rate {one:g}" for one in rates)), tuple(rows)),
        Paragraph(
            "Its finding goes on below its figures: the smaller the batch, the smaller its best "
            "rate. Single images at the rate 0.15, which its text names and its tables lack, are "
            "among the best. Very large batches make few updates in a pass, and no rate makes up "
            "for that. From a rate of 20 on, no batch size learns anything."
        ),
    ]


def _report_pass(measured: Measurements) -> list[Block]:
    rows = []
    for batch_size, rate, seen, accuracy in measured["pass"]:
        at = [np.interp(share * seen[-1], seen, accuracy) for share in (0.01, 0.1, 0.5, 1.0)]
        rows.append((f"{batch_size}, rate {rate:g}", *(f"{100 * one:.1f} %" for one in at)))
    header = ("batch size", "after 1 %", "10 %", "half of the pass", "all of it")
    return [
        Paragraph(
            "The paper would analyse learning curves while learning. Within one pass over the "
            "training images, one seed, test accuracy between the batches:"
        ),
        Table("", header, tuple(rows)),
        Paragraph("More than half of what is reached is reached in the first tenth of the pass."),
    ]


@figure_function
def _draw_pass(measured: Measurements) -> Place:
    """Draw the test accuracy over the examples seen in one pass."""
    note = "784-32-16-10, one seed; a dot is a test on all test images between two batches."
    axes = open_axes(None, (7.6, 4.6), FigureHeading("Learning within one pass", note))
    for (batch_size, rate, seen, accuracy), colour in zip(measured["pass"], SERIES, strict=False):
        label = f"batches of {batch_size}, rate {rate:g}"
        values = 100 * np.array(accuracy)
        axes.plot(seen, values, color=colour, marker="o", markersize=3, label=label)
    axes.set_xlabel("training images seen")
    axes.set_ylabel("accuracy on the test images, %")
    axes.legend(loc="lower right")
    return axes


BEYOND_GRID = ExperimentSet(
    experiments=(
        PaperExperiment("layers", "other numbers of layers and neurons", _measure_layers),
        PaperExperiment("extremes", "rates above 20, batches of 1 to 2,000", _measure_extremes),
        PaperExperiment("pass", "learning curves by batch within one pass", _measure_pass),
    ),
    sections=(
        ReportSection("More layers", ("layers",), _report_layers),
        ReportSection("Far rates and batches", ("extremes",), _report_extremes),
        ReportSection(
            "Within a pass",
            ("pass",),
            _report_pass,
            SectionFigure("investigation-pass", "Test accuracy within one pass", _draw_pass),
        ),
    ),
)
"""The experiments that investigation proposes and does not do."""
