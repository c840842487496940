"""How much of each layer is saturated, from epoch to epoch of a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from chainrule.attribution import RunReplay
from chainrule.equations.activations import ACTIVATIONS, Activation
from chainrule.errors import InputError
from chainrule.figures.canvas import FigureHeading, Place, figure_function, open_figure
from chainrule.figures.run_path import choose_sample, run_points
from chainrule.figures.style import SERIES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["LayerSaturation", "SaturationData", "draw_saturation", "saturation_data"]

Array = NDArray[Any]
Column = NDArray[np.float64]

FLAT = 0.05
"""A slope below this share of the function's greatest one lets next to nothing through."""


@dataclass(frozen=True, eq=False)
class LayerSaturation:
    """One layer over the epochs.

    Args:
        layer: its number, from 1.
        activation: its function's name.
        flat: share of its activations, over neurons and examples, whose slope is below FLAT of
            the function's greatest, (points,).
        stuck: share of its neurons that are so on every example of the sample, (points,).
    """

    layer: int
    activation: str
    flat: Column
    stuck: Column


@dataclass(frozen=True, eq=False)
class SaturationData:
    """The layers of a network over the epochs of its run.

    Args:
        epochs: done, from 0 at the start, (points,).
        layers: those whose functions have slopes of their own.
        sample: what they were measured on, in words.
    """

    epochs: Column
    layers: tuple[LayerSaturation, ...]
    sample: str


def saturation_data(replay: RunReplay, *, examples: int = 500, seed: int = 0) -> SaturationData:
    """Send a sample of the training set through a run's network as it was at ends of epochs.

    Args:
        replay: of a run with at least one step.
        examples: in the sample, at most.
        seed: which.

    Raises: InputError if no layer has a function with slopes of its own; what `run_points`
        raises.
    """
    names = replay.setup.network.architecture.activations
    judged = [i for i, name in enumerate(names) if ACTIVATIONS[name].derivative is not None]
    if not judged:
        raise InputError(
            replay.path,
            expected="a layer whose function has slopes of its own",
            got=", ".join(names),
        )
    points, sample = run_points(replay), choose_sample(replay, examples, seed)
    sums = [sample.weighted_sums(point.parameters) for point in points]
    layers = []
    for i in judged:
        flat = [_flat(ACTIVATIONS[names[i]], each[i]) for each in sums]
        shares = np.array([each.mean() for each in flat])
        stuck = np.array([each.all(axis=0).mean() for each in flat])
        layers.append(LayerSaturation(i + 1, names[i], shares, stuck))
    epochs = np.array([point.epoch for point in points])
    return SaturationData(epochs, tuple(layers), sample.description)


def _flat(activation: Activation, z: Array) -> NDArray[np.bool_]:
    assert activation.derivative is not None, "chosen by its derivative"
    greatest = float(activation.derivative(np.linspace(-8.0, 8.0, 1601)).max())
    return np.asarray(activation.derivative(z) < FLAT * greatest)


@figure_function
def draw_saturation(data: SaturationData, *, ax: Place | None = None) -> Place:
    """Draw saturated activations on the left, neurons that always are on the right.

    Args:
        data: `saturation_data`.
        ax: where to draw; see `chainrule.figures`.
    """
    note = (
        f"Saturated: the slope is below {100 * FLAT:.0f} % of the function's greatest. "
        f"Measured on {data.sample}."
    )
    figure = open_figure(ax, (9.2, 4.8), FigureHeading("Saturation of each layer", note))
    left, right = figure.subplots(1, 2, sharey=True)
    for number, one in enumerate(data.layers):
        style: dict[str, Any] = {"color": SERIES[number % len(SERIES)], "marker": "o"}
        style |= {"markersize": 4, "label": f"layer {one.layer}, {one.activation}"}
        left.plot(data.epochs, 100 * one.flat, **style)
        right.plot(data.epochs, 100 * one.stuck, **style)
    _finish(left, "Activations that are saturated", "share, %")
    _finish(right, "Neurons that are so on every example", "")
    figure.legend(handles=left.get_lines(), loc="outside lower center", ncols=4)
    return figure


def _finish(axes: Axes, title: str, label: str) -> None:
    axes.set_title(title)
    axes.set_xlabel("epochs done")
    axes.set_ylabel(label)
    axes.set_ylim(-3, 103)
