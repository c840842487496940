"""four-equations' program, line for line: what it reaches, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chainrule.diagnosis import diagnose_evidence, probe_training
from chainrule.documents import Block, Code, ItemList, Paragraph, Strong, Table
from chainrule.equations.backpropagation import Layer, forward, trace
from chainrule.equations.costs import COSTS, batch_cost
from chainrule.equations.output_error import output_cost
from chainrule.figures.canvas import FigureHeading, Place, figure_function, open_figure
from chainrule.figures.style import BLUE, GREY, ORANGE, set_log_scale
from chainrule.network import Network, network_layers
from chainrule.papers.experiments.experiment_options import DigitArrays, ExperimentOptions
from chainrule.papers.experiments.paper_experiment import (
    ExperimentSet,
    Measurements,
    PaperExperiment,
    ReportSection,
    SectionFigure,
)
from chainrule.papers.experiments.result_text import mean_text, short_number
from chainrule.recipe import Recipe
from chainrule.threads import one_blas_thread

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["PRINTED_PROGRAM", "initial_layers", "update_layers"]

Array = NDArray[Any]

_LAYERS = (784, 392, 196, 10)
_UPDATES = 200
_BATCH_SIZE = 32
_RATE = 0.003
_COST = COSTS["half_squared_error"]
_SEEDS = 5
_INSPECTED = 512
"""Images on which gradients and activations are inspected before the first update."""


def _initial_network(seed: int) -> Network:
    """Weights and biases from [0, 0.01), as the program draws them."""
    return Network.create(
        _LAYERS,
        "sigmoid",
        seed=seed,
        initialiser="uniform",
        bias_initialiser="uniform",
        initialiser_low=0.0,
        initialiser_high=0.01,
    )


def initial_layers(seed: int) -> list[Layer]:
    """Returns the program's layers before the first update, in arrays that may be changed."""
    network = _initial_network(seed)
    return network_layers(network.architecture, network.parameters.copy())


def update_layers(layers: Sequence[Layer], x: Array, y: Array) -> None:
    """Makes one update with the mean gradient of a batch, in place.

    Args:
        layers: whose arrays are changed.
        x: inputs, (n, 784).
        y: one-hot targets, (n, 10).
    """
    found = trace(x, y, layers, _COST, 1 / len(x))
    for layer, dW, db in zip(layers, found.dW, found.db, strict=True):
        layer.W[...] -= np.float32(_RATE) * dW
        if layer.b is not None and db is not None:
            layer.b[...] -= np.float32(_RATE) * db


# ------------------------------------------------------------------------------------ measurements


class _Judgement(NamedTuple):
    """What the layers reach on the test set."""

    loss: float
    accuracy: float


def _measure_program(options: ExperimentOptions) -> Measurements:
    """The test loss after each update, the ends of all seeds, and the state before the first."""
    updates = options.at_most(_UPDATES, 4)
    with one_blas_thread():
        first = _run_program(0, updates, options)
        others = [
            _run_program(seed, updates, options) for seed in range(1, options.at_most(_SEEDS))
        ]
        return {
            "start": _judge(initial_layers(0), options.test_arrays).loss,
            "losses": [one.loss for one in first],
            "accuracy": [run[-1].accuracy for run in (first, *others)],
            "ends": [run[-1].loss for run in (first, *others)],
            "layers": _inspect(initial_layers(0), options.train_arrays.first(_INSPECTED)),
            "findings": _diagnose(updates, options),
        }


def _run_program(seed: int, updates: int, options: ExperimentOptions) -> list[_Judgement]:
    """Judges the layers after each update with the seed 0, else after the last."""
    layers, judgements = initial_layers(seed), []
    train, test = options.train_arrays, options.test_arrays
    draws = np.random.default_rng([seed, 2])
    for number in range(1, updates + 1):
        rows = draws.choice(len(train.x), _BATCH_SIZE, replace=False)
        update_layers(layers, train.x[rows], train.y[rows])
        if seed == 0 or number == updates:
            judgements.append(_judge(layers, test))
            options.progress(f"program: seed {seed}, {number} updates")
    return judgements


def _judge(layers: Sequence[Layer], test: DigitArrays) -> _Judgement:
    z, a = forward(test.x, layers)
    c = output_cost(_COST, layers[-1].activation, z[-1], a[-1], test.y)
    accuracy = (a[-1].argmax(axis=1) == test.labels).mean()
    return _Judgement(float(batch_cost(c, 1 / len(test.x))), float(accuracy))


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
        learning_rate=_RATE,
        batch_size=_BATCH_SIZE,
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
    ends = measured["ends"]
    return [
        Paragraph(
            "The program line for line: 784-392-196-10, sigmoids, weights and biases from [0, "
            f"0.01), {len(measured['losses'])} updates of rate 0.003 with 32 images drawn without "
            "replacement, and the mean test loss after each. The paper prints none of its 200 "
            f"numbers. They fall from {measured['start']:.3f} to {np.mean(ends):.4f} "
            f"({len(ends)} seeds, {min(ends):.4f} to {max(ends):.4f}), which looks like learning "
            "but is not: to answer 0.1 for each digit, always, costs 0.45, and that is where the "
            f"loss stays. The accuracy after the last update is {mean_text(measured['accuracy'])}, "
            "that of one digit for all images."
        ),
    ]


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
    left.plot([measured["start"], *measured["losses"]], color=BLUE)
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
            ("start", "losses", "accuracy", "ends", "layers"),
            _report_program,
            SectionFigure(
                "four-equations", "What the printed program reaches, and why", _draw_program
            ),
        ),
        ReportSection("Why it does not learn", ("layers", "findings"), _report_reasons),
    ),
)
"""The experiment on four-equations' program."""
