"""investigation's network by the right gradient and by those that its formulas give."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from chainrule.figures.printed_grid import printed_points
from chainrule.figures.style import INK, SERIES, heading, paper, styled
from experiments.recursions import RECURSIONS

__all__ = ["draw_recursions"]


@styled
def draw_recursions(rows: list[list[Any]]) -> Figure:
    """Draw accuracy against learning rate: a panel a batch size, a line a recursion.

    Args:
        rows: name, batch size, rate, accuracy of each seed.
    """
    figure = paper(None, 10.4, 4.6)
    note = "Test accuracy after one pass; mean of the seeds, with the least and the greatest."
    heading(figure, "The gradient that is right, and what the paper prints", note)
    batches = sorted({row[1] for row in rows})
    panels = figure.subplots(1, len(batches), sharey=True, squeeze=False)[0]
    for axes, batch in zip(panels, batches, strict=True):
        _panel(axes, [row for row in rows if row[1] == batch])
        axes.set_title(f"batches of {batch}")
    panels[0].set_ylabel("test images classified rightly, %")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3)
    return figure


def _panel(axes: Axes, rows: list[list[Any]]) -> None:
    for number, one in enumerate(RECURSIONS):
        own = [(rate, 100 * np.array(values)) for name, _, rate, values in rows if name == one.name]
        rates, means = [rate for rate, _ in own], np.array([v.mean() for _, v in own])
        ends = np.array([[m - v.min(), v.max() - m] for (_, v), m in zip(own, means, strict=True)])
        colour = SERIES[number]
        axes.errorbar(rates, means, yerr=ends.T, color=colour, label=one.told, marker="o", ms=3)
    shown = {(row[1], row[2]) for row in rows}
    dots = [p for p in printed_points("investigation") if (p.batch_size, p.learning_rate) in shown]
    at, values = [p.learning_rate for p in dots], [100 * p.accuracy for p in dots]
    axes.plot(at, values, "D", color=INK, markersize=5, label="printed in the paper")
    axes.set_xscale("log")
    ticks = sorted({row[2] for row in rows})
    axes.set_xticks(ticks, [f"{rate:g}" for rate in ticks])
    axes.minorticks_off()
    axes.set_xlabel("learning rate")
