"""four-detector's dice under noise, and its curve of 4s found against others taken for one."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from chainrule.figures.style import GREY, INK, SERIES, heading, paper, styled

__all__ = ["draw_dice", "draw_roc"]


@styled
def draw_dice(found: dict[str, Any]) -> Figure:
    """Draw accuracy against noise: learned clean, learned noisy, and the best possible."""
    figure = paper(None, 7.2, 4.6)
    note = (
        "7 dots [a … g], each with normal noise; a network 7-7-6. "
        "Mean of the seeds and their ends.\nNo detector can do better than the nearest face."
    )
    heading(figure, "Dice under noise", note)
    axes, noises = figure.subplots(), found["noises"]
    axes.plot(
        noises, 100 * np.array(found["best"]), color=INK, linestyle="--", label="nearest face"
    )
    trained = f"learned with noise of {found['trained']:g}"
    for number, (name, label) in enumerate(
        (("noisy", trained), ("clean", "learned without noise"))
    ):
        values = 100 * np.array(found[name])
        axes.plot(noises, values.mean(axis=1), color=SERIES[number], marker="o", ms=4, label=label)
        ends = values.min(axis=1), values.max(axis=1)
        axes.fill_between(noises, *ends, color=SERIES[number], alpha=0.25, linewidth=0)
    axes.set_xlabel("standard deviation of the noise on each dot")
    axes.set_ylabel("faces told rightly, %")
    axes.legend()
    return figure


@styled
def draw_roc(found: dict[str, Any]) -> Figure:
    """Draw the share of 4s that are found against the share of others taken for one."""
    figure = paper(None, 7.2, 4.9)
    note = "Each threshold is a point; the dot is an output of 0.5. The first seed; median areas."
    heading(figure, "Is it a 4, or not?", note)
    axes = figure.subplots()
    for number, one in enumerate(found["detectors"]):
        wrong, right = (100 * np.array(values) for values in one["curve"])
        label = f"{one['name']} (area {np.median(one['area']):.4f})"
        axes.plot(wrong[1:], right[1:], color=SERIES[number], label=label, linewidth=1.5)
        c = one["counts"][0]
        at = (
            100 * c["false"] / (c["false"] + c["left"]),
            100 * c["found"] / (c["found"] + c["missed"]),
        )
        axes.plot(*at, "o", color=SERIES[number], markeredgecolor="white", markersize=7)
    chance = np.geomspace(0.01, 100, 50)
    axes.plot(chance, chance, color=GREY, linestyle=":", label="by chance")
    axes.set_xscale("log")
    axes.set_xticks([0.01, 0.1, 1, 10, 100], ["0.01", "0.1", "1", "10", "100"])
    axes.set_xlabel("others taken for a 4, %")
    axes.set_ylabel("4s that are found, %")
    figure.legend(loc="outside lower center", ncols=1)
    return figure
