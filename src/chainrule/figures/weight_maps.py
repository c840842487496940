"""The weights: those of the first layer as images of the input, the others as matrices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from chainrule.evaluation import count_text, short_name
from chainrule.figures.canvas import (
    FigureHeading,
    Place,
    add_title,
    figure_function,
    make_panels,
    open_figure,
)
from chainrule.figures.image_arrays import is_image
from chainrule.figures.style import (
    GREY,
    INK,
    add_colourbar,
    diverging_colours,
    frame_image,
    set_integer_ticks,
)
from chainrule.limits import Limit
from chainrule.network import Network

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import SubFigure

__all__ = ["LayerMatrix", "WeightMapsData", "draw_weight_maps", "weight_maps_data"]

_COLUMNS = 8
_IMAGE = 1.16
_HEADED = 0.75
_CLIPPED = 0.995
_MANY = 1000
_WRITTEN_UP_TO = 12
_NAMED_UP_TO = 30


@dataclass(frozen=True, eq=False)
class LayerMatrix:
    """The weights of one layer.

    Args:
        layer: its number, from 1.
        values: (fan_out, fan_in).
        scale: the size of weight that has the full colour; of many weights, the greatest half per
            cent are beyond it.
        names: what each neuron stands for in the last layer; else empty.
    """

    layer: int
    values: NDArray[np.float64]
    scale: float
    names: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class WeightMapsData:
    """The weights of a network in the order in which they are looked at.

    Args:
        images: those of the strongest neurons of layer 1, (n, height, width), strongest first;
            empty if the inputs are not images.
        neurons: their numbers in the layer, from 0, (n,).
        norms: the norm √ΣW² of each one's weights, (n,).
        total: how many neurons layer 1 has.
        scale: as in `LayerMatrix`, of all images alike.
        matrices: the other layers, or all of them.
        summary: layers and activations, in words.
    """

    images: NDArray[np.float64]
    neurons: NDArray[np.int64]
    norms: NDArray[np.float64]
    total: int
    scale: float
    matrices: tuple[LayerMatrix, ...]
    summary: str


def weight_maps_data(network: Network, most: int = 32) -> WeightMapsData:
    """The weights of a network.

    Args:
        network: best a trained one.
        most: neurons of the first layer to show as images, at most; at least 1.

    Raises: InputError.
    """
    most = Limit(int, "neurons to show", 1).check("figure", "most", most)
    layers = [W.astype(np.float64) for W in network.weights]
    shape = network.input_shape[:2]
    pictured = is_image(network.input_shape) and network.input_shape[2:] in ((), (1,))
    norms = np.sqrt(np.square(layers[0]).sum(axis=1))
    order = np.argsort(-norms, kind="stable")[: most if pictured else 0]
    matrices = tuple(
        LayerMatrix(number, W, _scale(W), _names(network, number))
        for number, W in enumerate(layers, 1)
        if number > pictured
    )
    images = layers[0][order].reshape(-1, *shape) if pictured else np.zeros((0, 0, 0))
    widths = " → ".join(map(str, network.architecture.layers))
    return WeightMapsData(
        images=images,
        neurons=order,
        norms=norms[order],
        total=len(layers[0]),
        scale=_scale(images),
        matrices=matrices,
        summary=f"Network {widths}, {', '.join(network.architecture.activations)}.",
    )


def _names(network: Network, layer: int) -> tuple[str, ...]:
    named = (
        layer == network.architecture.depth
        and len(network.class_names) == (network.architecture.layers[-1])
    )
    return network.class_names if named else ()


def _scale(values: NDArray[np.float64]) -> float:
    """The greatest size; of many, what all but half a per cent stay below; never 0."""
    sizes = np.abs(values)
    if not sizes.any():
        return 1.0
    return float(np.quantile(sizes, _CLIPPED) if sizes.size >= _MANY else 0.0) or float(sizes.max())


@figure_function
def draw_weight_maps(data: WeightMapsData, *, ax: Place | None = None) -> Place:
    """Draw orange for negative, blue for positive weights, white for 0.

    Args:
        data: `weight_maps_data`.
        ax: where to draw; see `chainrule.figures`.
    """
    rows = -(-len(data.images) // _COLUMNS)
    heights = [_HEADED + _IMAGE * rows] if rows else []
    heights += [_HEADED + _height(matrix) for matrix in data.matrices]
    note = (
        "Orange is negative, white 0, blue positive. "
        "Where a scale is pointed, the greatest 0.5 % lie beyond it."
    )
    figure = open_figure(
        ax, (9.6, sum(heights) + 1.3), FigureHeading("Weights", f"{data.summary}\n{note}")
    )
    parts = list(figure.subfigures(len(heights), 1, height_ratios=heights, squeeze=False).flat)
    if rows:
        _draw_images(parts.pop(0), data)
    for part, matrix in zip(parts, data.matrices, strict=True):
        _draw_matrix(part, matrix)
    return figure


def _height(matrix: LayerMatrix) -> float:
    """Inches: by the number of neurons, in bounds."""
    return float(min(max(0.19 * len(matrix.values), 0.8), 3.2))


def _draw_images(part: SubFigure, data: WeightMapsData) -> None:
    most, total = len(data.images), count_text(data.total)
    which = f"all {total}" if most == data.total else f"{most} of {total}"
    add_title(part, f"W[1] as images, {which} neurons: those of the greatest weights first")
    panels = make_panels(part, most, _COLUMNS)
    for axes, image, neuron in zip(panels, data.images, data.neurons, strict=True):
        _show(axes, image, data.scale)
        frame_image(axes)
        axes.set_title(f"neuron {neuron}", fontsize=7, fontweight="normal", color=GREY, pad=2)
    _add_scale(panels, bool(np.abs(data.images).max() > data.scale), 30)


def _show(axes: Axes, values: NDArray[np.float64], scale: float) -> None:
    axes.imshow(values, cmap=diverging_colours(), vmin=-scale, vmax=scale)


def _add_scale(panels: list[Axes], beyond: bool, aspect: float) -> None:
    extend = "both" if beyond else "neither"
    shape: dict[str, Any] = {"extend": extend, "aspect": aspect, "pad": 0.015}
    add_colourbar(panels, panels[0].images[0], "weight", **shape)


def _draw_matrix(part: SubFigure, matrix: LayerMatrix) -> None:
    axes = part.subplots()
    _show(axes, matrix.values, matrix.scale)
    axes.set_aspect("auto")
    add_title(part, f"W[{matrix.layer}]")
    axes.set_ylabel("output" if matrix.names else "neuron")
    axes.set_xlabel("from neuron" if matrix.layer > 1 else "from input")
    axes.grid(visible=False)
    for axis in (axes.xaxis, axes.yaxis):
        set_integer_ticks(axis)
    if 0 < len(matrix.names) <= _NAMED_UP_TO:
        axes.set_yticks(range(len(matrix.names)), [short_name(n, 20) for n in matrix.names])
    if max(matrix.values.shape) <= _WRITTEN_UP_TO:
        _write(axes, matrix)
    _add_scale([axes], bool(np.abs(matrix.values).max() > matrix.scale), 12)


def _write(axes: Axes, matrix: LayerMatrix) -> None:
    """Write the numbers themselves."""
    style: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 8}
    for (neuron, origin), weight in np.ndenumerate(matrix.values):
        colour = "white" if abs(weight) > 0.55 * matrix.scale else INK
        axes.text(origin, neuron, f"{weight:.3g}".replace("-", "−"), color=colour, **style)
