"""four-equations' program, which does not learn, and matrix-based's steps, which do."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from chainrule.figures.style import BLUE, GREY, INK, ORANGE, heading, logarithmic, paper, styled
from experiments.ladder import GOAL, PRINTED, ladder

__all__ = ["draw_program", "draw_steps"]


@styled
def draw_program(found: dict[str, Any]) -> Figure:
    """Draw the test loss after each update, and the size of gradient and spread in each layer."""
    figure = paper(None, 10.4, 4.4)
    note = "784-392-196-10 with weights and biases from [0, 0.01), 200 updates of rate 0.003."
    heading(figure, "The program as it is printed", note)
    left, right = figure.subplots(1, 2)
    losses = [found["start"], *found["losses"]]
    left.plot(losses, color=BLUE)
    left.axhline(0.45, color=GREY, linestyle=":")
    left.annotate("0.45: the best constant answer", (200, 0.42), color=GREY, va="top", ha="right")
    left.set_ylim(0)
    left.set_xlabel("updates")
    left.set_ylabel("mean test loss")
    left.set_title("What it reaches")
    _draw_layers(right, found["layers"])
    return figure


def _draw_layers(axes: Any, layers: list[dict[str, float]]) -> None:
    """Bars for each layer: the gradient of its weights, and how its neurons differ."""
    places = np.arange(len(layers))
    bars = (("gradient", "gradient of a weight, r.m.s.", ORANGE),
            ("between_neurons", "spread of a between its neurons", BLUE),
            ("between_examples", "spread of a between images", GREY))  # fmt: skip
    for number, (name, label, colour) in enumerate(bars):
        values = [layer[name] for layer in layers]
        axes.bar(places + 0.27 * (number - 1), values, 0.25, color=colour, label=label)
    logarithmic(axes)
    axes.set_xticks(places, [f"layer {place + 1}" for place in places])
    axes.set_title("Why: before the first update")
    axes.set_ylim(2e-5, 30)
    axes.legend(loc="upper left")


@styled
def draw_steps(found: dict[str, Any]) -> Figure:
    """Draw the accuracy after each step of the paper, and its own goal and result."""
    steps = ladder(found)
    figure = paper(None, 9.4, 0.42 * len(steps) + 1.9)
    note = (
        "Test accuracy of 784-64-10: a dot a seed, and their mean. Each step keeps those above it."
    )
    heading(figure, "From the first try to the last", note)
    axes = figure.subplots()
    for place, one in enumerate(steps):
        values = 100 * np.array(one.accuracy)
        axes.plot(values, np.full(len(values), place), "o", color=BLUE, alpha=0.45, markersize=5)
        axes.plot(values.mean(), place, "|", color=INK, markersize=16, markeredgewidth=2)
        words: dict[str, Any] = {"xytext": (8, 0), "textcoords": "offset points", "va": "center"}
        axes.annotate(f"{values.mean():.1f} %", (values.max(), place), **words)
    axes.axvline(100 * GOAL, color=GREY, linestyle=":", label="the paper's goal, 90 %")
    axes.axvline(100 * PRINTED, color=ORANGE, linestyle="--", label="the paper's result, 90.8 %")
    axes.set_yticks(range(len(steps)), [one.told for one in steps])
    axes.invert_yaxis()
    axes.set_xlim(right=104)
    axes.set_xlabel("test images classified rightly, %")
    figure.legend(loc="outside lower center", ncols=2)
    return figure
