"""A foreign model's own steps in float64, run beside the network that was made of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.activations import ACTIVATIONS
from chainrule.errors import DataError
from chainrule.exchange.importers.foreign_model import (
    ActivationStep,
    AffineStep,
    DenseStep,
    ForeignModel,
    StandardiseStep,
)
from chainrule.exchange.importers.guarded_reading import compute_guarded
from chainrule.exchange.sample_rows import draw_rows
from chainrule.network import Network
from chainrule.randomness import generator

__all__ = [
    "StepDifference",
    "measure_difference",
    "require_same_answers",
]

Matrix = NDArray[np.float64]

_ROWS = 1000
_MOST_NUMBERS = 10_000_000
_MOST_GUARDED_NUMBERS = 1_000_000
_TOLERANCE = 1e-5
_CROSSED = 0.05
"""The share of rows in which a rounding may cross a jump."""


@dataclass(frozen=True)
class StepDifference:
    """How far a network is from the steps of the file that it was made of.

    Args:
        rows: how many examples were drawn.
        relative: the largest difference of an output, divided by the largest output.
    """

    rows: int
    relative: float


def measure_difference(
    model: ForeignModel, network: Network, where: str, byte_factor: float = 1.0
) -> StepDifference:
    """Compute the steps of a file in float64 on drawn rows, and compare the network's answers.

    Args:
        model: the steps.
        network: what was made of them.
        where: the file, for error texts.
        byte_factor: what bytes are multiplied by before the first step.

    Raises: DataError if the difference is not rounding.
    """
    rows = max(1, min(_ROWS, _MOST_NUMBERS // max(network.architecture.layers)))
    inputs = _draw_inputs(network, rows)
    exact = _compute_steps(model, network, inputs, byte_factor)
    why = "What was folded into the weights loses too many digits, or is too large"
    return _compare(network, inputs, exact, f"{where}: the file's own steps", why)


def require_same_answers(
    model: ForeignModel, network: Network, path: str, byte_factor: float = 1.0
) -> StepDifference:
    """Run an ONNX graph by its own library on drawn rows, and compare the network's answers.

    Arguments are those of `measure_difference`, with the file's path.

    Raises: DataError if the difference is not rounding, or the graph cannot be run.
    """
    widest = max(network.architecture.layers)
    rows = max(1, min(_ROWS, _MOST_GUARDED_NUMBERS // widest))
    inputs = _draw_inputs(network, rows)
    schema = network.schema
    cells: list[NDArray[Any]] = []
    fed = inputs
    if model.preprocessing and schema is not None and schema.is_table:
        for place, column in enumerate(schema.columns):
            is_text = column.kind == "category"
            cells.append(
                _texts(column.categories, inputs[:, place]) if is_text else np.array([], "U1")
            )
    elif not model.outputs_known and inputs.dtype == np.uint8:
        fed = inputs * byte_factor
    answers = compute_guarded(path, cells, fed)
    if answers.shape == (rows, 2) and network.architecture.layers[-1] == 1:
        answers = answers[:, 1:]  # scikit-learn's two classes
    if answers.shape != (rows, network.architecture.layers[-1]):
        raise DataError(
            path,
            expected=f"answers of shape {(rows, network.architecture.layers[-1])}",
            got=f"{answers.shape} from the graph itself",
        )
    last = network.architecture.activations[-1]
    if not isinstance(model.steps[-1], ActivationStep) and last != "identity":
        answers = ACTIVATIONS[last].value(answers)  # softmax that was asked for
    why = "The graph computes something else than a chain of dense layers"
    return _compare(network, inputs, answers, f"{path}: the graph run by onnx", why)


def _texts(categories: tuple[str, ...], cells: NDArray[Any]) -> NDArray[np.str_]:
    """Return the texts of a column of categories; "" for a missing cell."""
    return np.array(["" if np.isnan(cell) else categories[int(cell)] for cell in cells])


def _compare(
    network: Network, inputs: NDArray[Any], exact: Matrix, where: str, why: str
) -> StepDifference:
    found = network.predict(inputs).astype(np.float64)
    largest = float(np.abs(exact).max()) or 1.0
    differences = np.abs(found - exact).max(axis=1) / largest
    wide = replace(
        network,
        architecture=replace(network.architecture, dtype="float64"),
        parameters=network.parameters.astype(np.float64),
    )
    roundings = np.abs(wide.predict(inputs) - found).max(axis=1) / largest
    # A rounding may cross the jump of a step, and the row is then another altogether.
    jumps = "step" in network.architecture.activations
    rounding = float(np.median(roundings) if jumps else roundings.max())
    beyond = np.count_nonzero(~(differences <= _TOLERANCE + 10 * rounding))
    relative = float(differences.max())
    if beyond > (_CROSSED * len(inputs) if jumps else 0):
        raise DataError(
            where,
            expected="the answers of the network",
            got=f"a difference of {relative:.3g} of the largest output",
            why=why,
        )
    return StepDifference(len(inputs), relative)


def _draw_inputs(network: Network, rows: int) -> NDArray[Any]:
    """Return drawn examples as `Network.predict` takes them."""
    steps = network.preprocessing
    if steps is None or any(column.low is not None for column in steps.schema.columns):
        return np.asarray(draw_rows(network, rows).inputs)
    rng = generator(0, "imported rows")
    normal = rng.standard_normal((rows, len(steps.features)))
    centre = np.array([feature.centre for feature in steps.features])
    spread = np.array([feature.spread for feature in steps.features])
    return np.asarray(centre + spread * normal)


def _compute_steps(
    model: ForeignModel, network: Network, inputs: NDArray[Any], byte_factor: float = 1.0
) -> Matrix:
    """Return what the steps of a file make of inputs, in float64.

    Args:
        model: the steps.
        network: where activations are that the file does not hold, and the scales of targets.
        inputs: as `Network.predict` takes them.
        byte_factor: what bytes are multiplied by before the first step.
    """
    names = iter(network.architecture.activations)
    steps = network.preprocessing
    x: Matrix = np.asarray(inputs, np.float64)
    if model.preprocessing and steps is not None and steps.schema.is_table:
        x = steps.encode(x)
    elif inputs.dtype == np.uint8:
        x = x * byte_factor
    due = "identity"
    with np.errstate(all="ignore"):
        for step in model.steps:
            if isinstance(step, DenseStep):
                due = next(names)
                x = x @ step.weights.T.astype(np.float64)
                x = x if step.biases is None else x + step.biases
            elif isinstance(step, StandardiseStep):
                x = (x - step.centre) / step.spread
            elif isinstance(step, AffineStep):
                x = x * step.factor + step.shift
            elif step.name != "identity":
                x = ACTIVATIONS[step.name or due].value(x)
                due = "identity"
        x = ACTIVATIONS[due].value(x)  # softmax that was asked for where the file has logits
    return x if steps is None else steps.restore_outputs(x)
