"""The catalogue of figures: what each shows, what it needs, and how it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chainrule.errors import unknown_name
from chainrule.figures.figure_spec import FigureKind, Material, given
from chainrule.figures.function_figures import OF_FUNCTIONS
from chainrule.figures.run_figures import OF_COURSES
from chainrule.figures.study_figures import OF_STUDIES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from chainrule.evaluation import Report

__all__ = ["FIGURES", "FigureKind", "Material", "make_figure"]


def make_figure(name: str, material: Material) -> Figure:
    """Draw a figure by its name.

    Args:
        name: one of FIGURES.
        material: with what the figure needs.

    Raises: UnknownNameError, InputError if something needed is missing or does not fit,
        ShapeError if images are needed and examples are none.
    """
    if name not in FIGURES:
        raise unknown_name("figure", "a figure", name, FIGURES, argument="name")
    return FIGURES[name].make(material)


def _report(material: Material, mistakes: int = 0) -> Report:
    from chainrule.evaluation import evaluate

    network, dataset = given(material.network, "network"), given(material.dataset, "dataset")
    return evaluate(network, dataset, cost=material.cost, mistakes=mistakes)


def _learning_curves(material: Material) -> Figure:
    from chainrule.figures.learning_curves import draw_learning_curves, learning_curves_data

    return draw_learning_curves(learning_curves_data(material.histories))


def _weights(material: Material) -> Figure:
    from chainrule.figures.weights import draw_weights, weights_data

    network = given(material.network, "network")
    return draw_weights(weights_data(network, 32 if material.most is None else material.most))


def _network(material: Material) -> Figure:
    from chainrule.figures.network_diagram import draw_network_diagram, network_diagram_data

    network, most = given(material.network, "network"), material.most
    return draw_network_diagram(network_diagram_data(network, 12 if most is None else most))


def _confusion(material: Material) -> Figure:
    from chainrule.figures.confusion import confusion_data, draw_confusion

    return draw_confusion(confusion_data(_report(material)))


def _calibration(material: Material) -> Figure:
    from chainrule.figures.calibration import calibration_data, draw_calibration

    return draw_calibration(calibration_data(_report(material)))


def _mistakes(material: Material) -> Figure:
    from chainrule.figures.mistakes import draw_mistakes, mistakes_data

    most = 20 if material.most is None else material.most
    dataset = given(material.dataset, "dataset")
    return draw_mistakes(mistakes_data(_report(material, most), dataset, most))


def _digits(material: Material) -> Figure:
    from chainrule.figures.digits import digits_data, draw_digits

    dataset, most = given(material.dataset, "dataset"), material.most
    return draw_digits(digits_data(dataset, 10 if most is None else most, material.seed))


_JUDGED = "network+dataset"
_OF_NETWORKS = (
    FigureKind("calibration", "accuracy at each level of confidence", _JUDGED, _calibration),
    FigureKind("confusion", "true classes against answers", _JUDGED, _confusion),
    FigureKind("digits", "samples of each class of an image data set", "dataset", _digits),
    FigureKind(
        "learning-curves",
        "cost, accuracy and learning rate over the epochs",
        "run",
        _learning_curves,
    ),
    FigureKind("mistakes", "the most confident mistakes, as images", _JUDGED, _mistakes),
    FigureKind("network", "neurons and connections, drawn from the weights", "network", _network),
    FigureKind(
        "weights",
        "the first layer's weights as images, the others as matrices",
        "network",
        _weights,
    ),
)

FIGURES: dict[str, FigureKind] = {
    kind.name: kind
    for kind in sorted(
        (*_OF_NETWORKS, *OF_FUNCTIONS, *OF_STUDIES, *OF_COURSES), key=lambda kind: kind.name
    )
}
"""Every figure by name."""
