"""The report on a network: figures with their n and their doubts, and its own worst mistakes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset
from chainrule.engine import normalised_weights
from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.costs import COSTS, Cost, get_cost
from chainrule.errors import unknown_name
from chainrule.evaluation.calibration import Calibration, calibration
from chainrule.evaluation.compatibility import matched
from chainrule.evaluation.confusion import (
    Averages,
    ClassFigures,
    class_figures,
    confusion_matrix,
    macro_averages,
)
from chainrule.evaluation.mistakes import Mistake, surest_mistakes
from chainrule.evaluation.predictions import Answers, answered, answers
from chainrule.evaluation.regression import OutputFigures, output_figures, residuals
from chainrule.evaluation.serialisation import plain
from chainrule.evaluation.wilson import wilson_interval
from chainrule.limits import Limit
from chainrule.network import Network

__all__ = ["ClassReport", "NumberReport", "Report", "evaluate", "natural_cost"]


@dataclass(frozen=True, eq=False)
class ClassReport:
    """How well a network tells classes apart. Every example counts alike, whatever its weight.

    Args:
        names: of the classes.
        correct: examples answered rightly.
        accuracy: their share.
        interval: the accuracy's Wilson 95 % interval.
        top_two: share of examples whose class is among the two greatest outputs.
        baseline: the accuracy of always answering the commonest class of these examples.
        classes: the figures of each class.
        macro: their means over the classes that occur.
        confusion: examples of each class (row) taken for each class (column).
        calibration: None where the outputs are no shares from 0 to 1.
        calibration_note: what to know about the calibration, or why there is none.
        mistakes: the surest ones, the surest first.
        ranked_by: what "surest" goes by: "confidence", or "margin" without a calibration.
    """

    names: tuple[str, ...]
    correct: int
    accuracy: float
    interval: tuple[float, float]
    top_two: float
    baseline: float
    classes: tuple[ClassFigures, ...]
    macro: Averages
    confusion: NDArray[np.int64]
    calibration: Calibration | None
    calibration_note: str
    mistakes: tuple[Mistake, ...]
    ranked_by: str


@dataclass(frozen=True)
class NumberReport:
    """How far the outputs are from number targets, an entry an output."""

    outputs: tuple[OutputFigures, ...]


@dataclass(frozen=True, eq=False)
class Report:
    """What a network is worth on a data set.

    Args:
        data: the data set's name.
        data_sha256: digest of its content, in hex.
        network_sha256: digest of the network's parameters, in hex.
        examples: n, how many there were.
        cost_name: which cost.
        cost: its mean over the examples: the data term, without penalties.
        weighted: whether that mean follows the data set's sample weights.
        classes: the figures where targets are classes; else None.
        numbers: the figures where targets are numbers; else None.
    """

    data: str
    data_sha256: str
    network_sha256: str
    examples: int
    cost_name: str
    cost: float
    weighted: bool
    classes: ClassReport | None
    numbers: NumberReport | None

    @property
    def accuracy(self) -> float | None:
        """Share of examples answered rightly; None where targets are numbers."""
        return None if self.classes is None else self.classes.accuracy

    @property
    def interval(self) -> tuple[float, float] | None:
        """The accuracy's Wilson 95 % interval; None where targets are numbers."""
        return None if self.classes is None else self.classes.interval

    def to_dict(self) -> dict[str, Any]:
        """The report as plain values for JSON; what is NaN or infinite becomes None.

        The accuracy and its interval stand at the top once more.
        """
        return {"accuracy": self.accuracy, "interval": plain(self.interval), **plain(self)}


def evaluate(
    network: Network,
    dataset: Dataset,
    *,
    cost: str | None = None,
    huber_threshold: float = 1.0,
    mistakes: int = 25,
) -> Report:
    """Judge a network by examples, best by ones that it has not learned from.

    Args:
        network: as training left it.
        dataset: examples with their targets; classes are matched by name.
        cost: a name in COSTS; None takes `natural_cost`. Name the recipe's to compare with its
            history.
        huber_threshold: where the cost "huber" turns from square to line, above 0.
        mistakes: how many of the surest mistakes to name, at most.

    Raises: InputError, ShapeError, DataError, UnknownNameError.

    Example:
        >>> network = Network.create([1, 2], "identity").with_parameters([1, -1, 0, 0])
        >>> data = Dataset([[2.0], [3.0], [-1.0], [-2.0]], [0, 0, 0, 1], class_names=("up", "down"))
        >>> evaluate(network, data).accuracy
        0.75
    """
    data = matched(network, dataset, "evaluate")
    chosen = _cost(network, data, cost, huber_threshold)
    most = Limit(int, "how many mistakes to name", 0).check("evaluate", "mistakes", mistakes)
    weights = _shares(data)
    classes, numbers = None, None
    blocks = answered(network, data, chosen)
    if data.classifies:
        given = answers(blocks, data.targets)
        mean, classes = _mean(given.costs, weights), _class_report(network, data, given, most)
    else:
        sums = residuals(blocks, data.targets, weights)
        mean, numbers = sums.cost, NumberReport(output_figures(sums, data.targets))
    return Report(
        data=dataset.name,
        data_sha256=dataset.digest,
        network_sha256=network.digest,
        examples=len(data),
        cost_name=chosen.name,
        cost=mean,
        weighted=data.sample_weights is not None,
        classes=classes,
        numbers=numbers,
    )


def natural_cost(network: Network, dataset: Dataset) -> str:
    """The cost that goes with the output activation, by name.

    Categorical cross-entropy for softmax and binary cross-entropy for a single sigmoid output,
    where the targets are classes; else half the squared error.
    """
    last, width = network.architecture.activations[-1], network.architecture.layers[-1]
    if dataset.classifies and last == "softmax":
        return "categorical_cross_entropy"
    if dataset.classifies and last == "sigmoid" and width == 1:
        return "binary_cross_entropy"
    return "half_squared_error"


def _cost(network: Network, data: Dataset, name: str | None, huber_threshold: float) -> Cost:
    name = natural_cost(network, data) if name is None else name
    if not isinstance(name, str) or name not in COSTS:
        raise unknown_name("evaluate", "a cost", name, COSTS, argument="cost")
    limit = Limit(float, "error at which huber changes from square to linear", 0, low_open=True)
    return get_cost(name, limit.check("evaluate", "huber_threshold", huber_threshold))


def _shares(data: Dataset) -> NDArray[np.float64]:
    """What each example's cost counts in the mean; they sum to 1."""
    weights = normalised_weights(data, None)
    return (np.ones(len(data)) if weights is None else weights) / len(data)


def _mean(costs: NDArray[np.float64], shares: NDArray[np.float64]) -> float:
    with np.errstate(invalid="ignore"):
        return float(costs @ shares)


def _class_report(network: Network, data: Dataset, given: Answers, most: int) -> ClassReport:
    names, right = data.class_names, int(given.correct.sum())
    matrix = confusion_matrix(given.truth, given.predicted, len(names))
    matrix.flags.writeable = False
    figures = class_figures(matrix, names)
    note, has_shares = _calibration_note(network)
    found = calibration(given.confidence, given.correct, given.squares) if has_shares else None
    return ClassReport(
        names=names,
        correct=right,
        accuracy=right / len(data),
        interval=wilson_interval(right, len(data)),
        top_two=float((given.correct | (given.runner_up == given.truth)).mean()),
        baseline=max(f.support for f in figures) / len(data),
        classes=figures,
        macro=macro_averages(figures),
        confusion=matrix,
        calibration=found,
        calibration_note=note,
        mistakes=surest_mistakes(given, most, by_margin=not has_shares),
        ranked_by="confidence" if has_shares else "margin",
    )


def _calibration_note(network: Network) -> tuple[str, bool]:
    """What to know about the confidences, and whether the outputs can be read as such."""
    name, width = network.architecture.activations[-1], network.architecture.layers[-1]
    last = ACTIVATIONS[name]
    if last.low < 0 or last.high > 1:
        return f"Calibration is not defined: outputs of {name} are not shares from 0 to 1", False
    if name == "softmax" or width == 1:
        return "Confidence is the probability of the class answered", True
    return f"Confidence is the greatest output; outputs of {name} need not sum to 1", True
