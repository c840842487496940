"""Evaluate a network on a data set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset
from chainrule.engine import normalised_weights
from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.costs import COSTS, Cost, get_cost
from chainrule.errors import unknown_name
from chainrule.evaluation.calibration_error import calibration
from chainrule.evaluation.class_metrics import class_metrics, confusion_matrix, macro_averages
from chainrule.evaluation.class_scores import ScoredExamples
from chainrule.evaluation.compatibility import match_dataset
from chainrule.evaluation.predictions import (
    ClassPredictions,
    OutputBlock,
    gather_predictions,
    output_blocks,
    surest_mistakes,
)
from chainrule.evaluation.regression import output_metrics, residuals
from chainrule.evaluation.report import ClassificationReport, RegressionReport, Report
from chainrule.evaluation.wilson import wilson_interval
from chainrule.limits import Limit
from chainrule.network import Network

__all__ = ["default_cost", "evaluate"]


def evaluate(
    network: Network,
    dataset: Dataset,
    *,
    cost: str | None = None,
    huber_threshold: float = 1.0,
    mistakes: int = 25,
) -> Report:
    """Evaluate a network on examples, preferably on examples that it was not trained on.

    Args:
        network: any network.
        dataset: examples with their targets; classes are matched by name.
        cost: a name in COSTS; None takes `default_cost`. Name the recipe's cost to compare with
            its history.
        huber_threshold: error at which the cost "huber" changes from square to linear, above 0.
        mistakes: how many mistakes to list, at most, those with the greatest confidence first.

    Raises: InputError, ShapeError, DataError, UnknownNameError.

    Example:
        >>> network = Network.create([1, 2], "identity").with_parameters([1, -1, 0, 0])
        >>> data = Dataset([[2.0], [3.0], [-1.0], [-2.0]], [0, 0, 0, 1], class_names=("up", "down"))
        >>> evaluate(network, data).accuracy
        0.75
    """
    data = match_dataset(network, dataset, "evaluate")
    chosen = _cost(network, data, cost, huber_threshold)
    most = Limit(int, "number of mistakes to list", 0).check("evaluate", "mistakes", mistakes)
    weights = _example_weights(data)
    classes, numbers = None, None
    blocks = output_blocks(network, data, chosen)
    if data.classifies:
        predictions = gather_predictions(blocks, data.targets)
        with np.errstate(invalid="ignore"):
            mean = float(predictions.costs @ weights)
        classes = _classification_report(network, data, predictions, most)
    else:
        targets = _unscaled_targets(dataset, data)
        found = residuals(_restore_blocks(network, blocks), targets, weights)
        mean, numbers = found.cost, RegressionReport(output_metrics(found), found)
    return Report(
        data=data.name,
        data_sha256=dataset.digest,
        network_sha256=network.digest,
        examples=len(data),
        cost_name=chosen.name,
        cost=mean,
        weighted=data.sample_weights is not None,
        classes=classes,
        numbers=numbers,
    )


def _restore_blocks(network: Network, blocks: Iterable[OutputBlock]) -> Iterator[OutputBlock]:
    """Yield outputs in the targets' own unit; costs stay those that the network learned by."""
    steps = network.preprocessing
    for block in blocks:
        yield (
            block if steps is None else replace(block, outputs=steps.restore_outputs(block.outputs))
        )


def _unscaled_targets(given: Dataset, prepared: Dataset) -> NDArray[Any]:
    """Return the targets in their own unit, (n, outputs)."""
    if given.preprocessing is None:
        return given.targets
    return given.preprocessing.restore_outputs(prepared.targets)


def default_cost(network: Network, dataset: Dataset) -> str:
    """Return the name of the cost that goes with the output activation.

    Categorical cross-entropy for softmax and binary cross-entropy for a single sigmoid output,
    if the targets are classes; else half the squared error.
    """
    last, width = network.architecture.activations[-1], network.architecture.layers[-1]
    if dataset.classifies and last == "softmax":
        return "categorical_cross_entropy"
    if dataset.classifies and last == "sigmoid" and width == 1:
        return "binary_cross_entropy"
    return "half_squared_error"


def _cost(network: Network, data: Dataset, name: str | None, huber_threshold: float) -> Cost:
    name = default_cost(network, data) if name is None else name
    if not isinstance(name, str) or name not in COSTS:
        raise unknown_name("evaluate", "a cost", name, COSTS, argument="cost")
    limit = Limit(float, "error at which huber changes from square to linear", 0, low_open=True)
    return get_cost(name, limit.check("evaluate", "huber_threshold", huber_threshold))


def _example_weights(data: Dataset) -> NDArray[np.float64]:
    """Return the weight of each example's cost in the mean, (n,); they sum to 1."""
    weights = normalised_weights(data, None)
    return (np.ones(len(data)) if weights is None else weights) / len(data)


def _classification_report(
    network: Network, data: Dataset, predictions: ClassPredictions, most: int
) -> ClassificationReport:
    names, right = data.class_names, int(predictions.correct.sum())
    matrix = confusion_matrix(predictions.truth, predictions.predicted, len(names))
    matrix.flags.writeable = False
    metrics = class_metrics(matrix, names)
    in_top_two = predictions.correct | (predictions.runner_up == predictions.truth)
    calibrates = _outputs_are_fractions(network)
    return ClassificationReport(
        names=names,
        correct=right,
        accuracy=right / len(data),
        interval=wilson_interval(right, len(data)),
        top_two=float(in_top_two.mean()),
        baseline=max(one.support for one in metrics) / len(data),
        classes=metrics,
        macro=macro_averages(metrics),
        confusion=matrix,
        calibration=calibration(predictions.confidence, predictions.correct, predictions.squares)
        if calibrates
        else None,
        calibration_note=_calibration_note(network),
        mistakes=surest_mistakes(predictions, most, by_margin=not calibrates),
        ranked_by="confidence" if calibrates else "margin",
        examples=ScoredExamples(
            names=names,
            truth=predictions.truth,
            predicted=predictions.predicted,
            outputs=predictions.outputs,
            probabilities=_outputs_are_probabilities(network),
        ),
    )


def _outputs_are_fractions(network: Network) -> bool:
    """Whether every output lies from 0 to 1, so that it can be read as a confidence."""
    last = ACTIVATIONS[network.architecture.activations[-1]]
    return last.low >= 0 and last.high <= 1


def _outputs_are_probabilities(network: Network) -> bool:
    """Whether the outputs for one example are fractions that sum to 1."""
    single = network.architecture.layers[-1] == 1
    return network.architecture.activations[-1] == "softmax" or (
        single and _outputs_are_fractions(network)
    )


def _calibration_note(network: Network) -> str:
    """Return what the confidences are, or why there is no calibration."""
    name = network.architecture.activations[-1]
    if not _outputs_are_fractions(network):
        return f"Calibration is not defined: outputs of {name} are not shares from 0 to 1"
    if _outputs_are_probabilities(network):
        return "Confidence is the probability of the class answered"
    return f"Confidence is the greatest output; outputs of {name} need not sum to 1"
