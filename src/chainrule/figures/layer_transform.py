"""What one layer does to a plane: it turns it, stretches it, lifts it into space and bends it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset, prepare_dataset
from chainrule.equations.activations import ACTIVATIONS, activate
from chainrule.equations.affine import affine
from chainrule.equations.backpropagation import forward
from chainrule.errors import InputError, ShapeError, describe, unknown_name
from chainrule.figures.canvas import FigureHeading, Place, figure_function, open_figure
from chainrule.figures.style import BLUE, GREY, ORANGE
from chainrule.limits import Limit
from chainrule.network import Network

if TYPE_CHECKING:
    pass

__all__ = [
    "LayerTransformData",
    "TransformStage",
    "draw_layer_transform",
    "layer_transform_data",
    "trained_layer_data",
]

Array = NDArray[np.float64]

WEIGHTS = ((2.0, 0.5), (-0.6, 1.7), (1.2, -1.5))
BIASES = (0.2, -0.1, 0.3)
"""The layer that is drawn by default."""

_LINES = 9
_POINTS = 41
_TURNS = 1.75
_COLUMNS = 3
_SHARED_SCALE = 4.0
"""Up to which the plane before and after it is drawn on one scale."""


@dataclass(frozen=True, eq=False)
class TransformStage:
    """The plane on its way.

    Args:
        title: what has been done to it.
        formula: the same in letters.
        grid: lines of points, (lines, points, 2 or 3).
        spiral: two arms of points, (2, points, 2 or 3).
    """

    title: str
    formula: str
    grid: Array
    spiral: Array


@dataclass(frozen=True, eq=False)
class LayerTransformData:
    """A layer of two inputs and three neurons.

    Args:
        weights: (3, 2).
        biases: (3,).
        stretches: the two factors by which the plane is stretched, the greater one first.
        stages: the plane, turned, stretched, lifted and shifted, then bent by each function.
        source: where the layer comes from, in words.
    """

    weights: Array
    biases: Array
    stretches: tuple[float, float]
    stages: tuple[TransformStage, ...]
    source: str = "Two inputs, three neurons."


def trained_layer_data(
    network: Network, dataset: Dataset, layer: int = 1, *, most: int = 2000
) -> LayerTransformData:
    """Take a plane of a trained layer's inputs through three of its neurons.

    Two inputs are the plane themselves. Of more, it is the plane through the mean of the layer's
    inputs in which they spread furthest, in units of their standard deviation along each of its two
    principal directions. The neurons are the three whose weights in the plane are the longest.

    Args:
        network: a trained one.
        dataset: examples, as they were loaded, whose inputs to the layer lay out the plane.
        layer: which, from 1.
        most: examples, at most.

    Raises: InputError for a layer that there is not, for one with fewer than three neurons or two
        inputs, and for softmax, whose numbers depend on each other; what `prepare_dataset` raises.
    """
    depth = network.architecture.depth
    number = Limit(int, "number of the layer", 1, depth).check("figure", "layer", layer)
    chosen = network.layers[number - 1]
    name = network.architecture.activations[number - 1]
    fan_out, fan_in = chosen.W.shape
    if fan_out < 3 or fan_in < 2 or name == "softmax":
        raise InputError(
            "figure",
            expected="a layer of at least two inputs and three neurons, without softmax",
            got=f"layer {number}: {fan_in} inputs, {fan_out} neurons, {name}",
            remedy="Name another layer",
            argument="layer",
            value=layer,
        )
    prepared = prepare_dataset(dataset, network.preprocessing)
    inputs = prepared.scaled_inputs(slice(min(most, len(prepared))), "float64")
    x = inputs if number == 1 else forward(inputs, network.layers[: number - 1])[1][-1]
    middle, directions = _plane_of(np.asarray(x, np.float64))
    W = chosen.W.astype(np.float64) @ directions.T
    z = chosen.W.astype(np.float64) @ middle + (0.0 if chosen.b is None else chosen.b)
    longest = np.sort(np.argsort(-np.linalg.norm(W, axis=1), kind="stable")[:3])
    found = layer_transform_data((name,), weights=W[longest], biases=z[longest])
    return replace(found, source=_source_text(number, fan_in, longest))


def _plane_of(x: Array) -> tuple[Array, Array]:
    """A point and two directions, (features,) and (2, features), in units of the spread."""
    if x.shape[1] == 2:
        return np.zeros(2), np.eye(2)
    middle = x.mean(axis=0)
    _, sizes, directions = np.linalg.svd(x - middle, full_matrices=False)
    return middle, directions[:2] * (sizes[:2] / np.sqrt(len(x)))[:, None]


def _source_text(number: int, fan_in: int, neurons: NDArray[np.int64]) -> str:
    names = ", ".join(map(str, neurons))
    plane = (
        "its two inputs"
        if fan_in == 2
        else f"the plane in which its {fan_in} inputs spread most, in standard deviations"
    )
    return f"Layer {number} of a trained network: {plane},\nto its neurons {names}."


def layer_transform_data(
    names: Iterable[str] = (), *, weights: Any = WEIGHTS, biases: Any = BIASES
) -> LayerTransformData:
    """Take a plane through a layer, stage by stage.

    The weights are parted as W = U S Vᵀ: Vᵀ turns the plane (or turns it over), S stretches it
    along its two axes, and U, whose columns are perpendicular and of length 1, sets it into space.

    Args:
        names: activation functions that bend it; "relu" and "sigmoid" by default.
        weights: (3, 2).
        biases: (3,).

    Raises: UnknownNameError, ShapeError, InputError for softmax, which has no picture of its own.
    """
    chosen = tuple(names) or ("relu", "sigmoid")
    for name in chosen:
        if name not in ACTIVATIONS:
            raise unknown_name("figure", "an activation", name, ACTIVATIONS, argument="names")
    W, b = _checked(weights, (3, 2), "weights"), _checked(biases, (3,), "biases")
    _, sizes, turn = np.linalg.svd(W, full_matrices=False)
    plane = np.array(_grid()), np.array(_spiral())
    stages = [
        TransformStage("inputs", "x", *plane),
        TransformStage("turned", "x V", *(part @ turn.T for part in plane)),
        TransformStage("stretched", "x V S", *(part @ turn.T * sizes for part in plane)),
    ]
    sums = [_mapped(part, W, b) for part in plane]
    stages.append(TransformStage("lifted and shifted", "z = x Wᵀ + b,  W = U S Vᵀ", *sums))
    for name in chosen:
        bent = (activate(ACTIVATIONS[name], z) for z in sums)
        stages.append(TransformStage(f"bent by {name}", f"a = {name}(z)", *bent))
    return LayerTransformData(W, b, (float(sizes[0]), float(sizes[1])), tuple(stages))


def _checked(given: Any, shape: tuple[int, ...], name: str) -> Array:
    array = np.asarray(given, dtype=np.float64)
    if array.shape != shape:
        raise ShapeError(
            "figure",
            expected=f"{name} of shape {shape}",
            got=describe(array),
            argument=name,
            value=array.shape,
        )
    if not np.isfinite(array).all():
        raise InputError("figure", expected=f"finite {name}", got="others", argument=name)
    return array


def _mapped(points: Array, W: Array, b: Array) -> Array:
    """z of many points, (lines, points, 2) -> (lines, points, 3)."""
    return np.asarray(affine(points.reshape(-1, 2), W, b)).reshape(*points.shape[:2], 3)


def _grid() -> list[Array]:
    """Lines from -1 to 1 along both axes, (points, 2) each."""
    along, lines = np.linspace(-1, 1, _POINTS), []
    for place in np.linspace(-1, 1, _LINES):
        still = np.full(_POINTS, place)
        lines += [np.stack((along, still), axis=1), np.stack((still, along), axis=1)]
    return lines


def _spiral() -> list[Array]:
    """Two arms that wind around each other, (points, 2) each."""
    part = np.linspace(0.12, 0.95, 3 * _POINTS)
    angle = 2 * np.pi * _TURNS * part
    arm = np.stack((part * np.cos(angle), part * np.sin(angle)), axis=1)
    return [arm, -arm]


@figure_function
def draw_layer_transform(data: LayerTransformData, *, ax: Place | None = None) -> Place:
    """Draw the stages side by side, those in space as seen from one side.

    Args:
        data: `layer_transform_data`.
        ax: where to draw; see `chainrule.figures`.
    """
    rows = -(-len(data.stages) // _COLUMNS)
    greatest, least = data.stretches
    note = (
        f"{data.source} The plane is stretched {greatest:.2f}-fold one way and {least:.2f}-fold "
        "across it;\na layer without its function could do no more than that."
    )
    heading = FigureHeading("How a layer transforms a plane", note)
    figure = open_figure(ax, (9.6, 3.5 * rows + 1.1), heading)
    reaches = [float(np.abs(stage.grid).max()) for stage in data.stages[:3]]
    if greatest < _SHARED_SCALE:  # else the plane before it would be a dot
        reaches = [max(reaches)] * 3
    for number, stage in enumerate(data.stages, 1):
        if stage.grid.shape[-1] == 2:
            _draw_flat(figure.add_subplot(rows, _COLUMNS, number), stage, reaches[number - 1])
        else:
            space = figure.add_subplot(rows, _COLUMNS, number, projection="3d")
            _draw_space(space, stage)
    return figure


def _draw_lines(axes: Any, stage: TransformStage) -> None:
    for line in stage.grid:
        axes.plot(*line.T, color=GREY, linewidth=0.6, alpha=0.75)
    for arm, colour in zip(stage.spiral, (BLUE, ORANGE), strict=True):
        axes.plot(*arm.T, color=colour, linewidth=2.4)


def _draw_flat(axes: Any, stage: TransformStage, reach: float) -> None:
    _draw_lines(axes, stage)
    axes.set_title(f"{stage.title}:  {stage.formula}")
    axes.set_aspect("equal")
    axes.set_xlim(-1.08 * reach, 1.08 * reach)
    axes.set_ylim(-1.08 * reach, 1.08 * reach)


def _draw_space(axes: Any, stage: TransformStage) -> None:
    from matplotlib.ticker import MaxNLocator

    _draw_lines(axes, stage)
    axes.set_title(f"{stage.title}:\n{stage.formula}", loc="left")
    letter = "z" if stage.formula.startswith("z") else "a"
    for number, axis in enumerate((axes.xaxis, axes.yaxis, axes.zaxis)):
        axis.set_label_text(f"{letter}{'₀₁₂'[number]}", fontsize=9)
        axis.labelpad = -6
        axis.set_tick_params(labelsize=7, pad=-3)
        axis.set_major_locator(MaxNLocator(4))
        axis.set_pane_color("#f7f8fa")
    axes.view_init(elev=20, azim=28)
    axes.set_box_aspect((1, 1, 0.9), zoom=1.0)
