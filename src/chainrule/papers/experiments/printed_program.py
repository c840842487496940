"""four-equations' program, as printed and beside the reference: what it reaches, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from chainrule.diagnosis import diagnose_evidence, probe_training
from chainrule.documents import Block, Code, ItemList, Paragraph, Strong, Table
from chainrule.equations.backpropagation import Layer, trace
from chainrule.equations.costs import COSTS
from chainrule.figures.canvas import FigureHeading, Place, figure_function, open_figure
from chainrule.figures.style import BLUE, GREY, ORANGE, set_log_scale
from chainrule.network import Network, network_layers
from chainrule.papers.experiments.column_network import (
    BATCH_SIZE,
    RATE,
    UPDATES,
    WIDTHS,
    run_program,
)
from chainrule.papers.experiments.experiment_options import DigitArrays, ExperimentOptions
from chainrule.papers.experiments.paper_experiment import (
    ExperimentSet,
    Measurements,
    PaperExperiment,
    ReportSection,
    SectionFigure,
)
from chainrule.papers.experiments.program_digits import ProgramDigits, ProgramScore
from chainrule.papers.experiments.result_text import mean_text, short_number
from chainrule.recipe import Recipe
from chainrule.threads import one_blas_thread

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["PRINTED_PROGRAM"]

Array = NDArray[Any]

_COST = COSTS["half_squared_error"]
_SEEDS = 5
_INSPECTED = 512
"""Images on which gradients and activations are inspected before the first update."""


def _initial_network(seed: int) -> Network:
    """Weights and biases from [0, 0.01), as the program draws them."""
    return Network.create(
        WIDTHS,
        "sigmoid",
        seed=seed,
        initialiser="uniform",
        bias_initialiser="uniform",
        initialiser_low=0.0,
        initialiser_high=0.01,
    )


def _initial_layers(seed: int) -> list[Layer]:
    network = _initial_network(seed)
    return network_layers(network.architecture, network.parameters)


# ------------------------------------------------------------------------------------ measurements


def _measure_program(options: ExperimentOptions) -> Measurements:
    """The test loss after each update, the ends of all seeds, and the state before the first."""
    updates = options.at_most(UPDATES, 4)
    digits = ProgramDigits.from_options(options)
    scaled = digits.scaled_test()
    printed, divided = [], []
    for state in run_program(digits.train, digits.targets, seed=0, updates=updates):
        printed.append(digits.judge(state.network, digits.test))
        divided.append(digits.judge(state.network, scaled))
        options.progress(f"program: seed 0, {state.updates} updates")
    ends = [(printed[-1], divided[-1])]
    for seed in range(1, options.at_most(_SEEDS)):
        options.progress(f"program: seed {seed}")
        *_, last = run_program(digits.train, digits.targets, seed=seed, updates=updates)
        ends.append((digits.judge(last.network, digits.test), digits.judge(last.network, scaled)))
    with one_blas_thread():
        layers = _inspect(_initial_layers(0), options.train_arrays.first(_INSPECTED))
    return {
        "as_printed": _series(printed, [one for one, _ in ends]),
        "divided": _series(divided, [one for _, one in ends]),
        "layers": layers,
        "findings": _diagnose(updates, options),
    }


def _series(course: Sequence[ProgramScore], ends: Sequence[ProgramScore]) -> dict[str, Any]:
    """The losses of one seed before the first update and after each, and the ends of all seeds."""
    return {
        "losses": [one.loss for one in course],
        "ends": [one.loss for one in ends],
        "accuracy": [one.accuracy for one in ends],
    }


def _inspect(layers: Sequence[Layer], data: DigitArrays) -> list[dict[str, float]]:
    """What keeps each layer from learning: its gradients, and how alike its neurons are."""
    found = trace(data.x, data.y, layers, _COST, 1 / len(data.x))
    return [
        {
            "gradient": _root_mean_square(dW),
            "weight": _root_mean_square(layer.W),
            "z": float(z.mean()),
            "a": float(a.mean()),
            "between_neurons": float(a.std(axis=1).mean()),
            "between_examples": float(a.std(axis=0).mean()),
            "delta": _root_mean_square(delta * len(data.x)),
        }
        for layer, dW, z, a, delta in zip(
            layers, found.dW, found.z, found.a, found.delta, strict=True
        )
    ]


def _root_mean_square(array: Array) -> float:
    return float(np.sqrt(np.mean(np.square(array))))


def _diagnose(updates: int, options: ExperimentOptions) -> list[dict[str, Any]]:
    """What `chainrule diagnose` finds."""
    recipe = Recipe(
        cost=_COST.name,
        optimiser="sgd",
        learning_rate=RATE,
        batch_size=BATCH_SIZE,
        epochs=1,
        seed=0,
    )
    report = diagnose_evidence(
        probe_training(_initial_network(0), options.digits.train, recipe, steps=updates)
    )
    return [
        {"title": one.title, "what": one.what, "changes": dict(one.changes)}
        for one in report.findings
    ]


# -------------------------------------------------------------------------------------- the report


_INSPECTED_NUMBERS = {
    "gradient": "gradient of a weight",
    "weight": "size of a weight",
    "a": "mean a",
    "between_neurons": "spread of a between neurons",
    "between_examples": "between images",
}


def _report_program(measured: Measurements) -> list[Block]:
    printed, divided = measured["as_printed"], measured["divided"]
    updates, seeds = len(printed["losses"]) - 1, len(printed["ends"])
    rows = [
        (name, f"{one['losses'][0]:.3f}", _range_text(one["ends"]), mean_text(one["accuracy"]))
        for name, one in (("as printed, 0 to 255", printed), ("divided by 255 too", divided))
    ]
    header = ("test images", "loss at the start", f"after {updates} updates", "accuracy then")
    return [
        Paragraph(
            (
                "The program as printed, in float64: 784-392-196-10, sigmoids, weights and biases "
                f"from [0, 0.01), {updates} updates of rate 0.003 with 32 images drawn without "
                "replacement, and the mean test loss after each. It divides the training images by "
                "255 and leaves the test images as they are, so what it prints are losses of "
                f"images 255 times as bright. The paper prints none of its numbers. {seeds} seeds "
                "of NumPy's generator, the start of the first (",
                Code("chainrule papers run four-equations --as-printed"),
                " prints every loss):",
            )
        ),
        Table("", header, tuple(rows)),
        Paragraph(
            "Both losses fall, which looks like learning but is not: to answer 0.1 for each "
            "digit, always, costs 0.45, and that is where they stay. The accuracy is that of one "
            "digit for all images."
        ),
    ]


def _range_text(losses: Sequence[float]) -> str:
    return f"{np.mean(losses):.4f} ({min(losses):.4f} to {max(losses):.4f})"


def _report_reasons(measured: Measurements) -> list[Block]:
    layers = measured["layers"]
    rows = [
        (f"{place}", *(short_number(layer[name]) for name in _INSPECTED_NUMBERS))
        for place, layer in enumerate(layers, start=1)
    ]
    ratio = short_number(layers[-1]["gradient"] / layers[0]["gradient"], 2)
    findings: tuple[Any, ...] = tuple(
        (Strong(one["title"]), f": {one['what']}.") for one in measured["findings"]
    )
    return [
        Paragraph(
            "Why: the layers before the first update, on 512 images. Sizes are root mean squares, "
            "spreads are standard deviations."
        ),
        Table("", ("layer", *_INSPECTED_NUMBERS.values()), tuple(rows)),
        Paragraph(
            (
                f"The last layer's gradient is {ratio} times the first's. All weights are positive "
                "and nearly alike, so the neurons of a layer are alike, get similar gradients and "
                "stay alike; each layer passes on a sum of its inputs, in which images differ less "
                "and less. ",
                Code("chainrule diagnose"),
                " finds the same, and the learning rate:",
            )
        ),
        *([ItemList(findings)] if findings else []),
    ]


# -------------------------------------------------------------------------------------- the figure


@figure_function
def _draw_program(measured: Measurements) -> Place:
    """Draw the test loss after each update, and the size of gradient and spread in each layer."""
    note = "784-392-196-10 with weights and biases from [0, 0.01), 200 updates of rate 0.003."
    figure = open_figure(None, (10.4, 4.4), FigureHeading("The program as it is printed", note))
    left, right = figure.subplots(1, 2)
    for name, label, colour in (
        ("as_printed", "test images from 0 to 255", BLUE),
        ("divided", "test images divided by 255", ORANGE),
    ):
        left.plot(measured[name]["losses"], color=colour, label=label)
    left.legend()
    left.axhline(0.45, color=GREY, linestyle=":")
    text = "0.45: the best constant answer"
    left.annotate(text, (200, 0.42), color=GREY, va="top", ha="right")
    left.set_ylim(0)
    left.set_xlabel("updates")
    left.set_ylabel("mean test loss")
    left.set_title("What it reaches")
    _draw_layers(right, measured["layers"])
    return figure


def _draw_layers(axes: Axes, layers: list[dict[str, float]]) -> None:
    """Bars for each layer: the gradient of its weights, and how its neurons differ."""
    places = np.arange(len(layers))
    bars = (
        ("gradient", "gradient of a weight, r.m.s.", ORANGE),
        ("between_neurons", "spread of a between its neurons", BLUE),
        ("between_examples", "spread of a between images", GREY),
    )
    for number, (name, label, colour) in enumerate(bars):
        values = [layer[name] for layer in layers]
        axes.bar(places + 0.27 * (number - 1), values, 0.25, color=colour, label=label)
    set_log_scale(axes)
    axes.set_xticks(places, [f"layer {place + 1}" for place in places])
    axes.set_title("Why: before the first update")
    axes.set_ylim(2e-5, 30)
    axes.legend(loc="upper left")


PRINTED_PROGRAM = ExperimentSet(
    experiments=(
        PaperExperiment("program", "the program as printed, and why it fails", _measure_program),
    ),
    sections=(
        ReportSection(
            "The program as printed",
            ("as_printed", "divided", "layers"),
            _report_program,
            SectionFigure(
                "four-equations", "What the printed program reaches, and why", _draw_program
            ),
        ),
        ReportSection("Why it does not learn", ("layers", "findings"), _report_reasons),
    ),
)
"""The experiment on four-equations' program."""
