"""investigation's recursion: its network trained in NumPy by the correct gradient and as printed.

Only the errors of the hidden layers differ. Everything else is done by chainrule.equations.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.documents import Block, Code, Paragraph, Table
from chainrule.equations.activations import pull_back
from chainrule.equations.affine import bias_gradient, input_gradient, weight_gradient
from chainrule.equations.arrays import Array
from chainrule.equations.backpropagation import Layer, backward, forward
from chainrule.equations.costs import COSTS
from chainrule.equations.output_error import output_error
from chainrule.figures.canvas import FigureHeading, Place, figure_function, open_figure
from chainrule.figures.rate_curves import printed_points, rank_correlation
from chainrule.figures.style import INK, SERIES
from chainrule.network import Network, network_layers
from chainrule.papers.experiments.experiment_options import DigitArrays, ExperimentOptions
from chainrule.papers.experiments.paper_experiment import (
    ExperimentSet,
    Measurements,
    PaperExperiment,
    ReportSection,
    SectionFigure,
)
from chainrule.papers.experiments.rate_grid import printed_accuracies
from chainrule.threads import one_blas_thread

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["RECURSIONS", "RECURSION_SET", "descent_step"]

_LAYERS = (784, 32, 16, 10)
_BATCH_SIZES = (20, 40, 100)
_RATES = (0.1, 0.4, 0.9, 2.0, 4.0, 8.0)
_SEEDS = 3

LayerErrors = Callable[[Sequence[Array], Sequence[Array], Sequence[Layer], Array], list[Array]]


@dataclass(frozen=True)
class Recursion:
    """A way to compute the errors of all layers from that of the last.

    Args:
        name: what the record calls it.
        title: what reports call it.
        errors: (z, a, layers, error of the last layer) -> errors of all layers.
    """

    name: str
    title: str
    errors: LayerErrors


def _errors_by_two_sums(
    z: Sequence[Array],
    a: Sequence[Array],
    layers: Sequence[Layer],
    last: Array,
    *,
    to_the_letter: bool,
) -> list[Array]:
    """The paper's recursion with its two sums.

    Its dC/da_k of the last hidden layer is right. For the layers before it prints

        dC/da_k = (Σ_i w_ik σ'(z_i)) (Σ_i dC/da_i),   i over the next layer's neurons.

    Args:
        z: weighted sums.
        a: activations.
        layers: weights and activation functions.
        last: the error of the last layer.
        to_the_letter: whether w and z are the layer's own, exactly as printed, and not the next
            layer's. w_ik then needs a neuron k of the layer before. The first ones are taken, as
            many as the layer has neurons: a program would do so that counts k up to the layer's
            width.
    """
    deltas, da = [last], None
    for l in range(len(layers) - 1, 0, -1):  # noqa: E741
        below = layers[l - 1]
        if da is None:
            da = input_gradient(layers[l].W, last)
        else:
            at = l - 1 if to_the_letter else l
            derivative = pull_back(layers[at].activation, np.ones_like(z[at]), z[at], a[at])
            W = layers[at].W[:, : len(below.W)]
            da = input_gradient(W, derivative) * da.sum(axis=1, keepdims=True)
        deltas.insert(0, pull_back(below.activation, da, z[l - 1], a[l - 1]))
    return deltas


def _errors_but_the_first(
    z: Sequence[Array], a: Sequence[Array], layers: Sequence[Layer], last: Array
) -> list[Array]:
    """The correct errors, but none for the first layer, which therefore stays as it was drawn."""
    deltas = backward(z, a, layers, last)
    deltas[0] = np.zeros_like(deltas[0])
    return deltas


RECURSIONS = (
    Recursion("right", "right: one sum of products", backward),
    Recursion(
        "printed",
        "as printed: two sums, multiplied",
        partial(_errors_by_two_sums, to_the_letter=False),
    ),
    Recursion(
        "letter",
        "to the letter: of the layer's own weights too",
        partial(_errors_by_two_sums, to_the_letter=True),
    ),
    Recursion("left", "first layer never trained", _errors_but_the_first),
)
"""The correct gradient, the paper's, and a measure for both: no gradient for the first layer."""


def descent_step(
    recursion: Recursion, layers: Sequence[Layer], x: Array, y: Array, rate: float
) -> None:
    """Takes one step of gradient descent on Σ(a - y)², in place.

    Args:
        recursion: gives the errors of the hidden layers.
        layers: whose arrays are changed.
        x: inputs, (n, features).
        y: targets, (n, outputs).
        rate: the learning rate.
    """
    z, a = forward(x, layers)
    last = output_error(COSTS["squared_error"], layers[-1].activation, z[-1], a[-1], y) / len(x)
    deltas = recursion.errors(z, a, layers, last)
    for layer, inputs, delta in zip(layers, [x, *a[:-1]], deltas, strict=True):
        layer.W[...] -= np.float32(rate) * weight_gradient(inputs, delta)
        if layer.b is not None:
            layer.b[...] -= np.float32(rate) * bias_gradient(delta)


def _measure(options: ExperimentOptions) -> Measurements:
    """The name of the recursion, batch size, rate and the accuracy of each seed."""
    rows = []
    cells = product(_BATCH_SIZES[: options.at_most(3)], _RATES[: options.at_most(6)], RECURSIONS)
    with one_blas_thread():
        for batch_size, rate, recursion in cells:
            options.progress(f"recursions: batches of {batch_size}, rate {rate:g}")
            reached = [
                _accuracy_after_one_pass(recursion, batch_size, rate, seed, options)
                for seed in range(options.at_most(_SEEDS))
            ]
            rows.append([recursion.name, batch_size, rate, reached])
    return {"recursions": rows}


def _accuracy_after_one_pass(
    recursion: Recursion, batch_size: int, rate: float, seed: int, options: ExperimentOptions
) -> float:
    """The test accuracy of the network trained by a recursion."""
    train, test = options.train_arrays, options.test_arrays
    layers = _initial_layers(seed)
    order = np.random.default_rng([seed, 1]).permutation(len(train.x))
    with np.errstate(over="ignore", invalid="ignore"):
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            descent_step(recursion, layers, train.x[rows], train.y[rows], rate)
        return _accuracy(layers, test)


def _initial_layers(seed: int) -> list[Layer]:
    """Weights and biases between -1 and 1, in arrays that may be changed."""
    network = Network.create(
        _LAYERS, "sigmoid", seed=seed, initialiser="uniform", bias_initialiser="uniform"
    )
    return network_layers(network.architecture, network.parameters.copy())


def _accuracy(layers: Sequence[Layer], digits: DigitArrays) -> float:
    _, a = forward(digits.x, layers)
    return float((a[-1].argmax(axis=1) == digits.labels).mean())


def _report(measured: Measurements) -> list[Block]:
    theirs = printed_accuracies()
    pairs: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for name, batch_size, rate, values in measured["recursions"]:
        pairs[name].append((theirs.get((batch_size, rate), np.nan), float(np.mean(values))))
    rows = []
    for recursion in RECURSIONS:
        printed, ours = (np.array(values) for values in zip(*pairs[recursion.name], strict=True))
        correlation = rank_correlation(printed.tolist(), ours.tolist()) or 0.0
        distance = 100 * np.abs(ours - printed).mean()
        levels = (f"{100 * ours.max():.1f} %", f"{100 * ours.mean():.1f} %")
        rows.append((recursion.title, *levels, f"{distance:.1f} points", f"{correlation:.2f}"))
    means = {name: np.mean([ours for _, ours in compared]) for name, compared in pairs.items()}
    best_wrong = max(max(ours for _, ours in pairs[one.name]) for one in RECURSIONS[1:])
    best_printed = max(theirs.values())
    header = ("gradient of the first layer", "best", "mean", "distance from the paper")
    return [
        Paragraph(
            (
                "The recursion for ∂C/∂a^(L-j) multiplies two separate sums where the sum of the "
                "products belongs (",
                Code("chainrule papers prove investigation"),
                "). In this network that spoils the first layer alone. "
                f"{len(pairs['right'])} cells, one pass, the mean of "
                f"{len(measured['recursions'][0][3])} seeds:",
            )
        ),
        Table("", (*header, "rank correlation"), tuple(rows)),
        Paragraph(
            f"As printed, the recursion costs {100 * (means['right'] - means['printed']):.0f} "
            "points of accuracy on average, and is hardly better than a first layer that is "
            "never trained. The paper's numbers are closest to just that, in level and in order, "
            "and farthest from the correct gradient, however the weights are drawn. What its "
            f"program did cannot be inferred from that: its best, {100 * best_printed:.2f} % of "
            f"800, is above the {100 * best_wrong:.1f} % that the wrong gradients reach in these "
            "cells. But most likely its first layer learned badly, as its formula makes it."
        ),
    ]


@figure_function
def _draw(measured: Measurements) -> Place:
    """Draw accuracy against learning rate: a panel per batch size, a line per recursion."""
    rows = measured["recursions"]
    note = "Test accuracy after one pass; mean of the seeds, with the lowest and the highest."
    heading = FigureHeading("The correct gradient, and what the paper prints", note)
    figure = open_figure(None, (10.4, 4.6), heading)
    batch_sizes = sorted({row[1] for row in rows})
    panels = figure.subplots(1, len(batch_sizes), sharey=True, squeeze=False)[0]
    for axes, batch_size in zip(panels, batch_sizes, strict=True):
        _draw_panel(axes, [row for row in rows if row[1] == batch_size])
        axes.set_title(f"batches of {batch_size}")
    panels[0].set_ylabel("accuracy on the test images, %")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3)
    return figure


def _draw_panel(axes: Axes, rows: list[list[Any]]) -> None:
    for recursion, colour in zip(RECURSIONS, SERIES, strict=False):
        own = [(row[2], 100 * np.array(row[3])) for row in rows if row[0] == recursion.name]
        rates, means = [rate for rate, _ in own], np.array([values.mean() for _, values in own])
        lowest, highest = (np.array([pick(v) for _, v in own]) for pick in (np.min, np.max))
        ends = [means - lowest, highest - means]
        axes.errorbar(
            rates, means, yerr=ends, color=colour, label=recursion.title, marker="o", ms=3
        )
    trained = {(row[1], row[2]) for row in rows}
    dots = [
        point
        for point in printed_points("investigation")
        if (point.batch_size, point.learning_rate) in trained
    ]
    rates, values = [p.learning_rate for p in dots], [100 * p.accuracy for p in dots]
    axes.plot(rates, values, "D", color=INK, markersize=5, label="printed in the paper")
    axes.set_xscale("log")
    ticks = sorted({row[2] for row in rows})
    axes.set_xticks(ticks, [f"{rate:g}" for rate in ticks])
    axes.minorticks_off()
    axes.set_xlabel("learning rate")


RECURSION_SET = ExperimentSet(
    experiments=(
        PaperExperiment(
            "recursions", "the correct gradient against the printed recursion", _measure
        ),
    ),
    sections=(
        ReportSection(
            "The recursion",
            ("recursions",),
            _report,
            SectionFigure(
                "investigation-recursions",
                "The correct gradient and those that the paper prints",
                _draw,
            ),
        ),
    ),
)
"""The experiment on investigation's recursion."""
