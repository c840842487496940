"""The weights of several networks over each other, as a histogram for each layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import InputError
from chainrule.evaluation import short_name
from chainrule.figures.canvas import (
    FigureHeading,
    Place,
    figure_function,
    grid_shape,
    make_panels,
    open_figure,
)
from chainrule.figures.style import SERIES
from chainrule.network import Network

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["LayerWeights", "WeightOverlay", "draw_weight_overlay", "weight_overlay_data"]

_COLUMNS, _BINS = 3, 60


@dataclass(frozen=True, eq=False)
class LayerWeights:
    """The weights of one layer of several networks.

    Args:
        layer: from 1.
        edges: of the bins, ascending, (bins + 1,).
        counts: weights in each bin, for each network, (networks, bins).
    """

    layer: int
    edges: NDArray[np.float64]
    counts: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class WeightOverlay:
    """The weights of several networks, layer by layer.

    Args:
        names: of the networks.
        layers: as many as the deepest network has; one without a layer has no weights there.
    """

    names: tuple[str, ...]
    layers: tuple[LayerWeights, ...]


def weight_overlay_data(networks: Mapping[str, Network], *, bins: int = _BINS) -> WeightOverlay:
    """Return histograms of the weights of networks, with common bins in each layer.

    Args:
        networks: by name, at least one.
        bins: of each histogram, at least 1.

    Raises: InputError without a network.
    """
    if not networks:
        raise InputError("figure", expected="at least one network", got="none", argument="networks")
    depth = max(one.architecture.depth for one in networks.values())
    layers = tuple(_layer(list(networks.values()), at, bins) for at in range(depth))
    return WeightOverlay(tuple(networks), layers)


def _layer(networks: list[Network], at: int, bins: int) -> LayerWeights:
    none = np.zeros(0)
    weights = [
        one.weights[at].ravel().astype(np.float64) if at < one.architecture.depth else none
        for one in networks
    ]
    edges = np.histogram_bin_edges(np.concatenate(weights), bins)
    counts = np.array([np.histogram(one, edges)[0] for one in weights])
    return LayerWeights(at + 1, edges, counts)


@figure_function
def draw_weight_overlay(overlay: WeightOverlay, *, ax: Place | None = None) -> Place:
    """Draw a histogram for each layer, with the networks over each other.

    Args:
        overlay: `weight_overlay_data`.
        ax: where to draw; see `chainrule.figures`.
    """
    rows, columns = grid_shape(len(overlay.layers), _COLUMNS)
    heading = FigureHeading("Weights", "How many weights of each layer have which value.")
    figure = open_figure(ax, (max(3.2 * columns, 5.6), 2.4 * rows + 1.2), heading)
    panels = make_panels(figure, len(overlay.layers), columns)
    for layer, axes in zip(overlay.layers, panels, strict=True):
        _draw_layer(layer, overlay.names, axes)
    figure.legend(handles=panels[0].patches, loc="outside lower center", ncols=len(overlay.names))
    return figure


def _draw_layer(layer: LayerWeights, names: tuple[str, ...], axes: Axes) -> None:
    for number, (name, counts) in enumerate(zip(names, layer.counts, strict=True)):
        colour = SERIES[number % len(SERIES)]
        label = short_name(name, 40)
        axes.stairs(counts, layer.edges, color=colour, fill=False, linewidth=1.4, label=label)
    axes.set_title(f"W[{layer.layer}]")
    axes.set_xlabel("weight")
    axes.set_ylabel("count")
