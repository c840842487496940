"""Every figure by name: what it shows, what it needs, its numbers, and how they are drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from chainrule.errors import InputError, unknown_name
from chainrule.figures import (
    activation_curves,
    batch_curves,
    confusion_matrix,
    cost_relief,
    cost_slices,
    cost_surface,
    cost_tangent,
    derivative_paths,
    input_plane,
    layer_transform,
    learning_curves,
    line_sums,
    mistake_images,
    network_diagram,
    parabola,
    parallel_coordinates,
    parameter_grid,
    parameter_slices,
    partial_dependence,
    partial_slices,
    rate_curves,
    reliability_diagram,
    relu_pieces,
    roc_curves,
    sample_images,
    saturation,
    seed_bands,
    step_costs,
    threshold_curves,
    weight_maps,
)
from chainrule.figures.canvas import Place
from chainrule.figures.figure_inputs import FigureInputs
from chainrule.ledger import NetworkDrawing, lay_out_network, restrict_drawing, turn_upright

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["FIGURES", "FigureSpec", "get_figure_spec"]


@dataclass(frozen=True)
class FigureSpec:
    """One entry of the catalogue.

    Args:
        name: its name on the command line.
        meaning: one line for help texts.
        needs: "nothing", "table", "run" (its history), "replay" (a run and its training data),
            "worked" (a worked example), "network", "dataset" or "network+dataset".
        compute: returns the figure's numbers.
        draw_data: draws these numbers; Matplotlib is loaded then, not before.
        takes: the names that may follow what the figure needs, for help texts; may be empty.
        may_take: what a figure that needs nothing may be drawn from: "network+dataset", or empty.
    """

    name: str
    meaning: str
    needs: str
    compute: Callable[[FigureInputs], Any]
    draw_data: Callable[..., Figure]
    takes: str = ""
    may_take: str = ""

    def draw(self, inputs: FigureInputs, *, ax: Place | None = None) -> Figure:
        """Draw the figure.

        Args:
            inputs: with what the figure needs.
            ax: where to draw; see `chainrule.figures`.

        Raises: InputError if something needed is missing or does not fit, ShapeError if images are
            needed and the examples are none.
        """
        return self.draw_data(self.compute(inputs), ax=ax)


def get_figure_spec(name: str) -> FigureSpec:
    """Return the catalogue's entry of a name.

    Raises: UnknownNameError.
    """
    if name not in FIGURES:
        raise unknown_name("figure", "a figure", name, FIGURES, argument="name")
    return FIGURES[name]


def _mistake_images(inputs: FigureInputs) -> mistake_images.MistakeImagesData:
    dataset, most = inputs.require_dataset(), inputs.limit(20)
    return mistake_images.mistake_images_data(inputs.evaluate(most), dataset, most)


def _rate_curves(inputs: FigureInputs) -> rate_curves.RateCurvesData:
    points = rate_curves.grid_points(inputs.read_table())
    printed = [point for paper in inputs.names for point in rate_curves.printed_points(paper)]
    return rate_curves.rate_curves_data(points, printed)


def _seed_bands(inputs: FigureInputs) -> tuple[seed_bands.BandPanel, ...]:
    return seed_bands.seed_bands_data(
        inputs.histories or {}, seed_bands.group_by_recipe(inputs.settings or {})
    )


def _cost_surface(inputs: FigureInputs) -> cost_surface.CostSurface:
    if len(inputs.names) > 1:
        raise InputError(
            "figure",
            expected=f"one of {', '.join(cost_surface.DIRECTIONS)}",
            got=" and ".join(inputs.names),
            argument="names",
        )
    directions = inputs.names[0] if inputs.names else cost_surface.DIRECTIONS[0]
    return cost_surface.cost_surface_data(inputs.require_replay(), directions, seed=inputs.seed)


def _network(inputs: FigureInputs) -> network_diagram.DiagramData | NetworkDrawing:
    if inputs.ledger is not None:
        drawing, named = lay_out_network(inputs.ledger), _upright_address(inputs)
        if named.address:
            drawing = restrict_drawing(drawing, inputs.ledger, named.address)
        return turn_upright(drawing) if named.upright else drawing
    return network_diagram.network_diagram_data(inputs.require_network(), inputs.limit(12))


class _UprightAddress(NamedTuple):
    """What follows a worked file: an address, which may be empty, and whether to draw upright."""

    address: str
    upright: bool


def _upright_address(inputs: FigureInputs) -> _UprightAddress:
    names = tuple(name for name in inputs.names if name != "upright")
    return _UprightAddress(_address(names), len(names) < len(inputs.names))


def _address(names: Sequence[str]) -> str:
    """The only name that a figure takes, an address; empty if there is none."""
    if len(names) > 1:
        got = " and ".join(names)
        raise InputError("figure", expected="one address", got=got, argument="names")
    return "".join(names)


def _number(names: Sequence[str], what: str, default: int) -> int:
    """The only name that a figure takes, the number of an epoch or of a layer."""
    if not names:
        return default
    if len(names) > 1 or not names[0].isdecimal():
        raise InputError(
            "figure",
            expected=f"the number of one {what}",
            got=" and ".join(names),
            argument="names",
        )
    return int(names[0])


def _layer_transform(inputs: FigureInputs) -> layer_transform.LayerTransformData:
    """A made-up layer, or one of a trained network."""
    if inputs.network is None:
        return layer_transform.layer_transform_data(inputs.names)
    layer = _number(inputs.names, "layer", 1)
    return layer_transform.trained_layer_data(inputs.network, inputs.require_dataset(), layer)


def _relu_pieces(inputs: FigureInputs) -> tuple[relu_pieces.ReluPieces, ...]:
    request = relu_pieces.read_pieces(inputs.names)
    return relu_pieces.relu_pieces_data(request.networks, curve=request.curve, seed=inputs.seed)


def _derivative_paths(inputs: FigureInputs) -> derivative_paths.DerivativePaths:
    named = _upright_address(inputs)
    return derivative_paths.derivative_paths_data(
        inputs.require_ledger(), named.address, upright=named.upright
    )


_ALL = (
    FigureSpec(
        "activations",
        "activation functions with their derivatives and kinks",
        "nothing",
        lambda inputs: activation_curves.activation_curves_data(inputs.names),
        activation_curves.draw_activation_curves,
        "[FUNCTION...]",
    ),
    FigureSpec(
        "bands",
        "learning curves of runs, medians and quartiles over seeds",
        "run",
        _seed_bands,
        seed_bands.draw_seed_bands,
    ),
    FigureSpec(
        "batches",
        "cost and accuracy batch by batch within an epoch",
        "replay",
        lambda inputs: batch_curves.batch_curves_data(
            inputs.require_replay(), _number(inputs.names, "epoch", 1), seed=inputs.seed
        ),
        batch_curves.draw_batch_curves,
        "[EPOCH]",
    ),
    FigureSpec(
        "calibration",
        "accuracy at each level of confidence",
        "network+dataset",
        lambda inputs: reliability_diagram.reliability_diagram_data(inputs.evaluate()),
        reliability_diagram.draw_reliability_diagram,
    ),
    FigureSpec(
        "confusion",
        "true classes against answers",
        "network+dataset",
        lambda inputs: confusion_matrix.confusion_matrix_data(inputs.evaluate()),
        confusion_matrix.draw_confusion_matrix,
    ),
    FigureSpec(
        "cost-relief",
        "the cost in space, with the step -η∇C after an epoch",
        "replay",
        lambda inputs: cost_relief.cost_relief_data(
            inputs.require_replay(), _number(inputs.names, "epoch", 0), seed=inputs.seed
        ),
        cost_relief.draw_cost_relief,
        "[EPOCH]",
    ),
    FigureSpec(
        "cost-slices",
        "the cost along straight lines",
        "replay",
        lambda inputs: cost_slices.cost_slices_data(inputs.require_replay(), seed=inputs.seed),
        cost_slices.draw_cost_slices,
    ),
    FigureSpec(
        "cost-surface",
        "the cost around a run, with its path",
        "replay",
        _cost_surface,
        cost_surface.draw_cost_surface,
        "[principal|random]",
    ),
    FigureSpec(
        "dependence",
        "the mean answer against each column (--column)",
        "network+dataset",
        lambda inputs: partial_dependence.partial_dependence_data(
            inputs.require_network(),
            inputs.require_dataset(),
            inputs.names,
            most=inputs.limit(9),
            seed=inputs.seed,
        ),
        partial_dependence.draw_partial_dependence,
    ),
    FigureSpec(
        "digits",
        "samples of each class of an image data set",
        "dataset",
        lambda inputs: sample_images.sample_images_data(
            inputs.require_dataset(), inputs.limit(10), inputs.seed
        ),
        sample_images.draw_sample_images,
    ),
    FigureSpec(
        "grid",
        "a study's metric over two parameters",
        "table",
        lambda inputs: parameter_grid.parameter_grid_data(inputs.read_table(), inputs.names),
        parameter_grid.draw_parameter_grid,
        "[ACROSS UPWARD]",
    ),
    FigureSpec(
        "learning-curves",
        "cost, accuracy and learning rate over the epochs",
        "run",
        lambda inputs: learning_curves.learning_curves_data(inputs.histories or {}),
        learning_curves.draw_learning_curves,
    ),
    FigureSpec(
        "lift",
        "how a layer transforms a plane: a made-up one, or a run's",
        "nothing",
        _layer_transform,
        layer_transform.draw_layer_transform,
        "[FUNCTION... or RUN [LAYER]]",
        "network+dataset",
    ),
    FigureSpec(
        "mistakes",
        "the most confident mistakes, as images",
        "network+dataset",
        _mistake_images,
        mistake_images.draw_mistake_images,
    ),
    FigureSpec(
        "network",
        "neurons and connections; of a worked file, with its numbers",
        "network",
        _network,
        network_diagram.draw_network_diagram,
        "[ADDRESS] [upright]",
    ),
    FigureSpec(
        "parabola",
        "descent on x² - 2x + 1.5, by rate",
        "nothing",
        lambda inputs: parabola.parabola_data(parabola.read_rates(inputs.names)),
        parabola.draw_parabola,
        "[RATE...]",
    ),
    FigureSpec(
        "parallel",
        "a line per training through its parameters",
        "table",
        lambda inputs: parallel_coordinates.parallel_coordinates_data(
            inputs.read_table(), inputs.names
        ),
        parallel_coordinates.draw_parallel_coordinates,
        "[PARAMETER...]",
    ),
    FigureSpec(
        "partials",
        "x² + y³ with a slice along each axis",
        "nothing",
        lambda inputs: partial_slices.partial_slices_data(*partial_slices.read_point(inputs.names)),
        partial_slices.draw_partial_slices,
        "[X Y]",
    ),
    FigureSpec(
        "paths",
        "the chain rule: every path from a number to the cost",
        "worked",
        _derivative_paths,
        derivative_paths.draw_derivative_paths,
        "[ADDRESS] [upright]",
    ),
    FigureSpec(
        "pieces",
        "ReLU neurons that add up to 2^x or another curve",
        "nothing",
        _relu_pieces,
        relu_pieces.draw_relu_pieces,
        "[NEURONS... CURVE]",
    ),
    FigureSpec(
        "plane",
        "neurons over the plane of two inputs",
        "worked",
        lambda inputs: input_plane.input_plane_data(
            inputs.require_ledger(), _address(inputs.names)
        ),
        input_plane.draw_input_plane,
        "[ADDRESS]",
    ),
    FigureSpec(
        "rates",
        "accuracy against learning rate by batch size",
        "table",
        _rate_curves,
        rate_curves.draw_rate_curves,
        "[PAPER]",
    ),
    FigureSpec(
        "roc",
        "ROC curves, each class against the rest",
        "network+dataset",
        lambda inputs: roc_curves.roc_curves_data(inputs.evaluate()),
        roc_curves.draw_roc_curves,
    ),
    FigureSpec(
        "saturation",
        "saturation of each layer, by epoch",
        "replay",
        lambda inputs: saturation.saturation_data(inputs.require_replay(), seed=inputs.seed),
        saturation.draw_saturation,
    ),
    FigureSpec(
        "slices",
        "a study's metric against each parameter",
        "table",
        lambda inputs: parameter_slices.parameter_slices_data(inputs.read_table(), inputs.names),
        parameter_slices.draw_parameter_slices,
        "[PARAMETER...]",
    ),
    FigureSpec(
        "steps",
        "the cost step by step, by learning rate (--most: how many steps)",
        "worked",
        lambda inputs: step_costs.step_costs_data(
            inputs.require_ledger(), parabola.read_rates(inputs.names), steps=inputs.most
        ),
        step_costs.draw_step_costs,
        "[RATE...]",
    ),
    FigureSpec(
        "sums",
        "lines and their sum, before and after the activation",
        "worked",
        lambda inputs: line_sums.line_sums_data(inputs.require_ledger()),
        line_sums.draw_line_sums,
    ),
    FigureSpec(
        "tangent",
        "the cost against one number, with its slope",
        "worked",
        lambda inputs: cost_tangent.cost_tangent_data(
            inputs.require_ledger(), _address(inputs.names)
        ),
        cost_tangent.draw_cost_tangent,
        "[ADDRESS]",
    ),
    FigureSpec(
        "thresholds",
        "precision, recall and false positives by threshold",
        "network+dataset",
        lambda inputs: threshold_curves.threshold_curves_data(inputs.evaluate()),
        threshold_curves.draw_threshold_curves,
    ),
    FigureSpec(
        "weights",
        "the first layer's weights as images, the others as matrices",
        "network",
        lambda inputs: weight_maps.weight_maps_data(inputs.require_network(), inputs.limit(32)),
        weight_maps.draw_weight_maps,
    ),
)

FIGURES: dict[str, FigureSpec] = {spec.name: spec for spec in _ALL}
"""Every figure by name, in alphabetical order."""
